"""The documents are valid, whole, and their examples are of their own shapes."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from drf_spectacular.validation import validate_schema
from jsonschema import Draft202012Validator

from medisync.http.openapi import document as building
from medisync.http.view import DialectView
from medisync.urls import DOCUMENTS, MOUNTS

pytestmark = pytest.mark.once

each_document = pytest.mark.parametrize("name", DOCUMENTS)


def read(client: Client, name: str) -> dict[str, Any]:
    answer = client.get(f"/api/docs/{name}.json")
    assert answer.status_code == 200
    return dict(answer.json())


@each_document
def test_it_is_valid_openapi_3_1(client: Client, name: str) -> None:
    document = read(client, name)
    assert document["openapi"].startswith("3.1.")
    validate_schema(document)


def test_those_who_ask_first_and_together_get_the_same_documents() -> None:
    callers = 8
    together = threading.Barrier(callers)

    def build(number: int) -> dict[str, Any]:
        names = list(DOCUMENTS)
        turned = names[number % len(names) :] + names[: number % len(names)]
        together.wait(60)
        return {name: DOCUMENTS[name].build() for name in turned}

    expected = build_alone()
    building._built.cache_clear()
    with ThreadPoolExecutor(callers) as threads:
        for built in threads.map(build, range(callers)):
            assert built == expected


def build_alone() -> dict[str, Any]:
    building._built.cache_clear()
    return {name: one.build() for name, one in DOCUMENTS.items()}


@each_document
def test_every_example_has_the_shape_it_illustrates(client: Client, name: str) -> None:
    document = read(client, name)
    found = list(_examples(document))
    assert found
    for schema, example in found:
        whole = {**schema, "components": document["components"]}
        Draft202012Validator(whole).validate(example)


def _examples(node: Any) -> Iterator[tuple[dict[str, Any], Any]]:
    if isinstance(node, dict):
        if isinstance(node.get("schema"), dict):
            if "example" in node:
                yield node["schema"], node["example"]
            for example in node.get("examples", {}).values():
                yield node["schema"], example["value"]
        node = list(node.values())
    if isinstance(node, list):
        for inner in node:
            yield from _examples(inner)


def operations(client: Client, name: str) -> Iterator[dict[str, Any]]:
    for methods in read(client, name)["paths"].values():
        yield from methods.values()


@each_document
def test_every_operation_says_what_it_is_and_what_it_refuses(
    client: Client, name: str
) -> None:
    names = []
    for said in operations(client, name):
        names.append(said["operationId"])
        assert said["summary"], said
        assert said["tags"], said
        # What is refused has named examples, with whichever status it comes.
        assert '"examples"' in json.dumps(said["responses"]), said
    assert len(names) == len(set(names))


@each_document
def test_every_operation_shows_what_is_sent_and_got(client: Client, name: str) -> None:
    for said in operations(client, name):
        sent = said.get("requestBody", {"content": {}})["content"]
        got = [
            media
            for answer in said["responses"].values()
            for kind, media in answer.get("content", {}).items()
            if kind == "application/json"
        ]
        for media in [*sent.values(), *got]:
            assert "example" in media or "examples" in media, said
        for parameter in said.get("parameters", []):
            schema = parameter["schema"]
            chosen = "enum" in schema or "const" in schema
            assert chosen or "examples" in parameter, (said["operationId"], parameter)


def _schemes(client: Client, name: str, path: str, method: str) -> list[set[str]]:
    said = read(client, name)["paths"][path][method]
    return [set(choice) for choice in said.get("security", [])]


def test_every_dialect_says_how_to_sign_in(client: Client) -> None:
    schemes = {
        name: {
            key: (scheme["type"], scheme.get("scheme") or scheme["name"])
            for key, scheme in read(client, name)["components"][
                "securitySchemes"
            ].items()
        }
        for name in DOCUMENTS
    }
    bearer, session = ("http", "bearer"), ("apiKey", "sessionid")
    assert schemes == {
        "medisync": {"bearer": bearer, "session": session},
        "nuxera": {"bearer": bearer, "apiKey": ("apiKey", "x-api-key")},
        "yeastar": {"token": ("apiKey", "token")},
        "pseries": {"accessToken": ("apiKey", "access_token")},
        "laml": {"basic": ("http", "basic")},
    }


def test_an_operation_says_which_credentials_will_do(client: Client) -> None:
    account = "/api/laml/2010-04-01/Accounts/{account_sid}/Recordings/{sid}"
    expected = {
        ("medisync", "/api/login", "post"): [],
        ("medisync", "/api/recordings/add/{appointment_id}", "post"): [{"bearer"}],
        ("nuxera", "/api/dictate", "post"): [{"apiKey"}, {"bearer"}],
        ("nuxera", "/api/download", "get"): [{"bearer"}],
        ("yeastar", "/api/v1.1.0/login", "post"): [],
        ("yeastar", "/api/v1.1.0/recording/download", "get"): [{"token"}],
        ("pseries", "/openapi/v1.0/recording/list", "get"): [{"accessToken"}],
        # A recording is open to who knows its address, unless it is protected.
        ("laml", f"{account}.mp3", "get"): [set(), {"basic"}],
        ("laml", f"{account}.json", "get"): [{"basic"}],
        ("laml", account, "delete"): [{"basic"}],
    }
    assert {key: _schemes(client, *key) for key in expected} == expected


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("medisync", "/api/nothing/here"),
        ("nuxera", "/api/auth/nothing"),
        ("yeastar", "/api/v1.1.0/nothing"),
        ("pseries", "/openapi/v1.0/nothing"),
        ("laml", "/api/laml/2010-04-01/nothing"),
    ],
)
def test_it_says_what_an_unknown_address_is_answered(
    client: Client, name: str, path: str
) -> None:
    answer = client.get(path, headers={"User-Agent": "OpenAPI"})
    expected = f"| {answer.status_code} | `{json.dumps(answer.json())}` |"
    assert expected in read(client, name)["info"]["description"]


def test_every_url_of_a_dialect_is_in_a_document() -> None:
    documented = {
        (path.lstrip("/"), method.upper())
        for document in DOCUMENTS.values()
        for path, methods in document.build()["paths"].items()
        for method in methods
    }
    # The first of a dialect's mounts is the documented one.
    first = {mounts[0][0] for mounts in MOUNTS.values()}
    others = {mount for mounts in MOUNTS.values() for mount, _, _ in mounts} - first
    missing = [
        (place, method)
        for place, view in _views(get_resolver())
        if not (place.startswith(tuple(others)) or view.undocumented)
        for method in view().allowed_methods
        if (_bare(place), method) not in documented
    ]
    assert not missing


def _views(
    resolver: URLResolver, prefix: str = ""
) -> Iterator[tuple[str, type[DialectView]]]:
    for entry in resolver.url_patterns:
        place = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from _views(entry, place)
        elif isinstance(entry, URLPattern):
            view = getattr(entry.callback, "cls", None)
            if view is not None and issubclass(view, DialectView):
                yield place, view


def _bare(place: str) -> str:
    """A route with its converters left out: ``{sid}`` for ``<uuid:sid>``."""
    # A regular expression's group, which holds to the end here.
    place = re.sub(r"\^(.*)\(\?P<(\w+)>.*\$$", r"\1{\2}", place)
    for part in place.split("<")[1:]:
        word = part.partition(">")[0]
        place = place.replace(f"<{word}>", "{" + word.partition(":")[2] + "}")
    return place


def test_the_index_leads_to_every_document(client: Client) -> None:
    page = client.get("/api/docs/").content.decode()
    for name in DOCUMENTS:
        assert f"/api/docs/{name}/" in page
        assert client.get(f"/api/docs/{name}/").status_code == 200


@pytest.mark.parametrize("path", ["/api/docs/other.json", "/api/docs/other/"])
def test_there_are_no_others(client: Client, path: str) -> None:
    assert client.get(path).status_code == 404
