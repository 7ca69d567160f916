#!/usr/bin/env bash
# Tests of editors/vscode in the real workbench: installs it (vscode/install.sh), builds the scripted server; the .vsix is there.
# Screenshots are left in target/vscode. With an argument only the tests whose name has it, without the ones that follow:
# a folder without trust, and one edit by the real model, where LERP_TEST_BINARY or .venv has it.
set -euo pipefail
cd "$(dirname "$0")/../.."
target="$(realpath -m "${CARGO_TARGET_DIR:-target}")"
LERP_EDITORS="$(bash tests/editors/vscode/install.sh)"
if [ -z "${LERP_TEST_SERVER:-}" ]; then
    "${CARGO:-cargo}" build --quiet --locked --example scripted-server
    LERP_TEST_SERVER="$target/debug/examples/scripted-server"
fi
LERP_SHOTS="$target/vscode"
mkdir -p "$LERP_SHOTS"
LERP_VSIX="$(realpath editors/vscode/lerp.vsix)"
LERP_PYTHON_VSIX="$LERP_SHOTS/python.vsix"
vsce="$PWD/editors/vscode/node_modules/.bin/vsce"
(cd tests/editors/vscode/python && "$vsce" package --no-dependencies --allow-missing-repository --skip-license --out "$LERP_PYTHON_VSIX" > /dev/null)
export LERP_EDITORS LERP_TEST_SERVER LERP_VSIX LERP_PYTHON_VSIX LERP_SHOTS
# what is started ends with what started it; bounds for what hangs, far from what it takes
run() { timeout --foreground --kill-after=20 "$1" "$LERP_EDITORS/node" tests/editors/vscode/e2e.mjs "${@:2}"; }
if [ $# -gt 0 ]; then
    run 1200 "$@"
    exit
fi
run 1200
run 600 --untrusted
real="$(realpath "${LERP_TEST_BINARY:-.venv/bin/lerp}" 2> /dev/null || true)"
if [ -x "$real" ]; then
    LERP_MODEL="$(realpath models/base)"
    export LERP_MODEL
    LERP_TEST_REAL=1 LERP_TEST_SERVER="$real" run 600 'the light bulb'
fi
