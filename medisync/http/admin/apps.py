from __future__ import annotations

from importlib import import_module

from django.contrib import admin
from django.contrib.admin.apps import AdminConfig


class ClinicAdminConfig(AdminConfig):
    default = False
    default_site = "medisync.http.admin.site.ClinicAdminSite"

    def ready(self) -> None:
        super().ready()
        from django.contrib.auth.models import Group
        from django_otp.plugins.otp_static.models import StaticDevice
        from django_otp.plugins.otp_totp.models import TOTPDevice
        from django_tasks_db.models import DBTaskResult

        # Roles decide who may do what here, not groups of permissions.
        admin.site.unregister(Group)
        # What came of a task is where it belongs: at the rendition.
        admin.site.unregister(DBTaskResult)
        # Their keys are nobody's to read; the person's own page resets them.
        admin.site.unregister([StaticDevice, TOTPDevice])
        # Autodiscovery looks into apps; people and the trail have their admin
        # here because it stands above both.
        import_module("medisync.http.admin.people")
        import_module("medisync.http.admin.api_keys")
        import_module("medisync.http.admin.audit")
