"""What changed between two OpenAPI 3 descriptions of a service, and which of it is breaking.

Operations are the same when method and path are, whatever the path's parameters are called. Not compared: texts and
examples, `servers`, `security` (the exchange is the only caller, and signs), headers and answers of errors (the
exchange hands out neither as the provider wrote them), callbacks and links.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ..contract import operations, plain
from .model import Change
from .schema_diff import SchemaDiff
from .schemas import Direction, Place, Schemas, TooComplex, escaped
from .words import RULES

_NOT_PARAMETERS = frozenset({"accept", "content-type", "authorization"})
"""Header parameters that OpenAPI itself ignores (§4.8.12)."""


Same = dict[Direction, set[tuple[str, str]]]
"""Pairs of places in the two documents that are the same, by direction."""


def changes_between(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Change]:
    """All changes from one description to the next, breaking ones first; none for a description and itself."""
    before, after = _operations(old), _operations(new)
    schemas = Schemas(plain(old)), Schemas(plain(new))
    same: Same = {"request": set(), "answer": set()}
    found: list[Change] = []
    for place in sorted(before.keys() | after.keys()):
        if place not in after:
            _Operation(found, place[0], before[place]).tell("operation-removed", _pointer(before[place], place[0]))
        elif place not in before:
            _Operation(found, place[0], after[place]).tell("operation-added", _pointer(after[place], place[0]))
        else:
            found.extend(_compared(place[0], before[place], after[place], *schemas, same))
    return sorted(dict.fromkeys(found), key=lambda change: not change.breaking)


def _operations(document: Mapping[str, Any]) -> dict[tuple[str, str], str]:
    """(METHOD, path without names of parameters) -> path template."""
    return {(method, re.sub(r"\{[^{}]*\}", "{}", path)): path for method, path, _ in operations(document)}


def _pointer(path: str, method: str) -> str:
    return f"/paths/{escaped(path)}/{method.lower()}"


def _compared(method: str, old: str, new: str, before: Schemas, after: Schemas, same: Same) -> list[Change]:
    found: list[Change] = []
    operation = _Operation(found, method, new)
    before.begin()
    after.begin()
    try:
        _Comparison(operation, old, new, before, after, same).run()
    except (TooComplex, RecursionError):
        found.clear()
        operation.tell("operation-not-comparable", _pointer(new, method))
    return found


class _Operation:
    """Takes down the changes of one operation."""

    def __init__(self, found: list[Change], method: str, path: str) -> None:
        self._found = found
        self.method = method
        self.path = path

    def tell(self, rule: str, pointer: str, field: str | None = None, name: str = "") -> None:
        words = RULES[rule]
        texts = (words.th.replace("{name}", name), words.en.replace("{name}", name))
        change = Change(rule, words.kind, words.breaking, pointer, self.method, self.path, field, *texts)
        self._found.append(change)


class _Comparison:
    def __init__(self, operation: _Operation, old: str, new: str, before: Schemas, after: Schemas, same: Same) -> None:
        self._tell = operation.tell
        self._method = operation.method
        self._old = old
        self._new = new
        self._before = before
        self._after = after
        self._same = same

    def run(self) -> None:
        self._parameters()
        self._request()
        self._answers()

    def _at(self, schemas: Schemas, path: str, part: str) -> Place:
        pointer = f"{_pointer(path, self._method)}/{part}"
        return schemas.followed(Place(schemas.at(pointer), pointer))

    # -- parameters ----------------------------------------------------------------------------------

    def _parameters(self) -> None:
        before, after = (
            _parameters(self._before, self._old, self._method),
            _parameters(self._after, self._new, self._method),
        )
        for key in sorted(before.keys() | after.keys()):
            old, new = before.get(key), after.get(key)
            name = str((new or old or Place({}, "")).schema.get("name", ""))
            if new is None and old is not None:
                self._tell("parameter-removed", old.pointer, None, name)
            elif old is None and new is not None:
                required = "-required" if new.schema.get("required") is True else ""
                self._tell(f"parameter-added{required}", new.pointer, None, name)
            elif old is not None and new is not None:
                self._parameter(old, new, name)

    def _parameter(self, old: Place, new: Place, name: str) -> None:
        was, now = (place.schema.get("required") is True for place in (old, new))
        if was != now:
            self._tell("parameter-now-required" if now else "parameter-now-optional", new.pointer, None, name)
        if _written(old.schema) != _written(new.schema):
            self._tell("parameter-style-changed", new.pointer, None, name)
        self._schemas("request", _schema_of(old), _schema_of(new))

    # -- requests ------------------------------------------------------------------------------------

    def _request(self) -> None:
        old = self._at(self._before, self._old, "requestBody")
        new = self._at(self._after, self._new, "requestBody")
        was, now = (isinstance(place.schema, dict) and place.schema.get("required") is True for place in (old, new))
        if not isinstance(old.schema, dict) and not isinstance(new.schema, dict):
            return
        if not isinstance(old.schema, dict):
            self._tell("request-body-added-required" if now else "request-body-added", new.pointer)
            return
        if not isinstance(new.schema, dict):
            self._tell("request-body-removed", old.pointer)
            return
        if was != now:
            self._tell("request-body-now-required" if now else "request-body-now-optional", new.pointer)
        self._contents("request", old, new)

    # -- answers -------------------------------------------------------------------------------------

    def _answers(self) -> None:
        before = self._at(self._before, self._old, "responses").schema or {}
        after = self._at(self._after, self._new, "responses").schema or {}
        for status in sorted({*map(str, before), *map(str, after)}):
            if not status.startswith("2"):
                continue
            old, new = _covering(before, status), _covering(after, status)
            if old is None:
                self._tell("answer-status-added", f"{_pointer(self._new, self._method)}/responses/{status}", "", status)
            elif new is None:
                self._tell(
                    "answer-status-removed", f"{_pointer(self._old, self._method)}/responses/{status}", "", status
                )
            else:
                places = (
                    self._at(self._before, self._old, f"responses/{old}"),
                    self._at(self._after, self._new, f"responses/{new}"),
                )
                self._contents("answer", *places)

    # -- both ----------------------------------------------------------------------------------------

    def _contents(self, direction: Direction, old: Place, new: Place) -> None:
        before, after = _contents(old), _contents(new)
        field = "" if direction == "answer" else None
        for media in sorted(before.keys() | after.keys()):
            if media not in after:
                self._tell(f"{direction}-media-removed", before[media].pointer, field, media)
            elif media not in before:
                self._tell(f"{direction}-media-added", after[media].pointer, field, media)
            else:
                self._schemas(direction, before[media], after[media])

    def _schemas(self, direction: Direction, old: Place, new: Place) -> None:
        SchemaDiff(self._before, self._after, direction, self._tell, self._same[direction]).compare(old, new, "")


def _parameters(schemas: Schemas, path: str, method: str) -> dict[tuple[str, str], Place]:
    """(where, name) -> parameter; those of the operation stand for those of its path. A path's own go by position."""
    positions = {name: str(at) for at, name in enumerate(re.findall(r"\{([^{}]*)\}", path))}
    found: dict[tuple[str, str], Place] = {}
    for base in (f"/paths/{escaped(path)}", _pointer(path, method)):
        listed = schemas.at(f"{base}/parameters")
        for at in range(len(listed) if isinstance(listed, list) else 0):
            pointer = f"{base}/parameters/{at}"
            place = schemas.followed(Place(schemas.at(pointer), pointer))
            if not isinstance(place.schema, dict):
                continue
            where, name = str(place.schema.get("in")), str(place.schema.get("name"))
            if where == "header":
                name = name.lower()
            if where == "path":
                name = positions.get(name, name)
            if where in ("query", "header", "path") and (where != "header" or name not in _NOT_PARAMETERS):
                found[where, name] = place
    return found


def _written(parameter: Mapping[str, Any]) -> tuple[Any, ...]:
    style = parameter.get("style", "form" if parameter.get("in") == "query" else "simple")
    return style, parameter.get("explode", style == "form"), parameter.get("allowReserved", False)


def _schema_of(parameter: Place) -> Place:
    for media in _contents(parameter).values():
        return media
    return Place(parameter.schema.get("schema", True), f"{parameter.pointer}/schema")


def _contents(place: Place) -> dict[str, Place]:
    """Media type in lower case, without its parameters -> schema."""
    content = place.schema.get("content") if isinstance(place.schema, dict) else None
    return {
        str(name).split(";")[0].strip().lower(): Place(
            entry.get("schema", True) if isinstance(entry, dict) else True,
            f"{place.pointer}/content/{escaped(str(name))}/schema",
        )
        for name, entry in (content.items() if isinstance(content, dict) else ())
    }


def _covering(responses: Mapping[str, Any], status: str) -> str | None:
    """The name under which a status is described (as `Contract` looks it up)."""
    return next((name for name in (status, "2XX", "default") if name in responses), None)
