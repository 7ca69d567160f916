#!/usr/bin/env bash
# Tests of editors/vscode in the real workbench: installs it (vscode/install.sh), builds the .vsix and the scripted server.
# Screenshots are left in target/vscode.
set -euo pipefail
cd "$(dirname "$0")/../.."
target="$(realpath -m "${CARGO_TARGET_DIR:-target}")"
LERP_EDITORS="$(bash tests/editors/vscode/install.sh)"
if [ -z "${LERP_TEST_SERVER:-}" ]; then
    "${CARGO:-cargo}" build --quiet --locked --example scripted-server
    LERP_TEST_SERVER="$target/debug/examples/scripted-server"
fi
LERP_VSIX="$(realpath editors/vscode/lerp.vsix)"
LERP_SHOTS="$target/vscode"
export LERP_EDITORS LERP_TEST_SERVER LERP_VSIX LERP_SHOTS
timeout 1500 "$LERP_EDITORS/node" tests/editors/vscode/e2e.mjs "$@"
if [ $# -eq 0 ]; then
    timeout 900 "$LERP_EDITORS/node" tests/editors/vscode/e2e.mjs --untrusted
fi
