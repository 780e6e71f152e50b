"""A recording's links, as its own page and the page of its links show them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from medisync.accounts.models import User
from recordings.handout_forms import HandoutForm
from recordings.handouts import handouts_of
from recordings.models import Handout, Recording
from recordings.panels import Panel


@dataclass(frozen=True)
class HandoutFacts:
    """What ``recordings/_handout.html`` gets as ``panel``."""

    handouts: Sequence[Handout]
    form: HandoutForm
    #: The link that this very page answers the making of: its URL and PIN.
    made: Mapping[str, str] | None = None
    revoked: Handout | None = None


def handout_facts(
    recording: Recording,
    *,
    form: HandoutForm | None = None,
    made: Mapping[str, str] | None = None,
    revoked: str = "",
) -> HandoutFacts:
    """``revoked`` is the id of the link that was revoked just now."""
    handouts = list(handouts_of(recording))
    ended = (row for row in handouts if row.pk == revoked and row.revoked_at)
    return HandoutFacts(
        handouts, form or HandoutForm(label_suffix=""), made, next(ended, None)
    )


def handout_panel(recording: Recording, user: User) -> Panel:
    """Whoever may hear a recording may hand it out."""
    return Panel("recordings/_handout.html", handout_facts(recording))
