"""A small but whole definition for tests to bend, and the shipped one as JSON."""

from __future__ import annotations

import copy
import json
from typing import Any

from chalicelib.biz.definitions.catalogue import SHIPPED
from chalicelib.biz.definitions.model import ServiceDefinition


def text(th: str = "ข้อความ", en: str = "text") -> dict[str, str]:
    """A th/en pair."""
    return {"th": th, "en": en}


def said() -> dict[str, Any]:
    """A sourced sentence."""
    return {"text": text(), "source": "test", "verified": "design"}


SMALL: dict[str, Any] = {
    "id": "signboard-permit",
    "version": 1,
    "effective_from": "2026-01-01",
    "kind": "registration",
    "name": text("ทะเบียนป้าย", "Signboard registration"),
    "summary": text(),
    "agency": "TH/LOCAL/TRAT",
    "agency_name": text("เทศบาลเมืองตราด", "Trat municipality"),
    "legal_basis": [said()],
    "law_pack": "lfa-2558",
    "applicants": ["person"],
    "form": {
        "schema": {
            "type": "object",
            "additionalProperties": False,
            "required": ["words", "width"],
            "properties": {
                "words": {"type": "string", "minLength": 1, "maxLength": 200},
                "width": {"type": "integer", "minimum": 1, "maximum": 1000},
            },
        },
        "steps": [{"title": text(), "fields": ["/words", "/width"]}],
        "hints": {"/words": {"label": text("ข้อความ", "Words")}, "/width": {"label": text("ความกว้าง", "Width")}},
    },
    "workflow": {
        "initial": "draft",
        "states": {
            "draft": {"name": text("ร่าง", "Draft"), "turn": "applicant"},
            "deciding": {"name": text("พิจารณา", "Being decided"), "turn": "agency"},
            "payment": {"name": text("ชำระเงิน", "To be paid"), "turn": "applicant"},
            "done": {"name": text("เสร็จ", "Done"), "turn": "nobody"},
            "refused": {"name": text("ไม่รับ", "Refused"), "turn": "nobody"},
            "withdrawn": {"name": text("ถอน", "Withdrawn"), "turn": "nobody"},
        },
        "actions": {
            "submit": {
                "name": text(),
                "from": ["draft"],
                "to": "deciding",
                "roles": ["applicant"],
                "clock": "start",
                "effects": ["file"],
                "notice": text(),
            },
            "approve": {
                "name": text(),
                "from": ["deciding"],
                "to": "payment",
                "roles": ["approver"],
                "clock": "stop",
                "effects": ["fee"],
                "notice": text(),
            },
            "refuse": {
                "name": text(),
                "from": ["deciding"],
                "to": "refused",
                "roles": ["approver"],
                "clock": "stop",
                "effects": ["refusal"],
                "notice": text(),
            },
            "pay": {
                "name": text(),
                "from": ["payment"],
                "to": "done",
                "roles": ["system"],
                "effects": ["paid", "issue"],
                "notice": text(),
            },
            "withdraw": {
                "name": text(),
                "from": ["draft", "deciding", "payment"],
                "to": "withdrawn",
                "roles": ["applicant"],
                "clock": "stop",
                "effects": ["withdraw"],
            },
        },
    },
    "tables": {
        "per_metre": [
            {"from": "2020-01-01", "to": "2025-12-31", "value": "3", "source": "test", "verified": "no"},
            {"from": "2026-01-01", "value": "5.50", "source": "test", "verified": "page"},
        ]
    },
    "fees": [
        {
            "code": "registration",
            "name": text("ค่าธรรมเนียม", "Fee"),
            "payee": "TH/LOCAL/TRAT",
            "expr": {"*": [{"var": "/width"}, {"rate": "per_metre"}]},
        }
    ],
    "sla": {"days": 7, "basis": "working", "source": "test", "verified": "design"},
    "credential": {
        "vct": "urn:test:signboard:1",
        "name": text("ป้าย", "Signboard"),
        "number_prefix": "SB",
        "claims": {"words": "/words"},
        "public": ["words"],
        "validity": {"years": 2, "source": "test", "verified": "design"},
    },
    "manual": {"criteria": [said()], "channels": [said()], "appeal": said()},
    "tests": [
        {
            "name": "two metres",
            "on": "2026-11-25",
            "answers": {"words": "กาแฟ", "width": 2},
            "valid": True,
            "fee": "11",
        },
        {"name": "nothing", "on": "2026-11-25", "answers": {}, "valid": False, "faults": ["/words"]},
    ],
}


def small(**changes: Any) -> dict[str, Any]:
    """The small definition as JSON, with changes at `a__b__c` paths; the value `...` removes."""
    made = copy.deepcopy(SMALL)
    for path, value in changes.items():
        place: Any = made
        *way, last = path.split("__")
        for name in way:
            place = place[int(name)] if isinstance(place, list) else place[name]
        if value is ...:
            del place[last]
        elif isinstance(place, list):
            place[int(last)] = value
        else:
            place[last] = value
    return made


def definition(**changes: Any) -> ServiceDefinition:
    """The small definition, changed."""
    return ServiceDefinition.model_validate(small(**changes))


def food() -> dict[str, Any]:
    """The shipped food establishment licence as JSON."""
    made: dict[str, Any] = json.loads((SHIPPED / "food-establishment-licence.json").read_text(encoding="utf-8"))
    return made
