"""The pinned packages of corpus.toml: fetched by pip, verified by hash, read in memory."""

import hashlib
import io
import subprocess
import sys
import tempfile
import tokenize
import tomllib
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MANIFEST = ROOT / "corpus.toml"
DATA = ROOT / "data"
PACKAGES = DATA / "packages"

# Copies of other projects: they would carry held-out packages into training.
VENDORED = {"_vendor", "vendor", "vendored", "_vendored", "extern", "externals", "third_party"}


@dataclass(frozen=True)
class Wheel:
    """One pinned file. `split`, `kind` and `licence` are those of the package, also for its older releases."""

    name: str
    version: str
    file: str
    sha256: str
    licence: str
    kind: str
    split: str

    @property
    def path(self) -> Path:
        return PACKAGES / self.file


@dataclass(frozen=True)
class Manifest:
    settings: dict
    packages: list[Wheel]
    releases: dict[str, list[Wheel]]  # package -> older releases, oldest first


def read_manifest(path: Path = MANIFEST) -> Manifest:
    raw = tomllib.loads(path.read_text())
    packages = [Wheel(**entry) for entry in raw["package"]]
    by_name = {wheel.name: wheel for wheel in packages}
    releases: dict[str, list[Wheel]] = {}
    for entry in raw.get("release", []):
        owner = by_name[entry["name"]]
        wheel = Wheel(**entry, licence=owner.licence, kind=owner.kind, split=owner.split)
        releases.setdefault(wheel.name, []).append(wheel)
    return Manifest(raw["settings"], packages, releases)


def verified(wheel: Wheel) -> bool:
    return wheel.path.exists() and hashlib.sha256(wheel.path.read_bytes()).hexdigest() == wheel.sha256


def fetch(wheel: Wheel, settings: dict) -> bool:
    """Downloads the wheel unless a verified copy is there. False when it can not be had."""
    if verified(wheel):
        return True
    wheel.path.unlink(missing_ok=True)
    PACKAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as requirements:
        requirements.write(f"{wheel.name}=={wheel.version} --hash=sha256:{wheel.sha256}\n")
        requirements.flush()
        platforms = [part for name in settings["platforms"] for part in ("--platform", name)]
        command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--only-binary=:all:", "--require-hashes"]
        command += ["--implementation", "cp", "--python-version", settings["python_version"], *platforms]
        command += ["-d", str(PACKAGES), "-r", requirements.name]
        done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        print(f"{wheel.name} {wheel.version}: skipped: {done.stderr.strip().splitlines()[-1:]}", file=sys.stderr)
    return verified(wheel)


def decode(data: bytes) -> str | None:
    """Source text with its declared encoding and universal newlines, or None when it is not text."""
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        return io.TextIOWrapper(io.BytesIO(data), encoding).read()
    except (SyntaxError, UnicodeDecodeError, LookupError):
        return None


def python_files(wheel: Wheel) -> Iterator[tuple[str, str]]:
    """(path inside the wheel, text) of every Python file that is the package's own."""
    with zipfile.ZipFile(wheel.path) as archive:
        for path in sorted(archive.namelist()):
            if path.endswith(".py") and not VENDORED.intersection(path.split("/")):
                text = decode(archive.read(path))
                if text is not None:
                    yield path, text
