"""Asks every app to remove what is abandoned or expired."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from medisync.lib.signals import sweep_requested


class Command(BaseCommand):
    help = "Removes abandoned temporary files, expired sessions, tickets and tokens."

    def handle(self, *args: Any, **options: Any) -> None:
        import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()
        results: list[tuple[Any, Any]] = sweep_requested.send(sender=None)
        for _, removed in results:
            for what, count in removed.items():
                self.stdout.write(f"{count} {what}")
