from __future__ import annotations

from django.apps import AppConfig


class NotesConfig(AppConfig):
    name = "notes"

    def ready(self) -> None:
        from appointments.signals import doctor_changed
        from notes import services

        doctor_changed.connect(
            services.follow_appointment, dispatch_uid="notes.follow_appointment"
        )
