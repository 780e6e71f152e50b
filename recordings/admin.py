"""Recordings in the admin: to hear and to delete, never to change."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any

from django.contrib import admin
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.template.defaultfilters import filesizeformat
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.csrf import csrf_protect

from medisync.audit import history
from medisync.http.admin.base import Audience, ClinicAdmin, player, user_of
from medisync.http.admin.bulk import asked_twice
from medisync.http.admin.dashboard import Line, Panel, few
from medisync.http.admin.lists import MOST_FOUND, DoctorFilter
from medisync.lib.errors import DomainError
from recordings import access, search, services, tasks
from recordings.choices import RenditionState
from recordings.errors import RecordingNotFound, StorageFailed
from recordings.models import Recording, Rendition
from recordings.renditions import sent_sizes
from recordings.templatetags.recordings import codec_name, length_of_time


@admin.register(Recording)
class RecordingAdmin(ClinicAdmin):
    allowed = frozenset({"delete"})
    date_hierarchy = "recorded_at"
    list_display = ["__str__", "kind", "patient", "doctor", "recorded_at", "length"]
    list_filter = ["source", ("doctor", DoctorFilter)]
    list_select_related = ["doctor", "appointment__patient"]
    search_fields = ["title"]  # get_search_results says where it looks.
    search_help_text = gettext_lazy("Title, patient, doctor or file name.")
    fieldsets = [
        (None, {"fields": ["player", "title", "source", "patient", "doctor"]}),
        (
            gettext_lazy("Audio file"),
            {
                "fields": [
                    "uploaded_as",
                    "length",
                    "format",
                    "sample_rate",
                    "channels",
                    "bytes",
                    "sha256",
                ]
            },
        ),
        (gettext_lazy("Access"), {"fields": ["heard"]}),
        (
            gettext_lazy("Where from"),
            {"fields": ["recorded_at", "created_at", "created_by", "door"]},
        ),
    ]
    readonly_fields = [
        "player",
        "patient",
        "uploaded_as",
        "length",
        "format",
        "bytes",
        "door",
        "heard",
    ]

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Recording | None:
        try:
            found = access.recording_for(
                user_of(request), object_id, actor=self.actor_of(request)
            )
        except RecordingNotFound:
            return None
        # An appointment that was deleted is no error here.
        rows = self.get_queryset(request).select_related("appointment__patient")
        return rows.filter(pk=found.pk).first()

    def get_search_results(
        self, request: HttpRequest, queryset: models.QuerySet[Any], search_term: str
    ) -> tuple[models.QuerySet[Any], bool]:
        if search_term:
            user = user_of(request)
            found = search.newest_matches(user, search_term, MOST_FOUND)
            queryset = queryset.filter(pk__in=found.values("pk"))
        return queryset, False

    def sent_sizes(self, row: Recording) -> Mapping[str, int]:
        return sent_sizes(row)

    @admin.display(description=gettext_lazy("Who heard it"))
    def heard(self, recording: Recording) -> SafeString:
        events = history.heard(recording)[:10]
        happenings = history.happenings(events, sent_sizes(recording))
        if not happenings:
            return format_html("{}", _("Nobody yet."))
        return render_to_string("admin/happenings.html", {"happenings": happenings})

    @admin.display(description=gettext_lazy("Source"), ordering="source")
    def kind(self, recording: Recording) -> SafeString:
        return format_html(
            '<span class="pill {}">{}</span>',
            recording.source,
            recording.get_source_display(),
        )

    @admin.display(description=gettext_lazy("patient"))
    def patient(self, recording: Recording) -> str:
        appointment = recording.appointment
        return str(appointment.patient or "") if appointment else ""

    @admin.display(description=gettext_lazy("File name"))
    def uploaded_as(self, recording: Recording) -> str:
        return recording.file_name

    @admin.display(description=gettext_lazy("Came in by"))
    def door(self, recording: Recording) -> str:
        return recording.origin

    @admin.display(description=gettext_lazy("length"), ordering="duration_ms")
    def length(self, recording: Recording) -> str:
        return length_of_time(recording.duration_ms)

    @admin.display(description=gettext_lazy("format"))
    def format(self, recording: Recording) -> str:
        return _("%(codec)s in %(container)s") % {
            "codec": codec_name(recording.codec),
            "container": recording.container,
        }

    @admin.display(description=gettext_lazy("Size"))
    def bytes(self, recording: Recording) -> str:
        return filesizeformat(recording.size)

    @admin.display(description=gettext_lazy("Player"))
    def player(self, recording: Recording) -> SafeString:
        return format_html(
            '{} <a href="{}">{}</a>',
            player(
                reverse("recording-mp3", args=[recording.pk]),
                reverse("recording-peaks", args=[recording.pk]),
            ),
            reverse("recording", args=[recording.pk]),
            _("All about it, and downloads"),
        )

    # --- Deleting: not in Django's transaction, which a fault in the page would
    # roll back after the bytes are gone.

    @method_decorator(csrf_protect)
    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: Any = None
    ) -> HttpResponse:
        try:
            return self._delete_view(  # type: ignore[attr-defined, no-any-return]
                request, object_id, extra_context
            )
        except DomainError as error:
            return self.refused(request, error)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        may = super().has_delete_permission(request, obj)
        return may and (obj is None or access.may_delete(user_of(request), obj))

    def get_deleted_objects(
        self, objs: Any, request: HttpRequest
    ) -> tuple[list[Any], dict[str, int], set[str], list[Any]]:
        # What hangs on a recording goes with it, whoever may see that.
        found, counts, _, protected = super().get_deleted_objects(objs, request)
        user = user_of(request)
        kept = [str(row) for row in objs if not access.may_delete(user, row)]
        return found, counts, set(), [*protected, *kept]

    def delete_row(self, request: HttpRequest, row: Recording) -> None:
        with suppress(RecordingNotFound):  # Gone is what was asked for.
            try:
                services.delete_recording(row, actor=self.actor_of(request))
            except StorageFailed as error:
                raise StorageFailed(
                    _(
                        "The audio store cannot be reached at the moment. Nobody can"
                        " reach the recording any more; its audio will be removed"
                        " by itself later."
                    )
                ) from error


@admin.register(Rendition)
class RenditionAdmin(ClinicAdmin):
    """What is made of the recordings, and why some of it is not."""

    audience = Audience.CLINIC
    # Without days to choose from: three times as many rows as recordings, in the
    # order of their ids; an index of their moments would be for this list alone.
    list_display = [
        "form",
        "recording",
        "progress",
        "attempts",
        "error",
        "retry_at",
        "updated_at",
    ]
    list_display_links = ["form"]
    list_filter = ["state", "form"]
    list_select_related = ["recording"]
    search_fields = ["recording__title"]
    search_help_text = gettext_lazy("Title of the recording.")
    readonly_fields = [
        "recording",
        "form",
        "progress",
        "attempts",
        "error",
        "retry_at",
        "recipe",
        "size",
        "created_at",
        "updated_at",
    ]
    sortable_by = ()  # As above.
    actions = ["make_again"]

    @admin.display(description=gettext_lazy("State"), ordering="state")
    def progress(self, rendition: Rendition) -> SafeString:
        return format_html(
            '<span class="pill {}">{}</span>',
            rendition.state,
            rendition.get_state_display(),
        )

    def get_search_results(
        self, request: HttpRequest, queryset: models.QuerySet[Any], search_term: str
    ) -> tuple[models.QuerySet[Any], bool]:
        if search_term:
            user = user_of(request)
            found = search.newest_matches(user, search_term, MOST_FOUND)
            queryset = queryset.filter(recording__in=found.values("pk"))
        return queryset, False

    def panels(self, request: HttpRequest) -> Iterable[Panel]:
        failed = self.get_queryset(request).filter(state=RenditionState.FAILED)
        rows, more = few(failed.select_related("recording"), 6)
        lines = [
            Line(
                f"{row.get_form_display()}: {row.recording}",
                reverse("admin:recordings_rendition_change", args=[row.pk]),
                row.error,
            )
            for row in rows
        ]
        everything = reverse("admin:recordings_rendition_changelist")
        yield Panel(
            _("Could not be made"),
            lines,
            _("Every recording has its MP3, WAV and waveform, or will soon."),
            f"{everything}?state__exact=failed" if more else "",
        )

    @admin.action(description=gettext_lazy("Make again what failed or waits"))
    def make_again(
        self, request: HttpRequest, queryset: models.QuerySet[Rendition]
    ) -> HttpResponse | None:
        def each(row: Rendition) -> bool:
            one = Rendition.objects.filter(pk=row.pk)
            return bool(tasks.make_again(one, actor=self.actor_of(request)))

        return asked_twice(
            self,
            request,
            queryset,
            action="make_again",
            question=_("Make these again?"),
            each=each,
            done=lambda count: (
                ngettext(
                    "%(count)d will be made again in the background.",
                    "%(count)d will be made again in the background.",
                    count,
                )
                % {"count": count}
            ),
        )
