from __future__ import annotations

from django.apps import AppConfig

from medisync.lib.signals import demo_requested, sweep_requested


class RecordingsConfig(AppConfig):
    name = "recordings"

    def ready(self) -> None:
        from appointments.signals import doctor_changed
        from recordings import demo, handouts, resumable, services, sweep, upkeep

        # First: bytes that this cannot remove are orphans to the next.
        sweep_requested.connect(
            upkeep.sweep_renditions, dispatch_uid="recordings.renditions"
        )
        sweep_requested.connect(sweep.sweep, dispatch_uid="recordings.sweep")
        sweep_requested.connect(
            handouts.sweep_handouts, dispatch_uid="recordings.handouts"
        )
        sweep_requested.connect(
            resumable.sweep_uploads, dispatch_uid="recordings.uploads"
        )
        doctor_changed.connect(
            services.follow_appointment, dispatch_uid="recordings.follow_appointment"
        )
        demo_requested.connect(demo.load, dispatch_uid="recordings.demo")
