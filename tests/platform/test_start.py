"""What the server's own settings do to its start and its end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.server import ROOT, Server

pytestmark = pytest.mark.once


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "http"),
        ("PORT", "99999"),
        ("MEDISYNC_WORKERS", "0"),
        ("MEDISYNC_THREADS", "many"),
    ],
)
def test_a_wrong_value_stops_gunicorn_with_a_sentence(
    tmp_path: Path, name: str, value: str
) -> None:
    started = subprocess.run(
        [
            *[str(Path(sys.executable).with_name("gunicorn")), "--config"],
            *["deploy/gunicorn.conf.py", "medisync.wsgi"],
        ],
        cwd=ROOT,
        env={**os.environ, "MEDISYNC_DATA_DIR": str(tmp_path), name: value},
        check=False,
        capture_output=True,
        text=True,
        timeout=30,
    )

    assert started.returncode == 1
    assert started.stderr.startswith(f"medisync: {name} must be a whole number from 1")
    assert "Traceback" not in started.stderr


@pytest.mark.parametrize("missing", ["MEDISYNC_S3_BUCKET", "MEDISYNC_S3_ENDPOINT_URL"])
def test_a_redirect_to_no_store_stops_the_start_with_a_sentence(
    tmp_path: Path, missing: str
) -> None:
    store = {
        "MEDISYNC_S3_BUCKET": "audio",
        "MEDISYNC_S3_ENDPOINT_URL": "https://s3.example.org",
    }
    checked = subprocess.run(
        [sys.executable, ROOT / "manage.py", "check"],
        env={
            **os.environ,
            **store,
            missing: "",
            "MEDISYNC_S3_REDIRECT": "on",
            "MEDISYNC_DATA_DIR": str(tmp_path),
        },
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )

    assert checked.returncode != 0
    assert "MEDISYNC_S3_REDIRECT needs MEDISYNC_S3_BUCKET" in checked.stderr


def test_a_database_that_does_not_answer_stops_the_start_with_a_sentence(
    tmp_path: Path,
) -> None:
    nobody = "postgres://clinic:secret-word@127.0.0.1:1/medisync"
    migrated = subprocess.run(
        [sys.executable, ROOT / "manage.py", "migrate"],
        env={
            **os.environ,
            "MEDISYNC_DATA_DIR": str(tmp_path),
            "DATABASE_URL": nobody,
        },
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )

    assert migrated.returncode == 1
    assert migrated.stderr.startswith("medisync: The database cannot be used: ")
    assert "Traceback" not in migrated.stderr
    assert "secret-word" not in migrated.stderr
    assert len(migrated.stderr.splitlines()) == 1


def test_workers_leave_ctrl_c_to_the_master(tmp_path: Path) -> None:
    with Server(tmp_path / "data", MEDISYNC_WORKERS="2") as server:
        deadline = time.monotonic() + 30
        while [ignores_ctrl_c(pid) for pid in server.workers()] != [True, True]:
            assert time.monotonic() < deadline
            time.sleep(0.05)


def ignores_ctrl_c(pid: int) -> bool:
    status = Path(f"/proc/{pid}/status").read_text()
    ignored = int(status.partition("SigIgn:")[2].split()[0], 16)
    return bool(ignored >> (signal.SIGINT - 1) & 1)
