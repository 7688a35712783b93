"""Words for the fields of a service's answer, from its own OpenAPI description, for people to read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..contract import operations
from ..mask import find, steps
from .model import Named

_DEEPEST = 20
"""References followed in one place at most; a description may point in a circle."""


def labelled(document: Mapping[str, Any], pointer: str) -> Named:
    """A field with its words.

    They are the `title` of its schema, else the `description`, written `Thai / English`; where the description of the
    service has none, the names of the pointer's last step that stands for something.
    """
    for schema in _answers(document):
        words = _words(_below(document, schema, steps(pointer)))
        if words is not None:
            return Named(pointer, *words)
    name = next((step for step in reversed(steps(pointer)) if step != "*"), "")
    words = (name.replace("_", " "),) * 2 if name else ("คำตอบทั้งหมด", "the whole answer")
    return Named(pointer, *words)


def _answers(document: Mapping[str, Any]) -> Iterator[Any]:
    for _, _, operation in operations(document):
        responses = operation.get("responses")
        for status, response in responses.items() if isinstance(responses, dict) else ():
            if str(status).startswith("2"):
                content = _resolved(document, response).get("content")
                for entry in content.values() if isinstance(content, dict) else ():
                    yield entry.get("schema") if isinstance(entry, dict) else None


def _below(document: Mapping[str, Any], schema: Any, path: tuple[str, ...]) -> Any:
    for step in path:
        schema = _resolved(document, schema)
        if step == "*":
            schema = schema.get("items")
        else:
            properties = schema.get("properties")
            schema = properties.get(step) if isinstance(properties, dict) else None
    return schema if not isinstance(schema, dict) or _words(schema) else _resolved(document, schema)


def _resolved(document: Mapping[str, Any], schema: Any) -> Mapping[str, Any]:
    for _ in range(_DEEPEST):
        reference = schema.get("$ref") if isinstance(schema, dict) else None
        if not isinstance(reference, str) or not reference.startswith("#/"):
            break
        schema = find(document, reference[1:])
    return schema if isinstance(schema, dict) else {}


def _words(schema: Any) -> tuple[str, str] | None:
    for name in ("title", "description"):
        text = schema.get(name) if isinstance(schema, dict) else None
        if isinstance(text, str) and text.strip():
            th, _, en = text.partition(" / ")
            return th.strip(), en.strip() or th.strip()
    return None
