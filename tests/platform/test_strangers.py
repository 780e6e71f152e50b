"""What anybody may ask for costs the server little, however many ask at once."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest
from django.contrib.auth.hashers import (
    Argon2PasswordHasher,
    check_password,
    make_password,
)
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, RequestFactory

from medisync.accounts.hashers import PatientArgon2

pytestmark = pytest.mark.once


def test_a_form_keeps_no_files(client: Client, db: None) -> None:
    file = SimpleUploadedFile("big.wav", b"x" * 3_000_000)
    request = RequestFactory().post("/sign-in", {"email": "a@b.example", "f": file})
    assert request.POST["email"] == "a@b.example"
    assert not request.FILES
    file.seek(0)
    assert client.post("/sign-in", {"email": "x", "f": file}).status_code == 200


def test_few_passwords_are_hashed_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    at_work, most, lock = 0, 0, threading.Lock()

    def slow(*args: Any, **options: Any) -> str:
        nonlocal at_work, most
        with lock:
            at_work += 1
            most = max(most, at_work)
        time.sleep(0.01)
        with lock:
            at_work -= 1
        return "hash"

    monkeypatch.setattr(Argon2PasswordHasher, "encode", slow)
    monkeypatch.setattr(Argon2PasswordHasher, "verify", slow)
    hasher = PatientArgon2()
    work = [
        *[lambda: hasher.encode("password", "saltsalt") for _ in range(6)],
        *[lambda: hasher.verify("password", "hash") for _ in range(6)],
    ]
    threads = [threading.Thread(target=one) for one in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 2


def test_passwords_are_kept_as_argon2(settings: Any) -> None:
    settings.PASSWORD_HASHERS = ["medisync.accounts.hashers.PatientArgon2"]
    encoded = make_password("correct-horse-1")
    assert encoded.startswith("argon2$argon2id$")
    assert check_password("correct-horse-1", encoded)
    assert not check_password("correct-horse-2", encoded)
