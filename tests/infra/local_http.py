"""Requests to the laptop stack's small applications, without a socket between."""

import json
from typing import Any

from infra.local.gateway_event import HttpAnswer, HttpRequest
from infra.local.paths import Paths


def ask(app: Paths, method: str, target: str, body: str | dict[str, Any] | None = None, **headers: str) -> HttpAnswer:
    """One request; a dict travels as JSON, `accept_language` becomes `Accept-Language`."""
    path, _, query = target.partition("?")
    content = json.dumps(body) if isinstance(body, dict) else body or ""
    named = tuple((name.replace("_", "-").title(), value) for name, value in headers.items())
    return app.answer(HttpRequest(method, path, query, named, content.encode(), "127.0.0.1"))


def header(answer: HttpAnswer, name: str) -> str:
    """The value of an answer's header, "" if it has none."""
    return next((value for key, value in answer.headers if key.lower() == name.lower()), "")


def as_json(answer: HttpAnswer) -> Any:
    """The answer's JSON."""
    return json.loads(answer.body)
