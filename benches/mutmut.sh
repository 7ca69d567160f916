#!/usr/bin/env bash
# What a mutant costs in mutmut and in lerp: the same mutants of one function, the same tests, one at a time.
# `bash benches/mutmut.sh [MUTANTS]` prints a table row for docs/verification.md. Needs a Python of at least 3.10.
set -euo pipefail
cd "$(dirname "$0")/.."

bash tests/packages.sh
cargo build --release --locked
environment=target/mutmut-environment
if ! "$environment/bin/mutmut" --version >/dev/null 2>&1; then
    "${PYTHON:-python3}" -m venv "$environment"
    "$environment/bin/python" -m pip install --quiet --disable-pip-version-check mutmut==3.8.1 pytest==9.2.0
fi
exec "$environment/bin/python" benches/mutmut.py target/packages-source/boltons target/release/lerp "${1:-64}"
