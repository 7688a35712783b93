"""What officers may do with an entry, pure: who, in which way, and that two of them must want the same."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass

from chalicelib.shared.errors import Fault, Invalid, NotAllowed, WrongState, not_found
from chalicelib.shared.identity import Caller

from ..cases.rules import Book
from ..model import Case
from ..office import acted_on
from . import rules
from .model import Money, Proposal, Step, Way

ID_PATTERN = r"^[a-z0-9][a-z0-9-]{1,40}~[A-Za-z0-9._-]{6,64}(~[0-9a-f]{16})?$"
_ID = re.compile(ID_PATTERN)
FINANCE, OPERATOR = "finance", "operator"
MAX_STEPS = 40
"""More would not fit an item; by then somebody should talk."""


@dataclass(frozen=True)
class Wish:
    """How an entry shall be resolved.

    Attributes:
        way: apply, refund or write_off.
        case: the case to be paid, for `apply` only.
        others: ids of further entries that pay it together with this one.
        reason: why, in the officer's words.
    """

    way: Way
    case: str | None
    others: tuple[str, ...]
    reason: str


def an_id(text: str) -> str:
    """The text if it can be an entry's id; raises NotFound."""
    if not _ID.fullmatch(text):
        raise not_found("รายการเงิน", "entry")
    return text


def may_see(money: Money, caller: Caller) -> bool:
    """The operator sees every entry, an agency's finance officer those of its cases."""
    return OPERATOR in caller.roles or (FINANCE in caller.roles and money.agency == caller.agency)


def must_be_theirs(money: Money, caller: Caller) -> None:
    """What is known to be an agency's is for that agency to decide, the rest for the operator.

    Raises:
        NotFound: it does not exist for them.
        NotAllowed: the agency's finance officers must decide, or it is the officer's own money.
    """
    if not may_see(money, caller):
        raise not_found("รายการเงิน", "entry")
    if money.agency is not None and not (FINANCE in caller.roles and money.agency == caller.agency):
        raise NotAllowed(
            "รายการนี้เป็นของหน่วยงาน เจ้าหน้าที่การเงินของหน่วยงานเป็นผู้พิจารณา",
            "The entry belongs to an agency; its finance officers decide.",
        )
    if money.owner == caller.id:
        raise NotAllowed("เจ้าหน้าที่จะพิจารณาเรื่องของตนเองไม่ได้", "An officer may not act in their own matter.")


def proposed(money: Money, wish: Wish, caller: Caller, now: dt.datetime) -> Money:
    """The entry with what an officer proposes; raises WrongState when it is closed or something is proposed already."""
    _must_be_open(money)
    if money.proposal is not None:
        raise WrongState(
            "รายการนี้มีข้อเสนอรอการยืนยันอยู่แล้ว", "Something is proposed for this entry already; confirm or decline it."
        )
    proposal = Proposal(way=wish.way, case=wish.case, others=wish.others, by=caller.id, at=now)
    return stepped(money, "propose", wish.way, wish.reason, caller, now).model_copy(update={"proposal": proposal})


def declined(money: Money, reason: str, caller: Caller, now: dt.datetime) -> Money:
    """The entry without its proposal: turned down by another officer, or taken back by the same one."""
    if money.proposal is None:
        raise _nothing_proposed()
    return stepped(money, "decline", money.proposal.way, reason, caller, now).model_copy(update={"proposal": None})


def must_be_confirmable(money: Money, wish: Wish, caller: Caller) -> None:
    """Another officer must want exactly what was proposed.

    The wish is said again in full, so that nobody confirms what they did not read.

    Raises:
        WrongState: nothing, or something else, is proposed.
        NotAllowed: the same officer (four eyes).
    """
    _must_be_open(money)
    found = money.proposal
    if found is None:
        raise _nothing_proposed()
    if found.by == caller.id:
        raise NotAllowed(
            "ผู้เสนอจะยืนยันเองไม่ได้ ต้องเป็นเจ้าหน้าที่อีกคนหนึ่ง", "Whoever proposed it may not confirm it; another officer must."
        )
    if (found.way, found.case, found.others) != (wish.way, wish.case, wish.others):
        raise WrongState("ข้อเสนอที่รออยู่ไม่ตรงกับที่ยืนยัน โปรดอ่านรายการอีกครั้ง", "Something else is proposed; read it again.")


def must_fit(
    money: Money, others: Sequence[Money], case: Case | None, book: Book | None, wish: Wish, caller: Caller
) -> None:
    """Whether the wish can be carried out as things stand.

    Raises:
        Invalid, WrongState, NotAllowed, NotFound: with what does not fit.
    """
    if wish.way != "apply":
        if wish.case is not None or wish.others:
            raise _invalid("/case", "ระบุได้เฉพาะเมื่อนำเงินไปชำระคำขอ", "Give case and others only to apply the money.")
        if wish.way == "refund" and not money.open:
            raise _invalid("/way", "รายการนี้ไม่มีเงินให้คืน", "The entry holds no money that could be refunded.")
        return
    if not money.open:
        raise _invalid("/way", "รายการนี้ไม่มีเงินให้นำไปชำระ", "The entry holds no money that could pay anything.")
    if case is None or book is None or (FINANCE in caller.roles and case.agency != caller.agency):
        raise _invalid("/case", "ไม่พบคำขอนี้", "No such application.")
    if case.owner == caller.id or acted_on(case, caller.id):
        raise NotAllowed("เจ้าหน้าที่จะพิจารณาเรื่องของตนเองไม่ได้", "An officer may not act in their own matter.")
    must_cover(money, others, rules.due(case, book), wish, caller)


def must_cover(money: Money, others: Sequence[Money], owed: int, wish: Wish, caller: Caller) -> None:
    """Whether these entries, all of them needed, make up what is owed.

    Raises:
        Invalid, WrongState, NotAllowed, NotFound: with what does not fit.
    """
    if not money.open:
        raise _invalid("/way", "รายการนี้ไม่มีเงินให้นำไปชำระ", "The entry holds no money that could pay anything.")
    if len(others) < len(wish.others) or len({money.id, *wish.others}) <= len(wish.others):
        raise _invalid("/others", "มีรายการที่ไม่พบหรือซ้ำ", "An entry is not there, or stands twice.")
    for other in others:
        must_be_theirs(other, caller)
        if not other.open or other.proposal is not None:
            raise WrongState("มีรายการที่ไม่ว่าง", "One of the other entries is closed, or something is proposed for it.")
    held = [money.open, *(other.open for other in others)]
    if not owed:
        raise WrongState("ไม่มีค่าธรรมเนียมค้างชำระ", "Nothing is owed there.")
    if sum(held) < owed:
        raise _invalid("/others", "เงินรวมกันยังไม่ครบค่าธรรมเนียม", "Together they are less than the fee.")
    if others and sum(held) - min(held) >= owed:
        raise _invalid("/others", "มีรายการเกินจำเป็น", "The fee is covered without one of them.")


def resolved(money: Money, wish: Wish, caller: Caller, now: dt.datetime) -> Money:
    """The entry refunded or written off: closed, with every satang where it belongs."""
    part = {"refund": "refund", "write_off": "written_off"}[wish.way]
    moved = {"open": 0, part: money.open, "kind": None, "proposal": None, "since": now}
    return stepped(money, "confirm", wish.way, wish.reason, caller, now).model_copy(update=moved)


def stepped(money: Money, step: str, way: Way, reason: str, caller: Caller, now: dt.datetime) -> Money:
    """The entry with one more step in its history."""
    if len(money.steps) >= MAX_STEPS:
        raise WrongState("ทำรายการนี้เกินจำนวนครั้งที่กำหนด", "Too many steps were taken on this entry.")
    taken = Step.model_validate({"step": step, "way": way, "by": caller.id, "at": now, "reason": reason})
    return money.model_copy(update={"steps": (*money.steps, taken)})


def _must_be_open(money: Money) -> None:
    if money.kind is None:
        raise WrongState("รายการนี้ปิดแล้ว", "The entry is closed.")


def _nothing_proposed() -> WrongState:
    return WrongState("ยังไม่มีข้อเสนอสำหรับรายการนี้", "Nothing is proposed for this entry.")


def _invalid(pointer: str, th: str, en: str) -> Invalid:
    return Invalid(th, en, [Fault(pointer, th, en)])
