"""A small service that offers every procedure, and a town in which it is on offer."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

from chalicelib.biz.licences.model import Licence
from chalicelib.biz.model import Case
from chalicelib.shared.ids import new_id
from chalicelib.shared.journal import Once
from chalicelib.shared.keyring import Keyring
from chalicelib.shared.storage import Table
from tests.biz.samples import small, text
from tests.biz.town import MALEE, Town

SIGN = "signboard-permit"
TRAT = "TH/LOCAL/TRAT"
ROLES = ["intake", "approver", "publisher"]
CLERK = "3990100005051"
"""Who decides for the municipality that registers signs."""

_BASE = {"valid_until": "2026-11-25", "answers": {"words": "กาแฟ", "width": 2}}
_END: dict[str, Any] = {
    "initial": "draft",
    "states": {
        "draft": {"name": text("ร่าง", "Draft"), "turn": "applicant"},
        "checking": {"name": text("ตรวจ", "Being checked"), "turn": "agency"},
        "ended": {"name": text("ยกเลิกแล้ว", "Cancelled"), "turn": "nobody"},
        "refused": {"name": text("ไม่รับ", "Refused"), "turn": "nobody"},
        "withdrawn": {"name": text("ถอน", "Withdrawn"), "turn": "nobody"},
    },
    "actions": {
        "submit": {"name": text("ยื่น", "File"), "from": ["draft"], "to": "checking", "roles": ["applicant"],
                   "clock": "start", "effects": ["file"], "notice": text("ได้รับคำขอแล้ว", "Received.")},
        "accept": {"name": text("รับยกเลิก", "Accept"), "from": ["checking"], "to": "ended", "roles": ["approver"],
                   "clock": "stop", "effects": ["issue"], "notice": text("ยกเลิกใบอนุญาตแล้ว", "Cancelled.")},
        "refuse": {"name": text("ไม่รับ", "Refuse"), "from": ["checking"], "to": "refused", "roles": ["approver"],
                   "clock": "stop", "effects": ["refusal"], "notice": text("ไม่รับ", "Refused.")},
        "withdraw": {"name": text("ถอน", "Withdraw"), "from": ["draft", "checking"], "to": "withdrawn",
                     "roles": ["applicant"], "clock": "stop", "effects": ["withdraw"]},
    },
}  # fmt: skip


def _procedure(th: str, en: str, **more: Any) -> dict[str, Any]:
    return {"name": text(th, en), "summary": text(), "source": "test", "verified": "design", **more}


def _own_form(name: str) -> dict[str, Any]:
    return {
        "schema": {
            "type": "object",
            "additionalProperties": False,
            "required": [name],
            "properties": {name: {"type": "string", "minLength": 1, "maxLength": 200}},
        },
        "steps": [{"title": text(), "fields": [f"/{name}"]}],
        "hints": {f"/{name}": {"label": text("เหตุผล", "Reason")}},
    }


def signs(**changes: Any) -> dict[str, Any]:
    """The small definition with every procedure: 5.50 baht a metre, a renewal two days late 20 % more."""
    made = small(
        applicants=["person", "juristic"],
        procedures={
            "renew": _procedure(
                "ต่ออายุทะเบียนป้าย",
                "Renew the registration",
                asks=["/width"],
                window={"opens": 60, "closes": 30, "source": "test", "verified": "design"},
            ),
            "amend": _procedure("แก้ไขทะเบียนป้าย", "Change the registration", asks=["/words"]),
            "cancel": _procedure("เลิกใช้ป้าย", "End the registration", form=_own_form("reason"), workflow=_END),
            "replace": _procedure("ขอใบแทน", "A new copy", form=_own_form("loss")),
        },
        fees=[
            {
                "code": "registration",
                "name": text("ค่าธรรมเนียม", "Fee"),
                "payee": TRAT,
                "expr": {"*": [{"var": "/width"}, {"rate": "per_metre"}]},
                "procedures": ["new", "renew"],
            },
            {
                "code": "late",
                "name": text("เงินเพิ่ม", "Surcharge"),
                "payee": TRAT,
                "expr": {"if": [{">": [{"fact": "days_late"}, 0]}, 2, 0]},
                "procedures": ["renew"],
            },
        ],
        credential__claims={"words": "/words", "width": "/width"},
        credential__validity__years=1,
    )
    made["tests"] += [
        {"name": "renewed", "procedure": "renew", "licence": _BASE, "on": "2026-11-25", "answers": {"width": 4},
         "valid": True, "fee": "22"},
        {"name": "late", "procedure": "renew", "licence": _BASE, "on": "2026-11-27", "answers": {}, "valid": True,
         "fee": "13"},
        {"name": "changed", "procedure": "amend", "licence": _BASE, "on": "2026-11-25", "answers": {"words": "ชา"},
         "valid": True, "fee": "0"},
        {"name": "ended", "procedure": "cancel", "licence": _BASE, "on": "2026-11-25", "answers": {"reason": "เลิก"},
         "valid": True},
        {"name": "copied", "procedure": "replace", "licence": _BASE, "on": "2026-11-25", "answers": {"loss": "หาย"},
         "valid": True, "fee": "0"},
    ]  # fmt: skip
    for path, value in changes.items():
        place: Any = made
        *way, last = path.split("__")
        for name in way:
            place = place[name]
        if value is ...:
            del place[last]
        else:
            place[last] = value
    return made


class SignTown(Town):
    """A town whose municipality registers signs."""

    def __init__(
        self,
        directory: Path,
        table: Table | None = None,
        definition: dict[str, Any] | None = None,
        keyring: Keyring | None = None,
    ) -> None:
        (directory / "signs.json").write_text(json.dumps(definition or signs()), encoding="utf-8")
        super().__init__(directory, table=table, keyring=keyring)
        self.payments = 0
        self.biz.enlist(Once(new_id(), "", new_id(), claimed=False), CLERK, TRAT, ROLES, "เจ้าหน้าที่")

    def begin(self, procedure: str, no: str, pid: str = MALEE, **body: Any) -> str:
        """A draft about a licence; its id."""
        made = self.ok(pid, "POST", "/applications", json={"procedure": procedure, "licence": no, **body})
        return str(made["id"])

    def sign(self, pid: str = MALEE, juristic_id: str | None = None, **answers: Any) -> str:
        """A registered sign; the number of its licence."""
        case = self.open(pid, SIGN, juristic_id)
        self.patch(case, {"words": "กาแฟ", "width": 2, **answers}, pid)
        return self.carried(case, pid)

    def file(self, case: str, pid: str = MALEE) -> Any:
        """File it."""
        return self.ok(pid, "POST", f"/applications/{case}/submit")

    def carried(self, case: str, pid: str = MALEE) -> str:
        """File, approve and pay a case; the number of the licence that it brings."""
        self.file(case, pid)
        if self.act(CLERK, case, "approve")["state"] == "payment":
            assert self.settle(case, pid) == "booked"
        return str(self.ok(pid, "GET", f"/applications/{case}")["licence"])

    def settle(self, case: str, pid: str = MALEE) -> str:
        """The bank tells that the bill was paid; what became of the money."""
        self.payments += 1
        bill = self.ok(pid, "POST", f"/applications/{case}/payments")
        notice = {name: bill[name] for name in ("ref1", "ref2")} | {
            "transaction": f"SIGN-{self.payments}",
            "amount": bill["amount_baht"],
            "paid_at": self.at.isoformat(),
        }
        return str(self.callback(notice).json["status"])

    def licence(self, no: str) -> Licence:
        """A licence as it is stored."""
        return self.biz.store.find_licence(no)

    def case(self, id: str) -> Case:
        """A case as it is stored."""
        return self.biz.store.find_case(id)

    def on(self, day: str) -> None:
        """Let it be ten o'clock in Thailand on that day."""
        self.at = dt.datetime.fromisoformat(f"{day}T03:00:00+00:00")
