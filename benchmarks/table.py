"""The one table: every figure with its peer's, their ratio and the goal."""

from __future__ import annotations

import os
import platform
import re
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

Measure = Callable[[], float]

_HEAD = (
    "| what | MediSync | peer | ratio | goal |\n| --- | ---: | ---: | ---: | --- |\n"
)


class Table:
    def __init__(self, turns: int) -> None:
        self.turns = turns
        self.failed = 0
        print(f"{machine()}; {time.strftime('%Y-%m-%d')}; medians of {turns} turns.\n")
        print(_HEAD, end="", flush=True)

    def compare(
        self, what: str, unit: str, ours: Measure, peer: Measure, *, goal: str
    ) -> None:
        """Both in turn, so that what else the machine does meets both alike."""
        with self.row(what):
            pairs = [(ours(), peer()) for _ in range(self.turns)]
            mine, other = (statistics.median(side) for side in zip(*pairs, strict=True))
            ratio = statistics.median(a / b for a, b in pairs)
            cells = f"{_figure(mine)} {unit} | {_figure(other)} {unit} | {ratio:.2f}"
            self.print(what, cells, goal)

    def print(self, what: str, cells: str, goal: str) -> None:
        print(f"| {what} | {cells} | {goal} |", flush=True)

    @contextmanager
    def row(self, what: str) -> Iterator[None]:
        """What cannot be measured is a row too, and the run's failure."""
        try:
            yield
        except Exception as error:  # noqa: BLE001 (told in the table, and by the exit)
            self.failed += 1
            reason = " ".join(f"{type(error).__name__}: {error}".split())[:150]
            self.print(what, f"FAILED | {reason.replace('|', '/')} | -", "-")


def _figure(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def machine() -> str:
    facts = Path("/proc/cpuinfo").read_text()
    model = re.search(r"model name\s*: (.*)", facts)
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    name = model[1] if model else platform.machine()
    return f"{os.cpu_count()} cores ({name}), {memory:.0f} GiB, {platform.system()}"
