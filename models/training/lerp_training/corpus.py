"""`python -m lerp_training corpus [--smoke]`: data/functions.jsonl from the pinned packages and the standard library.

One record a function: {"package", "version", "split", "path", "name", "source"}. Held-out packages come first, so that
a function that also stands in a training package counts for the held-out one and is never trained on.
"""

import argparse
import functools
import json
import multiprocessing
import platform
import random
import sys
import sysconfig
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from tqdm import tqdm

from lerp_training.functions import functions
from lerp_training.packages import DATA, Wheel, decode, fetch, python_files, read_manifest

OUTPUT = DATA / "functions.jsonl"
STANDARD_LIBRARY = "python"
SMOKE_MODULES = {
    "train": ["argparse", "ast", "csv", "dataclasses", "functools", "inspect", "pathlib", "textwrap"],
    "validation": ["configparser", "shlex"],
    "test": ["heapq", "statistics"],
}


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="lerp_training corpus", description=__doc__)
    parser.add_argument("--smoke", action="store_true", help="a dozen standard modules, no network")
    parser.add_argument("--output", type=Path, default=OUTPUT)
    parser.add_argument("--jobs", type=int, default=1)
    options = parser.parse_args(argv)
    batches = smoke_batches() if options.smoke else package_batches(options.jobs)
    counts = write(unique(batches), options.output)
    for (split, package), count in sorted(counts.items()):
        print(f"{split:10} {package:20} {count:7}")
    print(f"{sum(counts.values())} functions in {options.output}")
    return 0


def package_batches(jobs: int) -> Iterator[list[dict]]:
    manifest = read_manifest()
    wheels = [wheel for wheel in tqdm(manifest.packages, desc="fetch") if fetch(wheel, manifest.settings)]
    settings = manifest.settings
    collect = functools.partial(
        collect_package, cap=settings["functions_per_package"], share_of_tests=settings["share_of_tests"]
    )
    work = [*wheels, None]  # None is the standard library
    with multiprocessing.Pool(jobs) as pool:
        yield from tqdm(pool.imap(collect, work), total=len(work), desc="parse")


def smoke_batches() -> Iterator[list[dict]]:
    for split in ("test", "validation", "train"):
        files = [(f"{name}.py", standard_library_text(f"{name}.py")) for name in SMOKE_MODULES[split]]
        yield collect_functions(files, STANDARD_LIBRARY, platform.python_version(), split, cap=10_000, share_of_tests=1)


def collect_package(wheel: Wheel | None, cap: int, share_of_tests: float) -> list[dict]:
    if wheel is None:
        version = platform.python_version()
        return collect_functions(standard_library(), STANDARD_LIBRARY, version, "train", cap, share_of_tests)
    return collect_functions(python_files(wheel), wheel.name, wheel.version, wheel.split, cap, share_of_tests)


def collect_functions(
    files: Iterable[tuple[str, str]], package: str, version: str, split: str, cap: int, share_of_tests: float
) -> list[dict]:
    """At most `cap` functions, of which at most `share_of_tests` are from test files; files in a seeded random order."""
    files = list(files)
    random.Random(package).shuffle(files)
    files.sort(key=lambda file: is_test(file[0]))  # stable: the tests after the rest
    records: list[dict] = []
    seen: set[bytes] = set()
    limit = cap
    in_tests = False
    for path, text in files:
        if is_test(path) and not in_tests:
            in_tests = True
            share = share_of_tests / max(1 - share_of_tests, 1e-9)
            limit = min(cap, len(records) + max(int(len(records) * share), 50))
        if len(records) >= limit:
            if in_tests:
                break
            continue
        for function in functions(text):
            if function.digest in seen or len(records) >= limit:
                continue
            seen.add(function.digest)
            record = {"package": package, "version": version, "split": split, "path": path}
            record |= {"name": function.name, "source": function.source, "digest": function.digest}
            records.append(record)
    return records


def is_test(path: str) -> bool:
    *folders, file = path.split("/")
    return (
        bool({"test", "tests", "testing", "testdata"}.intersection(folders))
        or file.startswith("test_")
        or file.endswith(("_test.py", "_tests.py"))
        or file == "conftest.py"
    )


def standard_library() -> Iterator[tuple[str, str]]:
    root = Path(sysconfig.get_paths()["stdlib"])
    for path in sorted(root.rglob("*.py")):
        relative = path.relative_to(root)
        # A test suite's deliberately broken files and installed packages are not the library.
        if {"site-packages", "dist-packages", "lib2to3", "__pycache__"}.intersection(relative.parts):
            continue
        text = decode(path.read_bytes())
        if text is not None:
            yield relative.as_posix(), text


def standard_library_text(name: str) -> str:
    return decode((Path(sysconfig.get_paths()["stdlib"]) / name).read_bytes()) or ""


def unique(batches: Iterable[list[dict]]) -> Iterator[dict]:
    """Drops what an earlier batch had already."""
    seen: set[bytes] = set()
    for batch in batches:
        for record in batch:
            key = record.pop("digest")
            if key not in seen:
                seen.add(key)
                yield record


def write(records: Iterable[dict], output: Path) -> Counter:
    """Writes beside the output and moves into place, so that a reader never sees half a corpus."""
    output.parent.mkdir(parents=True, exist_ok=True)
    counts: Counter = Counter()
    part = output.with_suffix(".part")
    with part.open("w", encoding="utf-8") as file:
        for record in records:
            try:
                line = json.dumps(record, ensure_ascii=False)
                file.write(line + "\n")
            except UnicodeEncodeError:
                continue  # lone surrogates in a literal
            counts[record["split"], record["package"]] += 1
    part.replace(output)
    return counts


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
