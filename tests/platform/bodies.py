"""An application of bare bodies, for the worker: what it sends is known."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings

from medisync.server import patience

settings.configure()
patience.IDLE_SECONDS = 2

PIECES = 400
PIECE = bytes(range(256)) * 64  # 16 KiB
ENDED = Path(os.environ["ENDED"])


class Body:
    """Pieces, each a moment after the other; writes down when it is closed."""

    def __init__(self, kind: str) -> None:
        self._kind = kind

    def __iter__(self) -> Iterator[bytes]:
        for index in range(PIECES):
            if self._kind == "broken" and index == PIECES // 2:
                raise OSError("the store is gone")
            if self._kind == "late" and index % 40 == 0:
                time.sleep(0.05)
            yield PIECE

    def close(self) -> None:
        with ENDED.open("a") as file:
            file.write(f"{self._kind}\n")


class Application:
    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Any:
        kind = environ["PATH_INFO"].strip("/")
        if kind == "empty":
            start("200 OK", [("Content-Length", "0")])
            return []
        headers = [("Content-Type", "application/octet-stream")]
        if "length" in environ["QUERY_STRING"]:
            headers.append(("Content-Length", str(PIECES * len(PIECE))))
        start("200 OK", headers)
        return Body(kind)

    def refuse(self, path: str, status: int) -> Any:
        raise NotImplementedError


application = Application()
