#!/usr/bin/env bash
# Unpacks Neovim 0.10 from Debian 13, with all that it needs, into the folder that is named, beside the system and without
# installing anything. Prints how to start it. Fails where there is no apt-get, or no such package.
set -euo pipefail
home="$(realpath -m "$1")"
key=/usr/share/keyrings/debian-archive-keyring.gpg
if [ ! -x "$home/nvim" ]; then
    command -v apt-get > /dev/null && [ -e "$key" ] && [ "$(uname -m)" = x86_64 ]
    rm -rf "$home"
    mkdir -p "$home"/{state/lists/partial,cache/archives/partial,root}
    touch "$home/state/status"
    echo "deb [signed-by=$key] http://deb.debian.org/debian trixie main" > "$home/sources.list"
    own=(-o Dir::Etc::SourceList="$home/sources.list" -o Dir::Etc::SourceParts=/dev/null -o Dir::State="$home/state"
        -o Dir::State::status="$home/state/status" -o Dir::Cache="$home/cache" -o Debug::NoLocking=1 -o APT::Sandbox::User=root)
    apt-get -qq "${own[@]}" update >&2
    apt-get -qq "${own[@]}" install --no-install-recommends --yes --download-only neovim >&2
    for package in "$home"/cache/archives/*.deb; do
        dpkg-deb --extract "$package" "$home/root"
    done
    rm -rf "$home/state" "$home/cache"
    cat > "$home/nvim" << END
#!/bin/sh
export VIMRUNTIME="$home/root/usr/share/nvim/runtime"
lib="$home/root/usr/lib/x86_64-linux-gnu"
exec "\$lib/ld-linux-x86-64.so.2" --library-path "\$lib" "$home/root/usr/bin/nvim" "\$@"
END
    chmod +x "$home/nvim"
fi
"$home/nvim" --version | grep -q '^NVIM v0\.10\.'
echo "$home/nvim"
