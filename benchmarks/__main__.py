"""Prints the table that docs/performance.md explains.

python -m benchmarks [--turns N] [TOPIC ...]
"""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from benchmarks import crowd, ingest, lists, memory, object_store, renditions, serving
from benchmarks.clinic import Clinic
from benchmarks.table import Table
from tests.server import Server

Topic = Callable[[Table, Path], None]


def _local(*parts: Callable[[Table, Clinic, Path], None]) -> Topic:
    """On a server as it starts by default, for these alone."""

    def measure(table: Table, folder: Path) -> None:
        with (
            tempfile.TemporaryDirectory(dir=folder) as name,
            Server(Path(name) / "data") as server,
        ):
            clinic = Clinic(server)
            for part in parts:
                part(table, clinic, folder)

    return measure


TOPICS: dict[str, Topic] = {
    "serving": _local(serving.measure),
    "nginx": serving.measure_behind_nginx,
    "renditions": _local(renditions.measure),
    "ingest": _local(ingest.measure),
    "memory": memory.measure,
    "crowd": _local(crowd.measure),
    "s3": object_store.measure,
    "lists": lists.measure,
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="benchmarks")
    parser.add_argument("--turns", type=int, default=5)
    parser.add_argument("topics", nargs="*", choices=[*TOPICS, []], metavar="TOPIC")
    asked = parser.parse_args()
    # Told to stop, it leaves no server behind.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    table = Table(asked.turns)
    with tempfile.TemporaryDirectory(prefix="medisync-bench-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        for topic in asked.topics or TOPICS:
            with table.row(topic):
                TOPICS[topic](table, folder)
    return 1 if table.failed else 0


if __name__ == "__main__":
    sys.exit(main())
