"""Two senders of one upload, which are what one sender on a bad line is."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from threading import Barrier, Event, Thread, current_thread
from typing import Any

import pytest
from django.db import connection

from medisync.accounts.models import User
from medisync.audit.trail import SYSTEM
from recordings import partial, storage
from recordings.models import Recording, ResumableUpload
from recordings.partial import PartialFile
from recordings.resumable import finish_upload
from tests.recordings.tus.sender import Sender

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(count: int, work: Any) -> list[Any]:
    barrier = Barrier(count)

    def one(number: int) -> Any:
        barrier.wait()
        try:
            return work(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as threads:
        return list(threads.map(one, range(count)))


def test_of_two_who_send_the_same_place_one_wins(doctor: User) -> None:
    place = Sender(doctor).place(10_000_000)
    senders = [Sender(doctor) for _ in range(8)]
    for turn in range(3):
        answers = at_once(
            8, lambda n, at=turn * 1000: senders[n].send(place, at, bytes([n]) * 1000)
        )
        assert Counter(answer.status_code for answer in answers) == {204: 1, 409: 7}
    sent = (storage.partial_dir() / place.rpartition("/")[2]).read_bytes()
    assert [len(set(sent[at : at + 1000])) for at in (0, 1000, 2000)] == [1, 1, 1]
    assert len(sent) == 3000


def test_of_many_who_hear_that_all_is_here_one_makes_the_recording(
    doctor: User, spoken: bytes
) -> None:
    place = Sender(doctor).place(len(spoken) + 1)
    # The last byte comes by the side, so that all of them find it whole.
    Sender(doctor).send(place, 0, spoken)
    with (storage.partial_dir() / place.rpartition("/")[2]).open("ab") as file:
        file.write(b"\0")
    senders = [Sender(doctor) for _ in range(6)]
    answers = at_once(6, lambda n: senders[n].ask("HEAD", place).status_code)
    assert set(answers) <= {200, 423}
    assert 200 in answers
    assert Recording.objects.count() == 1
    assert Sender(doctor).offset(place) == len(spoken) + 1


def test_what_a_crash_left_of_a_finished_upload_is_not_written_to(
    doctor: User, words: bytes
) -> None:
    """Killed before its name went, it is another name of the original."""
    sender = Sender(doctor)
    told = {"sampleRate": "22050", "consent": "Lena Vogel"}
    place = sender.place(len(words), told)
    sender.send(place, 0, words)
    recording = Recording.objects.get()
    original = storage.local_path(recording.key)
    assert original is not None
    file = PartialFile(place.rpartition("/")[2])
    file.path.hardlink_to(original)
    original.chmod(0o400)
    written = original.stat().st_mtime_ns
    upload = ResumableUpload.objects.get()
    assert finish_upload(upload, actor=SYSTEM) == recording
    assert original.stat().st_mtime_ns == written
    assert not file.path.exists()


def test_while_a_recording_is_made_of_it_nobody_lengthens_it(
    doctor: User, spoken: bytes
) -> None:
    sender = Sender(doctor)
    place = sender.place(len(spoken))
    sender.send(place, 0, spoken[:1000])
    with PartialFile(place.rpartition("/")[2]).held():
        answer = sender.send(place, 1000, spoken[1000:])
        assert (answer.status_code, answer.json()["code"]) == (423, "upload_busy")
        assert sender.ask("DELETE", place).status_code == 423
    assert sender.offset(place) == 1000


def test_who_opened_a_file_that_became_a_recording_cannot_lengthen_it(
    doctor: User, spoken: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The original is the very file that was sent, under another name."""
    late, place = Sender(doctor), Sender(doctor).place(None)
    Sender(doctor).send(place, 0, spoken)
    opened, done = Event(), Event()
    lock = partial._lock

    def wait(descriptor: int) -> None:
        if current_thread().name == "late":
            opened.set()
            done.wait(60)
        lock(descriptor)

    monkeypatch.setattr(partial, "_lock", wait)
    answers: list[int] = []

    def send() -> None:
        answers.append(late.send(place, len(spoken), b"more").status_code)
        connection.close()

    thread = Thread(target=send, name="late")
    thread.start()
    assert opened.wait(60)
    length = str(len(spoken))
    Sender(doctor).send(place, len(spoken), b"", Upload_Length=length)
    done.set()
    thread.join(60)
    assert answers == [404]
    key = Recording.objects.get().key
    assert storage.file_hash(key) == sha256(spoken).hexdigest()
