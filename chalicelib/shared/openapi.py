"""OpenAPI 3.1 from the routes of the rooms: what is served at /openapi.json and committed as docs/openapi.json."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from .identity import Allow
from .paces import Pace
from .problems import MEDIA_TYPE
from .web import Room, Route

PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "detail", "instance"],
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "instance": {"type": "string", "description": "urn:klang:request:<id>; quote it when asking for help"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["pointer", "message_th", "message_en"],
                "properties": {
                    "pointer": {"type": "string", "description": "JSON Pointer, or header:/query:/path: and a name"},
                    "message_th": {"type": "string"},
                    "message_en": {"type": "string"},
                },
            },
        },
    },
}


def document(rooms: Sequence[Room], *, server: str) -> dict[str, Any]:
    """The whole description.

    Args:
        rooms: whose routes to describe.
        server: public base address.
    """
    routes = [(room.name, route) for room in rooms for route in room.routes if not route.hidden]
    models: set[tuple[Any, JsonSchemaMode]] = {use for _, route in routes for use in _models(route)}
    refs, definitions = models_json_schema(sorted(models, key=_full_name), ref_template="#/components/schemas/{model}")
    schema_of = {use: refs[use] for use in models}
    named = definitions.get("$defs", {})
    paths: dict[str, Any] = {}
    for name, route in routes:
        # OpenAPI has no greedy parameters: `{path+}` is shown as `{path}`
        paths.setdefault(route.path.replace("+}", "}"), {})[route.method.lower()] = _operation(
            name, route, schema_of, named
        )
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Klang (กลาง)",
            "version": "0.1.0",
            "summary": "Thailand's four central government platforms",
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": server}],
        "paths": dict(sorted(paths.items())),
        "components": {
            "schemas": {**named, "Problem": PROBLEM},
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT (at+jwt)"}},
        },
    }


def _full_name(use: tuple[Any, JsonSchemaMode]) -> str:
    model, mode = use
    return f"{model.__module__}.{model.__qualname__} {mode}"


def _models(route: Route) -> list[tuple[type[BaseModel], JsonSchemaMode]]:
    """What goes in is described as it is validated, what comes out as it is written."""
    uses: list[tuple[Any, JsonSchemaMode]] = [
        (route.body, "validation"),
        (route.query, "validation"),
        (route.answer, "serialization"),
    ]
    return [(model, mode) for model, mode in uses if _is_model(model)]


def _is_model(found: Any) -> bool:
    return isinstance(found, type) and issubclass(found, BaseModel)


def _operation(room: str, route: Route, schema_of: dict[Any, Any], definitions: dict[str, Any]) -> dict[str, Any]:
    parameters: list[dict[str, Any]] = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in re.findall(r"{([a-z_0-9]+)\+?}", route.path)
    ]
    if route.query is not None:
        form = definitions[schema_of[route.query, "validation"]["$ref"].rpartition("/")[2]]
        for name, schema in form.get("properties", {}).items():
            required = name in form.get("required", [])
            parameters.append({"name": name, "in": "query", "required": required, "schema": schema})
    if route.writes:
        parameters.append(
            {
                "name": "Idempotency-Key",
                "in": "header",
                "required": False,
                "schema": {"type": "string", "maxLength": 255},
                "description": "Makes the request safe to repeat: the same key gives the same answer.",
            }
        )
    if route.if_match:
        parameters.append({"name": "If-Match", "in": "header", "required": True, "schema": {"type": "string"}})
    content = {route.media: {"schema": schema_of[route.answer, "serialization"]} if _is_model(route.answer) else {}}
    operation: dict[str, Any] = {
        "operationId": f"{room}_{route.method.lower()}_{re.sub(r'[^a-z0-9]+', '_', route.path.lower()).strip('_')}",
        "tags": [room],
        "summary": route.summary,
        "description": "Callers: " + "; ".join(_who(rule) for rule in route.allow) + ".",
        "security": _security(route.allow),
        "parameters": parameters,
        "responses": {
            str(route.status): {"description": "Done", **({} if route.status == 204 else {"content": content})},
            "default": {
                "description": "A refusal",
                "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
            },
        },
    }
    if route.pace is not None:
        operation["responses"]["429"] = _too_often(route.pace)
    if route.body is not None:
        media = "application/merge-patch+json" if route.method == "PATCH" else "application/json"
        schema = schema_of[route.body, "validation"]
        operation["requestBody"] = {"required": True, "content": {media: {"schema": schema}}}
    elif route.raw and route.writes:
        operation["requestBody"] = {"content": {"*/*": {}}}
    return operation


def _too_often(pace: Pace) -> dict[str, Any]:
    """The refusal of who asks too often (RFC 6585 s.4)."""
    text: dict[str, Any] = {"schema": {"type": "string"}}
    return {
        "description": f"Asked too often: at most {pace.most} requests in {pace.seconds} seconds of one caller, "
        f"or of one network where nobody is known; counted as {pace.name}",
        "headers": {
            "Retry-After": {"schema": {"type": "integer"}, "description": "Seconds"},
            "RateLimit": text,
            "RateLimit-Policy": {**text, "description": pace.policy},
        },
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }


def _security(allow: Sequence[Allow]) -> list[dict[str, list[str]]]:
    """`{}` stands for no token at all (OpenAPI 3.1, Security Requirement Object)."""
    schemes: list[dict[str, list[str]]] = []
    if any(rule.kind == "public" for rule in allow):
        schemes.append({})
    if any(rule.kind != "public" for rule in allow):
        schemes.append({"bearer": []})
    return schemes


def _who(rule: Allow) -> str:
    roles = f" ({', '.join(sorted(rule.roles))})" if rule.roles else ""
    level = f" (IAL {rule.min_ial}+)" if rule.min_ial != "0" else ""
    acting = f", or who acts for one with a mandate for {rule.acting}" if rule.acting is not None else ""
    return f"{rule.kind}{roles}{level}{acting}"
