"""What becomes of an account whose money pays fees, pure; `shared/payment_notices.py` and `shared/payment_accounts.py`
say what a notice means beside what is known, and the rest of an account's life.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

from chalicelib.shared import payment_accounts as accounts
from chalicelib.shared.payment_accounts import first_words
from chalicelib.shared.payment_accounts import told as told
from chalicelib.shared.payment_notices import relation as relation
from chalicelib.shared.payment_notices import variant as variant

from ..definitions.fees import FeeLine
from ..model import Case
from .model import Kind, Money, Notice, Share, Source

_APART: dict[str, object] = {"partners": (), "shares": ()}


def opened(provider: str, notice: Notice, case: Case | None, source: Source, now: dt.datetime) -> Money:
    """A fresh account in which no money is yet."""
    whose = {} if case is None else {"case": case.id, "agency": case.agency, "owner": case.owner}
    return Money.model_validate({**first_words(provider, notice, source, now), **whose})


def other(money: Money, notice: Notice, source: Source, now: dt.datetime) -> Money:
    """The record of what was told under a known id with other content; it holds no money and waits for an officer."""
    known = {name: getattr(money, name) for name in ("case", "agency", "owner", "bundle", "attempt")}
    fresh = opened(money.provider, notice, None, source, now)
    return queued(fresh.model_copy(update={**known, "variant": variant(notice)}), "conflict", now)


def queued(money: Money, kind: Kind, now: dt.datetime) -> Money:
    """The account in a queue, all of its money undecided (a conflict and a reversal hold none)."""
    return accounts.queued(money, kind, now).model_copy(update=_APART)


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
            **accounts.NO_MONEY,
            **_APART,
            "booked": satang,
            "refund": money.satang - satang,
            "payees": payees,
            "bookings": money.bookings + 1,
            "partners": partners,
            "kind": None,
        }
    )


def taken_back(money: Money, now: dt.datetime) -> Money:
    """The account after its provider took the money back; where a fee was paid with it, an officer must know."""
    return accounts.taken_back(money, now).model_copy(update=_APART)


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
