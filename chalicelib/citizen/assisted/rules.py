"""What a visit may hold, who confirms it and how, and when it is over. Pure.

    waiting -> open (confirmed) | refused (by the person) | lapsed (a quarter of an hour)
    open    -> ended (by the officer, the person, or after thirty minutes) | disputed
    ended   -> disputed

All numbers are our own decisions (docs/decisions/0040).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from chalicelib.shared.errors import Fault, Invalid, NotAllowed, NotFound, WrongState, not_found
from chalicelib.shared.thai import Text

from ..mandates.model import Scope
from .model import Ender, How, Purpose, Visit

CONFIRM_WITHIN = dt.timedelta(minutes=15)
LIVES = dt.timedelta(minutes=30)
DISPUTE_WITHIN = dt.timedelta(days=90)
MOST_TRIES = 5
MOST_CODES = 3
IAL_OF_A_CODE = "1.1"
"""What a one-time code proves of who confirmed: that they hold the person's telephone, no more."""

NEVER: frozenset[Scope] = frozenset({"consents"})
"""What nobody looks at in another's name at a counter."""
PURPOSES: Mapping[Purpose, frozenset[Scope]] = {
    "messages": frozenset({"inbox"}),
    "rights": frozenset({"entitlements", "applications", "profile"}),
    "bills": frozenset({"bills"}),
    "appointments": frozenset({"appointments"}),
    "papers": frozenset({"wallet"}),
    "several": frozenset({"inbox", "entitlements", "applications", "profile", "bills", "appointments", "wallet"}),
}
"""Purpose -> the scopes that it may need; an officer chooses among them."""


def check(*, officer: str, person: str, purpose: Purpose, scopes: Sequence[Scope]) -> None:
    """Whether an officer may open such a visit.

    Raises:
        NotAllowed: it is their own.
        Invalid: a scope that the purpose does not need.
    """
    if officer == person:
        raise NotAllowed(
            "เจ้าหน้าที่ช่วยทำรายการของตนเองไม่ได้ โปรดใช้บัญชีของท่านเองโดยตรง",
            "An officer does not assist themself; use your own login.",
        )
    faults = [
        Fault(f"/scopes/{place}", "วัตถุประสงค์นี้ไม่ต้องใช้เรื่องนี้", "The purpose does not need this.")
        for place, scope in enumerate(scopes)
        if scope not in PURPOSES[purpose] or scope in NEVER
    ]
    if faults:
        raise Invalid("ขอบเขตเกินกว่าวัตถุประสงค์", "The scopes go beyond the purpose.", faults)


def lapsed(visit: Visit, now: dt.datetime) -> bool:
    """Whether its time is over, though nobody ended it."""
    if visit.status == "waiting":
        return now >= visit.confirm_by
    return visit.status == "open" and visit.ends_at is not None and now >= visit.ends_at


def must_wait(visit: Visit, now: dt.datetime) -> None:
    """Raises WrongState for a visit that waits for no confirmation, or had too many wrong codes."""
    if visit.status != "waiting" or lapsed(visit, now):
        raise WrongState("การช่วยเหลือนี้ไม่รอการยืนยันแล้ว", "This visit does not wait for a confirmation any more.")
    if visit.tries >= MOST_TRIES:
        raise WrongState("ใส่รหัสผิดเกินกำหนด โปรดเปิดรายการใหม่", "Too many wrong codes; open a new visit.")


def must_be_open(visit: Visit, now: dt.datetime) -> None:
    """Raises WrongState for a visit by which nothing may be done now."""
    if visit.status == "waiting" and not lapsed(visit, now):
        raise WrongState("ประชาชนยังไม่ได้ยืนยัน", "The person has not confirmed it yet.")
    if visit.status != "open" or lapsed(visit, now):
        raise WrongState("การช่วยเหลือนี้สิ้นสุดแล้ว", "This visit is over.")


def may_send(visit: Visit, now: dt.datetime) -> Visit:
    """The visit with one more code asked for; raises WrongState when it waits for none, or had its share."""
    must_wait(visit, now)
    if visit.codes >= MOST_CODES:
        raise WrongState("ขอรหัสครบจำนวนแล้ว", "This visit had all the codes that it may have.")
    return visit.model_copy(update={"codes": visit.codes + 1})


def wrong_code(visit: Visit) -> Visit:
    """The visit after a wrong code."""
    return visit.model_copy(update={"tries": visit.tries + 1})


def confirmed(visit: Visit, how: How, ial: str, name: str, now: dt.datetime) -> Visit:
    """The visit that begins with a confirmation."""
    change = {"status": "open", "confirmed_at": now, "how": how, "ial": ial, "ends_at": now + LIVES, "code": None}
    return visit.model_copy(update={**change, "person_name": name})


def refused(visit: Visit, now: dt.datetime) -> Visit:
    """The visit that its person does not want."""
    if visit.status != "waiting" or lapsed(visit, now):
        raise WrongState("การช่วยเหลือนี้ไม่รอการยืนยันแล้ว", "This visit does not wait for a confirmation any more.")
    return visit.model_copy(update={"status": "refused", "ended_at": now, "ended_by": "person", "code": None})


def ended(visit: Visit, by: Ender, now: dt.datetime) -> Visit:
    """The visit after its end; one that nobody confirmed has lapsed."""
    if not visit.alive:
        raise WrongState("การช่วยเหลือนี้สิ้นสุดแล้ว", "This visit is over.")
    status = "lapsed" if visit.status == "waiting" else "ended"
    return visit.model_copy(update={"status": status, "ended_at": now, "ended_by": by, "code": None})


def disputed(visit: Visit, words: str, now: dt.datetime) -> Visit:
    """The visit of which its person says: this was not me.

    Raises:
        WrongState: it never began, was disputed before, or is long over.
    """
    if visit.status not in ("open", "ended") or (visit.ended_at and now > visit.ended_at + DISPUTE_WITHIN):
        raise WrongState(
            "โต้แย้งได้เฉพาะการช่วยเหลือที่เกิดขึ้นแล้วไม่เกิน 90 วัน และยังไม่เคยโต้แย้ง",
            "Only a visit that took place, at most 90 days ago and not disputed before, can be disputed.",
        )
    change: dict[str, object] = {"status": "disputed", "disputed_at": now, "dispute": words}
    if visit.ended_at is None:
        change |= {"ended_at": now, "ended_by": "person"}
    return visit.model_copy(update=change)


def settled(visit: Visit, officer: str, answer: Text, now: dt.datetime) -> Visit:
    """The visit whose dispute a supervisor has answered.

    Raises:
        NotAllowed: it is about themself.
        WrongState: there is nothing to answer.
    """
    if visit.officer == officer:
        raise NotAllowed("ตอบข้อโต้แย้งเกี่ยวกับตนเองไม่ได้", "Nobody answers a dispute about themself.")
    if visit.status != "disputed" or visit.settled_at is not None:
        raise WrongState("ไม่มีข้อโต้แย้งที่รอคำตอบ", "No dispute waits for an answer here.")
    return visit.model_copy(update={"settled_at": now, "answer": answer})


def weaker(one: str, other: str) -> str:
    """The weaker of two identity assurance levels: both the officer's login and the confirmation count."""
    return min(one, other, key=_level)


def no_visit() -> NotFound:
    """The answer to whom a visit does not concern, as to whoever made an id up."""
    return not_found("การช่วยเหลือ", "visit")


def _level(ial: str) -> tuple[int, ...]:
    parts = ial.split(".")
    return tuple(int(part) for part in parts) if all(part.isascii() and part.isdigit() for part in parts) else (0,)
