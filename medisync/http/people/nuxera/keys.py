"""The Nuxera dialect's API keys (contract nuxera 6)."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from rest_framework.request import Request
from rest_framework.response import Response

from medisync.accounts import api_keys
from medisync.accounts.models import ApiKey
from medisync.http.client import address_of
from medisync.http.nuxera import NuxeraAuthView
from medisync.http.people.nuxera import wire


class Keys(NuxeraAuthView):
    """POST and GET /api/apiKeys, with or without a slash at the end."""

    def get(self, request: Request) -> Response:
        found = api_keys.keys_of(self.user)
        return Response([wire.dump_key(key) for key in found])

    def post(self, request: Request) -> Response:
        form = wire.KeyInput(data=request.data)
        form.is_valid(raise_exception=True)
        key, text = api_keys.create_key(
            self.user,
            name=form.validated_data["name"],
            type=form.validated_data["type"],
            paused=form.validated_data["status"] == "paused",
            address=address_of(request._request) or None,
        )
        return Response(wire.dump_new_key(key, text), 201)


class OneKey(NuxeraAuthView):
    """GET and DELETE /api/apiKeys/{id}."""

    def get(self, request: Request, key_id: int) -> Response:
        return Response(wire.dump_key(api_keys.key_of(self.user, key_id)))

    def delete(self, request: Request, key_id: int) -> Response:
        key = api_keys.key_of(self.user, key_id)
        address = address_of(request._request) or None
        api_keys.delete_key(key, by=self.user, address=address)
        return Response({"message": "API Key deleted"})


class ChangeKey(NuxeraAuthView):
    """POST /api/apiKeys/{id}/<verb>: the key as it is then."""

    change: ClassVar[Callable[..., ApiKey]]

    def post(self, request: Request, key_id: int) -> Response:
        key = api_keys.key_of(self.user, key_id)
        address = address_of(request._request) or None
        changed = type(self).change(key, by=self.user, address=address)
        return Response(wire.dump_key(changed))


class PauseKey(ChangeKey):
    change = staticmethod(api_keys.pause_key)


class ResumeKey(ChangeKey):
    change = staticmethod(api_keys.resume_key)


class MakeKeyDefault(ChangeKey):
    change = staticmethod(api_keys.make_key_default)
