"""Recordings in the admin: to hear and to delete, never to change."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.csrf import csrf_protect

from medisync.http.admin.base import Audience, ClinicAdmin, player, user_of
from medisync.lib.errors import DomainError
from recordings import access, search, services, tasks
from recordings.errors import RecordingNotFound
from recordings.models import Recording, Rendition
from recordings.templatetags.recordings import codec_name, length_of_time


@admin.register(Recording)
class RecordingAdmin(ClinicAdmin):
    allowed = frozenset({"delete"})
    date_hierarchy = "recorded_at"
    list_display = ["__str__", "kind", "patient", "doctor", "recorded_at", "length"]
    list_filter = ["source", ("doctor", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["doctor", "appointment__patient"]
    search_fields = ["title"]  # get_search_results says where it looks.
    search_help_text = "Title, patient, doctor or file name."
    fieldsets = [
        (None, {"fields": ["player", "title", "source", "patient", "doctor"]}),
        (
            "Audio file",
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
        (
            "Where from",
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
        assert isinstance(queryset, type(Recording.objects.all()))
        return search.matching(queryset, search_term), False

    @admin.display(description="Source", ordering="source")
    def kind(self, recording: Recording) -> SafeString:
        return format_html(
            '<span class="pill {}">{}</span>',
            recording.source,
            recording.get_source_display(),
        )

    @admin.display
    def patient(self, recording: Recording) -> str:
        appointment = recording.appointment
        return str(appointment.patient or "") if appointment else ""

    @admin.display(description="File name")
    def uploaded_as(self, recording: Recording) -> str:
        return recording.file_name

    @admin.display(description="Came in by")
    def door(self, recording: Recording) -> str:
        return recording.origin

    @admin.display(ordering="duration_ms")
    def length(self, recording: Recording) -> str:
        return length_of_time(recording.duration_ms)

    @admin.display
    def format(self, recording: Recording) -> str:
        return f"{codec_name(recording.codec)} in {recording.container}"

    @admin.display(description="Size")
    def bytes(self, recording: Recording) -> str:
        return filesizeformat(recording.size)

    @admin.display(description="Player")
    def player(self, recording: Recording) -> SafeString:
        return format_html(
            '{} <a href="{}">All about it, and downloads</a>',
            player(reverse("recording-mp3", args=[recording.pk])),
            reverse("recording", args=[recording.pk]),
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

    def get_deleted_objects(
        self, objs: Any, request: HttpRequest
    ) -> tuple[list[Any], dict[str, int], set[str], list[Any]]:
        # What hangs on a recording goes with it, whoever may see that.
        found, counts, _, protected = super().get_deleted_objects(objs, request)
        return found, counts, set(), protected

    def delete_row(self, request: HttpRequest, row: Recording) -> None:
        services.delete_recording(row, actor=self.actor_of(request))

    def delete_queryset(
        self, request: HttpRequest, queryset: models.QuerySet[Any]
    ) -> None:
        failed = 0
        for recording in queryset:
            try:
                self.delete_row(request, recording)
            except DomainError:
                failed += 1
        if failed:
            self.message_user(
                request,
                f"The audio of {failed} cannot be removed at the moment. It is out of"
                " everyone's reach and will be removed later.",
                messages.WARNING,
            )


@admin.register(Rendition)
class RenditionAdmin(ClinicAdmin):
    """What is made of the recordings, and why some of it is not."""

    audience = Audience.CLINIC
    date_hierarchy = "created_at"
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
    search_help_text = "Title of the recording."
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
    actions = ["make_again"]

    @admin.display(description="State", ordering="state")
    def progress(self, rendition: Rendition) -> SafeString:
        return format_html(
            '<span class="pill {}">{}</span>',
            rendition.state,
            rendition.get_state_display(),
        )

    @admin.action(description="Make again what failed or waits")
    def make_again(
        self, request: HttpRequest, queryset: models.QuerySet[Rendition]
    ) -> None:
        asked = tasks.make_again(queryset, actor=self.actor_of(request))
        self.message_user(
            request, f"{asked} will be made again in the background.", messages.SUCCESS
        )
