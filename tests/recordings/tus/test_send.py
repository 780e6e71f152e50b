"""PATCH and HEAD of an upload (tus: core, checksum, creation-defer-length)."""

from __future__ import annotations

import base64
from datetime import timedelta
from hashlib import sha1, sha256
from typing import Any

import pytest
from django.utils import timezone

from medisync.accounts.models import User
from recordings import resumable
from recordings.models import Recording, ResumableUpload
from tests.recordings.tus.sender import Sender


def test_pieces_add_up(sender: Sender) -> None:
    place = sender.place(10)
    for offset, data in ((0, b"abc"), (3, b"d"), (4, b"efg")):
        answer = sender.send(place, offset, data)
        assert answer.status_code == 204
        assert answer["Upload-Offset"] == str(offset + len(data))
        assert answer["Upload-Expires"]
    assert sender.offset(place) == 7


def test_a_piece_begins_where_the_upload_ends(sender: Sender) -> None:
    place = sender.place(10)
    sender.send(place, 0, b"abc")
    for offset in (0, 2, 4):
        answer = sender.send(place, offset, b"xyz")
        assert (answer.status_code, answer.json()["code"]) == (409, "offset_conflict")
    assert sender.send(place, 9, b"").status_code == 409
    assert sender.offset(place) == 3


def test_a_piece_in_the_wrong_place_settles_nothing(sender: Sender) -> None:
    place = sender.place(None)

    answer = sender.send(place, 5, b"piece", Upload_Length="10")

    assert answer.status_code == 409
    assert sender.ask("HEAD", place)["Upload-Defer-Length"] == "1"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Content_Type": "application/octet-stream"}, 415),
        ({"Upload_Offset": "-1"}, 400),
        ({"Upload_Offset": "²"}, 400),
        ({"Upload_Checksum": "md5 AAAA"}, 400),
        ({"Upload_Checksum": "sha1 ?"}, 400),
        ({"Upload_Length": "11"}, 400),
        ({"Repr_Digest": "sha-256=:AAAA:"}, 400),
        ({"Tus_Resumable": "2.0.0"}, 412),
    ],
)
def test_it_refuses_headers_that_say_something_else(
    sender: Sender, headers: dict[str, str], status: int
) -> None:
    place = sender.place(10)
    sent = {"Upload_Offset": "0", **headers}
    assert sender.ask("PATCH", place, b"abc", **sent).status_code == status
    assert sender.offset(place) == 0


def test_an_offset_is_needed(sender: Sender) -> None:
    assert sender.ask("PATCH", sender.place(10), b"abc").status_code == 400


@pytest.mark.parametrize("length", [10, None])
def test_no_more_fits_than_was_announced_or_is_allowed(
    sender: Sender, length: int | None, settings: Any
) -> None:
    settings.MAX_UPLOAD_BYTES = 10
    place = sender.place(length)
    assert sender.send(place, 0, b"abcdef").status_code == 204
    assert sender.send(place, 6, b"ghijk").status_code == 413
    assert sender.offset(place) == 6


def test_the_length_is_told_once(sender: Sender) -> None:
    place = sender.place(None)
    sender.send(place, 0, b"abcdef")
    assert sender.send(place, 6, b"", Upload_Length="5").status_code == 400
    assert sender.send(place, 6, b"g", Upload_Length="10").status_code == 204
    assert sender.ask("HEAD", place)["Upload-Length"] == "10"
    assert sender.send(place, 7, b"h", Upload_Length="10").status_code == 204
    assert sender.send(place, 8, b"i", Upload_Length="11").status_code == 400


@pytest.mark.parametrize(("name", "algorithm"), [("sha1", sha1), ("sha256", sha256)])
def test_a_piece_with_a_checksum_comes_whole_or_not_at_all(
    sender: Sender, name: str, algorithm: Any
) -> None:
    place = sender.place(10)
    right = base64.b64encode(algorithm(b"abc").digest()).decode()
    answer = sender.send(place, 0, b"abX", Upload_Checksum=f"{name} {right}")
    assert answer.status_code == 460
    assert sender.offset(place) == 0
    answer = sender.send(place, 0, b"abc", Upload_Checksum=f"{name} {right}")
    assert (answer.status_code, answer["Upload-Offset"]) == (204, "3")


def test_an_upload_is_its_senders_alone(
    sender: Sender, other_doctor: User, staff: User, superuser: User
) -> None:
    """Of somebody else's, it is answered as of one that does not exist."""
    place = sender.place(10)
    nothing = f"/uploads/{'0' * 24}"
    for user in (other_doctor, staff, superuser):
        other = Sender(user)
        for method in ("HEAD", "PATCH", "DELETE"):
            answers = [
                other.ask(method, path, Upload_Offset="0") for path in (place, nothing)
            ]
            assert [answer.status_code for answer in answers] == [404, 404]
            assert answers[0].content == answers[1].content
    assert sender.offset(place) == 0


def test_what_was_left_alone_too_long_is_gone(sender: Sender) -> None:
    place = sender.place(10)
    ResumableUpload.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    for method in ("HEAD", "PATCH", "DELETE"):
        assert sender.ask(method, place, Upload_Offset="0").status_code == 410


def test_going_on_keeps_it(sender: Sender) -> None:
    place = sender.place(10)
    ResumableUpload.objects.update(expires_at=timezone.now() + timedelta(hours=1))
    sender.send(place, 0, b"abc")
    left = ResumableUpload.objects.get().expires_at - timezone.now()
    assert left > resumable.KEPT - timedelta(minutes=1)


def test_discarding_removes_what_came(sender: Sender) -> None:
    place = sender.place(10)
    sender.send(place, 0, b"abc")
    assert sender.ask("DELETE", place).status_code == 204
    assert sender.ask("HEAD", place).status_code == 404
    assert sender.ask("DELETE", place).status_code == 404
    assert not Recording.objects.exists()


def test_a_method_can_be_named_beside_the_real_one(sender: Sender) -> None:
    place = sender.place(10)
    answer = sender.ask(
        "POST", place, b"abc", X_HTTP_Method_Override="PATCH", Upload_Offset="0"
    )
    assert (answer.status_code, sender.offset(place)) == (204, 3)
    assert sender.ask("GET", place)["Allow"] == "HEAD, PATCH, DELETE, OPTIONS"
    assert sender.ask("GET", place).status_code == 405


def test_a_method_is_not_named_where_no_token_is_asked_for(
    sender: Sender, doctor: User
) -> None:
    """GET goes without the token against forgery: it must not be taken for more."""
    place = sender.place(10)
    forged = Sender(doctor, enforce_csrf_checks=True)
    for method, status in (("GET", 405), ("HEAD", 200), ("POST", 403)):
        answer = forged.ask(method, place, X_HTTP_Method_Override="DELETE")
        assert answer.status_code == status
    assert sender.offset(place) == 0
