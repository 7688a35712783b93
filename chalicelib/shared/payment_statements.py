"""A provider's statement of one day, read: JSON lines, the first of which says of what day it is and how much follows.

    {"statement":"2026-11-25","lines":2,"total":"400.00"}
    {"transaction":"B-0001","ref1":"...","ref2":"...","amount":"200.00","paid_at":"2026-11-25T10:00:00+07:00"}
    {"transaction":"B-0002", ...}

The first line also keeps a statement and a callback, both signed with the same secret, from being taken for each other.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from typing import TypeVar

from pydantic import ValidationError

from .dataclass import dataclass
from .errors import Fault, Invalid, Malformed
from .payment_notices import CallbackBody, Notice, StatementHead, satang
from .problems import invalid_body
from .web import Incoming, parse_json

LIMIT = 1024 * 1024
MAX_LINES = 5000
MAX_FAULTS = 20
_Body = TypeVar("_Body", bound=Incoming)


@dataclass(frozen=True)
class Statement:
    """What a provider says of one day.

    Attributes:
        day: of which day.
        notices: its lines.
        total: sum of the lines in satang.
        sha256: hash of every byte.
    """

    day: dt.date
    notices: tuple[Notice, ...]
    total: int
    sha256: str


def read(raw: bytes, day: dt.date) -> Statement:
    """The statement in these bytes; nothing of it is believed unless all of it can be read.

    Raises:
        Malformed: a line is no JSON; the field names the line.
        Invalid: a line is not as it must be, it is of another day, or it is not whole.
    """
    lines = [(number, line) for number, line in enumerate(raw.splitlines(), start=1) if line.strip()]
    if not lines:
        raise Malformed("ไม่มีข้อมูล", "The statement is empty; its first line says of which day it is.")
    if len(lines) > MAX_LINES + 1:
        raise _invalid("", f"มีได้ไม่เกิน {MAX_LINES} รายการ", f"At most {MAX_LINES} lines.")
    head = _line(StatementHead, *lines[0])
    faults: list[Fault] = []
    notices: list[Notice] = []
    for number, line in lines[1:]:
        try:
            notices.append(_line(CallbackBody, number, line).notice())
        except (Malformed, Invalid) as refused:
            faults += refused.faults
            if len(faults) >= MAX_FAULTS:
                break
    if faults:
        raise Invalid("บางรายการไม่ถูกต้อง", "Some lines are not valid; see errors.", faults[:MAX_FAULTS])
    total = sum(notice.satang for notice in notices)
    if head.statement != day:
        raise _invalid("/lines/1/statement", "ไม่ใช่วันเดียวกับที่อยู่ที่ส่งมา", "Not the day of the address.")
    if head.lines != len(notices):
        raise _invalid("/lines/1/lines", "จำนวนรายการไม่ตรง ส่งใหม่ให้ครบ", "Not as many lines follow; send it whole.")
    if satang(head.total) != total:
        raise _invalid("/lines/1/total", "ยอดรวมไม่ตรง", "The amounts do not add up to this.")
    return Statement(day, tuple(notices), total, hashlib.sha256(raw).hexdigest())


def _line(model: type[_Body], number: int, line: bytes) -> _Body:
    try:
        return model.model_validate_json(json.dumps(parse_json(line)))
    except Malformed as refused:
        raise Malformed(refused.th, refused.en, [Fault(f"/lines/{number}", refused.th, refused.en)]) from None
    except ValidationError as error:
        found = invalid_body(error)
        faults = [Fault(f"/lines/{number}{fault.pointer}", fault.th, fault.en) for fault in found.faults]
        raise Invalid(found.th, found.en, faults) from None


def _invalid(pointer: str, th: str, en: str) -> Invalid:
    return Invalid(th, en, [Fault(pointer, th, en)])
