#!/usr/bin/env bash
# Puts what the tests of editors/vscode need into one folder that is kept, whatever becomes of the checkout: Node 24, code-server (the
# workbench of VS Code, behind a web server) and playwright-core. Prints the folder. Chromium and a library's headers come from
# Debian. Ends with 2 where that can not be had; any other failure is one of this script.
set -euo pipefail

node=24.11.0
npm=10.9.4
code_server=4.139.1
playwright=1.65.1
home="${LERP_TEST_EDITORS:-${XDG_CACHE_HOME:-$HOME/.cache}/lerp-test-editors}"
wanted="node $node npm $npm code-server $code_server playwright-core $playwright"

fail() { echo "test-vscode: $*" >&2; exit 2; }

case "$(uname -sm)" in
    "Linux x86_64") arch=x64 ;;
    "Linux aarch64") arch=arm64 ;;
    *) fail "needs Linux on x86-64 or arm64, this is $(uname -sm)" ;;
esac

# headers of Kerberos are what code-server's native modules are compiled with
packages=()
command -v chromium > /dev/null || packages+=(chromium)
[ -e /usr/include/gssapi/gssapi.h ] || packages+=(libkrb5-dev)
command -v c++ > /dev/null || packages+=(g++)
command -v make > /dev/null || packages+=(make)
if [ ${#packages[@]} -gt 0 ]; then
    command -v apt-get > /dev/null || fail "install ${packages[*]} first"
    [ "$(id -u)" = 0 ] || fail "run first: sudo apt-get install ${packages[*]}"
    log="$(mktemp)"
    # a mirror that does not answer is given up soon
    own=(-qq -o Acquire::http::Timeout=20 -o Acquire::https::Timeout=20 -o Acquire::Retries=1)
    { apt-get "${own[@]}" update \
        && DEBIAN_FRONTEND=noninteractive apt-get "${own[@]}" install -y --no-install-recommends "${packages[@]}"; } > "$log" 2>&1 \
        || { tail -n 20 "$log" >&2; fail "apt-get could not install ${packages[*]}; the log is $log"; }
    rm "$log"
fi

# two checkouts may come here at the same time: the second one waits, and finds it done
mkdir -p "$(dirname "$home")"
exec 9> "$home.lock"
flock 9
if [ "$(cat "$home/.installed" 2> /dev/null)" != "$wanted" ]; then
    command -v npm > /dev/null || fail "needs npm: install nodejs and npm"
    rm -rf "$home"
    mkdir -p "$home"
    cd "$home"
    echo '{ "private": true }' > package.json
    echo "test-vscode: installing $wanted into $home (some minutes, 600 MB)" >&2
    quiet=(--no-audit --no-fund --loglevel=error)
    npm install "${quiet[@]}" --ignore-scripts "node-linux-$arch@$node" "npm@$npm" "playwright-core@$playwright" >&2 \
        || fail "npm could not install Node $node; is the registry reachable?"
    # from here on with the npm that is pinned: later ones do not run the scripts that build native modules
    PATH="$home/node_modules/node-linux-$arch/bin:$home/node_modules/.bin:$PATH" \
        npm_config_nodedir="$home/node_modules/node-linux-$arch" \
        npm install "${quiet[@]}" "code-server@$code_server" > install.log 2>&1 \
        || { tail -n 40 install.log >&2; fail "code-server $code_server was not installed; the log is $home/install.log"; }
    rm -rf "$home/.npm-cache"
    echo "$wanted" > .installed
fi
ln -sfn "node_modules/node-linux-$arch/bin/node" "$home/node"
echo "$home"
