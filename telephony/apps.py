from __future__ import annotations

from django.apps import AppConfig
from django.db.models.signals import post_save, pre_delete
from django.utils.translation import gettext_lazy as _

from medisync.lib.signals import demo_requested, sweep_requested


class TelephonyConfig(AppConfig):
    name = "telephony"
    verbose_name = _("Telephony")

    def ready(self) -> None:
        from appointments.models import Appointment, Patient
        from appointments.signals import (
            appointment_deleting,
            doctor_changed,
            patient_given,
            patient_linked,
        )
        from appointments.timeline import TELLERS
        from recordings.panels import add_panel
        from recordings.signals import words_wanted
        from telephony import (
            attaching,
            demo,
            finding,
            openapi,
            panels,
            pbx,
            reports,
            tickets,
        )
        from telephony.api.laml.callbacks import report_recording
        from telephony.api.yeastar.reports import report_call
        from telephony.models import Call, CallRecording
        from telephony.signals import call_recorded, recording_arrived
        from telephony.timeline import calls_told

        def sweep(**signal: object) -> dict[str, int]:
            return {
                "expired tickets": tickets.sweep_tickets(),
                "expired tokens": pbx.sweep_tokens() + openapi.sweep_openapi_tokens(),
                **reports.sweep_reports(),
            }

        sweep_requested.connect(sweep, weak=False, dispatch_uid="telephony.sweep")
        call_recorded.connect(report_call, dispatch_uid="telephony.yeastar")
        recording_arrived.connect(report_recording, dispatch_uid="telephony.laml")
        doctor_changed.connect(
            attaching.follow_appointment, dispatch_uid="telephony.follow_appointment"
        )
        patient_given.connect(
            attaching.follow_patient, dispatch_uid="telephony.follow_patient"
        )
        appointment_deleting.connect(attaching.let_go, dispatch_uid="telephony.let_go")
        demo_requested.connect(demo.load, dispatch_uid="telephony.demo")

        add_panel("call", panels.call_panel)
        TELLERS["calls"] = calls_told
        words_wanted.connect(finding.words_of_calls)
        post_save.connect(finding.call_recording_saved, sender=CallRecording)
        post_save.connect(finding.call_saved, sender=Call)
        post_save.connect(finding.appointment_changed, sender=Appointment)
        patient_linked.connect(finding.appointment_changed)
        post_save.connect(finding.patient_saved, sender=Patient)
        pre_delete.connect(finding.patient_going, sender=Patient)
