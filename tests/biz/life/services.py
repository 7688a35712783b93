"""Two permits of one agency that differ in how the law counts their days, and in which everything can happen."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.biz.samples import small, text
from tests.biz.town import AGENCY

FEE = 110000
"""Satang: 200 metres at 5.50 baht."""
COMPLETE = {"words": "Market stall", "width": 200, "phone": "0899999917"}
"""Answers with which a permit can be filed; the telephone is nobody else's business."""

STALL, PARADE = "stall-permit", "parade-permit"
TERMS: dict[str, dict[str, Any]] = {
    STALL: {"days": 6, "basis": "working", "rolls_forward": True},
    PARADE: {"days": 15, "basis": "calendar", "rolls_forward": False},
}

TURNS = {
    "draft": "applicant",
    "checking": "agency",
    "returned": "applicant",
    "inspecting": "agency",
    "deciding": "agency",
    "payment": "applicant",
    "done": "nobody",
    "refused": "nobody",
    "withdrawn": "nobody",
}
MOVES: dict[str, tuple[tuple[str, ...], str, str, dict[str, Any]]] = {
    "submit": (("draft",), "checking", "applicant", {"clock": "start", "effects": ["file"]}),
    "return": (("checking",), "returned", "intake", {"clock": "pause", "effects": ["deficiency"]}),
    "mend": (("returned",), "checking", "applicant", {"clock": "resume", "effects": ["file"]}),
    "accept": (("checking",), "inspecting", "intake", {}),
    "inspect": (("inspecting",), "deciding", "inspector", {"effects": ["inspection"]}),
    "approve": (
        ("deciding",),
        "payment",
        "approver",
        {
            "clock": "stop",
            "effects": ["fee"],
            "not_by_same": ["inspect"],
            "otherwise": text("ต้องผ่านการตรวจก่อน", "The inspection must be passed first."),
            "guard": {
                "type": "object",
                "required": ["inspection"],
                "properties": {"inspection": {"type": "object", "properties": {"passed": {"const": True}}}},
            },
        },
    ),
    "refuse": (("deciding",), "refused", "approver", {"clock": "stop", "effects": ["refusal"]}),
    "pay": (("payment",), "done", "system", {"effects": ["paid", "issue"]}),
    "withdraw": (
        ("draft", "checking", "returned", "inspecting", "deciding", "payment"),
        "withdrawn",
        "applicant",
        {"clock": "stop", "effects": ["withdraw"]},
    ),
}
"""From where, to where, by whom, and what else an action of the workflow says."""


def service(name: str) -> dict[str, Any]:
    """One of the two as JSON."""
    properties = {
        "words": {"type": "string", "minLength": 1, "maxLength": 200},
        "width": {"type": "integer", "minimum": 1, "maximum": 1000},
        "phone": {"type": "string", "maxLength": 20},
    }
    actions = {
        code: {"name": text(), "from": list(from_), "to": to, "roles": [role], "notice": text(en=code), **more}
        for code, (from_, to, role, more) in MOVES.items()
    }
    return small(
        id=name,
        agency=AGENCY,
        agency_name=text("เทศบาลแหลมงอบ", "Laem Ngop municipality"),
        applicants=["person", "juristic"],
        form__schema__properties=properties,
        form__steps=[{"title": text(), "fields": ["/words", "/width", "/phone"]}],
        form__hints={f"/{each}": {"label": text(en=each)} for each in properties},
        documents=[
            {
                "code": "plan",
                "name": text("แผนผัง", "Plan"),
                "mode": "upload",
                "types": ["application/pdf"],
                "max_mb": 1,
                "source": "test",
                "verified": "design",
            }
        ],
        checklist=[{"code": "stands", "text": text("มั่นคง", "It stands.")}],
        workflow__states={state: {"name": text(en=state), "turn": turn} for state, turn in TURNS.items()},
        workflow__actions=actions,
        fees__0__payee=AGENCY,
        sla={**TERMS[name], "source": "test", "verified": "design"},
        credential__vct=f"urn:test:{name}:1",
        credential__number_prefix=name[:2].upper(),
        credential__validity={"years": 1, "reminders": [], "source": "test", "verified": "design"},
        tests=[
            {"name": "whole", "on": "2026-11-25", "answers": COMPLETE, "valid": True, "fee": "1100"},
            {"name": "nothing", "on": "2026-11-25", "answers": {}, "valid": False, "faults": ["/words"]},
        ],
    )


def shelf(directory: Path) -> Path:
    """Both, in a directory that a town can read."""
    for name in TERMS:
        (directory / f"{name}.json").write_text(json.dumps(service(name)), encoding="utf-8")
    return directory
