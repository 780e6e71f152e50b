"""Makes an OpenAPI operation of a view's method and what it says of itself."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from django.core.exceptions import RequestDataTooBig
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import is_serializer
from drf_spectacular.utils import OpenApiExample, OpenApiParameter
from rest_framework.exceptions import NotFound

from medisync.http.openapi.operation import Operation, Parameter
from medisync.http.openapi.shapes import schema_like, schema_of

JSON = "application/json"
_REASONS = {
    200: "Done",
    201: "Made",
    204: "Done, no body",
    206: "The range that was asked for",
    302: "The audio is at the Location",
    304: "Not changed",
}


class DialectSchema(AutoSchema):
    @property
    def said(self) -> Operation:
        method = getattr(self.view, self.method.lower())
        found = getattr(method, "operation", None)
        assert isinstance(found, Operation), f"{type(self.view).__name__} says nothing."
        return found

    def is_excluded(self) -> bool:
        return bool(getattr(self.view, "undocumented", False))

    def get_operation_id(self) -> str:
        """``getPatientsByPatientId``: one address and method have one name."""
        place = re.sub(self.path_prefix, "", self.path)
        place = re.sub(r"/$", "/slash", place).replace("{", "by_")
        words = (word for word in re.split(r"[\W_]+", place) if word)
        name = "".join(word[0].upper() + word[1:] for word in words)
        return f"{self.method.lower()}{name}"

    def get_summary(self) -> str:
        return self.said.summary

    def get_description(self) -> str:  # type: ignore[override]  # the library's own
        where = f"Contract clause {self.said.clause}."
        return f"{self.said.description}\n\n{where}".strip()

    def get_tags(self) -> list[str]:
        tag = getattr(self.view, "tag", "")
        return [tag] if tag else []

    def get_auth(self) -> list[dict[str, list[str]]]:
        """Any one of them will do; the empty one says that none is needed."""
        known: list[dict[str, list[str]]] = [
            {name: []} for name in getattr(self.view, "security", ())
        ]
        return [{}, *known] if self.said.credentials_optional else known

    # --- What goes in -----------------------------------------------------------------

    def get_override_parameters(self) -> list[Any]:
        common = getattr(self.view, "common_parameters", ())
        everywhere = (*common, *self.said.parameters)
        named = {parameter.name: parameter for parameter in everywhere}
        in_path = re.findall(r"{(\w+)}", self.path)
        wherever = getattr(self.view, "path_parameters", {})
        for name in in_path:
            if name not in named and name in wherever:
                named[name] = wherever[name]
        return [self._parameter(parameter) for parameter in named.values()]

    def _parameter(self, said: Parameter) -> OpenApiParameter:
        examples = (
            [OpenApiExample("example", value=said.example)]
            if said.example is not None
            else []
        )
        return OpenApiParameter(
            said.name,
            schema_of(said.type, self.registry),
            said.where,
            required=said.required or said.where == "path",
            description=said.description,
            pattern=said.pattern,
            examples=examples,
        )

    def _get_request_body(self, direction: str = "request") -> dict[str, Any] | None:
        said = self.said
        if not said.body:
            return None
        content = {kind: self._sent(body) for kind, body in said.body.items()}
        return {"content": content, "required": said.body_required}

    def _sent(self, body: Any) -> dict[str, Any]:
        if isinstance(body, dict):
            schema = body
        elif is_serializer(body):
            schema = self.resolve_serializer(body, "request").ref
        else:
            schema = schema_of(body, self.registry)
        media: dict[str, Any] = {"schema": schema}
        if self.said.sent is not None:
            media["example"] = self.said.sent
        return media

    # --- What comes out ---------------------------------------------------------------

    def get_response_serializers(self) -> Any:
        return {}

    def _get_response_bodies(self, direction: str = "response") -> dict[str, Any]:
        result: dict[str, Any] = {}
        for status, shape in self.said.answers.items():
            result[str(status)] = self._answer(status, shape)
        for status, replies in sorted(self._refused().items()):
            self._add_refusals(result, status, replies)
        return result

    def _answer(self, status: int, shape: Any) -> dict[str, Any]:
        answer: dict[str, Any] = {"description": _REASONS.get(status, "Answer")}
        if isinstance(shape, tuple):
            answer["content"] = {kind: {"schema": {}} for kind in shape}
        elif shape is not None:
            answer["content"] = {JSON: {"schema": schema_of(shape, self.registry)}}
            if self.said.got is not None and status == next(iter(self.said.answers)):
                answer["content"][JSON]["example"] = self.said.got
        return answer

    def _refused(self) -> Mapping[int, dict[str, Any]]:
        """Status to examples of the dialect's own answers, each body once."""
        view: Any = self.view
        found: dict[int, dict[str, Any]] = defaultdict(dict)
        for error in self._refusals():
            reply = view.describe(error)
            examples, body = found[reply.status], dict(reply.body)
            if not any(example["value"] == body for example in examples.values()):
                sentence = _sentence(error, body)
                told = {"summary": sentence, "value": body}
                examples[_key(sentence, examples)] = told
        return found

    def _refusals(self) -> Iterator[Exception]:
        common = getattr(self.view, "common_refusals", ())
        if self.said.body:
            common = (*common, *self._body_refusals())
        if "{" in self.path:
            common = (*common, NotFound)
        for error in (*common, *self.said.refusals):
            yield error() if isinstance(error, type) else error

    def _body_refusals(self) -> tuple[Exception | type[Exception], ...]:
        # What is no multipart body is one without the file.
        if "multipart/form-data" in self.said.body:
            return (RequestDataTooBig,)
        found: tuple[Exception | type[Exception], ...] = getattr(
            self.view, "body_refusals", ()
        )
        return found

    def _add_refusals(
        self, result: dict[str, Any], status: int, replies: dict[str, Any]
    ) -> None:
        media: dict[str, Any] = {
            "schema": schema_like([reply["value"] for reply in replies.values()]),
            "examples": dict(replies),
        }
        there = result.setdefault(str(status), {"description": "Refused"})
        content = there.setdefault("content", {})
        if JSON in content:  # Some dialects refuse with 200.
            done = content[JSON]["schema"]
            # Where success says no more than a code, it has a refusal's shape.
            refused = media["schema"] | {"not": done}
            content[JSON]["schema"] = {"oneOf": [done, refused]}
            example = content[JSON].pop("example", None)
            done_example = {"summary": "Done", "value": example}
            examples = {} if example is None else {"done": done_example}
            content[JSON]["examples"] = examples | media["examples"]
        else:
            content[JSON] = media


def _sentence(error: Exception, body: Mapping[str, Any]) -> str:
    """What a reader looks for: the sentence of the answer.

    An exception whose answer has a number only says by its ``title`` what it means.
    """
    said = [body[key] for key in ("message", "error", "errmsg") if body.get(key)]
    words = re.sub(r"(?<!^)(?=[A-Z])", " ", type(error).__name__).capitalize()
    return str(getattr(error, "title", "") or (said[0] if said else words))


def _key(sentence: str, taken: Mapping[str, Any]) -> str:
    """What an example is found by: its sentence, numbered where that recurs."""
    name = "-".join(re.findall(r"[a-z0-9]+", sentence.lower()))
    number = sum(re.fullmatch(rf"{name}(-\d+)?", key) is not None for key in taken)
    return f"{name}-{number + 1}" if number else name
