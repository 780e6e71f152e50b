from __future__ import annotations

from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in, user_login_failed
from django.utils.translation import gettext_lazy as _

from medisync.accounts.signals import changed, user_added


class AuditConfig(AppConfig):
    name = "medisync.audit"
    label = "audit"
    verbose_name = _("Audit trail")

    def ready(self) -> None:
        from medisync.audit import people

        user_added.connect(people.record_new_user, dispatch_uid="audit.new_user")
        changed.connect(people.record_change, dispatch_uid="audit.change")
        user_logged_in.connect(people.record_sign_in, dispatch_uid="audit.sign_in")
        user_login_failed.connect(
            people.record_refused_sign_in, dispatch_uid="audit.refused_sign_in"
        )
