"""What goes wrong in the world, on demand: some numbers of the sandbox make its registers misbehave.

The last ten people and the last ten companies do, in the same order. Everybody else gets a good answer.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from ...shared.dataclass import dataclass
from ...shared.egress import MAX_ANSWER
from ...shared.errors import NotFound, Unavailable
from ...shared.web import Reply

TIMEOUT = 3.0
"""Seconds that the exchange waits for a register of the sandbox."""

LATE, TOO_LATE = 1.5, TIMEOUT + 1.0
"""Seconds after which a slow register answers: in time, and not."""


@dataclass(frozen=True)
class Behaviour:
    """One way to misbehave, and what the asker sees of it."""

    name: str
    th: str
    en: str


ORDINARY = Behaviour("ordinary", "ตอบปกติ", "A good answer.")

BEHAVIOURS = (
    Behaviour("missing", "ไม่พบในทะเบียน: ได้ 404", "Not in the register: you get 404."),
    Behaviour("late", f"ตอบช้า {LATE} วินาที แต่ทันเวลา", f"Answers after {LATE} s, in time."),
    Behaviour("too-late", "ตอบไม่ทันเวลา: network_error", "Answers too late: network_error."),
    Behaviour("broken", "ขัดข้อง: ได้ 500 จากหน่วยงาน", "Fails: you get the provider's 500."),
    Behaviour("closed", "ปิดปรับปรุง: 503 พร้อม Retry-After", "Down for maintenance: 503 with Retry-After."),
    Behaviour(
        "wrong-schema",
        "คำตอบผิดโครงสร้าง: ศูนย์ปฏิเสธ ไม่ส่งข้อมูลให้",
        "An answer that breaks its own description: the exchange refuses it.",
    ),
    Behaviour("not-json", "ตอบเป็น HTML: ศูนย์ปฏิเสธ", "Answers HTML: the exchange refuses it."),
    Behaviour("cut", "JSON ขาดกลางคัน: ศูนย์ปฏิเสธ", "JSON that ends halfway: the exchange refuses it."),
    Behaviour("huge", "คำตอบใหญ่เกิน 5 เมกะไบต์: network_error", "An answer of more than 5 MB: network_error."),
    Behaviour(
        "redirect",
        "ส่งต่อไปที่อื่น: ศูนย์ไม่ตามไป ผู้ขอได้ 302 ว่าง",
        "Redirects elsewhere: the exchange does not follow; you get an empty 302.",
    ),
)


def of(number: int, among: int) -> Behaviour:
    """How the register behaves for a number out of `among`."""
    at = number - (among - len(BEHAVIOURS))
    return BEHAVIOURS[at] if 0 <= at < len(BEHAVIOURS) else ORDINARY


def numbers(among: int) -> range:
    """The numbers that misbehave."""
    return range(among - len(BEHAVIOURS), among)


def behave(behaviour: Behaviour, record: Mapping[str, Any], sleep: Callable[[float], None]) -> Reply:
    """What the register answers.

    Raises:
        NotFound, Unavailable: as a register would.
    """
    match behaviour.name:
        case "missing":
            raise NotFound("ไม่พบข้อมูลในทะเบียน", "No such record in the register.")
        case "late":
            sleep(LATE)
        case "too-late":
            sleep(TOO_LATE)
        case "broken":
            return Reply({"type": "about:blank", "title": "Internal Server Error", "status": 500}, status=500)
        case "closed":
            raise Unavailable("ระบบทะเบียนปิดปรับปรุง", "The register is down for maintenance.", retry_after=60)
        case "wrong-schema":
            return Reply({**record, "status": 1, "unexpected": True})
        case "not-json":
            return Reply("<!doctype html><title>ทดสอบ</title>", media_type="text/html")
        case "cut":
            return Reply(json.dumps(record, ensure_ascii=False).encode()[:-1], media_type="application/json")
        case "huge":
            return Reply({**record, "padding": "0" * MAX_ANSWER})
        case "redirect":
            return Reply(None, status=302, headers={"Location": "https://elsewhere.test/"})
    return Reply(dict(record))
