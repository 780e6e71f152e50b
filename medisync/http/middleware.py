"""What happens to every request before and after its view."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address, ip_address

from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.core.signals import got_request_exception
from django.http import HttpRequest
from django.http.response import HttpResponseBase

logger = logging.getLogger("medisync.requests")

GetResponse = Callable[[HttpRequest], HttpResponseBase]
Address = IPv4Address | IPv6Address


class RequestLog:
    """One line a request: method, route, status and time, and nothing personal.

    The route is the pattern, ``api/recordings/get/<str:appointment_id>``; ids,
    names, tokens and queries stay out of the log.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        start = time.monotonic()
        response = self.get_response(request)
        logger.info(
            "%s %s %d %.0f ms",
            request.method if request.method in _METHODS else "other",
            route_of(request),
            response.status_code,
            1000 * (time.monotonic() - start),
        )
        return response


_METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}


def route_of(request: HttpRequest) -> str:
    match = request.resolver_match
    return match.route if match else "-"


def log_fault(request: HttpRequest | None = None, **signal: object) -> None:
    """Logs the exception being handled, with its place and without its message."""
    logger.exception("unexpected fault in %s", route_of(request) if request else "-")


got_request_exception.connect(log_fault, dispatch_uid="log_fault")


class PermissionsPolicy:
    """Keeps a page from what it has no use for; a view that has some says so."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if response.headers.get("Content-Type", "").startswith("text/html"):
            response.headers.setdefault(
                "Permissions-Policy", "microphone=(), camera=(), geolocation=()"
            )
        return response


class TrustedProxies:
    """Makes ``REMOTE_ADDR`` the client's address, believing only named proxies.

    X-Forwarded-For is read from the right: the first address that is not itself
    a trusted proxy is the client. From anyone else the forwarding headers are
    dropped, so that nothing further in can be fooled by them.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        # A server on a Unix socket has no peer address: it is this machine.
        peer = _address(request.META.get("REMOTE_ADDR", "")) or ip_address("127.0.0.1")
        forwarded = request.META.pop("HTTP_X_FORWARDED_FOR", "")
        if _trusted(peer):
            for hop in reversed(forwarded.split(",")):
                address = _address(hop)
                if address is None:
                    break
                peer = address
                if not _trusted(address):
                    break
        else:
            request.META.pop("HTTP_X_FORWARDED_PROTO", None)
        request.META["REMOTE_ADDR"] = str(peer)
        return self.get_response(request)


def _address(text: str) -> Address | None:
    try:
        # Without the zone of a link-local address (fe80::1%eth0), which is a name
        # of this machine's own.
        address = ip_address(text.strip().partition("%")[0])
    except ValueError:
        return None
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        return address.ipv4_mapped
    return address


def _trusted(address: Address) -> bool:
    return any(address in network for network in settings.TRUSTED_PROXIES)


class CleanRequest:
    """Refuses a path with a NUL byte, which no URL of ours has."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if "\0" in request.path_info:
            raise SuspiciousOperation
        return self.get_response(request)
