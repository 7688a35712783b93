"""A district office with a hotel system of its own: its service as JSON, its system, and the town that it lives in."""

from __future__ import annotations

import copy
import importlib.util
import itertools
import json
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

from chalicelib.shared.egress import HttpAnswer, Unreachable
from chalicelib.shared.storage import Table
from tests.support.client import Answer

from ..samples import said, text
from ..town import MALEE, Town

SERVICE, OFFICE = "hotel-licence-own-system", "TH/LOCAL/LAEMNGOP"
SYSTEM = f"{OFFICE}/{SERVICE}"
INBOX = "https://hotel.laemngop.go.th/klang/deliveries"
PAGE = "https://hotel.laemngop.go.th/apply"
ANSWERS: dict[str, Any] = {
    "hotel": {"name": "เกาะหมาก รีสอร์ต", "rooms": 12, "address": "หมู่ 2 ตำบลแหลมงอบ"},
    "declaration": True,
}
CLIENT = Path(__file__).parents[3] / "docs" / "how-to" / "linked_client.py"


def _client() -> ModuleType:
    spec = importlib.util.spec_from_file_location("linked_client", CLIENT)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    import sys

    sys.modules["linked_client"] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


client = _client()
"""The reference client of the how-to; nothing else signs in these tests."""
KEY, OTHER_KEY = client.new_key(), client.new_key()


def _move(of: list[str], to: str, role: str, **more: Any) -> dict[str, Any]:
    return {"name": text("ดำเนินการ", "A step"), "from": of, "to": to, "roles": [role], "notice": text(), **more}


RECEIVE: dict[str, Any] = {
    "id": SERVICE,
    "version": 1,
    "effective_from": "2026-01-01",
    "kind": "licence",
    "name": text("ใบอนุญาตประกอบธุรกิจโรงแรม (ระบบของอำเภอ)", "Hotel licence (the district's own system)"),
    "summary": text("ขอใบอนุญาตประกอบธุรกิจโรงแรม", "Apply for a hotel licence."),
    "agency": OFFICE,
    "agency_name": text("ที่ทำการปกครองอำเภอแหลมงอบ", "Laem Ngop district office"),
    "legal_basis": [said()],
    "law_pack": "lfa-2558",
    "applicants": ["person", "juristic"],
    "form": {
        "schema": {
            "type": "object",
            "additionalProperties": False,
            "required": ["hotel", "declaration"],
            "properties": {
                "hotel": {
                    "type": "object",
                    "additionalProperties": False,
                    "required": ["name", "rooms", "address"],
                    "properties": {
                        "name": {"type": "string", "minLength": 1, "maxLength": 200},
                        "rooms": {"type": "integer", "minimum": 1, "maximum": 2000},
                        "address": {"type": "string", "minLength": 1, "maxLength": 500},
                    },
                },
                "declaration": {"const": True},
            },
        },
        "steps": [
            {"title": text("โรงแรม", "The hotel"), "fields": ["/hotel/name", "/hotel/rooms", "/hotel/address"]},
            {"title": text("คำรับรอง", "Declaration"), "fields": ["/declaration"]},
        ],
        "hints": {
            "/hotel/name": {"label": text("ชื่อโรงแรม", "Name")},
            "/hotel/rooms": {"label": text("จำนวนห้องพัก", "Rooms")},
            "/hotel/address": {"label": text("ที่ตั้ง", "Address")},
            "/declaration": {"label": text("ขอรับรองว่าข้อมูลเป็นจริง", "All of it is true")},
        },
    },
    "documents": [
        {
            "code": "floor_plan",
            "name": text("แบบแปลน", "Floor plan"),
            "mode": "upload",
            "types": ["application/pdf"],
            "source": "test",
            "verified": "design",
        }
    ],
    "workflow": {
        "initial": "draft",
        "states": {
            "draft": {"name": text("ร่าง", "Draft"), "turn": "applicant"},
            "checking": {"name": text("ตรวจความครบถ้วน", "Being checked"), "turn": "agency"},
            "returned": {"name": text("ให้แก้ไข", "To be mended"), "turn": "applicant"},
            "deciding": {"name": text("พิจารณา", "Being decided"), "turn": "agency"},
            "payment": {"name": text("ชำระเงิน", "To be paid"), "turn": "applicant"},
            "licensed": {"name": text("อนุญาต", "Licensed"), "turn": "nobody"},
            "refused": {"name": text("ไม่อนุญาต", "Refused"), "turn": "nobody"},
            "withdrawn": {"name": text("ถอน", "Withdrawn"), "turn": "nobody"},
        },
        "actions": {
            "submit": _move(["draft"], "checking", "applicant", clock="start", effects=["file"]),
            "ask": _move(["checking"], "returned", "linked", clock="pause", effects=["deficiency"]),
            "mend": _move(["returned"], "checking", "applicant", clock="resume", effects=["file"]),
            "accept": _move(["checking"], "deciding", "linked"),
            "approve": _move(["deciding"], "payment", "linked", clock="stop", effects=["fee"]),
            "refuse": _move(["checking", "deciding"], "refused", "linked", clock="stop", effects=["refusal"]),
            "pay": _move(["payment"], "licensed", "system", effects=["paid", "issue"]),
            "withdraw": _move(
                ["draft", "checking", "returned", "deciding", "payment"],
                "withdrawn",
                "applicant",
                clock="stop",
                effects=["withdraw"],
            ),
        },
    },
    "tables": {"per_room": [{"from": "2026-01-01", "value": "80", "source": "test", "verified": "design"}]},
    "fees": [
        {
            "code": "licence",
            "name": text("ค่าธรรมเนียม", "Fee"),
            "payee": OFFICE,
            "expr": {"*": [{"rate": "per_room"}, {"var": "/hotel/rooms"}]},
        }
    ],
    "sla": {"days": 30, "basis": "working", "source": "test", "verified": "design"},
    "credential": {
        "vct": "urn:klang:test:hotel:1",
        "name": text("ใบอนุญาตประกอบธุรกิจโรงแรม", "Hotel licence"),
        "number_prefix": "HO",
        "claims": {"hotel": "/hotel/name", "rooms": "/hotel/rooms"},
        "public": ["hotel"],
        "validity": {"years": 5, "source": "test", "verified": "design"},
    },
    "manual": {"criteria": [said()], "channels": [said()], "appeal": said()},
    "tests": [
        {
            "name": "twelve rooms",
            "on": "2026-11-25",
            "answers": ANSWERS,
            "valid": True,
            "fee": "960.00",
            "documents": ["floor_plan"],
        },
        {"name": "no rooms", "on": "2026-11-25", "answers": {"hotel": {"rooms": 0}}, "valid": False},
    ],
}


def definition(link: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    """The service, linked to a system with `KEY` that applications are handed to."""
    there = {"mode": "receive", "deliver_to": INBOX, "keys": [client.public_jwk(KEY, "hotel-1")], **(link or {})}
    return copy.deepcopy({**RECEIVE, "link": there, **changes})


def elsewhere(link: dict[str, Any] | None = None) -> dict[str, Any]:
    """The service, filled in at the office's own site; the office issues the licence itself."""
    made = definition({"mode": "hand_over", "hand_over_to": PAGE, "licence": "agency", **(link or {})}, documents=[])
    actions = made["workflow"]["actions"]
    for code in ("submit", "mend"):
        actions[code]["roles"] = ["linked"]
    actions["pay"] |= {"to": "paid", "effects": ["paid"]}
    actions["license"] = _move(["paid"], "licensed", "linked", effects=["licensed"])
    made["workflow"]["states"]["paid"] = {"name": text("ชำระแล้ว", "Paid"), "turn": "agency"}
    made["tests"][0]["documents"] = []
    return made


class System:
    """The office's system as HTTP sees it: remembers deliveries, and is down when told so (`status` None).

    `meanwhile` happens once, while it answers.
    """

    def __init__(self) -> None:
        self.got: list[tuple[str, str, bytes]] = []
        self.status: int | None = 200
        self.meanwhile: Callable[[], object] | None = None

    def send(
        self, method: str, url: str, *, headers: Any, body: bytes | None = None, timeout: float = 10.0
    ) -> HttpAnswer:
        if self.status is None:
            raise Unreachable("ConnectTimeoutError")
        self.got.append((url, headers["authorization"], body or b""))
        happens, self.meanwhile = self.meanwhile, None
        if happens is not None:
            happens()
        return HttpAnswer(self.status)

    def told(self) -> list[tuple[str, str]]:
        """What it was told of which case, in the order of arrival."""
        bodies = [json.loads(body) for _, _, body in self.got]
        return [(told["what"], told["case"]["id"]) for told in bodies]


class Hotels(Town):
    """A town whose district office has a hotel system."""

    def __init__(self, directory: Path, *definitions: dict[str, Any], table: Table | None = None) -> None:
        for number, each in enumerate(definitions or (definition(),)):
            (directory / f"hotel-{number}.json").write_text(json.dumps(each), encoding="utf-8")
        self.system = System()
        self.numbers = itertools.count(1)
        super().__init__(directory, http=self.system, table=table)

    def portal(self, **changes: Any) -> Any:
        """The portal as the system's client sees it."""
        given = {
            "agency": OFFICE,
            "service": SERVICE,
            "key": KEY,
            "kid": "hotel-1",
            "clock": lambda: self.at.timestamp(),
        }
        return client.Portal("https://klang.test", **{**given, **changes})

    def push(self, method: str, tail: str, content: Any = None, jti: str | None = None, **changes: Any) -> Answer:
        """One request of the system, signed at the town's time by the client of the how-to."""
        portal = self.portal(**changes)
        path = f"/biz/v1/linked/{SERVICE}{tail}"
        body = b"" if content is None else json.dumps(content).encode()
        token = portal.sign(method, path, body, jti or f"request-{next(self.numbers)}")
        return self.client.call(method, path, body=body, token=token, headers={"content-type": "application/json"})

    def pushed(self, tail: str, content: Any, **given: Any) -> Any:
        """A push that must succeed; its JSON."""
        answer = self.push("POST", tail, content, **given)
        assert answer.status < 300, answer.text
        return answer.json

    def ready(self, pid: str = MALEE) -> str:
        """A draft with everything in it."""
        case = self.open(pid, SERVICE)
        self.patch(case, ANSWERS, pid)
        self.send(case, "floor_plan", pid=pid)
        return case

    def handed(self, pid: str = MALEE) -> str:
        """An application that was filed."""
        case = self.ready(pid)
        self.ok(pid, "POST", f"/applications/{case}/submit")
        return case

    def decided(self) -> str:
        """An application that the system approved."""
        case = self.handed()
        self.pushed(f"/cases/{case}/actions", {"action": "accept"})
        self.pushed(f"/cases/{case}/actions", {"action": "approve"})
        return case
