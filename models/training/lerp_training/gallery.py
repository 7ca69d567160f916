"""`python -m lerp_training gallery`: docs/gallery.md, what ten taught concepts do on real functions, failures among them.

Nothing in it is picked or corrected by hand. The concepts are what people ask refactoring tools for; each is defined here by a
replacement of text, which makes its pairs and says what would be right. The pairs are the shortest functions that it
changes; what is asked are other functions, evenly spaced over all that there are, and some to which it does not apply.
"""

import argparse
import ast
import json
import os
import re
import subprocess
import tempfile
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from lerp_training import config as settings

ROOT = settings.PACKAGE.parents[2]
ASKED, OTHERS = 4, 2
LINES = (3, 40)


@dataclass(frozen=True)
class Concept:
    name: str
    what: str
    pairs: int
    pattern: str
    replacement: str


CONCEPTS = (
    Concept("super-without-arguments", "`super(C, self)` becomes `super()`", 3, r"\bsuper\(\w+, \w+\)", "super()"),
    Concept("own-error", "`ValueError` becomes an exception of the project", 2, r"\braise ValueError\(", "raise InputError("),
    Concept("steady-clock", "`time.time()` becomes `time.monotonic()`", 1, r"\btime\.time\(\)", "time.monotonic()"),
    Concept("bare-return", "`return None` becomes `return`", 2, r"\breturn None$", "return"),
    Concept("log-not-print", "`print(…)` becomes `log.info(…)`", 3, r"(?<![\w.])print\(", "log.info("),
    Concept("text-helper", "`isinstance(x, str)` becomes a helper of the project", 3, r"\bisinstance\(([\w.]+), str\)", r"is_text(\1)"),
    Concept("log-exceptions", "`except Exception:` logs what it caught", 3, r"except Exception:\n(\s+)", r"except Exception as error:\n\1log.exception(error)\n\1"),
    Concept("paths", "`os.path.join(…)` becomes `Path(…)`", 1, r"\bos\.path\.join\(", "Path("),
    Concept("timed", "a decorator of the project on a function", 2, r"\A", "@timed\n"),
    Concept("name-the-class", "`NotImplementedError` says which class", 1, r"raise NotImplementedError(?:\(\))?$", "raise NotImplementedError(type(self).__name__)"),
)


@dataclass(frozen=True)
class Function:
    path: Path
    qualname: str
    text: str

    def wanted(self, concept: Concept) -> str | None:
        """What would be right; None where the concept does not apply."""
        after = re.sub(concept.pattern, concept.replacement, self.text, flags=re.MULTILINE)
        # an example in a docstring is no place
        same_docstring = after == self.text or docstring(after) == docstring(self.text)
        return after if after != self.text and same_docstring and plain(after) else None


def docstring(text: str) -> str | None:
    try:
        return ast.get_docstring(ast.parse(text).body[0], clean=False)  # type: ignore[arg-type]
    except SyntaxError:
        return None


def plain(text: str) -> str | None:
    """A function in normal form."""
    try:
        return ast.unparse(ast.parse(text))
    except (SyntaxError, ValueError):
        return None


def functions(path: Path, source: str) -> Iterator[Function]:
    def walk(body: list[ast.stmt], around: str) -> Iterator[Function]:
        for node in body:
            if isinstance(node, ast.ClassDef):
                yield from walk(node.body, f"{around}{node.name}.")
            elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
                text = textwrap.dedent("\n".join(source.splitlines()[first - 1 : node.end_lineno])) + "\n"
                yield Function(path, around + node.name, text)

    yield from walk(ast.parse(source).body, "")


def every(items: list, count: int) -> list:
    """So many, evenly spaced."""
    return items if len(items) <= count else [items[(2 * at + 1) * len(items) // (2 * count)] for at in range(count)]


def sorted_out(concept: Concept, all_of_them: list[Function]) -> tuple[list[Function], list[Function]]:
    """The pairs' functions, and those that are asked."""
    applies = [one for one in all_of_them if one.wanted(concept)]
    shown = sorted(applies, key=lambda one: (one.text.count("\n"), len(one.text)))[: concept.pairs]
    texts = {one.text for one in shown}
    asked = every([one for one in applies if one.text not in texts], ASKED)
    return shown, asked + every([one for one in all_of_them if not one.wanted(concept)], OTHERS)


def place(one: Function) -> str:
    return f"{one.path}::{one.qualname}"


def edited(answer: dict, one: Function) -> str | None:
    """The function as the first candidate has it."""
    if not answer["candidates"]:
        return None
    found = functions(one.path, answer["candidates"][0]["source"])
    return next((other.text for other in found if other.qualname == one.qualname), "")


def lerp(command: Path, arguments: list[str], said: str, folder: Path) -> str:
    environment = {**os.environ, "XDG_DATA_HOME": str(folder / "data")}
    done = subprocess.run([str(command), *arguments], input=said, capture_output=True, text=True, check=False, cwd=folder, env=environment)
    if done.returncode:
        raise RuntimeError(f"{' '.join(arguments)}: {done.stderr}")
    return done.stdout


def teach(command: Path, concept: Concept, shown: list[Function], folder: Path) -> dict:
    pairs = "".join(json.dumps({"before": one.text, "after": one.wanted(concept)}) + "\n" for one in shown)
    return json.loads(lerp(command, ["teach", concept.name, "--keep-all", "--format", "json"], pairs, folder))


def most_places(taught: list[tuple[Concept, list[Function]]], all_of_them: list[Function]) -> list[tuple[Concept, Function]]:
    """Where an edit has the most places: ten functions to draw the picture of strength from, the first that has three is taken."""

    def places(concept: Concept, one: Function) -> int:
        return len(re.findall(concept.pattern, one.text, flags=re.MULTILINE)) if one.wanted(concept) else 0

    found = [(places(c, one), -len(one.text), c, one) for c, shown in taught for one in all_of_them if one not in shown and places(c, one) > 2]
    return [(c, one) for _, _, c, one in sorted(found, key=lambda row: row[:2], reverse=True)[:10]]


def main(argv: list[str]) -> None:
    from lerp_training.gallery_page import STRENGTHS, page

    parser = argparse.ArgumentParser(prog="lerp_training gallery", description=__doc__.splitlines()[0])
    parser.add_argument("--lerp", type=Path, default=ROOT / "target" / "release" / "lerp")
    parser.add_argument("--packages", type=Path, default=ROOT / "target" / "packages")
    parser.add_argument("--model", type=Path, help="another bundle than the one that lerp finds")
    parser.add_argument("--only", help="one concept")
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "gallery.md")
    given = parser.parse_args(argv)
    command = given.lerp.absolute()
    sources = {path.relative_to(given.packages): path.read_text() for path in sorted(given.packages.rglob("*.py"))}
    every_one = [one for path, source in sources.items() for one in functions(path, source)]
    fitting = [one for one in every_one if LINES[0] <= one.text.count("\n") <= LINES[1]]

    def wish(concept: Concept, one: Function, strength: float = 1.0) -> dict:
        return {"source": sources[one.path], "function": one.qualname, "add": [concept.name], "candidates": 4, "strength": strength}

    if given.model:
        os.environ["LERP_MODEL"] = str(given.model.absolute())
    parts = [(concept, *sorted_out(concept, fitting)) for concept in CONCEPTS if given.only in (None, concept.name)]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "pyproject.toml").touch()
        reports = [teach(command, concept, shown, folder) for concept, shown, _ in parts]
        dials = most_places([(concept, shown) for concept, shown, _ in parts], fitting)
        wishes = [wish(concept, one) for concept, _, asked in parts for one in asked]
        wishes += [wish(concept, one, strength) for concept, one in dials for strength in STRENGTHS]
        said = lerp(command, ["batch"], "".join(json.dumps(one) + "\n" for one in wishes), folder)
    answers = iter([json.loads(line) for line in said.splitlines()])
    answered = [(concept, report, shown, [(one, next(answers)) for one in asked]) for (concept, shown, asked), report in zip(parts, reports, strict=True)]
    turned = [(concept, one, [next(answers) for _ in STRENGTHS]) for concept, one in dials]
    several = [dial for dial in turned if dial[2][-1]["candidates"] and dial[2][-1]["candidates"][0].get("places", 0) > 2]
    given.out.write_text(page(answered, several[0] if several else None))
