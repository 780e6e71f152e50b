"""The S3 store stops, hangs, breaks off and says it is busy."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator

import pytest
import requests

from tests.audio import encode, speech
from tests.proxy import Fault, Proxy
from tests.s3 import Bucket, S3Server, s3_server
from tests.server import Server

pytestmark = pytest.mark.once

#: Three tries, each with the store's time-out, the waits between, and a slow machine.
PATIENCE = 120


@pytest.fixture(scope="module")
def store() -> Iterator[S3Server]:
    """One that may be killed."""
    with s3_server() as running:
        yield running


@pytest.fixture(scope="module")
def proxy(store: S3Server) -> Iterator[Proxy]:
    with Proxy(store.port) as standing:
        yield standing


@pytest.fixture(scope="module")
def bucket(store: S3Server) -> Bucket:
    return Bucket(store, "faulty")


@pytest.fixture(scope="module")
def server(
    bucket: Bucket, proxy: Proxy, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("server")
    with Server(folder, **bucket.environment(proxy.url)) as running:
        yield running


@pytest.fixture(scope="module")
def doctor(server: Server) -> dict[str, str]:
    return server.clinician("mira@clinic.example", "--tier=premium")


@pytest.fixture(scope="module")
def wav(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Some megabytes, so that there is a middle of a body."""
    folder = tmp_path_factory.mktemp("speech")
    long = encode(
        folder / "long.wav",
        "-stream_loop",
        "9",
        "-i",
        str(speech(folder)),
        "-c",
        "copy",
    )
    return long.read_bytes()


class Visits:
    """Two kept recordings, to hear and to delete, and a visit that has none."""

    def __init__(self, server: Server, doctor: dict[str, str], wav: bytes) -> None:
        self.server, self.doctor, self.wav = server, doctor, wav
        self.heard, self.doomed, self.empty = (
            server.appointment(doctor) for _ in range(3)
        )
        for visit in (self.heard, self.doomed):
            assert self.upload(visit).status_code == 201

    def upload(self, visit: str) -> requests.Response:
        return self.server.upload(self.doctor, visit, self.wav)

    def download(self, visit: str) -> requests.Response:
        url = f"{self.server.url}/api/recordings/get/{visit}"
        return requests.get(url, headers=self.doctor, timeout=2 * PATIENCE)

    def delete(self, visit: str) -> requests.Response:
        url = f"{self.server.url}/api/recordings/{visit}"
        return requests.delete(url, headers=self.doctor, timeout=2 * PATIENCE)

    def all_fail(self) -> None:
        """Each says so as its dialect does, or breaks off, within the patience."""
        problems: list[object] = []

        def expect(call: Callable[[], None]) -> None:
            try:
                call()
            except Exception as problem:  # noqa: BLE001 (told after the thread)
                problems.append(problem)

        calls = (self._upload_fails, self._download_fails, self._delete_fails)
        threads = [threading.Thread(target=expect, args=(call,)) for call in calls]
        begun = time.monotonic()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert not problems, problems
        assert time.monotonic() - begun < PATIENCE

    def _upload_fails(self) -> None:
        answer = self.upload(self.empty)
        assert (answer.status_code, answer.json()) == (
            500,
            {"success": False, "error": "Error storing recording"},
        )

    def _download_fails(self) -> None:
        answer = self.download(self.heard)
        assert (answer.status_code, answer.json()) == (
            500,
            {"success": False, "message": "Internal server error"},
        )

    def _delete_fails(self) -> None:
        answer = self.delete(self.doomed)
        assert (answer.status_code, answer.json()) == (
            500,
            {"success": False, "error": "Error deleting recording from storage"},
        )

    def all_is_well(self, bucket: Bucket) -> None:
        """Without a restart: what was kept is whole, and everything works again."""
        assert self.download(self.heard).content == self.wav
        assert self.download(self.doomed).status_code == 400
        assert self.upload(self.empty).status_code == 201
        assert self.download(self.empty).content == self.wav
        # Finishes what the store did not let end.
        assert "deletions finished" in self.server.manage("sweep")
        for visit in (self.heard, self.empty):
            assert self.delete(visit).status_code == 200
        assert bucket.keys() == set()
        assert bucket.uploads() == set()


@pytest.fixture
def visits(server: Server, doctor: dict[str, str], wav: bytes) -> Visits:
    return Visits(server, doctor, wav)


@pytest.mark.parametrize("fault", [Fault.BUSY, Fault.RESET, Fault.HANG])
def test_a_store_in_trouble_is_told_and_got_over(
    fault: Fault, visits: Visits, proxy: Proxy, bucket: Bucket
) -> None:
    proxy.misbehave(fault)
    visits.all_fail()
    proxy.behave()
    visits.all_is_well(bucket)


def test_a_store_that_was_stopped_is_told_and_got_over(
    visits: Visits, store: S3Server, bucket: Bucket
) -> None:
    store.kill()
    visits.all_fail()
    store.start()
    visits.all_is_well(bucket)


@pytest.mark.parametrize("fault", [Fault.BUSY, Fault.RESET])
def test_an_upload_that_the_store_breaks_off_leaves_nothing(
    fault: Fault, visits: Visits, proxy: Proxy, bucket: Bucket
) -> None:
    before = bucket.keys()
    proxy.misbehave(fault, after_bytes=len(visits.wav) // 2)
    visits._upload_fails()
    assert not [*(visits.server.data_dir / "media").rglob("*.part")]
    proxy.behave()
    assert bucket.keys() == before
    visits.delete(visits.doomed)
    visits.all_is_well(bucket)


def test_a_download_that_the_store_breaks_off_is_never_taken_for_whole(
    visits: Visits, proxy: Proxy, bucket: Bucket
) -> None:
    proxy.misbehave(Fault.RESET, after_bytes=len(visits.wav) // 2)
    with pytest.raises(requests.RequestException):
        visits.download(visits.heard)
    proxy.behave()
    visits.delete(visits.doomed)
    visits.all_is_well(bucket)


def test_a_slow_store_holds_up_nobody_else(
    visits: Visits, proxy: Proxy, bucket: Bucket
) -> None:
    """A download comes as the store gives it; its first byte before its last."""
    proxy.misbehave(Fault.SLOW)
    url = f"{visits.server.url}/api/recordings/get/{visits.heard}"
    with requests.get(url, headers=visits.doctor, stream=True, timeout=60) as answer:
        begun = time.monotonic()
        assert next(answer.iter_content(1000)) == visits.wav[:1000]
        # 3 MB at 160 KB a second take 20.
        assert time.monotonic() - begun < 10
        listed = requests.get(
            f"{visits.server.url}/api/recordings", headers=visits.doctor, timeout=5
        )
        assert listed.status_code == 200
        proxy.behave()
    visits.delete(visits.doomed)
    visits.all_is_well(bucket)
