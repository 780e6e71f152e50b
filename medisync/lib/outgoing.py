"""Requests that MediSync itself sends, to addresses others have named.

Whoever may say where a request goes could make this server knock at doors that
only it can reach: its own, the cloud's metadata service, its neighbours'. So the
name is resolved once, each address is judged, and the connection is made to a
judged address and no other; a name that means something else a moment later
(DNS rebinding) changes nothing. No redirect is followed and no proxy asked.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from http.client import HTTPException
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from socket import SHUT_RDWR, SOCK_STREAM, getaddrinfo
from threading import Event, Timer
from typing import NamedTuple

from django.conf import settings
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError
from urllib3.util import Url, parse_url

from medisync.lib.errors import DomainError

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

CONNECT_SECONDS = 5.0
#: From the request's first byte to the answer's last header.
ANSWER_SECONDS = 10.0
#: Of the addresses of one name, so many are tried.
_TRIES = 3
_PORTS = {"http": 80, "https": 443}

#: Clouds tell a machine's secrets here. Other such addresses are link-local.
_METADATA: tuple[Network, ...] = (
    ip_network("100.100.100.200/32"),
    ip_network("192.0.0.192/32"),
    ip_network("fd00:ec2::/32"),
)


class DestinationRefused(DomainError):
    """Not a URL a request may go to; trying again is of no use."""

    code = "destination_refused"
    message = "Requests are not sent to this address."


class DeliveryFailed(DomainError):
    """No answer was had; ``code`` says why. It may be had another time."""

    message = "The other side did not answer."

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__()


@dataclass(frozen=True)
class Destinations:
    """Where a request may go.

    ``networks`` are an operator's word and open whatever is in them. ``hosts``
    are names an operator allowed, ``addresses`` single addresses that are known
    to want the request, and ``public`` stands for the whole Internet; none of
    these three opens this machine's own addresses, link-local ones or a cloud's
    metadata service.
    """

    networks: Collection[Network] = ()
    hosts: Collection[str] = ()
    addresses: Collection[Address] = ()
    public: bool = False

    def allow(self, host: str, address: Address) -> bool:
        if any(address in network for network in self.networks):
            return True
        if _is_forbidden(address):
            return False
        return (
            host in self.hosts
            or address in self.addresses
            or (self.public and address.is_global)
        )


def destinations(
    *, addresses: Collection[Address] = (), public: bool = False
) -> Destinations:
    """These, and what the operator's settings open."""
    return Destinations(
        networks=settings.OUTGOING_NETWORKS,
        hosts=settings.OUTGOING_HOSTS,
        addresses=addresses,
        public=public,
    )


def send(
    method: str,
    url: str,
    *,
    body: bytes | None,
    headers: Mapping[str, str],
    to: Destinations,
    connect_seconds: float = CONNECT_SECONDS,
    answer_seconds: float = ANSWER_SECONDS,
) -> int:
    """Sends one request; the answer's status, a redirect's too.

    What else is answered is not read. HTTPS certificates are checked against the
    machine's authorities.

    Raises:
        DestinationRefused: no HTTP URL, or its host is not one of ``to``.
        DeliveryFailed: ``unresolved``, ``unreachable``, ``timed_out`` or
            ``no_answer``.
    """
    target = _target(url)
    with closing(_connected(target, to, connect_seconds)) as connection:
        connection.timeout = answer_seconds
        # That begins again with each byte that comes; this does not.
        late = Event()
        deadline = Timer(answer_seconds, _cut, [connection, late])
        deadline.start()
        try:
            connection.request(
                method,
                target.path,
                body=body,
                headers={"Host": target.host_header, **headers},
                preload_content=False,
            )
            status = int(connection.getresponse().status)
        except (OSError, HTTPError, HTTPException) as error:
            slow = late.is_set() or isinstance(error, TimeoutError)
            raise DeliveryFailed("timed_out" if slow else "no_answer") from error
        finally:
            deadline.cancel()
        if late.is_set():  # A cut among the headers looks like their end.
            raise DeliveryFailed("timed_out")
        return status


def check_url(url: str) -> None:
    """Raises DestinationRefused for what is no http or https URL.

    Whether a request may go there is judged when it is sent.
    """
    _target(url)


class _Target(NamedTuple):
    scheme: str
    host: str
    port: int
    path: str
    host_header: str


def _target(url: str) -> _Target:
    try:
        parts: Url = parse_url(url)
    except HTTPError:
        raise DestinationRefused from None
    if parts.scheme not in _PORTS or not parts.host or parts.auth is not None:
        raise DestinationRefused
    if parts.port == 0:
        raise DestinationRefused
    return _Target(
        scheme=parts.scheme,
        host=parts.host.strip("[]").removesuffix(".").lower(),
        port=_PORTS[parts.scheme] if parts.port is None else parts.port,
        path=parts.request_uri,
        host_header=parts.netloc or parts.host,
    )


def _connected(target: _Target, to: Destinations, seconds: float) -> HTTPConnection:
    addresses = [
        address for address in _resolved(target) if to.allow(target.host, address)
    ]
    if not addresses:
        raise DestinationRefused
    for address in addresses[:_TRIES]:
        connection = _connection(target, address, seconds)
        try:
            connection.connect()
        except (OSError, HTTPError) as error:
            connection.close()
            failure = error
        else:
            return connection
    raise DeliveryFailed("unreachable") from failure


def _resolved(target: _Target) -> Iterator[Address]:
    """In the order in which the system would try them, each one once."""
    try:
        found = getaddrinfo(target.host, target.port, type=SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise DeliveryFailed("unresolved") from error
    for text in dict.fromkeys(str(row[4][0]) for row in found):
        address = ip_address(text.partition("%")[0])
        if isinstance(address, IPv6Address):
            yield address.ipv4_mapped or address
        else:
            yield address


def _connection(target: _Target, address: Address, seconds: float) -> HTTPConnection:
    if target.scheme == "http":
        return HTTPConnection(str(address), target.port, timeout=seconds)
    return HTTPSConnection(
        str(address),
        target.port,
        timeout=seconds,
        cert_reqs="CERT_REQUIRED",
        server_hostname=target.host,
    )


def _is_forbidden(address: Address) -> bool:
    return (
        address.is_loopback
        or address.is_link_local
        or address.is_unspecified
        or address.is_multicast
        or address.is_reserved
        or any(address in network for network in _METADATA)
        or (isinstance(address, IPv6Address) and _is_tunnel(address))
    )


def _is_tunnel(address: IPv6Address) -> bool:
    """Whether it stands for an IPv4 address, to which a gateway would carry on.

    NAT64's are reserved ones.
    """
    return address.sixtofour is not None or address.teredo is not None


def _cut(connection: HTTPConnection, late: Event) -> None:
    late.set()
    sock = connection.sock
    if sock is not None:
        with suppress(OSError):  # It was closed just now.
            sock.shutdown(SHUT_RDWR)
