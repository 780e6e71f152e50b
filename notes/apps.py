from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from medisync.lib.signals import demo_requested, sweep_requested


class NotesConfig(AppConfig):
    name = "notes"
    verbose_name = _("Notes")

    def ready(self) -> None:
        from appointments.signals import doctor_changed
        from appointments.timeline import TELLERS
        from notes import demo, documents, services
        from notes.models import Document, DocumentState
        from notes.timeline import notes_told
        from recordings.kept import KINDS, Kind

        doctor_changed.connect(
            services.follow_appointment, dispatch_uid="notes.follow_appointment"
        )
        TELLERS["notes"] = notes_told
        KINDS["documents"] = Kind(Document, DocumentState.READY, "created_at")
        sweep_requested.connect(documents.sweep, dispatch_uid="notes.sweep")
        demo_requested.connect(demo.load, dispatch_uid="notes.demo")
