"""Which rows name the objects of the store, by the first folder of their keys."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from recordings.choices import RenditionState, State
from recordings.models import Recording, Rendition


@dataclass(frozen=True)
class Kind:
    """Rows with a ``key``, a ``sha256`` and a ``size``, one for each object.

    ``ready`` is the state of a row whose object must be there, ``came`` the column
    that says since when it is.
    """

    model: Any
    ready: str
    came: str

    def rows(self) -> QuerySet[Any]:
        found: QuerySet[Any] = self.model.objects.filter(state=self.ready)
        return found

    def owner(self, key: str) -> Any:
        """The row of an object in whatever state, or None."""
        return self.model.objects.filter(key=key).first()


#: An app that keeps files of its own adds itself.
KINDS: dict[str, Kind] = {
    "originals": Kind(Recording, State.READY, "created_at"),
    "renditions": Kind(Rendition, RenditionState.READY, "updated_at"),
}


def kind_of(key: str) -> Kind:
    return KINDS[key.partition("/")[0]]
