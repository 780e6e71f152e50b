"""What a method of a view says of itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar

Method = TypeVar("Method", bound=Callable[..., Any])


@dataclass(frozen=True)
class Parameter:
    """A parameter of the query, the path or the head."""

    name: str
    description: str
    where: Literal["query", "path", "header"] = "query"
    type: Any = str
    required: bool = False
    pattern: str | None = None
    example: Any = None


@dataclass(frozen=True)
class Operation:
    summary: str
    clause: str
    description: str = ""
    parameters: tuple[Parameter, ...] = ()
    #: Media type to a serializer class or a type; None: no body.
    body: Mapping[str, Any] = field(default_factory=dict)
    body_required: bool = True
    sent: Any = None
    #: Status to a type; to media types (bytes); to None for an empty answer.
    answers: Mapping[int, Any] = field(default_factory=dict)
    got: Any = None
    refusals: tuple[Exception | type[Exception], ...] = ()
    credentials_optional: bool = False


def operation(
    summary: str,
    clause: str,
    *,
    answers: Mapping[int, Any],
    description: str = "",
    parameters: tuple[Parameter, ...] = (),
    body: Any = None,
    body_required: bool = True,
    sent: Any = None,
    got: Any = None,
    refusals: tuple[Exception | type[Exception], ...] = (),
    credentials_optional: bool = False,
) -> Callable[[Method], Method]:
    """Describes a view's method.

    Args:
        summary: a few words in the imperative.
        clause: where the dialect's contract speaks of it, ``6.2``.
        answers: status to the type of the JSON body (a TypedDict, see
            :mod:`medisync.http.openapi.shapes`), to a tuple of media types for
            bytes, or to None for no body.
        body: the serializer class or type of the JSON body, or a mapping of media
            types to those where it is not JSON.
        body_required: whether it must be sent.
        sent, got: an example of the request's body and of the first answer's.
        refusals: exceptions that this operation answers beyond those that any
            operation of its view may; the dialect's table gives status and body.
        credentials_optional: may do without the credentials that the view takes.
    """
    bodies = body if isinstance(body, Mapping) else {"application/json": body}
    found = Operation(
        summary=summary,
        clause=clause,
        description=description,
        parameters=parameters,
        body={} if body is None else bodies,
        body_required=body_required,
        sent=sent,
        answers=answers,
        got=got,
        refusals=refusals,
        credentials_optional=credentials_optional,
    )

    def describe(method: Method) -> Method:
        method.operation = found  # type: ignore[attr-defined]  # read by DialectSchema
        return method

    return describe
