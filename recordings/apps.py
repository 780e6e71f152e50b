from __future__ import annotations

from django.apps import AppConfig
from django.db.models.signals import post_delete, post_migrate, post_save, pre_delete
from django.utils.translation import gettext_lazy as _

from medisync.lib.signals import demo_requested, sweep_requested


class RecordingsConfig(AppConfig):
    name = "recordings"
    verbose_name = _("Recordings")

    def ready(self) -> None:
        from appointments.models import Appointment, Patient
        from appointments.signals import doctor_changed, patient_linked
        from medisync.accounts.models import User
        from recordings import (
            demo,
            handout_panel,
            handouts,
            indexing,
            resumable,
            services,
            sweep,
            upkeep,
        )
        from recordings.models import Recording
        from recordings.panels import add_panel

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

        add_panel("handout", handout_panel.handout_panel)

        post_migrate.connect(
            indexing.complete_index, sender=self, dispatch_uid="recordings.index"
        )
        post_save.connect(indexing.recording_saved, sender=Recording)
        post_save.connect(indexing.appointment_changed, sender=Appointment)
        post_delete.connect(indexing.appointment_changed, sender=Appointment)
        patient_linked.connect(indexing.appointment_changed)
        post_save.connect(indexing.patient_saved, sender=Patient)
        pre_delete.connect(indexing.patient_going, sender=Patient)
        post_save.connect(indexing.user_saved, sender=User)
