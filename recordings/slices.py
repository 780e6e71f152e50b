"""The part of a file that is asked for, and the response that sends it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import IO

from django.http import HttpRequest, StreamingHttpResponse
from django.utils.http import parse_http_date_safe

from medisync.http.faults import UnsatisfiableRange
from recordings import storage
from recordings.following import AudioInTheMaking
from recordings.renditions import StoredAudio

_ONE_RANGE = re.compile(r"bytes=\s*(\d*)-(\d*)\s*", re.ASCII)
# More digits than any file has bytes; int() of a megabyte of them is slow.
_LONGEST_NUMBER = 18


def asked_range(
    request: HttpRequest, etag: str, stored: int, size: int
) -> tuple[int, int] | None:
    """Start and length of the one range that is asked for, or None for all.

    Several ranges, other units and bad syntax are answered with the whole file,
    as RFC 9110 allows. Raises UnsatisfiableRange.
    """
    asked = request.META.get("HTTP_RANGE", "")
    match = _ONE_RANGE.fullmatch(asked)
    if (
        request.method != "GET"
        or not match
        or not _still_the_same(request, etag, stored)
    ):
        return None
    first, last = match.groups()
    if not (first or last) or max(len(first), len(last)) > _LONGEST_NUMBER:
        return None
    if not first:  # The last so many bytes.
        start, end = max(0, size - int(last)), size - 1
    else:
        start = int(first)
        end = min(int(last), size - 1) if last else size - 1
        if last and int(last) < start:
            return None
    if start >= size or start > end:
        raise UnsatisfiableRange(size)
    return start, end - start + 1


def _still_the_same(request: HttpRequest, etag: str, stored: int) -> bool:
    """If-Range: whether the client's part is of the bytes that are here now."""
    condition = request.META.get("HTTP_IF_RANGE", "").strip()
    if not condition or condition == etag:
        return True
    return parse_http_date_safe(condition) == stored


def open_slice(audio: StoredAudio, start: int, length: int) -> FileSlice | StoreSlice:
    file = storage.open_local(audio.key, size=audio.size)
    if file is not None:
        return FileSlice(file, start, length)
    pieces = storage.chunks(audio.key, start=start, length=length, piece=storage.PIECE)
    return StoreSlice(pieces)


class FileSlice:
    """Part of a local file, for the server's ``wsgi.file_wrapper``.

    gunicorn hands ``fileno`` to sendfile, from the file's position and for
    Content-Length bytes, and leaves the position where it stopped.
    """

    mode = "rb"

    def __init__(self, file: IO[bytes], start: int, length: int) -> None:
        self._file, self._start, self._end = file, start, start + length
        file.seek(start)

    def __iter__(self) -> Iterator[bytes]:
        while data := self.read(64 * 1024):
            yield data

    def fileno(self) -> int:
        return self._file.fileno()

    def read(self, size: int = -1) -> bytes:
        left = self._end - self._file.tell()
        return self._file.read(min(size, left) if size >= 0 else left)

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()

    def close(self) -> None:
        # Django puts the response's own close() in this one's place.
        self.end()

    def end(self) -> int:
        """Closes the file; how many bytes were read of the slice."""
        if self._file.closed:
            return 0
        sent = self._file.tell() - self._start
        self._file.close()
        return sent


class StoreSlice:
    """Part of an object elsewhere, passed on as it arrives."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._sent = 0

    def __iter__(self) -> Iterator[bytes]:
        for data in self._chunks:
            yield data
            self._sent += len(data)

    def end(self) -> int:
        close: Callable[[], None] | None = getattr(self._chunks, "close", None)
        if close is not None:
            close()
        sent, self._sent = self._sent, 0
        return sent


Source = FileSlice | StoreSlice | AudioInTheMaking


class AudioResponse(StreamingHttpResponse):
    """Streams a slice; ``on_end`` learns, once, how many bytes were sent."""

    block_size = 64 * 1024

    def __init__(self, source: Source, on_end: Callable[[int], None]) -> None:
        super().__init__(iter(source))
        self._source = source
        self._on_end: Callable[[int], None] | None = on_end
        # Django's WSGI handler gives this to the server's sendfile.
        self.file_to_stream = source if isinstance(source, FileSlice) else None

    def close(self) -> None:
        super().close()
        on_end, self._on_end = self._on_end, None
        sent = self._source.end()
        if on_end is not None:
            on_end(sent)
