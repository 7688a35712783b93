"""The life of one transaction, pure: what a notice means beside what is known, and what becomes of the account.

    pending, failed  ->  settled  ->  reversed  ->  settled ...

Notices come twice, late and in any order, so the last one to arrive says nothing; the latest in the provider's own
order does. Where a provider numbers nothing, a later state of the life above is later. No state is an end: a
`failed` that is followed by `settled` was paid, and money that was taken back may come again.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Sequence
from typing import Literal

from chalicelib.shared.workdays import thai_date

from ..definitions.fees import FeeLine
from ..model import Case
from .model import Kind, Money, Notice, Share, Source, Status

Relation = Literal["new", "newer", "same", "older", "other"]

_RANK: dict[Status, int] = {"pending": 0, "failed": 1, "settled": 2, "reversed": 3}
_NO_MONEY = {"open": 0, "booked": 0, "refund": 0, "written_off": 0}
_NOTHING: dict[str, object] = {**_NO_MONEY, "payees": {}, "receipt_no": None, "partners": (), "shares": ()}


def relation(money: Money | None, notice: Notice) -> Relation:
    """How a notice stands to what is known of its transaction: `other` says other content under the same id."""
    if money is None:
        return "new"
    if (money.ref1, money.ref2, money.satang) != (notice.ref1, notice.ref2, notice.satang):
        return "other"
    known, told = (money.sequence, _RANK[money.status]), (notice.sequence, _RANK[notice.status])
    if told == known:
        return "same"
    return "newer" if told > known else "older"


def opened(provider: str, notice: Notice, case: Case | None, source: Source, now: dt.datetime) -> Money:
    """A fresh account in which no money is yet."""
    return Money(
        provider=provider,
        transaction=notice.transaction,
        satang=notice.satang,
        status=notice.status,
        sequence=notice.sequence,
        paid_at=notice.paid_at,
        told_at=now,
        day=thai_date(notice.paid_at),
        source=source,
        case=None if case is None else case.id,
        agency=None if case is None else case.agency,
        owner=None if case is None else case.owner,
        ref1=notice.ref1,
        ref2=notice.ref2,
    )


def told(money: Money, notice: Notice, now: dt.datetime) -> Money:
    """The account with the provider's latest word."""
    return money.model_copy(
        update={
            "status": notice.status,
            "sequence": notice.sequence,
            "paid_at": notice.paid_at,
            "day": thai_date(notice.paid_at),
            "told_at": now,
        }
    )


def variant(notice: Notice) -> str:
    """A short name for what was told of a transaction besides its state."""
    said = "|".join((notice.ref1, notice.ref2, str(notice.satang)))
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def other(money: Money, notice: Notice, source: Source, now: dt.datetime) -> Money:
    """The record of what was told under a known id with other content; it holds no money and waits for an officer."""
    known = {name: getattr(money, name) for name in ("case", "agency", "owner", "bundle", "attempt")}
    fresh = opened(money.provider, notice, None, source, now)
    return queued(fresh.model_copy(update={**known, "variant": variant(notice)}), "conflict", now)


def queued(money: Money, kind: Kind, now: dt.datetime) -> Money:
    """The account in a queue, all of its money undecided (a conflict and a reversal hold none)."""
    held = 0 if kind in ("conflict", "reversed") else money.satang
    return money.model_copy(update={**_NOTHING, "open": held, "kind": kind, "since": now, "proposal": None})


def booked(money: Money, case: Case, satang: int, payees: dict[str, int], no: str, partners: tuple[str, ...]) -> Money:
    """The account with so much of its money booked for the case; what is more than that is ordered back."""
    here = {"receipt_no": no, "case": case.id, "agency": case.agency, "owner": case.owner}
    return _booked(money, satang, payees, partners).model_copy(update=here)


def booked_for(money: Money, shares: Sequence[Share], payees: dict[str, int], partners: tuple[str, ...]) -> Money:
    """The account with its money booked for several applications at once: so much for each; the rest is ordered back.

    Those to which nothing of this account went stand in `shares` too, when they were paid by it and its partners
    together: what is taken back makes all of them owed again.
    """
    satang = sum(share.satang for share in shares)
    return _booked(money, satang, payees, partners).model_copy(update={"shares": tuple(shares)})


def _booked(money: Money, satang: int, payees: dict[str, int], partners: tuple[str, ...]) -> Money:
    return money.model_copy(
        update={
            **_NOTHING,
            "booked": satang,
            "refund": money.satang - satang,
            "payees": payees,
            "bookings": money.bookings + 1,
            "partners": partners,
            "kind": None,
            "proposal": None,
        }
    )


def taken_back(money: Money, now: dt.datetime) -> Money:
    """The account after its provider took the money back; where a fee was paid with it, an officer must know."""
    if money.booked:
        return queued(money, "reversed", now)
    return money.model_copy(update={**_NOTHING, "kind": None, "proposal": None, "since": now})


def share_out(lines: Iterable[FeeLine], amounts: Sequence[int]) -> list[dict[str, int]]:
    """What of each amount belongs to which agency, the fee's lines being filled in their order.

    The amounts together are the fee; so every line is filled, and every satang belongs to somebody.
    """
    return spread([(line.payee, line.satang) for line in lines], amounts)


def spread(owed: Sequence[tuple[str, int]], amounts: Sequence[int]) -> list[dict[str, int]]:
    """What of each amount goes where: one name after the other is filled with what it is owed, in satang."""
    left, shares = list(owed), []
    for amount in amounts:
        share: dict[str, int] = {}
        while amount and left:
            name, satang = left.pop(0)
            part = min(amount, satang)
            share[name] = share.get(name, 0) + part
            amount -= part
            if satang > part:
                left.insert(0, (name, satang - part))
        shares.append({name: satang for name, satang in share.items() if satang})
    return shares
