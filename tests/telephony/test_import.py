from __future__ import annotations

import os
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from medisync.audit.models import AuditEvent
from medisync.audit.trail import SYSTEM
from recordings.choices import Source, State
from recordings.models import Recording
from recordings.services import delete_recording
from telephony import services
from telephony.access import call_recording_named
from telephony.errors import CallRecordingNotFound
from telephony.models import Call, CallRecording
from telephony.services import ImportStatus, import_call_recording
from tests.telephony import speech
from tests.telephony.commands import Lines, run, stored_files

pytestmark = pytest.mark.django_db


def test_it_imports_a_call() -> None:
    client = speech.Client()
    found = speech.imported(account=client.account)

    recording, call = found.recording, found.call
    assert recording.source == Source.CALL
    assert recording.doctor is None
    assert recording.title == "+15035550176 → 2117"
    assert recording.file_name == found.file_name == speech.CALL_NAME
    assert (recording.sample_rate, recording.channels) == (8000, 1)
    start = datetime(2024, 3, 11, 1, 45, 12, tzinfo=timezone.utc)
    assert found.started_at == recording.recorded_at == start
    assert call is not None
    assert (call.caller, call.callee, call.type) == ("+15035550176", "2117", "Inbound")
    assert call.callid == "1710121510.23"
    assert call.started_at == datetime(2024, 3, 11, 1, 45, 10, tzinfo=timezone.utc)
    assert abs(call.duration_s - recording.duration_ms / 1000) <= 0.5
    assert call_recording_named(speech.CALL_NAME) == found
    actions = set(AuditEvent.objects.values_list("action", flat=True))
    assert {"recording.add", "call.add", "call_recording.add"} <= actions


def test_it_keeps_a_name_of_another_make_without_a_call() -> None:
    (line,) = run(speech.PROMPT)

    assert (line["status"], line["call_sid"]) == ("imported", None)
    found = CallRecording.objects.get(pk=line["sid"])
    assert found.file_name == found.recording.title == "demo-thanks.wav"
    assert (found.call, found.started_at, found.account) == (None, None, None)


def test_it_prints_one_line_a_file_in_order(tmp_path: Path) -> None:
    client = speech.Client()
    prompts = sorted(speech.PROMPTS.glob("conf-*.wav"))[:3]
    for prompt in prompts:
        speech.copied(prompt, tmp_path / "calls" / "march" / prompt.name)
    speech.copied(speech.PROMPT, tmp_path / "calls" / speech.CALL_NAME)
    speech.copied(speech.PROMPT, tmp_path / "calls" / ".hidden.wav")
    speech.copied(speech.PROMPT, tmp_path / "calls" / ".hidden" / "x.wav")

    lines = run(
        tmp_path / "calls", speech.PROMPTS / "beep.wav", "--account-sid", client.sid
    )

    assert [line["file"] for line in lines] == [
        str(tmp_path / "calls" / speech.CALL_NAME),
        *[str(tmp_path / "calls" / "march" / prompt.name) for prompt in prompts],
        str(speech.PROMPTS / "beep.wav"),
    ]
    for line in lines:
        assert (line["status"], line["reason"]) == ("imported", None)
        found = CallRecording.objects.get(pk=line["sid"])
        assert found.recording_id == line["recording"]
        assert found.account == client.account
        assert line["call_sid"] == (str(found.call_id) if found.call else None)
    assert lines[0]["call_sid"]


def test_the_same_file_again_is_a_duplicate(settings: Any) -> None:
    (first,) = run(speech.PROMPT)
    before = AuditEvent.objects.count(), stored_files(settings.MEDIA_ROOT)

    (second,) = run(speech.PROMPT)

    assert second == {**first, "status": "duplicate"}
    assert Recording.objects.count() == 1
    assert (AuditEvent.objects.count(), stored_files(settings.MEDIA_ROOT)) == before


def test_other_bytes_under_the_same_name_are_rejected(tmp_path: Path) -> None:
    run(speech.PROMPT)
    other = speech.copied(speech.PROMPTS / "beep.wav", tmp_path / speech.PROMPT.name)

    (line,) = run(other, fails=True)

    assert (line["status"], line["recording"], line["sid"]) == ("rejected", None, None)
    assert "another recording" in line["reason"]
    assert Recording.objects.count() == 1


def test_the_same_bytes_under_another_name_are_another_recording(
    tmp_path: Path,
) -> None:
    run(speech.PROMPT, speech.copied(speech.PROMPT, tmp_path / "again.wav"))

    assert Recording.objects.count() == 2


def test_a_duplicate_without_an_account_is_given_to_the_named_one() -> None:
    client, other = speech.Client(), speech.Client()
    (first,) = run(speech.PROMPT)

    (second,) = run(speech.PROMPT, "--account-sid", client.sid)
    (third,) = run(speech.PROMPT, "--account-sid", other.sid, fails=True)

    assert (second["status"], second["sid"]) == ("duplicate", first["sid"])
    assert (third["status"], third["sid"]) == ("rejected", None)
    assert CallRecording.objects.get().account == client.account
    event = AuditEvent.objects.get(action="call_recording.update")
    assert event.details == {"account": client.sid}


def test_of_two_accounts_the_first_is_given_it() -> None:
    client, other = speech.Client(), speech.Client()
    seen_by_the_second = speech.imported()

    first = speech.imported(account=client.account)

    assert first == seen_by_the_second
    assert not services._give(seen_by_the_second, other.account, SYSTEM)
    assert CallRecording.objects.get().account == client.account


def test_recordings_of_one_call_share_it(tmp_path: Path) -> None:
    short, long = speech.PROMPTS / "beep.wav", speech.PROMPTS / "demo-congrats.wav"
    stem = "-1710121510.23-2104-2117-Internal.wav"
    paths = [
        speech.copied(short, tmp_path / f"20240311094512{stem}"),
        speech.copied(long, tmp_path / f"20240311094530{stem}"),
        speech.copied(speech.PROMPT, tmp_path / f"20240311094640{stem}"),
    ]

    lines = run(*paths)

    assert len({line["call_sid"] for line in lines}) == 1
    longest = max(r.duration_ms for r in Recording.objects.all())
    assert Call.objects.get().duration_s == (longest + 500) // 1000


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("empty.wav", b""),
        ("text.wav", b"Not a sound.\n" * 50),
        ("cdr.csv", b"callid,timestart\n1710121510.23,2024-03-11 09:45:10\n"),
        ("list.m3u8", b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n"),
        ("cut.wav", b"RIFF\x24\x00\x00\x00WAVEfmt "),
        ("back\\slash.wav", None),
        ("line\nbreak.wav", None),
        ("escape\x1b[2J.wav", None),
    ],
)
def test_it_rejects_and_leaves_nothing(
    tmp_path: Path, settings: Any, name: str, content: bytes | None
) -> None:
    path = tmp_path / name
    path.write_bytes(speech.PROMPT.read_bytes() if content is None else content)

    (line,) = run(path, fails=True)

    assert (line["file"], line["status"]) == (str(path), "rejected")
    assert (line["recording"], line["sid"], line["call_sid"]) == (None, None, None)
    assert line["reason"].endswith(".")
    assert not Recording.objects.exists()
    assert not CallRecording.objects.exists()
    assert not Call.objects.exists()
    assert stored_files(settings.MEDIA_ROOT) == []


def test_it_goes_on_after_a_rejected_file(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("no sound")
    speech.copied(speech.PROMPT, tmp_path / "b.wav")

    lines = run(tmp_path, fails=True)

    assert [line["status"] for line in lines] == ["rejected", "imported"]


def test_a_name_that_is_no_text_is_rejected(tmp_path: Path) -> None:
    path = speech.name_of_bytes(tmp_path, b"caf\xe9.wav")
    speech.copied(speech.PROMPT, path)

    (line,) = run(path, fails=True)

    assert (line["file"], line["status"]) == (str(path), "rejected")
    out = Lines()
    with pytest.raises(CommandError, match="1 of 1"):
        call_command("import_recordings", str(path), stdout=out)
    assert "caf\\udce9.wav" in "".join(out.parts)


def test_links_and_devices_in_a_folder_are_told_not_followed(tmp_path: Path) -> None:
    folder = tmp_path / "calls"
    outside = speech.copied(speech.PROMPT, tmp_path / "outside" / "a.wav")
    folder.mkdir()
    (folder / "file.wav").symlink_to(outside)
    (folder / "folder").symlink_to(outside.parent)
    (folder / "loop").symlink_to(folder)
    os.mkfifo(folder / "pipe.wav")

    lines = run(folder, fails=True)

    assert [line["status"] for line in lines] == ["rejected"] * 4
    assert not Recording.objects.exists()


def test_a_device_that_is_named_is_rejected_and_a_link_followed(
    tmp_path: Path,
) -> None:
    os.mkfifo(tmp_path / "pipe.wav")
    (tmp_path / "link.wav").symlink_to(speech.PROMPT)

    lines = run(tmp_path / "pipe.wav", tmp_path / "link.wav", fails=True)

    assert [line["status"] for line in lines] == ["rejected", "imported"]
    assert CallRecording.objects.get().file_name == "link.wav"


@pytest.mark.parametrize(
    "arguments",
    [
        ["/nowhere/at/all.wav"],
        ["bad\0path"],
        [str(speech.PROMPT), "--account-sid", "7d2bb7a0-6f3c-4d7e-9a53-000000000000"],
        [str(speech.PROMPT), "--account-sid", "front desk"],
        [str(speech.PROMPT), "--account-sid", ""],
    ],
)
def test_it_does_nothing_for_a_wrong_argument(arguments: list[str]) -> None:
    with pytest.raises(CommandError):
        call_command("import_recordings", str(speech.PROMPT), *arguments)

    assert not Recording.objects.exists()


def test_it_reads_well_without_json(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("no sound")
    out = Lines()

    with pytest.raises(CommandError, match=r"1 of 2 files were rejected\."):
        call_command("import_recordings", str(speech.PROMPT), str(tmp_path), stdout=out)

    imported, rejected = "".join(out.parts).splitlines()
    assert imported.startswith(f"imported   {speech.PROMPT}  sid ")
    assert rejected.startswith("rejected ")


def test_a_file_too_large_is_rejected(settings: Any) -> None:
    settings.MAX_UPLOAD_BYTES = 1000

    (line,) = run(speech.PROMPT, fails=True)

    assert "larger" in line["reason"]


def test_a_file_that_cannot_be_read_is_rejected(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    whole = Path.open

    def refuse(path: Path, *arguments: Any, **options: Any) -> Any:
        if path == speech.PROMPT:
            raise PermissionError
        return whole(path, *arguments, **options)

    monkeypatch.setattr(Path, "open", refuse)

    (line,) = run(speech.PROMPT, fails=True)

    assert line["reason"] == "The file cannot be read."


def test_a_name_whose_recording_is_being_deleted_is_rejected() -> None:
    found = speech.imported()
    Recording.objects.filter(pk=found.recording_id).update(state=State.DELETING)

    result = import_call_recording(
        speech.PROMPT, file_name=speech.CALL_NAME, account=None, actor=SYSTEM
    )

    assert result.status == ImportStatus.REJECTED
    with pytest.raises(CallRecordingNotFound):
        call_recording_named(speech.CALL_NAME)


def test_a_deleted_recording_can_be_imported_again() -> None:
    found = speech.imported()
    delete_recording(found.recording, actor=SYSTEM)

    again = speech.imported()

    assert again.pk != found.pk
    assert again.call_id == found.call_id


@pytest.mark.parametrize("name", ["", "nothing.wav", "a\0", "a\udcff", "x" * 5000])
def test_no_recording_has_that_name(name: str) -> None:
    speech.imported()

    with pytest.raises(CallRecordingNotFound):
        call_recording_named(name)


def test_a_failure_in_the_last_step_leaves_nothing(
    monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    def fail(*arguments: object, **options: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(services, "record", fail)

    with pytest.raises(RuntimeError):
        speech.imported()

    assert not Recording.objects.exists()
    assert not Call.objects.exists()
    assert stored_files(settings.MEDIA_ROOT) == []
