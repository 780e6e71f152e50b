"""Renditions that are no use any more, and traces of finished work."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from recordings.choices import RenditionState
from recordings.models import Rendition
from recordings.recipes import is_current
from recordings.renditions import forget, forget_if_lost

#: A task that began so long ago has ended, or its worker has.
_FORGOTTEN_AFTER = timedelta(days=1)


def sweep_renditions(**signal: object) -> dict[str, int]:
    """Removes what an older recipe made; forgets what the store has lost.

    What is lost is made again by the background worker.
    """
    outdated = list(Rendition.objects.exclude(is_current()))
    for rendition in outdated:
        forget(rendition)
    ready = Rendition.objects.filter(state=RenditionState.READY)
    keys = list(ready.values_list("key", flat=True))
    old = timezone.now() - _FORGOTTEN_AFTER
    tasks, _ = DBTaskResult.objects.filter(started_at__lt=old).delete()
    return {
        "outdated renditions": len(outdated),
        "lost renditions": sum(forget_if_lost(key) for key in keys),
        "finished tasks": tasks,
    }
