"""Where browsers find the static files, so that they may keep them for a year."""

from __future__ import annotations

import hashlib
from pathlib import Path


def versioned(url: str, folder: Path, *others: Path) -> str:
    """``url`` with a part that stands for what ``folder`` and ``others`` hold.

    One version for all files, and not one for each: what a stylesheet or a module
    imports by a relative path is then of the same version, with nothing to build.
    """
    digest = hashlib.sha256()
    for path in [*sorted(folder.rglob("*")), *others]:
        if path.is_file():
            digest.update(f"{path.name}\0{path.stat().st_size}\0".encode())
            digest.update(path.read_bytes())
    return f"{url}{digest.hexdigest()[:12]}/"
