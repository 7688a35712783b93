"""Requests to every described operation with a marked id in each of its places: path, query, headers, body, names."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from scripts.openapi import TARGET
from tests.hostile.payloads.marked import Supply

HEADERS = (
    *("Idempotency-Key", "If-Match", "X-Correlation-Id", "User-Agent", "Referer", "Cookie", "X-Request-Id", "Origin"),
    *("X-Forwarded-For", "X-Road-Client", "X-Road-Id", "X-Road-UserId", "X-Road-Issue", "Consumer-Key", "Token"),
    *("Accept-Language", "X-CKAN-API-Key", "X-Amzn-Trace-Id", "Agent-Id", "Traceparent"),
)


@dataclass(frozen=True)
class Operation:
    """One described operation."""

    method: str
    path: str
    about: Mapping[str, Any]

    @property
    def callers(self) -> str:
        """Who may call it, as described."""
        return str(self.about["description"]).removeprefix("Callers: ")


@dataclass(frozen=True)
class Planted:
    """A request with ids in it."""

    operation: Operation
    path: str
    headers: Mapping[str, str]
    body: bytes | None = field(repr=False)


class Description:
    """docs/openapi.json, as somebody reads it who wants to plant something in every place."""

    def __init__(self) -> None:
        self._document = json.loads(TARGET.read_text(encoding="utf-8"))
        self.operations = tuple(
            Operation(method.upper(), path, about)
            for path, operations in self._document["paths"].items()
            for method, about in operations.items()
        )

    def planted(self, operation: Operation, supply: Supply, known: Mapping[str, str]) -> Iterator[Planted]:
        """The requests for one operation: all places at once; what can be right right, with ids in its texts; an id for
        the name of a field.

        Args:
            known: values of path parameters that lead to something that is there.
        """
        body = self._body(operation)
        wild = {name: supply.next() for name in HEADERS}
        latin = {name: value.encode("latin-1", "replace").decode("latin-1") for name, value in wild.items()}
        everything = None if body is None else json.dumps(self._everywhere(body, supply)).encode()
        yield Planted(operation, self._path(operation, supply, {}) + self._query(operation, supply), latin, everything)
        fitting = None if body is None else json.dumps(self._fitting(body, supply), ensure_ascii=False).encode()
        etag = {"If-Match": '"v1"'} if "If-Match" in str(operation.about["parameters"]) else {}
        yield Planted(
            operation, self._path(operation, supply, known), {"X-Correlation-Id": supply.plain(), **etag}, fitting
        )
        if body is not None:
            named = json.dumps({supply.plain(): {supply.plain(): [supply.next()]}}).encode()
            yield Planted(operation, self._path(operation, supply, known), etag, named)
            yield Planted(
                operation,
                self._path(operation, supply, known),
                etag,
                f'{{"a": "{supply.next()}", {supply.next()}'.encode(),
            )

    def _body(self, operation: Operation) -> Mapping[str, Any] | None:
        content = operation.about.get("requestBody", {}).get("content", {})
        if not content:
            return None
        found: Mapping[str, Any] = next(iter(content.values())).get("schema", {"type": "object"})
        return found

    def _path(self, operation: Operation, supply: Supply, known: Mapping[str, str]) -> str:
        path = operation.path
        for parameter in operation.about["parameters"]:
            if parameter["in"] == "path":
                name = parameter["name"]
                path = path.replace(f"{{{name}}}", quote(known.get(name) or supply.next(), safe=""))
        return path

    def _query(self, operation: Operation, supply: Supply) -> str:
        names = [each["name"] for each in operation.about["parameters"] if each["in"] == "query"]
        return "?" + "&".join(f"{name}={quote(supply.next())}" for name in [*names, "anything", supply.plain()])

    def _resolved(self, schema: Mapping[str, Any]) -> Mapping[str, Any]:
        while "$ref" in schema:
            schema = self._document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[-1]]
        for word in ("anyOf", "oneOf", "allOf"):
            if word in schema:
                others = [each for each in schema[word] if each.get("type") != "null"]
                return self._resolved(others[0]) if others else {}
        return schema

    def _everywhere(self, schema: Mapping[str, Any], supply: Supply, deep: int = 4) -> Any:
        """A value whose every leaf is an id."""
        schema = self._resolved(schema)
        match schema.get("type"):
            case "object" if deep:
                found = {
                    name: self._everywhere(each, supply, deep - 1)
                    for name, each in schema.get("properties", {}).items()
                }
                return {**found, supply.plain(): supply.next()}
            case "array" if deep:
                return [self._everywhere(schema.get("items", {}), supply, deep - 1)]
            case "integer" | "number":
                return int(supply.plain())
            case _:
                return supply.next()

    def _fitting(self, schema: Mapping[str, Any], supply: Supply, deep: int = 5) -> Any:
        """A value that fits, as far as a schema tells, with ids in its free texts."""
        schema = self._resolved(schema)
        if "const" in schema or schema.get("enum"):
            return schema.get("const", next(iter(schema.get("enum", [None]))))
        match schema.get("type"):
            case "object":
                properties = schema.get("properties", {})
                wanted = properties if deep > 2 else {name: properties[name] for name in schema.get("required", ())}
                return {name: self._fitting(each, supply, deep - 1) for name, each in wanted.items()}
            case "array":
                return [self._fitting(schema.get("items", {}), supply, deep - 1)] if deep else []
            case "integer" | "number":
                return schema.get("minimum", 1)
            case "boolean":
                return True
            case _:
                return self._text(schema, supply)

    def _text(self, schema: Mapping[str, Any], supply: Supply) -> str:
        match schema.get("format"):
            case "date":
                return "2026-12-01"
            case "date-time":
                return "2026-12-01T00:00:00+07:00"
            case "uri":
                return f"https://site.example/{quote(supply.plain())}?id={quote(supply.next())}"
            case "email":
                return f"{supply.plain()}@mail.example"
        if "pattern" in schema and schema["pattern"].startswith("^https"):
            return f"https://site.example/{supply.plain()}"
        text = supply.next()
        return text if len(text) <= schema.get("maxLength", 1000) else supply.plain()
