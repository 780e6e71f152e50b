"""What becomes of files that are sent to a form."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, SkipFile


class NoFiles(FileUploadHandler):
    """Reads files and drops them.

    No form takes one: audio has a handler of its own, after it is known who sends
    it. By Django's handlers anybody could fill the disk through the sign-in page.
    """

    def new_file(self, *args: Any, **options: Any) -> None:
        raise SkipFile

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        return None

    def file_complete(self, file_size: int) -> UploadedFile[bytes] | None:
        return None
