"""Requests to addresses that others name (medisync.lib.outgoing)."""

from __future__ import annotations

import socket
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any

import pytest

from medisync.lib.outgoing import (
    DeliveryFailed,
    DestinationRefused,
    Destinations,
    destinations,
    send,
)
from tests.receiver import Receiver

pytestmark = pytest.mark.once

LOOPBACK = Destinations(networks=[ip_network("127.0.0.0/8"), ip_network("::1")])


def post(url: str, to: Destinations = LOOPBACK, **options: Any) -> int:
    return send(
        "POST",
        url,
        body=b"{}",
        headers={"User-Agent": "WebAPI", "Content-Type": "application/json"},
        to=to,
        **options,
    )


def resolve(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> list[str]:
    """Every name means ``addresses`` from here on; the names asked for."""
    asked = []

    def getaddrinfo(host: str, port: int, **options: Any) -> list[Any]:
        asked.append(host)
        return [
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))
            for address in addresses
        ]

    monkeypatch.setattr("medisync.lib.outgoing.getaddrinfo", getaddrinfo)
    return asked


def test_it_sends_what_it_is_given_and_tells_the_status() -> None:
    with Receiver(status=202) as receiver:
        assert post(f"{receiver.url}/calls?tag=a%20b") == 202

    (got,) = receiver.received
    assert (got.method, got.path, got.body) == ("POST", "/calls?tag=a%20b", b"{}")
    assert got.headers["Host"] == f"127.0.0.1:{receiver.port}"
    assert got.headers["User-Agent"] == "WebAPI"
    assert got.headers["Content-Type"] == "application/json"


def test_a_get_has_no_body() -> None:
    with Receiver() as receiver:
        send("GET", receiver.url, body=None, headers={}, to=LOOPBACK)

    (got,) = receiver.received
    assert (got.method, got.path, got.body) == ("GET", "/", b"")
    assert "Content-Length" not in got.headers


def test_a_redirect_is_an_answer() -> None:
    with Receiver() as other, Receiver(307, {"Location": other.url}) as receiver:
        assert post(receiver.url) == 307

    assert not other.received


def test_no_proxy_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    with Receiver() as proxy, Receiver() as receiver:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        assert post(receiver.url) == 200

    assert not proxy.received


# --- Where it may go ----------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    [
        *["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1", "0.0.0.0", "::"],  # noqa: S104
        *["169.254.169.254", "fe80::1", "fd00:ec2::254", "100.100.100.200"],
        *["224.0.0.1", "ff02::1", "255.255.255.255", "64:ff9b::7f00:1"],
        *["2002:7f00:1::1", "2001:0:7f00:1::1"],
    ],
)
def test_nobody_but_an_operator_opens_a_forbidden_address(
    monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    resolve(monkeypatch, address)
    known = ip_address(address)
    anywhere = Destinations(hosts=["crm.example.org"], addresses=[known], public=True)

    with pytest.raises(DestinationRefused):
        post("http://crm.example.org/", anywhere)
    with pytest.raises(DestinationRefused):
        post("https://crm.example.org/", anywhere)


@pytest.mark.parametrize(
    ("to", "host", "address", "allowed"),
    [
        (Destinations(), "crm.example.org", "198.51.100.7", False),
        (Destinations(public=True), "crm.example.org", "93.184.215.14", True),
        (Destinations(public=True), "crm.example.org", "2606:2800:21f::1", True),
        (Destinations(public=True), "crm.example.org", "10.20.0.5", False),
        (Destinations(public=True), "crm.example.org", "100.64.0.1", False),
        (Destinations(public=True), "crm.example.org", "fd12::1", False),
        (Destinations(addresses=[ip_address("10.20.0.5")]), "x", "10.20.0.5", True),
        (Destinations(addresses=[ip_address("10.20.0.5")]), "x", "10.20.0.6", False),
        (Destinations(hosts=["crm.lan"]), "crm.lan", "10.20.0.6", True),
        (Destinations(hosts=["crm.lan"]), "a.crm.lan", "10.20.0.6", False),
        (LOOPBACK, "localhost", "127.0.0.1", True),
        (LOOPBACK, "localhost", "10.20.0.5", False),
    ],
)
def test_what_opens_an_address(
    to: Destinations, host: str, address: str, allowed: bool
) -> None:
    assert to.allow(host, ip_address(address)) is allowed


@pytest.mark.parametrize(
    "url",
    [
        *["", "/calls", "//127.0.0.1/", "127.0.0.1", "ftp://127.0.0.1/", "http://"],
        *["file:///etc/passwd", "http:///calls", "http://user:pw@127.0.0.1/"],
        *["http://127.0.0.1:0/", "http://127.0.0.1:65536/", "http://127.0.0.1:x/"],
        *["http://[::1/", "gopher://127.0.0.1/", "http://127.0.0.1\r\nHost: x/"],
    ],
    ids=ascii,
)
def test_what_is_no_http_url(url: str) -> None:
    with pytest.raises(DestinationRefused):
        post(url)


@pytest.mark.parametrize(
    "host", ["localhost", "127.1", "2130706433", "0x7f000001", "[::1]", "0"]
)
def test_every_spelling_of_this_machine_is_judged_by_its_address(host: str) -> None:
    with pytest.raises(DestinationRefused):
        post(f"http://{host}:9/", Destinations(hosts=[host], public=True))


def test_the_judged_address_is_the_one_connected_to(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with Receiver() as receiver:
        asked = resolve(monkeypatch, "10.20.0.66", "127.0.0.1")

        assert post(f"http://CRM.example.org:{receiver.port}/calls") == 200

    assert asked == ["crm.example.org"]
    assert receiver.received[0].headers["Host"] == f"crm.example.org:{receiver.port}"


def test_the_next_address_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    with Receiver() as receiver:
        resolve(monkeypatch, "127.0.0.2", "127.0.0.1")  # The receiver is on .1 only.

        assert post(f"http://crm.example.org:{receiver.port}/") == 200


# --- What can go wrong --------------------------------------------------------------


def test_nobody_there() -> None:
    with Receiver() as receiver:
        url = receiver.url

    with pytest.raises(DeliveryFailed) as failed:
        post(url)
    assert failed.value.code == "unreachable"


@pytest.mark.parametrize("host", ["nothing.invalid", "a" * 64, "x" * 70_000])
def test_an_unknown_name(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def getaddrinfo(*args: Any, **options: Any) -> Any:
        raise socket.gaierror

    if host == "nothing.invalid":  # No question to a name server from a test.
        monkeypatch.setattr("medisync.lib.outgoing.getaddrinfo", getaddrinfo)
    with pytest.raises(DeliveryFailed) as failed:
        post(f"http://{host}/")
    assert failed.value.code == "unresolved"


@contextmanager
def listening(answer: Callable[[socket.socket], None]) -> Iterator[str]:
    """A listener that reads one request and then does ``answer``."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            with server.accept()[0] as peer, suppress(OSError):
                request = b""
                while not request.endswith(b"{}"):
                    request += peer.recv(65536)
                answer(peer)

        thread = threading.Thread(target=serve)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/"
        thread.join()


def drip(peer: socket.socket) -> None:
    """Never silent for long, and never done."""
    peer.settimeout(0.02)
    peer.sendall(b"HTTP/1.1 200 OK\r\nX: ")
    while True:
        peer.sendall(b"x")
        with suppress(TimeoutError):
            if not peer.recv(1):
                return


def silence(peer: socket.socket) -> None:
    peer.recv(1)


@pytest.mark.parametrize("answer", [drip, silence])
def test_it_waits_no_longer_than_told(
    answer: Callable[[socket.socket], None],
) -> None:
    with listening(answer) as url, pytest.raises(DeliveryFailed) as failed:
        post(url, answer_seconds=0.3)
    assert failed.value.code == "timed_out"


@pytest.mark.parametrize("said", [b"", b"SSH-2.0-OpenSSH\r\n", b"\0" * 100_000])
def test_what_is_no_answer(said: bytes) -> None:
    with (
        listening(lambda peer: peer.sendall(said)) as url,
        pytest.raises(DeliveryFailed) as failed,
    ):
        post(url)
    assert failed.value.code == "no_answer"


def test_an_endless_body_is_not_read() -> None:
    def flood(peer: socket.socket) -> None:
        peer.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            peer.sendall(b"x" * 65536)

    with listening(flood) as url:
        assert post(url) == 200


# --- HTTPS --------------------------------------------------------------------------


@contextmanager
def https(folder: Path, name: str) -> Iterator[tuple[Receiver, Path]]:
    """A receiver with a certificate for ``name``, and the certificate."""
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    subprocess.run(
        [
            *["openssl", "req", "-x509", "-newkey", "ec", "-nodes", "-days", "2"],
            *["-pkeyopt", "ec_paramgen_curve:prime256v1", "-subj", f"/CN={name}"],
            *["-addext", f"subjectAltName=DNS:{name}"],
            *["-keyout", str(key), "-out", str(certificate)],
        ],
        check=True,
        capture_output=True,
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with Receiver(tls=context) as receiver:
        yield receiver, certificate


def test_https_to_the_judged_address_in_the_names_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    resolve(monkeypatch, "127.0.0.1")
    with https(tmp_path, "crm.example.org") as (receiver, certificate):
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))

        assert post(f"https://crm.example.org:{receiver.port}/") == 200
        for other in ("other.example.org", "127.0.0.1"):
            with pytest.raises(DeliveryFailed) as failed:
                post(f"https://{other}:{receiver.port}/")
            assert failed.value.code == "unreachable"

    assert len(receiver.received) == 1


def test_an_unknown_certificate(tmp_path: Path) -> None:
    with (
        https(tmp_path, "localhost") as (receiver, _),
        pytest.raises(DeliveryFailed),
    ):
        post(f"https://localhost:{receiver.port}/")

    assert not receiver.received


def test_the_operators_settings_open_addresses(settings: Any) -> None:
    settings.OUTGOING_NETWORKS = [ip_network("127.0.0.0/8")]
    settings.OUTGOING_HOSTS = ["crm.lan"]

    to = destinations(addresses=[ip_address("10.20.0.5")])

    assert to.allow("x", ip_address("127.0.0.1"))
    assert to.allow("crm.lan", ip_address("10.20.0.6"))
    assert to.allow("x", ip_address("10.20.0.5"))
    assert not to.allow("x", ip_address("10.20.0.6"))
    assert not to.allow("x", ip_address("93.184.215.14"))
