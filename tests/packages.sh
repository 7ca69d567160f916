#!/usr/bin/env bash
# Fetches the pinned packages of packages.txt and unpacks each into target/packages/NAME; those of packages-source.txt, which come
# with their tests, into target/packages-source/NAME.
set -euo pipefail
cd "$(dirname "$0")/.."

# list, folder, the kind that pip is to take, how an archive is unpacked
fetch() {
    local list=$1 folder=$2 kind=$3 unpack=$4 archive
    if [ -f "$folder/.of" ] && cmp -s "$list" "$folder/.of"; then return; fi
    mkdir -p "$folder-archives" "$folder"
    python3 -m pip download -q --no-deps "$kind=:all:" --require-hashes -r "$list" -d "$folder-archives"
    for archive in "$folder-archives"/*; do
        "$unpack" "$archive" "$folder"
    done
    cp "$list" "$folder/.of"
}

wheel() {
    local name
    name=$(basename "$1" | cut -d- -f1)
    rm -rf "${2:?}/$name"
    python3 -m zipfile -e "$1" "$2/$name"
}

source_archive() {
    local name
    name=$(basename "$1" | cut -d- -f1)
    rm -rf "${2:?}/$name"
    mkdir "$2/$name"
    tar -xzf "$1" -C "$2/$name" --strip-components=1
}

fetch tests/packages.txt target/packages --only-binary wheel
fetch tests/packages-source.txt target/packages-source --no-binary source_archive
