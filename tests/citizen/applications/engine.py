"""A case engine in memory: keeps drafts, files them, and knows whose they are by the token that comes with a call."""

from __future__ import annotations

import itertools
from typing import Any

from chalicelib.shared import pointers
from chalicelib.shared.errors import Stale, UpstreamFailed, WrongState, not_found
from chalicelib.shared.relay import Own, Relayed

NAME = {"th": "คำขอทดสอบ", "en": "Test application"}
STATES = {"draft": ("ร่าง", "Draft", "applicant"), "checking": ("ตรวจ", "Checking", "agency"),
          "withdrawn": ("ถอน", "Withdrawn", "nobody"), "granted": ("อนุมัติ", "Granted", "nobody")}  # fmt: skip


class Engine:
    """`applications.ports.Cases` of a test.

    Attributes:
        cases: id -> (whose token, how it stands).
        away: whether it does not answer.
        calls: the methods that were called.
    """

    def __init__(self) -> None:
        self.cases: dict[str, tuple[str, dict[str, Any]]] = {}
        self.away = False
        self.calls: list[str] = []
        self._numbers = itertools.count(1)
        self._done: dict[tuple[str, str | None], str] = {}

    def open(self, own: Own, service: str) -> Relayed:
        self._asked("open")
        if own.key is not None and ("open", own.key) in self._done:
            return self._relayed(self._done["open", own.key], replayed=True)
        made = f"{next(self._numbers):032x}"
        shown = {
            "id": made, "version": 1, "service": service, "service_name": NAME, "agency": "TH/LOCAL/LAEMNGOP",
            "agency_name": {"th": "เทศบาล", "en": "Municipality"}, "state": "draft", "turn": "applicant",
            "opened_at": "2026-11-25T03:00:00+00:00", "received_at": None, "due": None, "overdue": False,
            "licence": None, "answers": {}, "sources": {}, "needed_documents": [], "documents": [],
            "deficiency_lists": [], "decision": None, "actions": [],
        }  # fmt: skip
        self.cases[made] = (own.authorization, shown)
        self._done["open", own.key] = made
        return self._relayed(made)

    def show(self, own: Own, id: str) -> Relayed:
        self._asked("show")
        self._own(own, id)
        return self._relayed(id)

    def prefill(self, own: Own, id: str) -> Relayed:
        self._asked("prefill")
        self._own(own, id)["version"] += 1
        return self._relayed(id)

    def answer(self, own: Own, id: str, patch: dict[str, Any], version: int) -> Relayed:
        self._asked("answer")
        case = self._own(own, id)
        if case["version"] != version:
            raise Stale("แก้ไปแล้ว", "It has changed.")
        case["answers"] = pointers.merge(case["answers"], patch)
        case["version"] += 1
        return self._relayed(id)

    def missing(self, own: Own, id: str) -> Relayed:
        self._asked("missing")
        self._own(own, id)
        return Relayed({"complete": True, "errors": []})

    def announce(self, own: Own, id: str, file: dict[str, Any], version: int) -> Relayed:
        self._asked("announce")
        self._own(own, id)
        return Relayed({"url": "https://s3.test", "fields": {}, "expires_in": 900, "document": {"code": file["code"]}})

    def command(self, own: Own, id: str, command: str) -> Relayed:
        self._asked(command)
        case = self._own(own, id)
        if case["state"] != "draft":
            raise WrongState("ทำไม่ได้", "Not now.")
        self.move(id, "checking" if command == "submit" else "withdrawn")
        return self._relayed(id)

    def move(self, id: str, state: str) -> None:
        """Somebody moves it on."""
        case = self.cases[id][1]
        case["state"], case["turn"] = state, STATES[state][2]
        case["version"] += 1
        if state == "checking":
            case["received_at"], case["due"] = "2026-11-25T03:00:00+00:00", "2026-12-04"

    def news(self, id: str) -> dict[str, Any]:
        """What the engine tells the home page of it."""
        case = self._shown(id)
        return {
            "id": id, "version": case["version"], "service": case["service"], "name": NAME, "agency": case["agency"],
            "agency_name": case["agency_name"], "state": case["state_name"], "turn": case["turn"],
            "due": case["due"], "filed": case["received_at"] is not None,
        }  # fmt: skip

    def _shown(self, id: str) -> dict[str, Any]:
        case = self.cases[id][1]
        th, en, _ = STATES[case["state"]]
        return {**case, "state_name": {"th": th, "en": en}}

    def _relayed(self, id: str, *, replayed: bool = False) -> Relayed:
        shown = self._shown(id)
        return Relayed(shown, int(shown["version"]), replayed)

    def _own(self, own: Own, id: str) -> dict[str, Any]:
        whose, case = self.cases.get(id, ("", {}))
        if whose != own.authorization:
            raise not_found("คำขอ", "application")
        return case

    def _asked(self, what: str) -> None:
        self.calls.append(what)
        if self.away:
            raise UpstreamFailed("ไม่ตอบ", "Away.", retry_after=30)
