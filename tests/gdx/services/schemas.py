"""Descriptions and schemas for tests of the comparison."""

from __future__ import annotations

from typing import Any

from chalicelib.gdx.services.openapi_diff import changes_between

Json = dict[str, Any]


def described(question: Any = None, answer: Any = None, **changes: Any) -> Json:
    """A service with one operation; `question` and `answer` are the schemas of what goes in and what comes out."""
    operation: Json = {
        "responses": {"200": {"description": "ok", "content": {"application/json": {"schema": answer or {}}}}}
    }
    if question is not None:
        operation["requestBody"] = {"required": True, "content": {"application/json": {"schema": question}}}
    return {"openapi": "3.1.0", "info": {"title": "t", "version": "1"}, "paths": {"/a": {"post": operation}}, **changes}


def found(old: Any, new: Any) -> list[tuple[str, str | None]]:
    return [(change.rule, change.field) for change in changes_between(old, new)]


def obj(required: list[str] | None = None, **properties: Any) -> Json:
    return {"type": "object", "properties": properties, "required": required or []}


RETYPED = ["request-type-narrowed", "request-type-widened"]
REWORDED = ["request-constraint-loosened", "request-constraint-tightened"]
TEXT, NUMBER, WHOLE = {"type": "string"}, {"type": "number"}, {"type": "integer"}


def operation(document: Json) -> Json:
    inside: Json = document["paths"]["/a"]["post"]
    return inside


def query(name: str = "q", **changes: Any) -> Json:
    return {"name": name, "in": "query", "schema": TEXT, **changes}
