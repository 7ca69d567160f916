"""Runs mutants of one function in mutmut, then the same ones as candidates of `lerp verify`: `mutmut.py PROJECT LERP MUTANTS`."""

import ast
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time

FILE, FUNCTION, TESTS = "boltons/iterutils.py", "remap", "tests/test_iterutils.py"
NAME = f"{FILE.removesuffix('.py').replace('/', '.')}.x_{FUNCTION}__mutmut_"
CONFIGURATION = f"""
[tool.mutmut]
source_paths = ["{FILE.split('/')[0]}"]
only_mutate = ["{FILE}"]
pytest_add_cli_args_test_selection = ["{TESTS}"]
pytest_add_cli_args = ["-q", "-p", "no:cacheprovider"]
use_git_change_detection = false
"""


def mutmut(project, *names):
    """Its words, and wall-clock seconds."""
    program = os.path.join(os.path.dirname(sys.executable), "mutmut")
    started = time.monotonic()
    done = subprocess.run([program, "run", "--max-children", "1", *names], cwd=project, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(done.stdout[-2000:] + done.stderr[-2000:])
    return done.stdout, time.monotonic() - started


def functions(path):
    """The text of every function of a module, by name."""
    with open(path, encoding="utf-8") as file:
        text = file.read()
    lines = text.splitlines(keepends=True)
    nodes = [node for node in ast.parse(text).body if isinstance(node, ast.FunctionDef)]
    return {node.name: "".join(lines[node.lineno - 1 : node.end_lineno]) for node in nodes}


def main():
    source, lerp, count = sys.argv[1], os.path.abspath(sys.argv[2]), int(sys.argv[3])
    with tempfile.TemporaryDirectory() as folder:
        project = os.path.join(folder, "project")
        shutil.copytree(source, project)
        with open(os.path.join(project, "pyproject.toml"), "a", encoding="utf-8") as file:
            file.write(CONFIGURATION)
        # one mutant: mutmut writes all of them down and sees which tests reach what
        _, setup = mutmut(project, NAME + "1")
        found = functions(os.path.join(project, "mutants", FILE))
        numbers = sorted(int(name.rpartition("_")[2]) for name in found if name.startswith(f"x_{FUNCTION}__mutmut_") and name[-1].isdigit())
        # spread over the function
        numbers = numbers[:: max(1, len(numbers) // count)][:count]
        said, _ = mutmut(project, *(f"{NAME}{number}" for number in numbers))
        seconds = 1 / float(re.search(r"([\d.]+) mutations/second", said)[1])
        killed = {int(number) for number in re.findall(f"\N{PARTY POPPER} {re.escape(NAME)}(\\d+)", said)}
        shutil.rmtree(os.path.join(project, "mutants"))

        candidates = []
        for number in numbers:
            candidates += ["--candidate", os.path.join(folder, f"{number}.py")]
            with open(candidates[-1], "w", encoding="utf-8") as file:
                file.write(found[f"x_{FUNCTION}__mutmut_{number}"].replace(f"def x_{FUNCTION}__mutmut_{number}(", f"def {FUNCTION}(", 1))
        command = [lerp, "verify", f"{FILE}::{FUNCTION}", *candidates, "--no-gate", "--format", "json"]
        environment = {**os.environ, "LERP_CACHE": os.path.join(folder, "cache"), "VIRTUAL_ENV": os.path.dirname(os.path.dirname(sys.executable))}
        started = time.monotonic()
        answer = subprocess.run(command, cwd=project, env=environment, capture_output=True, text=True)
        whole = time.monotonic() - started
        if answer.returncode not in (0, 1):
            sys.exit(answer.stderr)
        verdicts = dict(zip(numbers, json.loads(answer.stdout)["candidates"]))

    own = sum(verdict["millis"] for verdict in verdicts.values()) / len(numbers)
    check = sum((verdict["differential"] or {"millis": 0})["millis"] for verdict in verdicts.values())
    other = sorted(number for number, verdict in verdicts.items() if (verdict["verdict"] in ("failed", "timeout")) != (number in killed))
    tiers = sorted({verdict["tier"] or "-" for verdict in verdicts.values()})
    rest = whole - own * len(numbers) / 1000 - check / 1000
    caught = sum(verdict["verdict"] in ("failed", "timeout") for verdict in verdicts.values())
    print("| function | mutants | mutmut, a mutant | mutmut, before the first | lerp, a mutant | lerp, before the first | caught by mutmut, by lerp |")
    print("|---|---|---|---|---|---|---|")
    print(
        f"| {FILE.split('/')[0]} `{FUNCTION}` | {len(numbers)} | {1000 * seconds:.0f} ms | {setup:.1f} s | {own:.0f} ms | {rest:.1f} s"
        f" | {len(killed)}, {caught} |"
    )
    print(f"tiers: {', '.join(tiers)}; lerp also asked the differential check about those that passed, {check / 1000:.1f} s in all")
    for number in other:
        print(f"not the same: {NAME}{number}: {verdicts[number]['verdict']} {verdicts[number]['reason'] or ''}")


if __name__ == "__main__":
    main()
