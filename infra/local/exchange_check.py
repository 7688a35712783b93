"""How a sample agency knows the exchange: by the signed request, checked with the exchange's published keys."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from chalicelib.shared.egress import Http, Unreachable
from chalicelib.shared.errors import Unavailable
from chalicelib.shared.gdx_request import GdxRequests
from infra.local.agencies import Check
from infra.local.gateway_event import HttpRequest

FRESH = 60.0
"""Seconds for which fetched keys are used."""


def exchange_check(exchange: str, http: Http, clock: Callable[[], datetime]) -> Check:
    """The check of every sample agency.

    Args:
        exchange: the exchange's public address, which is also its issuer identifier.
        http: how to reach it.
        clock: tells the time (aware, UTC).
    """
    keys = _Keys(f"{exchange}/.well-known/jwks.json", http)

    def check(request: HttpRequest, subsystem: str, service: str) -> None:
        requests = GdxRequests(exchange, subsystem, keys.get, clock)
        requests.check(request.header("Authorization"), request.method, service, request.body)

    return check


class _Keys:
    """The exchange's JWK Set, fetched when it is first needed and once a minute."""

    def __init__(self, uri: str, http: Http) -> None:
        self._uri = uri
        self._http = http
        self._lock = threading.Lock()
        self._kept: Mapping[str, Any] = {}
        self._until = float("-inf")

    def get(self) -> Mapping[str, Any]:
        with self._lock:
            if time.monotonic() > self._until:
                self._kept = self._fetched()
                self._until = time.monotonic() + FRESH
            return self._kept

    def _fetched(self) -> Mapping[str, Any]:
        try:
            answer = self._http.send("GET", self._uri, headers={"accept": "application/json"}, timeout=5)
        except Unreachable:
            answer = None
        if answer is None or answer.status != 200:
            raise Unavailable("อ่านกุญแจของ GDX ไม่ได้", "The exchange's keys cannot be had.", retry_after=1)
        keys: Mapping[str, Any] = json.loads(answer.body)
        return keys
