"""Answers the URL of a document's bytes."""

from __future__ import annotations

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from medisync.audit import listening
from medisync.audit.models import Outcome
from medisync.audit.trail import Actor, record
from notes.errors import DocumentNotFound
from notes.models import Document
from recordings.errors import StorageFailed
from recordings.renditions import StoredAudio
from recordings.serving import serve_file


def serve_document(
    request: HttpRequest, document: Document, *, actor: Actor
) -> HttpResponseBase:
    """The file as it came, to be saved under the name it came with.

    A browser never shows it in our origin, whatever is in it. Raises
    UnsatisfiableRange, PreconditionFailed, StorageFailed, and DocumentNotFound when
    it is deleted meanwhile.
    """
    file = StoredAudio(
        document.key,
        document.size,
        document.sha256,
        "application/pdf",
        document.created_at,
    )

    def begin() -> str:
        return listening.begin(
            "document.read", document, actor=actor, form=file.content_type
        )

    try:
        return serve_file(request, file, attachment=document.file_name, begin=begin)
    except StorageFailed:
        if not Document.objects.ready().filter(pk=document.pk).exists():
            raise DocumentNotFound from None  # Deleted since it was looked up.
        record("document.read", document, actor=actor, outcome=Outcome.FAILED)
        raise
