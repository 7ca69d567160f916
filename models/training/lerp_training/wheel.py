"""What the manifest says of a bundle's files, and the links through which the wheel takes those that are shipped."""

import hashlib
import json
from pathlib import Path

from lerp_training import config as settings

CONFIDENCE = "confidence.json"  # see lerp_training.confidence
RANKING = "ranking.json"  # see lerp_training.rank


def entry(path: Path) -> dict:
    """What the manifest says of a file."""
    content = path.read_bytes()
    return {"size": len(content), "sha256": hashlib.sha256(content).hexdigest()}


def link_for_the_wheel(folder: Path) -> None:
    """One link for each file of the manifest, and no others."""
    links = settings.PACKAGE.parents[2] / "packaging" / "data" / "share" / "lerp" / "base"
    if folder.resolve() != (settings.PACKAGE.parents[1] / "base").resolve():
        return
    names = [*json.loads((folder / "manifest.json").read_text())["files"], "manifest.json"]
    for link in links.iterdir():
        if link.name not in names:
            link.unlink()
    for name in names:
        if not (links / name).is_symlink():
            (links / name).symlink_to(Path(*[".."] * 5) / "models" / "base" / name)
