"""Plots drawn by the server: numbers of days as bars, or as a line.

A plot is a picture with a title, and beside it a table with the same numbers; the
colours are the style sheet's. Its coordinates are per mille of width and height.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date

_SIDE = 1000
#: Of a day's width, what its bar takes.
_BAR = 0.72


@dataclass(frozen=True)
class Series:
    """One number a day; ``kind`` is a class of the style sheet's."""

    label: str
    kind: str
    values: Sequence[int]


@dataclass(frozen=True)
class Box:
    """A part of a day's bar."""

    kind: str
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Day:
    """A row of the table, and what is drawn of it."""

    day: date
    values: list[str]
    total: str
    x: float
    width: float
    boxes: list[Box] = field(default_factory=list)


@dataclass(frozen=True)
class Plot:
    """What ``plots/plot.html`` draws; ``written`` says a number to people."""

    key: str
    title: str
    days: Sequence[date]
    series: Sequence[Series]
    written: Callable[[int], str] = str
    #: Numbers that add up are bars; a level, whose last one counts, is a line.
    is_level: bool = False

    @property
    def sums(self) -> list[int]:
        return [sum(day) for day in zip(*(s.values for s in self.series), strict=True)]

    @property
    def sum(self) -> str:
        return self.written(self.sums[-1] if self.is_level else sum(self.sums))

    @property
    def top(self) -> int:
        """What the plot's upper edge stands for, never zero: a level's highest, or a
        round number.
        """
        highest = max(self.sums, default=0)
        return max(1, highest) if self.is_level else _round_up(highest)

    @property
    def top_written(self) -> str:
        return self.written(self.top)

    @property
    def rows(self) -> list[Day]:
        """The days, drawn as bars where they are no level."""
        width = _SIDE / len(self.days)
        return [self._row(place, width) for place in range(len(self.days))]

    def _row(self, place: int, width: float) -> Day:
        row = Day(
            day=self.days[place],
            values=[self.written(series.values[place]) for series in self.series],
            total=self.written(self.sums[place]),
            x=_short(place * width),
            width=_short(width),
        )
        below = 0.0
        for series in self.series if not self.is_level else ():
            height = series.values[place] / self.top * _SIDE
            if height:
                row.boxes.append(
                    Box(
                        kind=series.kind,
                        x=_short((place + (1 - _BAR) / 2) * width),
                        y=_short(_SIDE - below - height),
                        width=_short(_BAR * width),
                        height=_short(height),
                    )
                )
            below += height
        return row

    @property
    def line(self) -> str:
        """The points of a level's line."""
        return " ".join(f"{x},{y}" for x, y in self._points())

    @property
    def area(self) -> str:
        """The same, closed at the bottom."""
        return f"0,{_SIDE} {self.line} {_SIDE},{_SIDE}"

    def _points(self) -> list[tuple[float, float]]:
        step = _SIDE / max(1, len(self.days) - 1)
        return [
            (_short(place * step), _short(_SIDE - value / self.top * _SIDE))
            for place, value in enumerate(self.sums)
        ]


def _short(place: float) -> float:
    return round(place, 1)


def _round_up(number: int) -> int:
    """The next of 1, 2, 5, 10, 20, 50 and so on."""
    power = 1
    while True:
        for step in (1, 2, 5):
            if number <= step * power:
                return step * power
        power *= 10
