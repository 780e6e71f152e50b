"""The Nuxera dialect's API keys (contract nuxera 6)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import ClassVar

from rest_framework.request import Request
from rest_framework.response import Response

from medisync.accounts import api_keys
from medisync.accounts.errors import ApiKeyNotFound
from medisync.accounts.models import ApiKey
from medisync.http.client import address_of
from medisync.http.nuxera import NuxeraAuthView
from medisync.http.openapi import Parameter, operation
from medisync.http.people.nuxera import wire

_KEY = {
    "id": 31,
    "key": "********-****-****-****-********9a3f",
    "name": "Ward 2",
    "type": "ai-medical-note",
    "status": "active",
    "is_default": False,
    "created_at": "2026-02-01T08:00:00.000Z",
    "expiry_at": None,
    "user_id": 7,
}


class KeysView(NuxeraAuthView):
    tag = "API keys"
    path_parameters: ClassVar[Mapping[str, Parameter]] = {
        "key_id": Parameter("key_id", "The key's number.", "path", int, example=31)
    }


class Keys(KeysView):
    """POST and GET /api/apiKeys, with or without a slash at the end."""

    @operation(
        "List the caller's keys, their text hidden",
        "6",
        answers={200: list[wire.KeyObject]},
        got=[_KEY],
    )
    def get(self, request: Request) -> Response:
        found = api_keys.keys_of(self.user)
        return Response([wire.dump_key(key) for key in found])

    @operation(
        "Make a key; only this answer holds its text",
        "6",
        body=wire.KeyInput,
        sent={"name": "Ward 2", "type": "ai-medical-note", "status": "active"},
        answers={201: wire.NewKey},
        got={
            "message": "API Key created",
            "key": "0b9f6a52-3c1d-4e87-8a40-5d2c7e119a3f",
            "id": 31,
            "user_id": 7,
        },
    )
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


class OneKey(KeysView):
    """GET and DELETE /api/apiKeys/{id}."""

    @operation(
        "Get a key, its text hidden",
        "6",
        answers={200: wire.KeyObject},
        got=_KEY,
        refusals=(ApiKeyNotFound,),
    )
    def get(self, request: Request, key_id: int) -> Response:
        return Response(wire.dump_key(api_keys.key_of(self.user, key_id)))

    @operation(
        "Delete a key, for good",
        "6",
        answers={200: wire.Told},
        got={"message": "API Key deleted"},
        refusals=(ApiKeyNotFound,),
    )
    def delete(self, request: Request, key_id: int) -> Response:
        key = api_keys.key_of(self.user, key_id)
        address = address_of(request._request) or None
        api_keys.delete_key(key, by=self.user, address=address)
        return Response({"message": "API Key deleted"})


class ChangeKey(KeysView):
    """POST /api/apiKeys/{id}/<verb>: the key as it is then."""

    change: ClassVar[Callable[..., ApiKey]]

    def changed(self, request: Request, key_id: int) -> Response:
        key = api_keys.key_of(self.user, key_id)
        address = address_of(request._request) or None
        changed = type(self).change(key, by=self.user, address=address)
        return Response(wire.dump_key(changed))


class PauseKey(ChangeKey):
    change = staticmethod(api_keys.pause_key)

    @operation(
        "Pause a key: it opens nothing until it is resumed",
        "6",
        answers={200: wire.KeyObject},
        got=_KEY | {"status": "paused"},
        refusals=(ApiKeyNotFound,),
    )
    def post(self, request: Request, key_id: int) -> Response:
        return self.changed(request, key_id)


class ResumeKey(ChangeKey):
    change = staticmethod(api_keys.resume_key)

    @operation(
        "Resume a paused key",
        "6",
        answers={200: wire.KeyObject},
        got=_KEY,
        refusals=(ApiKeyNotFound,),
    )
    def post(self, request: Request, key_id: int) -> Response:
        return self.changed(request, key_id)


class MakeKeyDefault(ChangeKey):
    change = staticmethod(api_keys.make_key_default)

    @operation(
        "Make a key the caller's default, in place of any other",
        "6",
        answers={200: wire.KeyObject},
        got=_KEY | {"is_default": True},
        refusals=(ApiKeyNotFound,),
    )
    def post(self, request: Request, key_id: int) -> Response:
        return self.changed(request, key_id)
