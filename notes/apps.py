from __future__ import annotations

from django.apps import AppConfig

from medisync.lib.signals import demo_requested


class NotesConfig(AppConfig):
    name = "notes"

    def ready(self) -> None:
        from appointments.signals import doctor_changed
        from notes import demo, services

        doctor_changed.connect(
            services.follow_appointment, dispatch_uid="notes.follow_appointment"
        )
        demo_requested.connect(demo.load, dispatch_uid="notes.demo")
