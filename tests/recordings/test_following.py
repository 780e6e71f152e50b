"""A long recording's first MP3 is sent while it is made, by the real server."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests

from tests.audio import decoded, encode
from tests.server import Server

pytestmark = pytest.mark.once

SECONDS = 2400
CALL = "20240311094512-1710121510.{}-2104-2117-Internal.flac"


@dataclass
class Call:
    server: Server
    url: str

    def ask(self, **headers: str) -> requests.Response:
        answer = requests.get(self.url, headers=headers, stream=True, timeout=60)
        assert answer.headers["Content-Type"] == "audio/mpeg"
        return answer

    def state(self) -> str:
        """Of the newest rendition."""
        query = "print(Rendition.objects.latest('created_at').state)"
        code = f"from recordings.models import Rendition; {query}"
        return self.server.manage("shell", "--verbosity", "0", "-c", code).strip()

    def incoming(self) -> list[Path]:
        return list((self.server.data_dir / "media/incoming").iterdir())


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with Server(tmp_path_factory.mktemp("server") / "data") as server:
        yield server


@pytest.fixture(scope="module")
def long(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("long") / "long.flac"
    tone = f"sine=frequency=440:sample_rate=32000:duration={SECONDS}"
    return encode(target, "-f", "lavfi", "-i", tone)


@pytest.fixture
def call(server: Server, long: Path, tmp_path: Path) -> Call:
    # Some bytes behind the end make it another call's recording.
    number = int.from_bytes(os.urandom(3))
    path = tmp_path / CALL.format(number)
    path.write_bytes(long.read_bytes() + b"%d" % number)
    account = server.json("create_account", "Clinic")["account_sid"]
    found = server.json("import_recordings", str(path), "--account-sid", account)
    base = f"{server.url}/api/laml/2010-04-01/Accounts/{account}/Recordings"
    return Call(server, f"{base}/{found['sid']}.mp3")


def encoder(server: Server) -> int:
    """The running ffmpeg that writes an MP3 of this server's."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        for path in Path("/proc").glob("[0-9]*/cmdline"):
            with suppress(OSError, IndexError):
                words = path.read_bytes().split(b"\0")
                target = words[-2].removeprefix(b"file:").decode()
                if b"libmp3lame" in words and target.startswith(str(server.data_dir)):
                    return int(path.parent.name)
    raise AssertionError("nothing is encoded")


def test_it_comes_in_chunks_and_the_second_time_as_a_file(call: Call) -> None:
    with call.ask(Range="bytes=0-") as first:
        assert first.status_code == 200
        assert first.headers["Transfer-Encoding"] == "chunked"
        for name in ("Content-Length", "ETag", "Accept-Ranges", "Content-Range"):
            assert name not in first.headers
        pieces = first.iter_content(64 * 1024)
        beginning = next(pieces)
        assert [path.suffix for path in call.incoming()] == [".part"]
        # Somebody else follows the same maker, in whichever process.
        with call.ask() as other:
            assert "Content-Length" not in other.headers
            streamed = beginning + b"".join(pieces)
            assert other.content == streamed

    with call.ask() as second:
        kept = second.content
        assert int(second.headers["Content-Length"]) == len(kept) == len(streamed)
    assert decoded_length(kept, call.server.data_dir) == SECONDS * 1000
    # Only the first frame, which says how long it all is, is written at the end.
    differing = [at for at in range(len(kept)) if kept[at] != streamed[at]]
    assert differing
    assert differing[-1] < 600
    with call.ask(Range="bytes=1000-1999") as part:
        assert (part.status_code, part.content) == (206, kept[1000:2000])


def decoded_length(mp3: bytes, folder: Path) -> int:
    path = folder / "kept.mp3"
    path.write_bytes(mp3)
    return decoded(path)[1]


def test_a_true_length_is_waited_for_where_it_is_asked_for(call: Call) -> None:
    with call.ask(Range="bytes=-100") as part:
        assert (part.status_code, len(part.content)) == (206, 100)
        total = part.headers["Content-Range"].rpartition("/")[2]
    head = requests.head(call.url, timeout=60)
    assert head.headers["Content-Length"] == total


def test_the_connection_breaks_when_the_maker_fails(call: Call) -> None:
    with call.ask() as answer:
        pieces = answer.iter_content(64 * 1024)
        next(pieces)
        os.kill(encoder(call.server), signal.SIGKILL)
        with pytest.raises(requests.exceptions.ChunkedEncodingError):
            b"".join(pieces)
    assert call.state() == "failed"
    again = requests.get(call.url, timeout=60)
    assert again.status_code >= 500
    assert not call.incoming()


def test_who_leaves_early_leaves_a_whole_file_behind(call: Call) -> None:
    with call.ask() as answer:
        next(answer.iter_content(64 * 1024))
    with call.ask(Range="bytes=-1") as part:
        assert part.status_code == 206
