"""Links that hand a recording out to somebody who has no account here."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.hashers import check_password, make_password
from django.db import IntegrityError, transaction
from django.db.models import F, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_noop as _

from medisync.accounts.models import User
from medisync.audit.models import Outcome
from medisync.audit.trail import Actor, record
from medisync.lib.allowance import caller, take
from medisync.lib.hashing import secret_hash
from medisync.lib.text import storable
from recordings.access import recordings_for
from recordings.errors import HandoutNotFound, HandoutUnusable, PinWrong
from recordings.models import Handout, HandoutOpening, Recording

MOST_USES = 100
LONGEST_LIFE = timedelta(days=90)
#: A browser that has opened a link may listen for so long, and no longer than it.
OPENING_LIFE = timedelta(hours=4)
#: What has ended is listed for so long; the audit trail keeps it.
ENDED_KEPT = timedelta(days=30)

_PIN_DIGITS = 6
# Refusals of one link that are put on the trail in an hour: of one caller, of all.
_NOTED_OF_ONE = 10
_NOTED_OF_ALL = 100


@dataclass(frozen=True)
class NewHandout:
    """A link's token and PIN in clear: this once, only hashes are kept."""

    handout: Handout
    token: str
    pin: str


def handouts_of(recording: Recording) -> QuerySet[Handout]:
    """The recording's links, newest first, with who opened them."""
    return recording.handouts.select_related("made_by").prefetch_related("openings")


def make_handout(
    recording: Recording,
    *,
    by: User,
    actor: Actor,
    expires_at: datetime,
    uses: int = 1,
    with_pin: bool = False,
    recipient: str = "",
) -> NewHandout:
    """A link to ``recording``, which ``by`` may hear. Raises HandoutUnusable."""
    now = timezone.now()
    recipient = recipient.strip()
    if not 1 <= uses <= MOST_USES:
        raise HandoutUnusable(_("A link opens between 1 and 100 times."))
    if not now < expires_at <= now + LONGEST_LIFE:
        raise HandoutUnusable(_("A link ends in the future, within 90 days."))
    if len(recipient) > 100 or not storable(recipient):
        raise HandoutUnusable(_("This name cannot be kept."))
    token = secrets.token_hex(16)
    pin = f"{secrets.randbelow(10**_PIN_DIGITS):0{_PIN_DIGITS}}" if with_pin else ""
    handout = Handout(
        recording=recording,
        token_hash=secret_hash(token),
        pin_hash=make_password(pin) if pin else "",
        recipient=recipient,
        uses=uses,
        uses_left=uses,
        made_by=by,
        created_at=now,
        expires_at=expires_at,
    )
    with transaction.atomic():
        handout.save(force_insert=True)
        _note(
            "handout.add",
            handout,
            actor,
            uses=uses,
            until=expires_at.isoformat(),
            pin=with_pin,
        )
    return NewHandout(handout, token, pin)


def handout_of(token: str, *, visit: str, address: str) -> Handout:
    """The link of ``token``, if the browser ``visit`` can open it or has opened it.

    Looking uses nothing up. Where there is such a link, a refusal is on the audit
    trail (:func:`_refused`). Raises HandoutNotFound, whatever the reason.
    """
    handout = _standing(token, address)
    if not handout.uses_left and opening_of(handout, visit) is None:
        raise _refused(handout, address)
    return handout


def opening_for(token: str, *, visit: str, address: str) -> HandoutOpening:
    """What lets the browser ``visit`` hear the recording of the link ``token``.

    Raises HandoutNotFound, as :func:`handout_of` does, and where it is not opened.
    """
    handout = _standing(token, address)
    opening = opening_of(handout, visit)
    if opening is None:
        raise _refused(handout, address)
    return opening


def opening_of(handout: Handout, visit: str) -> HandoutOpening | None:
    opening = handout.openings.filter(
        visit_hash=secret_hash(visit), until__gt=timezone.now()
    ).first()
    if opening is not None:
        opening.handout = handout
    return opening


def open_handout(handout: Handout, *, visit: str, pin: str, address: str) -> None:
    """Uses the link up by one, for the browser ``visit``.

    Of all who try at once, in whichever process, no more succeed than there are
    uses left. A browser that has opened it already uses up nothing. Raises PinWrong,
    HandoutNotFound.
    """
    if opening_of(handout, visit) is not None:
        return
    if handout.pin_hash and not check_password(pin, handout.pin_hash):
        _refused(handout, address, reason=PinWrong.code)
        _count_wrong_pin(handout, address)
        raise PinWrong(_("This is not the PIN. Nothing was used up."))
    try:
        with transaction.atomic():
            opened = _claim(handout, visit, address)
    except IntegrityError:
        return  # The same browser, twice at once.
    if not opened and opening_of(handout, visit) is None:
        raise _refused(handout, address)


def _count_wrong_pin(handout: Handout, address: str) -> None:
    """The last of too many, from wherever they come, ends the link for everybody.

    One caller is stopped long before (``pin_allowance``): a stranger who has the
    link does not so easily take it from whom it is for.
    """
    same = Handout.objects.filter(pk=handout.pk)
    with transaction.atomic():
        if same.filter(tries_left__gt=1).update(tries_left=F("tries_left") - 1):
            return
        if same.filter(tries_left=1).update(tries_left=0):
            _note("handout.lock", handout, handout_actor(handout, address))


def _claim(handout: Handout, visit: str, address: str) -> bool:
    now = timezone.now()
    # The link's own columns alone: with a join the condition would go into a
    # subquery, which PostgreSQL does not ask again when somebody else was faster.
    claimed = Handout.objects.live().filter(pk=handout.pk, uses_left__gt=0)
    if not claimed.update(uses_left=F("uses_left") - 1):
        return False
    HandoutOpening.objects.create(
        handout=handout,
        visit_hash=secret_hash(visit),
        address=address or None,
        opened_at=now,
        until=min(now + OPENING_LIFE, handout.expires_at),
    )
    _note("handout.open", handout, handout_actor(handout, address))
    return True


def revoke_handout(recording: Recording, handout_id: str, *, actor: Actor) -> None:
    """It opens nothing from here on, for those who have opened it neither.

    Raises HandoutNotFound for one that is not the recording's.
    """
    with transaction.atomic():
        same = recording.handouts.filter(pk=handout_id)
        handout = same.first()
        if handout is None:
            raise HandoutNotFound
        if same.filter(revoked_at=None).update(revoked_at=timezone.now()):
            _note("handout.revoke", handout, actor)


def handout_actor(handout: Handout, address: str) -> Actor:
    """Whoever holds the link."""
    return Actor("handout", handout.pk, str(handout), address or None)


def sweep_handouts(**signal: object) -> dict[str, int]:
    """Removes links that ended a while ago."""
    before = timezone.now() - ENDED_KEPT
    _all, removed = Handout.objects.filter(expires_at__lte=before).delete()
    return {"links ended long ago": removed.get(Handout._meta.label, 0)}


def _standing(token: str, address: str) -> Handout:
    """The link, if it has not ended and opens no more than its maker may hear."""
    handout = (
        Handout.objects.select_related("recording", "made_by")
        .filter(token_hash=secret_hash(token))
        .first()
    )
    if handout is None:
        raise HandoutNotFound
    maker = handout.made_by
    heard = recordings_for(maker).filter(pk=handout.recording_id)
    if handout.ended or not maker.is_active or not heard.exists():
        raise _refused(handout, address)
    return handout


def _refused(handout: Handout, address: str, *, reason: str = "") -> HandoutNotFound:
    """The refusal, noted on the recording's trail.

    Nobody is to fill the trail with them: only so many of an hour are noted, and
    the last one says that it is, and that more may have come.
    """
    told = {"reason": reason} if reason else {}
    one = take(f"refused:{handout.pk}:{caller(address)}", _NOTED_OF_ONE)
    if one.retry_after:
        return HandoutNotFound()
    all_of_it = take(f"refused:{handout.pk}", _NOTED_OF_ALL)
    if all_of_it.retry_after:
        return HandoutNotFound()
    if not (one.remaining and all_of_it.remaining):
        told["last_this_hour"] = "yes"
    actor = handout_actor(handout, address)
    _note("handout.open", handout, actor, outcome=Outcome.REFUSED, **told)
    return HandoutNotFound()


def _note(
    action: str,
    handout: Handout,
    actor: Actor,
    *,
    outcome: Outcome = Outcome.DONE,
    **details: object,
) -> None:
    """On the recording's trail, where one looks for who has had it."""
    record(
        action,
        handout.recording,
        actor=actor,
        outcome=outcome,
        handout=handout.pk,
        **details,
    )
