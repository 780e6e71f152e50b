"""Actions on several rows: asked twice, done one by one, told one by one.

The first answer shows what was chosen; only who then types how many rows that is
has them changed. Each row passes the same service, and leaves the same audit
event, as on a page of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from medisync.lib.errors import DomainError

if TYPE_CHECKING:
    from medisync.http.admin.base import ClinicAdmin

#: More would keep a browser waiting for too long.
MOST_AT_ONCE = 200


def asked_twice(
    page: ClinicAdmin,
    request: HttpRequest,
    chosen: QuerySet[Any],
    *,
    action: str,
    question: str,
    each: Callable[[Any], bool],
    done: Callable[[int], str],
) -> HttpResponse | None:
    """Asks, or does it: ``each`` row, and whether that changed anything."""
    rows = list(chosen[: MOST_AT_ONCE + 1])
    if len(rows) > MOST_AT_ONCE:
        text = _("Choose at most %(most)d at once.") % {"most": MOST_AT_ONCE}
        page.message_user(request, text, messages.ERROR)
        return None
    typed = request.POST.get("count")
    if typed is None or typed.strip() != str(len(rows)):
        context = {
            **page.admin_site.each_context(request),
            "title": question,
            "opts": page.opts,
            "media": page.media,
            "rows": rows,
            "action": action,
            "checkbox": ACTION_CHECKBOX_NAME,
            "mistyped": typed is not None,
        }
        return TemplateResponse(request, "admin/asked_twice.html", context)
    changed = 0
    for row in rows:
        name = str(row)
        try:
            changed += each(row)
        except DomainError as error:
            text = f"{name}: {_(error.message)}"
            page.message_user(request, text, messages.ERROR)
    page.message_user(request, done(changed), messages.SUCCESS)
    return None


@admin.action(description=gettext_lazy("Delete"), permissions=["delete"])
def delete_chosen(
    page: Any, request: HttpRequest, chosen: QuerySet[Any]
) -> HttpResponse | None:
    def each(row: Any) -> bool:
        page.delete_row(request, row)
        return True

    return asked_twice(
        page,
        request,
        chosen,
        action="delete_selected",
        question=_("Delete these?"),
        each=each,
        done=lambda count: (
            ngettext("%(count)d was deleted.", "%(count)d were deleted.", count)
            % {"count": count}
        ),
    )
