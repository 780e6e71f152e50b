from __future__ import annotations

from django.apps import AppConfig

from medisync.lib.signals import demo_requested, sweep_requested


class NotesConfig(AppConfig):
    name = "notes"

    def ready(self) -> None:
        from appointments.signals import doctor_changed
        from notes import demo, documents, services
        from recordings.sweep import OWNERS

        doctor_changed.connect(
            services.follow_appointment, dispatch_uid="notes.follow_appointment"
        )
        OWNERS["documents"] = documents.has_row
        sweep_requested.connect(documents.sweep, dispatch_uid="notes.sweep")
        demo_requested.connect(demo.load, dispatch_uid="notes.demo")
