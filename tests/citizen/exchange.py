"""An exchange in memory: services that answer, refuse, are away or slow, and remember who asked what."""

from __future__ import annotations

import copy
import itertools
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from chalicelib.shared.errors import Refusal, UpstreamFailed, not_found
from chalicelib.shared.gdx_client import Answer


@dataclass(frozen=True)
class Asked:
    """One question."""

    service: str
    path: str
    body: Any = field(repr=False)
    purpose: str | None
    case: str | None
    once: str | None


class Exchange:
    """`shared.gdx_client.Gdx` of a test.

    Attributes:
        asked: every question, in order.
        records: service -> national id (or whatever the body's one value is) -> answer.
        answering: service -> what answers instead of `records`: a function of (path, body), or a refusal to raise.
    """

    def __init__(self, now: Callable[[], str]) -> None:
        self.asked: list[Asked] = []
        self.records: dict[str, dict[str, Any]] = {}
        self.answering: dict[str, Callable[[str, Any], Any] | Refusal] = {}
        self._now = now
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()

    def ask(
        self,
        service: str,
        method: str,
        path: str,
        body: Any,
        purpose: str | None,
        case: str | None = None,
        once: str | None = None,
    ) -> Answer:
        """See `Gdx.ask`."""
        with self._lock:  # entitlements ask several at once
            self.asked.append(Asked(service, path, copy.deepcopy(body), purpose, case, once))
            receipt = f"receipt-{next(self._numbers)}"
        answer = self.answering.get(service)
        if isinstance(answer, Refusal):
            raise answer
        value = answer(path, body) if answer is not None else self._found(service, body)
        return Answer(copy.deepcopy(value), receipt, self._now(), service)

    def down(self, service: str) -> None:
        """From now on this service does not answer."""
        self.answering[service] = UpstreamFailed(
            "ติดต่อหน่วยงานเจ้าของข้อมูลไม่ได้", "The provider did not answer; try again later.", retry_after=30
        )

    def up(self, service: str) -> None:
        """It answers from `records` again."""
        self.answering.pop(service, None)

    def times(self, service: str) -> int:
        """How often a service was asked."""
        return sum(each.service == service for each in self.asked)

    def _found(self, service: str, body: Any) -> Any:
        if service not in self.records:
            raise AssertionError(f"nobody offers {service} in this test")
        keys = [value for value in body.values() if isinstance(value, str)] if isinstance(body, Mapping) else []
        for key in keys:
            if key in self.records[service]:
                return self.records[service][key]
        raise not_found("ข้อมูลในทะเบียน", "record")
