"""Calls a Chalice app as Lambda does, with nothing around it."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from typing import Any

from chalice.app import Chalice

from infra.local.gateway_event import HttpRequest, proxy_event
from infra.local.in_process import LambdaContext, api_of


def caller(app: Chalice, method: str, path: str, headers: Mapping[str, str], body: bytes = b"") -> Callable[[], Any]:
    """A function that sends this request once and gives the app's answer; it fails if that is no 200."""
    api = api_of(app)
    found = api.find(method, path)
    if found is None:
        raise LookupError(path)
    given = {"Host": "klang.example", "Accept": "application/json", **headers}
    request = HttpRequest(method, path, "", tuple(given.items()), body, "127.0.0.1")
    event = proxy_event(request, found[0], "api", "bench", api.binary_types)

    def call() -> Any:
        answer = app(copy.copy(event), LambdaContext("bench"))
        if answer["statusCode"] != 200:
            raise AssertionError(answer)
        return answer

    return call
