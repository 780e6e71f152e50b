"""Whose X-Forwarded-For is believed."""

from __future__ import annotations

from ipaddress import ip_network
from typing import Any

import pytest
from django.test import Client

from medisync.accounts.models import User
from medisync.audit.models import AuditEvent
from tests.factories import PASSWORD

PROXIES = ["10.0.0.0/8", "::1/128", "fe80::/10"]


def seen_address(client: Client, user: User, peer: str, **headers: str) -> str | None:
    """Whom the server takes the client for, as the audit trail has it."""
    answer = client.post(
        "/api/login",
        {"email": user.email, "password": PASSWORD},
        content_type="application/json",
        REMOTE_ADDR=peer,
        headers=headers,
    )
    assert answer.status_code == 200
    address: str | None = AuditEvent.objects.get(action="user.sign_in").address
    return address


@pytest.mark.parametrize(
    ("peer", "forwarded", "expected"),
    [
        # Nobody asked for proxies: the peer is the client.
        ("198.51.100.7", "", "198.51.100.7"),
        ("198.51.100.7", "203.0.113.9", "198.51.100.7"),
        ("198.51.100.7", "10.0.0.1", "198.51.100.7"),
        # A proxy's word counts, the client's own claims before it do not.
        ("10.0.0.1", "203.0.113.9", "203.0.113.9"),
        ("10.0.0.1", "192.0.2.1, 203.0.113.9", "203.0.113.9"),
        ("10.0.0.1", "192.0.2.1,203.0.113.9, 10.0.0.2 ,10.3.4.5", "203.0.113.9"),
        ("::1", "2001:db8::7", "2001:db8::7"),
        ("::ffff:10.0.0.1", "203.0.113.9", "203.0.113.9"),
        ("10.0.0.1", "::ffff:203.0.113.9", "203.0.113.9"),
        ("fe80::1%eth0", "203.0.113.9", "203.0.113.9"),
        ("2001:db8::7%eth0", "", "2001:db8::7"),
        # Only proxies: the furthest.
        ("10.0.0.1", "10.0.0.3, 10.0.0.2", "10.0.0.3"),
        # What is no address ends the chain.
        ("10.0.0.1", "", "10.0.0.1"),
        ("10.0.0.1", "unknown", "10.0.0.1"),
        ("10.0.0.1", "203.0.113.9, unknown, 10.0.0.2", "10.0.0.2"),
        ("10.0.0.1", "203.0.113.9:4711", "10.0.0.1"),
        ("10.0.0.1", "203.0.113.9, ", "10.0.0.1"),
        ("10.0.0.1", "," * 4000, "10.0.0.1"),
        ("10.0.0.1", "' OR 1=1 --", "10.0.0.1"),
        # A server on a Unix socket has no peer address.
        ("", "203.0.113.9", "127.0.0.1"),
    ],
)
def test_the_client_behind_proxies(
    client: Client,
    doctor: User,
    settings: Any,
    peer: str,
    forwarded: str,
    expected: str,
) -> None:
    settings.TRUSTED_PROXIES = [ip_network(network) for network in PROXIES]

    headers = {"X-Forwarded-For": forwarded} if forwarded else {}

    assert seen_address(client, doctor, peer, **headers) == expected


def test_nobody_is_trusted_by_default(client: Client, doctor: User) -> None:
    headers = {"X-Forwarded-For": "203.0.113.9", "X-Real-IP": "203.0.113.9"}

    assert seen_address(client, doctor, "127.0.0.1", **headers) == "127.0.0.1"


@pytest.mark.parametrize(
    ("peer", "scheme"), [("10.0.0.1", "https"), ("198.51.100.7", "http")]
)
def test_only_a_proxy_says_that_it_is_https(
    client: Client, doctor: User, settings: Any, peer: str, scheme: str
) -> None:
    settings.TRUSTED_PROXIES = [ip_network("10.0.0.0/8")]
    token = client.post(
        "/api/login",
        {"email": doctor.email, "password": PASSWORD},
        content_type="application/json",
    ).json()["token"]

    answer = client.post(
        "/api/appointments/add",
        {
            "name": "Knee check",
            "date": "2026-05-04",
            "time": "09:20",
            "recording_url": "/files/1.wav",
        },
        content_type="application/json",
        headers={"Authorization": f"Bearer {token}", "X-Forwarded-Proto": "https"},
        REMOTE_ADDR=peer,
    )

    url = answer.json()["data"]["recording_url"]
    assert url.startswith(f"{scheme}://testserver")
