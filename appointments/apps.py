from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from medisync.lib.signals import demo_requested


class AppointmentsConfig(AppConfig):
    name = "appointments"
    verbose_name = _("Appointments")

    def ready(self) -> None:
        from appointments import demo

        demo_requested.connect(demo.load, dispatch_uid="appointments.demo")
