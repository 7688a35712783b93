"""What officers may do with an entry, pure: who, in which way, and that two of them must want the same."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence

from chalicelib.shared import payment_accounts as accounts
from chalicelib.shared.dataclass import dataclass
from chalicelib.shared.errors import Fault, Invalid, NotAllowed, WrongState, not_found
from chalicelib.shared.identity import Caller
from chalicelib.shared.payment_accounts import declined as declined
from chalicelib.shared.payment_accounts import stepped as stepped

from ..cases.rules import Book
from ..model import Case
from ..office import acted_on
from . import rules
from .model import Money, Proposal, Way

ID_PATTERN = accounts.ENTRY_PATTERN
_ID = re.compile(ID_PATTERN)
FINANCE, OPERATOR = "finance", "operator"


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
    return accounts.proposed(money, _said(wish, caller, now), wish.reason, caller, now)


def must_be_confirmable(money: Money, wish: Wish, caller: Caller) -> None:
    """Another officer must want exactly what was proposed; see `payment_accounts.must_be_confirmable`."""
    accounts.must_be_confirmable(money, _said(wish, caller, money.told_at), caller)


def _said(wish: Wish, caller: Caller, now: dt.datetime) -> Proposal:
    return Proposal(way=wish.way, case=wish.case, others=wish.others, by=caller.id, at=now)


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
    return accounts.resolved(money, wish.way, wish.reason, caller, now)


def _invalid(pointer: str, th: str, en: str) -> Invalid:
    return Invalid(th, en, [Fault(pointer, th, en)])
