"""What a user gets: requests on source text through `lerp batch`, on packages the model never saw.

    python -m lerp_training field --lerp ../../target/release/lerp --cases 300 --out ../base/evaluation.json

Nothing here knows the answer but the comparison: the pairs that teach are given as text, the spellings that belong to
the concept are found from them alone, and what comes back is parsed and compared with the reference by its tree.
"""

import argparse
import ast
import json
import random
import subprocess
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from lerp_training import config as settings

SHOWN = (1, 3, 5)
CANDIDATES = 8


@dataclass
class Case:
    table: str
    row: str  # concept or family
    source: str
    wanted: str  # equal to source: it must come back unchanged
    request: dict = field(default_factory=dict)


@dataclass
class Result:
    top: bool = False
    any: bool = False
    unchanged: bool = False
    confidence: float = 0.0


def rules_of(path: Path, split: str) -> dict[str, list[dict]]:
    """Rules by name, the lines of one rule put together."""
    rules: dict[str, dict] = {}
    with path.open() as file:
        for line in file:
            rule = json.loads(line)
            if rule["split"] != split:
                continue
            whole = rules.setdefault(rule["rule"], {**rule, "pairs": [], "no_ops": []})
            whole["pairs"] += [pair | {"reverse": rule["reverse"]} for pair in rule["pairs"]]
            whole["no_ops"] += rule["no_ops"]
    return {name: [rule] for name, rule in rules.items()}


def in_turn(rules: list[dict], rng: random.Random, least: int, count: int) -> Iterator[tuple[dict, dict]]:
    """(rule, pair), each rule as often as the others where it has the pairs."""
    fitting = [rule for rule in rules if len(rule["pairs"]) >= least]
    waiting = {id(rule): rng.sample(rule["pairs"], len(rule["pairs"])) for rule in fitting}
    made = 0
    while made < count and any(waiting.values()):
        for rule in fitting:
            if waiting[id(rule)] and made < count:
                made += 1
                yield rule, waiting[id(rule)].pop()


def taught(table: str, rules: list[dict], shown: int, count: int, rng: random.Random) -> Iterator[Case]:
    for rule, pair in in_turn(rules, rng, shown + 1, count):
        others = [other for other in rule["pairs"] if other is not pair]
        examples = [{"before": p["before"], "after": p["after"]} for p in rng.sample(others, shown)]
        yield Case(table, rule["family"], pair["before"], pair["after"], {"examples": examples})


def built_in(table: str, rules: list[dict], remove: bool, count: int, rng: random.Random) -> Iterator[Case]:
    if remove:
        rules = [rule | {"pairs": [p for p in rule["pairs"] if p["reverse"]]} for rule in rules]
    for rule, pair in in_turn(rules, rng, 1, count):
        source, wanted = (pair["after"], pair["before"]) if remove else (pair["before"], pair["after"])
        yield Case(table, rule["rule"], source, wanted, {"remove" if remove else "add": [rule["rule"]]})


def together(table: str, sums: list[dict], count: int, rng: random.Random) -> Iterator[Case]:
    """Two built-in concepts in one request; `rule` says which, a minus sign before one that is removed."""
    for rule, pair in in_turn(sums, rng, 1, count):
        parts = rule["rule"].split(" + ")
        request = {"add": [p for p in parts if p[0] != "-"], "remove": [p[1:] for p in parts if p[0] == "-"]}
        yield Case(table, rule["family"], pair["before"], pair["after"], request)


def unchanged(table: str, rules: list[dict], named: bool, count: int, rng: random.Random) -> Iterator[Case]:
    fitting = [rule for rule in rules if rule["no_ops"] and len(rule["pairs"]) >= 3]
    for rule in (fitting[i % len(fitting)] for i in range(count if fitting else 0)):
        source = rng.choice(rule["no_ops"])
        pairs = [{"before": p["before"], "after": p["after"]} for p in rng.sample(rule["pairs"], 3)]
        yield Case(table, rule["rule"], source, source, {"add": [rule["rule"]]} if named else {"examples": pairs})


def function(source: str) -> str | None:
    """The last function of a module in normal form: an edit may put imports in front of it."""
    try:
        body = ast.parse(source).body
    except (SyntaxError, ValueError):
        return None
    functions = [node for node in body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    return ast.unparse(functions[-1]) if functions else None


def ask(lerp: Path, cases: list[Case], model: Path | None, search_ms: int | None) -> tuple[list[Result], Counter]:
    command = [str(lerp), "batch"]
    lines = []
    for number, case in enumerate(cases):
        # the first function of the text is the one asked for; helpers inside belong to it
        name = ast.parse(case.source).body[-1].name  # type: ignore[attr-defined]
        request = {"id": str(number), "source": case.source, "function": name, "candidates": CANDIDATES, **case.request}
        lines.append(json.dumps(request | {"tests": None, "search_ms": search_ms if "examples" in request else None}))
    environment = None if model is None else {**__import__("os").environ, "LERP_MODEL": str(model)}
    done = subprocess.run(command, input="\n".join(lines) + "\n", capture_output=True, text=True, check=False, env=environment)
    answers = {answer["id"]: answer for answer in map(json.loads, done.stdout.splitlines())}
    results, errors = [], Counter()
    for number, case in enumerate(cases):
        answer = answers.get(str(number), {"candidates": [], "error": "no answer"})
        if answer["error"]:
            errors[answer["error"]] += 1
        wanted = function(case.wanted)
        given = [function(candidate["source"]) for candidate in answer["candidates"]]
        kept = bool(answer.get("unchanged")) and not given
        if case.source == case.wanted:
            results.append(Result(kept, kept, kept, answer.get("confidence") or 0.0))
        else:
            hits = [wanted == other for other in given]
            results.append(Result(bool(hits[:1] and hits[0]), any(hits), kept, answer.get("confidence") or 0.0))
    return results, errors


def reliability(results: list[Result], cases: list[Case]) -> list[dict]:
    """How often the first candidate is right, by the confidence that is shown with it."""
    edges = (0.0, 0.2, 0.4, 0.6, 0.8, 0.9, 0.95, 1.01)
    table = []
    for low, high in zip(edges, edges[1:], strict=False):
        inside = [r for r, c in zip(results, cases, strict=True) if low <= r.confidence < high and not r.unchanged and c.source != c.wanted]
        right = sum(r.top for r in inside)
        table.append({"confidence": f"{low:g} to {min(high, 1):g}", "right": round(right / len(inside), 3) if inside else None, "cases": len(inside)})
    return table


def main(argv: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="lerp_training field")
    parser.add_argument("--lerp", type=Path, default=settings.PACKAGE.parents[2] / "target" / "release" / "lerp")
    parser.add_argument("--model", type=Path)
    parser.add_argument("--rules", type=Path, default=settings.DATA / "rules")
    parser.add_argument("--split", default="test", help="validation: to choose thresholds by")
    parser.add_argument("--cases", type=int, default=300, help="per figure, at most")
    parser.add_argument("--search-ms", type=int, help="budget of the search for a taught edit; 0: the pairs' mean")
    parser.add_argument("--only", default="", help="figures whose names hold this, alone; nothing is written then")
    parser.add_argument("--out", type=Path)
    given = parser.parse_args(argv)
    rng = random.Random(0)
    named = [r for rs in rules_of(given.rules / "named.jsonl", given.split).values() for r in rs]
    synthetic = [r for rs in rules_of(given.rules / "synthetic.jsonl", given.split).values() for r in rs]
    families = [r for rs in rules_of(given.rules / "synthetic.jsonl", "family_test").values() for r in rs]
    sums = [r for rs in rules_of(given.rules / "sums.jsonl", given.split).values() for r in rs]
    mined = [r for rs in rules_of(given.rules / "mined.jsonl", given.split).values() for r in rs if len(r["pairs"]) > 1]

    count = given.cases
    cases: list[Case] = []
    cases += built_in("built-in, added", named, False, 2 * count, rng)
    cases += built_in("built-in, removed", named, True, 2 * count, rng)
    for shown in SHOWN:
        cases += taught(f"taught, new rule of a trained family, {shown} pairs", synthetic, shown, count, rng)
        cases += taught(f"taught, rule of a family never trained, {shown} pairs", families, shown, count, rng)
    cases += taught("taught, a named concept, 3 pairs", named, 3, count, rng)
    cases += taught("taught, an edit that people made, 2 pairs", mined, 2, count, rng)
    cases += unchanged("does not apply, built-in", named, True, count, rng)
    cases += unchanged("does not apply, taught", synthetic, False, count, rng)
    cases += together("two built-in concepts at once", sums, 2 * count, rng)
    cases = [case for case in cases if given.only in case.table]
    results, errors = ask(given.lerp, cases, given.model, given.search_ms)

    tables: dict[str, list[Result]] = defaultdict(list)
    rows: dict[str, dict[str, list[Result]]] = defaultdict(lambda: defaultdict(list))
    for case, result in zip(cases, results, strict=True):
        tables[case.table].append(result)
        rows[case.table][case.row].append(result)
    figures: dict[str, dict] = {}
    for name, group in tables.items():
        share = {"top_1": sum(r.top for r in group) / len(group), "any_of_8": sum(r.any for r in group) / len(group)}
        kept = sum(r.unchanged for r in group) / len(group)
        of_rows = [sum(r.top for r in part) / len(part) for part in rows[name].values()]
        means = {"mean_over_rows": sum(of_rows) / len(of_rows), "came_back_unchanged": kept}
        if not group:
            continue
        figures[name] = {key: round(value, 3) for key, value in (share | means).items()} | {"cases": len(group), "rows": len(of_rows)}
        print(f"{name:55s} " + "  ".join(f"{key} {value}" for key, value in figures[name].items()), flush=True)
    print(f"{errors.total()} of {len(cases)} requests had an error: {dict(errors.most_common(5))}")
    concepts: dict[str, dict] = defaultdict(dict)
    for table, key in (("built-in, added", "add"), ("built-in, removed", "remove")):
        for row, part in sorted(rows[table].items()):
            concepts[row] |= {key: round(sum(r.top for r in part) / len(part), 3), f"{key}_cases": len(part)}
    if given.out and not given.only:
        whole = json.loads(given.out.read_text()) if given.out.is_file() else {}
        packages = sorted({pair["package"] for rule in named for pair in rule["pairs"]})
        whole["about"] = whole.get("about", {}) | {"packages": ", ".join(packages)}
        whole |= {"end_to_end": figures, "errors": errors.total(), "concepts": concepts, "reliability": reliability(results, cases)}
        given.out.write_text(json.dumps(whole, indent=1) + "\n")
