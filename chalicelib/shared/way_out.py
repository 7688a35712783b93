"""The house's way out as it stands when it is used."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from .egress import Http, HttpAnswer, downloads


class WayOut:
    """`Http` and `Downloads` by whatever stands there: like the clients, it may be set after `app.py` has run."""

    def __init__(self, http: Callable[[], Http]) -> None:
        self._http = http

    def send(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str],
        body: bytes | None = None,
        timeout: float = 10.0,
    ) -> HttpAnswer:
        return self._http().send(method, url, headers=headers, body=body, timeout=timeout)

    def fetch(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str],
        sink: Callable[[bytes], object],
        limit: int,
        timeout: float,
        whole: bool = True,
    ) -> HttpAnswer:
        return downloads(self._http()).fetch(
            method, url, headers=headers, sink=sink, limit=limit, timeout=timeout, whole=whole
        )
