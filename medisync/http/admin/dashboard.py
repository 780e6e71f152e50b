"""The first page: what each model's page says is up today or waits."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.http import HttpRequest
from django.utils.safestring import SafeString


@dataclass(frozen=True)
class Line:
    """One thing that is up: what, a link to it, and when or why in a few words."""

    what: str
    url: str
    aside: str = ""
    mark: SafeString | str = ""


@dataclass(frozen=True)
class Panel:
    title: str
    lines: list[Line]
    empty: str
    """What it says where there is nothing."""
    more_url: str = ""
    """The list of all, where the lines are not."""
    wide: bool = False


def few(rows: Any, most: int) -> tuple[list[Any], bool]:
    """The first rows, and whether there are more."""
    found = list(islice(rows[: most + 1], most + 1))
    return found[:most], len(found) > most


def panels(pages: list[Any], request: HttpRequest) -> Iterator[Panel]:
    """Of every model that the user may see; each page is asked by ``panels``."""
    for page in pages:
        if page.has_view_permission(request):
            yield from page.panels(request)
