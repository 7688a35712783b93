"""The exchange's consents in memory: one per person and service, as the exchange keeps them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from chalicelib.citizen.entitlements.ports import Asking
from chalicelib.shared.errors import AlreadyThere, Refusal, TooMany
from chalicelib.shared.gdx_client import ConsentNeeded


@dataclass(frozen=True)
class Asked:
    """One consent."""

    id: str
    pid: str = field(repr=False)
    service: str
    purposes: tuple[str, ...]
    fields: tuple[str, ...]
    ends: dt.datetime
    ial: str
    state: str = "REQUESTED"


class MemoryConsents:
    """`ports.AsksConsent` of a test.

    Attributes:
        all: every consent that was ever asked for, by id.
        refusing: raised instead of asking anybody.
    """

    def __init__(self) -> None:
        self.all: dict[str, Asked] = {}
        self.refusing: Refusal | None = None
        self.questions = 0

    def ask(
        self, pid: str, service: str, *, purposes: Sequence[str], fields: Sequence[str], ends: dt.datetime, ial: str
    ) -> Asking:
        """See `AsksConsent.ask`, with the rules of `gdx/consents/rules.py`."""
        self.questions += 1
        if self.refusing is not None:
            raise self.refusing
        new = Asked(f"consent-{len(self.all) + 1}", pid, service, tuple(purposes), tuple(fields), ends, ial)
        there = self._last(pid, service)
        if there is not None and there.state in ("REQUESTED", "GIVEN"):
            if there.state == "REQUESTED" and replace(there, id=new.id) == new:
                return Asking(there.id, there.ends)
            raise AlreadyThere("มีอยู่แล้ว", "A request is open or a consent holds already.")
        if there is not None and there.state == "REFUSED":
            raise TooMany("ปฏิเสธแล้ว", "The person has refused.", retry_after=86_000)
        self.all[new.id] = new
        return Asking(new.id, new.ends)

    def decide(self, id: str, state: str) -> None:
        """The person gives, refuses or withdraws it."""
        self.all[id] = replace(self.all[id], state=state)

    def guarding(self, records: Mapping[str, Any]) -> Callable[[str, Any], Any]:
        """A service that answers only while a consent holds, and uses it up."""

        def answer(path: str, body: Any) -> Any:
            there = self._last_of(body["pid"])
            if there is None or there.state != "GIVEN":
                raise ConsentNeeded("ต้องได้รับความยินยอม", "Consent is needed.")
            self.decide(there.id, "USED")
            return records[body["pid"]]

        return answer

    def _last(self, pid: str, service: str) -> Asked | None:
        return next((one for one in reversed(self.all.values()) if (one.pid, one.service) == (pid, service)), None)

    def _last_of(self, pid: str) -> Asked | None:
        return next((one for one in reversed(self.all.values()) if one.pid == pid), None)
