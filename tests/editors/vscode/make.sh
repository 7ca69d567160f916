#!/usr/bin/env bash
# The tests of editors/vscode where they can be run: without Debian's packages, the registry of npm, or a machine that is quick
# enough, it says so and is no failure. `make test-vscode` insists.
set -euo pipefail
cd "$(dirname "$0")/../../.."
left_out() { echo "VS Code was NOT tested: $*" >&2; exit 0; }
# a workbench that waits for its turn all the time shows nothing
load="$(cut -d. -f1 /proc/loadavg 2> /dev/null || echo 0)"
[ "$load" -le $((4 * $(nproc))) ] || left_out "this machine is too busy (load $load on $(nproc) cores)"
within() { timeout --kill-after=20 "$@"; }
within 720 bash tests/editors/vscode/install.sh > /dev/null || left_out "the workbench could not be installed here (above is why)"
within 120 make --no-print-directory editors/vscode/node_modules/.installed || left_out "npm could not install what the extension is built with"
make --no-print-directory vsix vscode-test
code=0
within 720 bash tests/editors/vscode.sh || code=$?
# the time is up, for all or for one part
if [ "$code" = 124 ] || [ "$code" = 137 ]; then
    left_out "the workbench took too long here"
fi
exit "$code"
