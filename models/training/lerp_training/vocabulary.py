"""`python -m lerp_training vocabulary`: grammars/python/vocabulary.json from the training functions.

A spelling's score is the number of functions it occurs in, with a ceiling for each package, so that no package's own habits
take a place from what everybody writes.
"""

import argparse
import json
import keyword
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from tqdm import tqdm

from lerp_training.corpus import OUTPUT as FUNCTIONS
from lerp_training.lexer import tokens
from lerp_training.packages import ROOT

OUTPUT = ROOT.parent.parent / "grammars" / "python" / "vocabulary.json"
FUNCTIONS_PER_PACKAGE = 150  # ceiling of one package's say in a score
LONGEST_STRING = 12
NAMES, STRINGS, NUMBERS = 1000, 48, 24

SPECIAL = "PAD BOS EOS UNK COPY END_HUNK NL IN DE <S S> <F F> <{ }> <: <=>".split()
CONVERSIONS = "!r !s !a".split()
PLACEHOLDERS = "%s %r %d %i %f %x %% {} {0} {1} {2} {3} {!r}".split()
KEYWORDS = [*sorted(keyword.kwlist), "match", "case", "type"]
OPERATORS = (
    "( ) [ ] { } , : . = -> := ... @ + - * ** / // % << >> & | ^ ~ < > <= >= == != "
    "+= -= *= **= /= //= %= @= &= |= ^= <<= >>="
).split()
SLOTS = {"id": ("ID", 48), "str": ("STR", 32), "num": ("NUM", 16)}
CONCEPTS = {"concept_name": ("CN", 16), "concept_str": ("CS", 6), "concept_num": ("CU", 4)}

# Names that edits need whatever their rank.
ALWAYS = """
abs all any anext aiter ascii bin bool breakpoint bytearray bytes callable chr classmethod compile complex delattr dict dir
divmod enumerate eval exec filter float format frozenset getattr globals hasattr hash hex id input int isinstance issubclass
iter len list locals map max memoryview min next object oct open ord pow print property range repr reversed round set setattr
slice sorted staticmethod str sum super tuple type vars zip __init__ __name__ __class__ __dict__ __enter__ __exit__ __iter__
__next__ __len__ __getitem__ __setitem__ __contains__ __call__ __repr__ __str__ __eq__ __hash__
BaseException Exception ArithmeticError AssertionError AttributeError EOFError FileExistsError FileNotFoundError ImportError
IndexError IOError KeyError KeyboardInterrupt LookupError ModuleNotFoundError NameError NotImplementedError OSError
OverflowError PermissionError RuntimeError StopIteration SyntaxError SystemExit TimeoutError TypeError UnicodeDecodeError
ValueError ZeroDivisionError DeprecationWarning UserWarning
Any Optional List Dict Set Tuple Union Callable Iterable Iterator Sequence Mapping Type Generator Literal ClassVar Final cast
logging logger log debug info warning error exception critical getLogger self cls args kwargs _ e exc err
os path join exists Path read_text write_text sys re json time datetime now timezone utc perf_counter monotonic sleep
asyncio gather contextlib suppress contextmanager functools partial wraps lru_cache cache itertools chain collections
defaultdict Counter deque namedtuple dataclass field dataclasses warnings warn copy deepcopy math random threading Lock lock
acquire release append extend insert pop remove clear items keys values get setdefault update split strip lstrip rstrip
startswith endswith removeprefix removesuffix replace lower upper encode decode read write close readlines encoding key
default strict stacklevel timeout maxsize result results
""".split()


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="lerp_training vocabulary", description=__doc__)
    parser.add_argument("--functions", type=Path, default=FUNCTIONS)
    parser.add_argument("--output", type=Path, default=OUTPUT)
    options = parser.parse_args(argv)
    vocabulary = build(train_sources(options.functions))
    options.output.parent.mkdir(parents=True, exist_ok=True)
    options.output.write_text(dump(vocabulary), encoding="utf-8")
    print(f"{len(vocabulary['tokens'])} tokens in {options.output}")
    names = {token["text"] for token in vocabulary["tokens"] if token["kind"] == "name"}
    for split, (closed, total) in coverage(options.functions, names).items():
        print(f"{split:10} {closed / max(total, 1):.3f} of {total} name tokens are closed")
    return 0


def train_sources(path: Path) -> Iterator[tuple[str, str]]:
    """(package, source) of the training functions."""
    with path.open(encoding="utf-8") as file:
        for line in tqdm(file, desc="count", mininterval=2):
            record = json.loads(line)
            if record["split"] == "train":
                yield record["package"], record["source"]


def build(sources: Iterable[tuple[str, str]]) -> dict:
    scores = score(sources)
    reserved = set(keyword.kwlist)
    placeholders = set(PLACEHOLDERS)
    numbers = [text for text in ranked(scores["number"])][:NUMBERS]
    strings = [text for text in ranked(scores["string"]) if text not in placeholders][:STRINGS]
    always = dict.fromkeys(ALWAYS)
    rest = [text for text in ranked(scores["name"]) if text not in reserved and text not in always]
    chosen = [*always, *rest[: NAMES - len(always)]]
    names = sorted(chosen, key=lambda text: (-scores["name"][text], text))
    groups: list[tuple[str, list[str]]] = [
        ("special", SPECIAL),
        ("conversion", CONVERSIONS),
        ("placeholder", PLACEHOLDERS),
        ("keyword", KEYWORDS),
        ("operator", OPERATORS),
    ]
    numbered = {**SLOTS, **CONCEPTS}
    groups += [(kind, [f"{prefix}_{k}" for k in range(count)]) for kind, (prefix, count) in numbered.items()]
    groups += [("number", numbers), ("string", strings), ("name", names)]
    return {"version": 1, "ranges": ranges(groups, numbered), "tokens": [
        {"kind": kind, "text": text} for kind, texts in groups for text in texts
    ]}  # fmt: skip


def score(sources: Iterable[tuple[str, str]]) -> dict[str, Counter]:
    per_package: dict[str, dict[str, Counter]] = {}
    for package, source in sources:
        counters = per_package.setdefault(package, {"name": Counter(), "string": Counter(), "number": Counter()})
        for kind, text in set(tokens(source)):
            if kind != "string" or (len(text) <= LONGEST_STRING and "\n" not in text):
                counters[kind][text] += 1
    total = {"name": Counter(), "string": Counter(), "number": Counter()}
    for counters in per_package.values():
        for kind, counter in counters.items():
            for text, count in counter.items():
                total[kind][text] += min(count, FUNCTIONS_PER_PACKAGE)
    return total


def ranked(counter: Counter) -> list[str]:
    return sorted(counter, key=lambda text: (-counter[text], text))


def ranges(groups: list[tuple[str, list[str]]], numbered: dict[str, tuple[str, int]]) -> dict[str, list[int]]:
    """First id and one past the last of each kind of slot."""
    out: dict[str, list[int]] = {}
    start = 0
    for kind, texts in groups:
        if kind in numbered:
            out[numbered[kind][0]] = [start, start + len(texts)]
        start += len(texts)
    return out


def dump(vocabulary: dict) -> str:
    """One token a line: a changed vocabulary is a readable diff."""
    head = json.dumps({"version": vocabulary["version"], "ranges": vocabulary["ranges"]})[:-1]
    lines = ",\n".join(json.dumps(token, ensure_ascii=False) for token in vocabulary["tokens"])
    return f'{head}, "tokens": [\n{lines}\n]}}\n'


def coverage(path: Path, names: set[str]) -> dict[str, tuple[int, int]]:
    """split -> (closed, all) name tokens."""
    reserved = set(keyword.kwlist)
    counts: dict[str, list[int]] = {}
    with path.open(encoding="utf-8") as file:
        for line in file:
            record = json.loads(line)
            count = counts.setdefault(record["split"], [0, 0])
            for kind, text in tokens(record["source"]):
                if kind == "name" and text not in reserved:
                    count[0] += text in names
                    count[1] += 1
    return {split: (closed, total) for split, (closed, total) in sorted(counts.items())}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
