#!/usr/bin/env bash
# The binary, spoken to by pytest-lsp with the abilities of several editors: installs it from PyPI under target/pytest-lsp. The
# model's runtime is found in the environment of `make install`.
set -euo pipefail
cd "$(dirname "$0")/../.."
target="${CARGO_TARGET_DIR:-target}"
home="$target/pytest-lsp"
wanted="pytest-lsp==1.0.1"
if [ "$(cat "$home/.installed" 2>/dev/null)" != "$wanted" ]; then
    rm -rf "$home"
    "${PYTHON:-python3}" -m venv "$home"
    "$home/bin/python" -m pip install --quiet --disable-pip-version-check "$wanted"
    echo "$wanted" > "$home/.installed"
fi
if [ -z "${LERP_TEST_BINARY:-}" ]; then
    "${CARGO:-cargo}" build --quiet --locked --bin lerp
    LERP_TEST_BINARY="$(realpath "$target/debug/lerp")"
fi
LERP_MODEL="$(realpath models/base)"
scratch="$(mktemp -d)"
trap 'rm -rf "$scratch"' EXIT
# no concept of the user's own
export LERP_TEST_BINARY LERP_MODEL XDG_DATA_HOME="$scratch/data"
timeout 600 "$home/bin/python" -m pytest -q -p no:cacheprovider -o asyncio_mode=strict -o asyncio_default_fixture_loop_scope=function \
    tests/editors/clients "$@"
