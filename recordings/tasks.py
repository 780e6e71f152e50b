"""Renditions that nobody has asked for yet, made in the background."""

from __future__ import annotations

import logging
from contextlib import suppress
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django_tasks import task

from medisync.audit.trail import Actor, record
from medisync.lib.errors import DomainError
from recordings.choices import Form, RenditionState
from recordings.making import carry_out, claim, is_free
from recordings.models import Recording, Rendition
from recordings.recipes import RECIPES, forms_to_make

_AT_ONCE = 100

logger = logging.getLogger(__name__)


@task()
def make_renditions(recording_id: str) -> None:
    """Makes what is not there yet; nothing where the recording is gone."""
    recording = Recording.objects.ready().filter(pk=recording_id).first()
    if recording is None:
        return
    for form in forms_to_make(recording):
        if not _is_settled(recording, form):
            _make(recording, form)
    _try_again_later(recording)


def _make(recording: Recording, form: Form) -> None:
    try:
        # The rendition's row says what went wrong, unless the recording is gone.
        with suppress(DomainError):
            rendition, ours = claim(recording, form)
            if ours:
                carry_out(recording, rendition)
    except Exception:
        # The other forms can do without it. The lease is free for the next.
        logger.exception("a rendition was not made")


def _try_again_later(recording: Recording) -> None:
    put_off = Rendition.objects.filter(recording=recording, retry_at__isnull=False)
    soonest = put_off.order_by("retry_at").values_list("retry_at", flat=True).first()
    if soonest is not None:
        make_renditions.using(run_after=soonest).enqueue(recording.pk)


def make_again(renditions: QuerySet[Rendition], *, actor: Actor) -> int:
    """Takes what failed for not tried yet; how many."""
    asked = 0
    for rendition in renditions.select_related("recording"):
        with transaction.atomic():
            # Not where somebody makes it meanwhile.
            stuck = Rendition.objects.filter(is_stuck(), pk=rendition.pk)
            if not stuck.update(
                state=RenditionState.WAITING,
                attempts=0,
                error="",
                retry_at=None,
                updated_at=timezone.now(),
            ):
                continue
            record(
                "rendition.make_again",
                rendition.recording,
                actor=actor,
                form=rendition.form,
            )
            make_renditions.enqueue(rendition.recording_id)
            asked += 1
    return asked


def is_stuck() -> Q:
    return Q(state__in=[RenditionState.FAILED, RenditionState.WAITING])


def enqueue_due() -> int:
    """Asks for what a crash, an upgrade or a changed recipe left to make; how many.

    Called when nothing else is waiting, and by several workers at once if need be:
    what two of them ask for is made once.
    """
    found = list(due().values_list("pk", flat=True)[:_AT_ONCE])
    for recording_id in found:
        make_renditions.enqueue(recording_id)
    return len(found)


def due() -> QuerySet[Recording]:
    """Recordings that lack a form which should be made now."""
    lacking = [
        Q(~Q(container=form), ~Exists(_settled(OuterRef("pk"), form)))
        for form in RECIPES
    ]
    return Recording.objects.ready().filter(Q(*lacking, _connector=Q.OR))


def _is_settled(recording: Recording, form: Form) -> bool:
    return _settled(recording.pk, form).exists()


def _settled(recording_id: Any, form: Form) -> QuerySet[Rendition]:
    """The rendition that is there, under way, or not to be tried now."""
    later = Q(state=RenditionState.WAITING, retry_at__gt=timezone.now())
    return Rendition.objects.filter(
        ~is_free() | later,
        recording=recording_id,
        form=form,
        recipe=RECIPES[form].name,
    )
