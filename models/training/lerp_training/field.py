"""What a user gets: requests on source text through `lerp batch`, on packages the model never saw.

    python -m lerp_training field --lerp ../../target/release/lerp --cases 300 --out ../base/evaluation.json
    python -m lerp_training field --split validation --search-ms 0 --confidence ../base/confidence.json
    python -m lerp_training field --split validation --search-ms 0 --cases 40 --features data/features.jsonl      # for `rank`
    python -m lerp_training field --only "does not apply"          # false positives, by default and with --all
    python -m lerp_training field --only "at once"                 # two and three concepts in one request
    python -m lerp_training field --only "one after the other"     # the same in as many requests

Nothing here knows the answer but the comparison: the pairs that teach are given as text, the spellings that belong to
the concept are found from them alone, and what comes back is parsed and compared with the reference by its tree.
"""

import argparse
import ast
import json
import os
import random
import subprocess
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path

from lerp_training import confidence
from lerp_training import config as settings
from lerp_training.failures import Answer, typical
from lerp_training.groups import grouped
from lerp_training.lengths import bucket_of
from lerp_training.named_rules import TOKEN
from lerp_training.questions import Case, any_function, built_in, composed, function, left_alone, rules_of, taught, unchanged

SHOWN = (1, 3, 5)
CANDIDATES = 8


@dataclass
class Result:
    top: bool = False
    any: bool = False
    unchanged: bool = False
    edited: bool = False
    confidence: float = 0.0
    threshold: float = 0.0  # an edit is shown by default from this confidence on
    given: str | None = None  # the first candidate's function
    described: list[dict] = field(default_factory=list)  # of every candidate its features, and whether it is right
    failed: bool = False  # there was no answer

    @property
    def shown(self) -> bool:
        return self.edited and self.confidence >= self.threshold


def answers(command: list[str], requests: list[dict], environment: dict | None) -> list[dict]:
    """What `lerp batch` says to each."""
    lines = "".join(json.dumps(request | {"id": str(number)}) + "\n" for number, request in enumerate(requests))
    done = subprocess.run(command, input=lines, capture_output=True, text=True, check=False, env=environment)
    said = {answer["id"]: answer for answer in map(json.loads, done.stdout.splitlines())}
    return [said.get(str(number), {"candidates": [], "error": "no answer"}) for number in range(len(requests))]


def ask(
    lerp: Path, cases: list[Case], model: Path | None, search_ms: int | None, features: bool = False
) -> tuple[list[Result], Counter]:
    environment = None if model is None else {**os.environ, "LERP_MODEL": str(model)}
    command = [str(lerp), "batch", *["--features"] * features]
    errors: Counter = Counter()
    texts = [case.source for case in cases]
    last: list[dict] = [{} for _ in cases]
    for stage in range(max((len(case.requests) for case in cases), default=0)):
        numbers = [number for number, case in enumerate(cases) if stage < len(case.requests)]
        requests = []
        for number in numbers:
            request = cases[number].requests[stage]
            # the function asked for is the last one: an edit may put lines in front of it
            name = ast.parse(texts[number]).body[-1].name  # type: ignore[attr-defined]
            search = search_ms if "examples" in request else None
            requests.append({"source": texts[number], "function": name, "candidates": CANDIDATES, **request, "tests": None, "search_ms": search})
        for number, answer in zip(numbers, answers(command, requests, environment), strict=True):
            last[number] = answer
            errors.update([answer["error"]] if answer["error"] else [])
            if answer["candidates"] and stage + 1 < len(cases[number].requests):
                texts[number] = answer["candidates"][0]["source"]
    return [judged(case, answer, text) for case, answer, text in zip(cases, last, texts, strict=True)], errors


def judged(case: Case, answer: dict, text: str) -> Result:
    wanted = function(case.wanted)
    # a later concept that changes nothing leaves what the earlier ones gave
    given = [function(candidate["source"]) for candidate in answer["candidates"]] or [function(text)] * (text != case.source)
    kept = bool(answer.get("unchanged")) and not given
    described = [
        {"right": case.source != case.wanted and wanted == function(one["source"])} | one["values"] for one in answer.get("features", [])
    ]
    sure = (answer.get("confidence") or 0.0, answer.get("threshold") or 0.0, next(iter(given), None), described, bool(answer["error"]))
    if case.source == case.wanted:
        alone = not given  # a request that is refused leaves the function alone, too
        return Result(alone, alone, kept, bool(given), *sure)
    hits = [wanted == other for other in given]
    return Result(bool(hits[:1] and hits[0]), any(hits), kept, bool(given), *sure)


def in_groups(cases: list[Case], results: list[Result]) -> dict:
    """By length (tokens are counted roughly here), by family of the synthetic rules, and what typically goes wrong."""
    both = list(zip(cases, results, strict=True))
    answers = (
        Answer(case.row, case.table.endswith("removed"), case.source, case.wanted, result.given, result.top)
        for case, result in both
        if case.table.startswith("built-in")
    )
    return {
        "by_length": grouped((case.table, bucket_of(len(TOKEN.findall(case.source))), result.top) for case, result in both),
        "by_family": grouped((case.table, case.row, result.top) for case, result in both if "family" in case.table),
        "typical_failures": typical(answers),
    }


def write_features(path: Path, cases: list[Case], results: list[Result]) -> None:
    with path.open("w") as file:
        for case, result in zip(cases, results, strict=True):
            if result.failed:
                continue
            about = {"kind": case.kind, "table": case.table, "row": case.row, "package": case.package, "applies": case.source != case.wanted}
            now = {"top": result.top, "any": result.any, "unchanged": result.unchanged, "confidence": result.confidence}
            file.write(json.dumps(about | now | {"candidates": result.described}) + "\n")


def main(argv: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="lerp_training field")
    parser.add_argument("--lerp", type=Path, default=settings.PACKAGE.parents[2] / "target" / "release" / "lerp")
    parser.add_argument("--model", type=Path)
    parser.add_argument("--rules", type=Path, default=settings.DATA / "rules")
    parser.add_argument("--split", default="test", help="validation: to choose thresholds by")
    parser.add_argument("--cases", type=int, default=300, help="per figure, at most")
    parser.add_argument("--search-ms", type=int, help="budget of the search for a taught edit; 0: the pairs' mean")
    parser.add_argument("--only", default="", help="figures whose names hold this, alone; nothing is written then")
    parser.add_argument("--functions", type=Path, default=settings.DATA / "functions.jsonl")
    parser.add_argument("--confidence", type=Path, help="where to write the thresholds; with --split validation")
    parser.add_argument("--features", type=Path, help="where to write what `rank` fits on; with --split validation")
    parser.add_argument("--out", type=Path)
    given = parser.parse_args(argv)
    if (given.confidence or given.features) and given.split != "validation":
        parser.error("thresholds and rankings are chosen on validation packages: --split validation")
    rng = random.Random(0)
    named = rules_of(given.rules / "named.jsonl", given.split)
    synthetic = rules_of(given.rules / "synthetic.jsonl", given.split)
    # they are of test packages: no threshold is chosen by them
    families = rules_of(given.rules / "synthetic.jsonl", "family_test") if given.split == "test" else []
    sums = {
        number: rules_of(given.rules / name, given.split)
        for number, name in (("two", "sums.jsonl"), ("three", "triples.jsonl"))
        if (given.rules / name).is_file()
    }
    mined = [r for r in rules_of(given.rules / "mined.jsonl", given.split) if len(r["pairs"]) > 1]

    count = given.cases
    cases: list[Case] = []
    cases += built_in("built-in, added", named, False, 2 * count, rng)
    cases += built_in("built-in, removed", named, True, 2 * count, rng)
    for shown in SHOWN:
        cases += taught(f"taught, new rule of a trained family, {shown} pairs", synthetic, shown, count, rng)
        cases += taught(f"taught, rule of a family never trained, {shown} pairs", families, shown, count, rng)
    for shown in SHOWN if given.features else (3,):
        cases += taught(f"taught, a named concept, {shown} pairs", named, shown, count, rng)
    cases += taught("taught, an edit that people made, 2 pairs", mined, 2, count, rng)
    cases += unchanged("does not apply, built-in", named, count, rng)
    near = lambda rule: rule["no_ops"]  # noqa: E731
    anyone = any_function(given.functions, given.split, rng)
    for shown in SHOWN:
        cases += left_alone(f"does not apply, taught, {shown} pairs", synthetic, shown, count, rng, near)
        cases += left_alone(f"does not apply, a named concept taught, {shown} pairs", named, shown, count, rng, near)
        cases += left_alone(f"does not apply, any function, a named concept taught, {shown} pairs", named, shown, count, rng, anyone)
    for number, rules in sums.items():
        for at_once, how in ((True, "at once"), (False, "one after the other")):
            # the same cases both ways
            cases += composed(f"{number} built-in concepts, {how}", rules, at_once, 2 * count, random.Random(1))
    # a ranking is of candidates for one concept
    cases = [case for case in cases if given.only in case.table and not (given.features and "built-in concepts" in case.table)]
    results, errors = ask(given.lerp, cases, given.model, given.search_ms, bool(given.features))

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
        means |= {"edited": sum(r.edited for r in group) / len(group), "shown_by_default": sum(r.shown for r in group) / len(group)}
        figures[name] = {key: round(value, 3) for key, value in (share | means).items()} | {"cases": len(group), "rows": len(of_rows)}
        print(f"{name:55s} " + "  ".join(f"{key} {value}" for key, value in figures[name].items()), flush=True)
    print(f"{errors.total()} of {len(cases)} requests had an error: {dict(errors.most_common(5))}")
    concepts: dict[str, dict] = defaultdict(dict)
    for table, key in (("built-in, added", "add"), ("built-in, removed", "remove")):
        for row, part in sorted(rows[table].items()):
            concepts[row] |= {key: round(sum(r.top for r in part) / len(part), 3), f"{key}_cases": len(part)}
    if given.features:
        write_features(given.features, cases, results)
    compared = [(case, result) for case, result in zip(cases, results, strict=True) if len(case.requests) == 1]
    judgements = [confidence.Row(c.kind, c.source != c.wanted, r.edited, r.top and c.source != c.wanted, r.confidence) for c, r in compared]
    sure = {kind: confidence.reliability(row for row in judgements if row.kind == kind) for kind in confidence.KINDS}
    for kind, table in sure.items():
        print(f"confidence, {kind}: " + "; ".join(f"{row['confidence']}: {row['right']} of {row['cases']}, {row['edits of others']} of others" for row in table))
    if given.confidence and not given.only:
        print(confidence.write(given.confidence, judgements, given.split))
    if given.out and not given.only:
        whole = json.loads(given.out.read_text()) if given.out.is_file() else {}
        packages = sorted({pair["package"] for rule in named for pair in rule["pairs"]})
        whole["about"] = whole.get("about", {}) | {"packages": ", ".join(packages)}
        whole |= {"end_to_end": figures, "errors": errors.total(), "concepts": concepts, "reliability": sure}
        whole |= in_groups(cases, results)
        given.out.write_text(json.dumps(whole, indent=1) + "\n")
