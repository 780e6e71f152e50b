"""JSON Schema of Python types: what ``wire.py`` promises to return."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import chain
from types import NoneType, UnionType
from typing import (
    Any,
    Literal,
    NotRequired,
    Required,
    TypeVar,
    Union,
    get_args,
    get_origin,
    get_type_hints,
    is_typeddict,
)

from drf_spectacular.plumbing import ComponentRegistry, ResolvedComponent

Schema = dict[str, Any]

_SIMPLE: Mapping[Any, Schema] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    float: {"type": "number"},
    bool: {"type": "boolean"},
    NoneType: {"type": "null"},
    Any: {},
    object: {},
}


def schema_of(
    hint: Any, registry: ComponentRegistry, given: Mapping[Any, Any] | None = None
) -> Schema:
    """The schema of a type; a TypedDict becomes a component of its name.

    ``given`` says what a generic TypedDict's variables stand for. Raises TypeError
    for a type that has no place in JSON.
    """
    if isinstance(hint, TypeVar):
        return schema_of((given or {})[hint], registry)
    if hint in _SIMPLE:
        return dict(_SIMPLE[hint])
    origin, args = get_origin(hint), get_args(hint)
    if is_typeddict(origin or hint):
        return _component(origin or hint, args, registry, given)
    if origin is Literal:
        if len(args) == 1:
            return {"const": args[0]}
        return {**_SIMPLE[type(args[0])], "enum": list(args)}
    inner = [schema_of(arg, registry, given) for arg in args]
    return _composed(hint, origin, inner)


def _composed(hint: Any, origin: Any, inner: list[Schema]) -> Schema:
    if origin in (NotRequired, Required):
        return inner[0]
    if origin in (Union, UnionType):
        return _any_of(inner)
    if origin is list:
        return {"type": "array", "items": inner[0]}
    if origin is dict:
        return {"type": "object", "additionalProperties": inner[1] or True}
    raise TypeError(f"{hint!r} cannot be described.")


def _any_of(schemas: list[Schema]) -> Schema:
    types = [schema.get("type") for schema in schemas if set(schema) == {"type"}]
    return {"type": types} if len(types) == len(schemas) else {"anyOf": schemas}


def _component(
    kind: Any,
    args: tuple[Any, ...],
    registry: ComponentRegistry,
    given: Mapping[Any, Any] | None,
) -> Schema:
    args = tuple((given or {}).get(arg, arg) for arg in args)
    name = "Of".join([kind.__name__, *(_name(arg) for arg in args)])
    found = ResolvedComponent(
        name=name, type=ResolvedComponent.SCHEMA, schema={}, object=name
    )
    if found not in registry:
        variables = dict(zip(getattr(kind, "__parameters__", ()), args, strict=True))
        hints = get_type_hints(kind, include_extras=True)
        found.schema = {
            "type": "object",
            "properties": {
                key: schema_of(hint, registry, variables) for key, hint in hints.items()
            },
            "required": sorted(
                # The class itself cannot tell where annotations are text.
                key
                for key, hint in hints.items()
                if kind.__total__ and get_origin(hint) is not NotRequired
            ),
            "additionalProperties": False,
        }
        registry.register(found)
    return dict(found.ref)


def _name(hint: Any) -> str:
    args = "".join(_name(arg) for arg in get_args(hint))
    plain = getattr(get_origin(hint) or hint, "__name__", "")
    return f"{plain[:1].upper()}{plain[1:]}{args}"


def schema_like(bodies: list[Any]) -> Schema:
    """The schema of what all ``bodies`` have in common, and no more than they have."""
    if all(isinstance(body, list) for body in bodies):
        return {"type": "array", "items": schema_like(list(chain(*bodies)))}
    if not all(isinstance(body, Mapping) for body in bodies):
        return {"type": _SIMPLE[type(bodies[0])]["type"]}
    keys = sorted({key for body in bodies for key in body})
    return {
        "type": "object",
        "properties": {
            key: schema_like([body[key] for body in bodies if key in body])
            for key in keys
        },
        "required": [key for key in keys if all(key in body for body in bodies)],
        "additionalProperties": False,
    }
