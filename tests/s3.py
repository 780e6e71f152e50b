"""A real S3 server on this machine: SeaweedFS, from its wheel.

It checks signatures and their expiry, which the usual imitations of S3 do not.
"""

from __future__ import annotations

import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

ACCESS_KEY = "medisync-tests"
SECRET_KEY = "correct-horse-battery-staple"

_SERVERS = ("master", "volume", "filer", "s3")
_NOT_YET = (BotoCoreError, ClientError)


class S3Server:
    """SeaweedFS on loopback ports that were free, with a data folder of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        self._choose_ports()

    @property
    def port(self) -> int:
        return self._ports["s3.port"]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Starts on the ports and the data it had before; returns when it works."""
        with (self._folder / "weed.log").open("ab") as log:
            self._process = subprocess.Popen(
                [str(Path(sys.executable).with_name("weed")), *self._arguments()],
                cwd=self._folder,
                env={
                    "PATH": os.defpath,
                    "AWS_ACCESS_KEY_ID": ACCESS_KEY,
                    "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
                    # Without a key of its own it refuses encryption at rest.
                    "WEED_S3_SSE_KEK": "5e" * 32,
                },
                stdout=log,
                stderr=log,
                process_group=0,  # Not for the terminal to end.
            )
        self._wait_until_it_keeps_objects()

    def start_afresh(self) -> None:
        """The first start, on other ports when somebody else took one of them."""
        for _ in range(5):
            with suppress(_Ended):
                self.start()
                return
            self._choose_ports()
        raise AssertionError((self._folder / "weed.log").read_text()[-4000:])

    def kill(self) -> None:
        """SIGKILL: connections break, nothing is tidied; ``start`` brings it back."""
        assert self._process is not None
        self._process.send_signal(signal.SIGKILL)
        self._process.wait(60)
        # It has sockets in /tmp besides its ports, and cannot be told otherwise.
        for port in self._ports.values():
            for socket_file in Path("/tmp").glob(f"seaweedfs-*-{port}.sock"):
                socket_file.unlink()

    def pause(self) -> None:
        """From now on connections are accepted and nothing is answered."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    def client(self, **options: Any) -> Any:
        config = Config(
            s3={"addressing_style": "path"},
            signature_version="s3v4",
            retries={"total_max_attempts": 1},
        )
        known = {
            "aws_access_key_id": ACCESS_KEY,
            "aws_secret_access_key": SECRET_KEY,
            "endpoint_url": self.url,
            "region_name": "us-east-1",
            "config": config,
        }
        return boto3.client("s3", **{**known, **options})

    def _choose_ports(self) -> None:
        names = [f"{name}.port{kind}" for name in _SERVERS for kind in ("", ".grpc")]
        self._ports = dict(zip(names, _free_ports(len(names)), strict=True))

    def _arguments(self) -> list[str]:
        data = self._folder / "data"
        data.mkdir(exist_ok=True)
        return [
            *["server", "-s3", f"-dir={data}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1"],
            *[f"-{name}={port}" for name, port in self._ports.items()],
            *["-s3.port.iceberg=0", "-s3.port.lance=0", "-master.telemetry=false"],
            # One machine need not wait long for the votes of others.
            *["-master.electionTimeout=300ms", "-master.heartbeatInterval=100ms"],
            # Else a bucket would reserve gigabytes, and a full disk stop it.
            *["-master.volumeSizeLimitMB=64", "-volume.max=1000"],
            *["-volume.minFreeSpace=1MiB"],
            f"-filer.localSocket={self._folder / 'filer.sock'}",
            f"-s3.localSocket={self._folder / 's3.sock'}",
        ]

    def _wait_until_it_keeps_objects(self) -> None:
        assert self._process is not None
        client, deadline = self.client(), time.monotonic() + 60
        while True:
            try:
                with suppress(client.exceptions.BucketAlreadyOwnedByYou):
                    client.create_bucket(Bucket="ready")
                client.put_object(Bucket="ready", Key="ready", Body=b"ready")
                return
            except _NOT_YET:
                if self._process.poll() is not None:
                    raise _Ended from None
                assert time.monotonic() < deadline, self._folder
                time.sleep(0.05)


class _Ended(Exception):
    """The server did not start."""


class Bucket:
    """An empty bucket, and what a MediSync server needs to keep its audio there."""

    def __init__(self, server: S3Server, name: str) -> None:
        self.server, self.name = server, name
        self.client = server.client()
        self.client.create_bucket(Bucket=name)

    def environment(self, endpoint_url: str = "") -> dict[str, str]:
        """For ``Server(folder, **bucket.environment())``; perhaps by way of a proxy."""
        return {
            "MEDISYNC_S3_BUCKET": self.name,
            "MEDISYNC_S3_ENDPOINT_URL": endpoint_url or self.server.url,
            "AWS_ACCESS_KEY_ID": ACCESS_KEY,
            "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
        }

    def keys(self) -> set[str]:
        pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=self.name)
        return {found["Key"] for page in pages for found in page.get("Contents", [])}

    def uploads(self) -> set[str]:
        """The keys of multipart uploads that were neither completed nor aborted."""
        answer = self.client.list_multipart_uploads(Bucket=self.name)
        return {found["Key"] for found in answer.get("Uploads", [])}


@contextmanager
def s3_server() -> Iterator[S3Server]:
    """A running server; it and its data are gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="medisync-s3-") as name:
        server = S3Server(Path(name))
        try:
            server.start_afresh()
            yield server
        finally:
            server.kill()


def _free_ports(count: int) -> list[int]:
    """Below the range that outgoing connections take theirs from, so that a server
    which is stopped for a while finds its ports free when it starts again."""
    found: list[int] = []
    while len(found) < count:
        port = random.randrange(10_000, 32_000)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            found.append(port)
    return found
