"""The vendors' clients, each in an environment of its own.

They pin versions that exclude each other and MediSync's own. An environment is made
once for each state of its lock files, in a folder beside the virtual environment
that the tests run in, however many test processes ask at the same time.
"""

from __future__ import annotations

import fcntl
import hashlib
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

HERE = Path(__file__).resolve().parent
_CACHE = Path(sys.prefix) / "vendors"


def environment(client: str) -> Path:
    """The folder of the client's virtual environment, made if it is missing.

    With a package-lock.json beside its requirements, which bring Node.js then, the
    folder also has what that lists in ``node_modules``.
    """
    locks = sorted(
        path
        for path in (HERE / client).iterdir()
        if path.name in ("requirements.txt", "package.json", "package-lock.json")
    )
    state = hashlib.sha256(sys.version.encode())
    for path in locks:
        state.update(path.read_bytes())
    folder = _CACHE / f"{client}-{state.hexdigest()[:16]}"
    with _alone(folder):
        if not (folder / ".complete").exists():
            shutil.rmtree(folder, ignore_errors=True)
            _make(folder, locks)
            (folder / ".complete").touch()
    return folder


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    folder.parent.mkdir(exist_ok=True)
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # Let go when the file is closed.
        yield


def _make(folder: Path, locks: list[Path]) -> None:
    _run(sys.executable, "-m", "venv", "--without-pip", folder)
    pip = [sys.executable, "-m", "pip", "--python", str(folder / "bin/python")]
    options = ["--quiet", "--disable-pip-version-check", "--require-hashes"]
    for path in locks:
        shutil.copy(path, folder)
    requirements = folder / "requirements.txt"
    # The list is whole; where it differs from what a package asks, it says why.
    _run(*pip, "install", *options, "--no-deps", "-r", requirements)
    if (folder / "package-lock.json").exists():
        quiet = ["--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"]
        _run(folder / "bin/npm", "ci", *quiet, cwd=folder)


def _run(*command: str | Path, cwd: Path | None = None) -> None:
    done = subprocess.run(
        [str(word) for word in command],
        cwd=cwd,
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
