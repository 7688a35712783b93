"""What must be true of licences, once for each thing that could be wrong with them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from chalicelib.biz.licences import rules
from chalicelib.biz.noun import CaseId
from chalicelib.biz.payments import rules as payments
from chalicelib.biz.service import Biz
from chalicelib.shared.journal import Event
from chalicelib.shared.storage import Item
from chalicelib.shared.workdays import thai_date
from tests.biz.town import Neighbours

from ..flow import Violation
from ..history import History
from .asking import Asked
from .biz import stepwise

TOLD = {
    "submit": "application.submitted",
    "withdraw": "application.withdrawn",
    "approve": "application.approved",
    "accept": "application.moved",
    "refuse": "application.refused",
    "fill": "application.changed",
    "suspend": "licence.suspended",
    "revoke": "licence.revoked",
    "reinstate": "licence.reinstated",
}
"""The event of each command."""
SILENT = ("biz.licence.issued", "biz.application.cancelled", "biz.application.withdrawn")
"""Heard, but no letter comes of it: a paper does, or another letter, or the person did it."""


def licences(rows: Iterable[Item]) -> dict[str, Item]:
    """The rows of licences, by number."""
    return {row.key.pk[4:]: row for row in rows if row.key.pk.startswith("LIC#") and row.key.sk == "META"}


def references(case: str, bill: Mapping[str, Any]) -> tuple[str, str]:
    """Reference 1 and 2 of a bill."""
    return payments.references(CaseId(case), int(bill["attempt"]))


def in_order(history: History, seeded: Mapping[str, Mapping[str, Any]]) -> Iterator[Violation]:
    """Write by write: what has ended stays ended, nothing is followed twice, the list is as the register.

    Args:
        history: of the life.
        seeded: the licences of the time before, all of them valid, by number.
    """
    known = dict(seeded)
    off: dict[tuple[str, str], int] = {}
    for commit in history.commits():
        for row in commit.put:
            if row.key.sk.startswith("OFF#"):
                off[row.key.pk, row.key.sk] = int(row.data["status"])
        for key in commit.removed:
            off.pop((key.pk, key.sk), None)
        changed = licences(commit.put)
        for no, row in changed.items():
            was, now = known.get(no), row.data
            base = known.get(str(now["replaces"])) if was is None else None
            if base is not None and (base["status"] in rules.ENDS or base["replaced_by"] is not None):
                yield Violation("STALE", f"a licence that was {base['status']} got a successor")
            if base is not None and str(now["replaces"]) not in changed:
                yield Violation("HALF", "a successor of which the old licence does not know")
            if was is not None and was["status"] in rules.ENDS and now["status"] != was["status"]:
                yield Violation("STALE", f"what was {was['status']} became {now['status']}")
            if was is not None and was["replaced_by"] not in (None, now["replaced_by"]):
                yield Violation("DOUBLED", "a successor was put in the place of another")
            listed = off.get((f"SL#{now['list_id']}", f"OFF#{now['index']:06d}"), int(rules.STATUS["valid"]))
            if listed != int(rules.STATUS[now["status"]]):
                yield Violation("HALF", f"a verifier is told {listed} of what is {now['status']}")
        known |= {no: row.data for no, row in changed.items()}


def register(biz: Biz, rows: list[Item], now: datetime) -> Iterator[Violation]:
    """Of one permission one paper holds today, with one successor at most; ends and suspensions are told."""
    found, today = {no: biz.store.licence(row) for no, row in licences(rows).items()}, thai_date(now)
    followers = Counter(each.replaces for each in found.values() if each.replaces is not None)
    if any(number > 1 for number in followers.values()):
        yield Violation("DOUBLED", f"two successors of one licence: {sorted(followers.values())}")
    holding = Counter[str]()
    for no, licence in found.items():
        if licence.replaces is not None and found[licence.replaces].replaced_by != no:
            yield Violation("HALF", "the old licence names another successor")
        if licence.replaced_by is not None and licence.replaced_by not in found:
            yield Violation("HALF", "a successor that is not there")
        if licence.status == "replaced" and licence.replaced_by is None:
            yield Violation("HALF", "replaced by nothing")
        if rules.suspension_over(licence, today):
            yield Violation("OPEN", "a suspension whose time is over")
        if rules.standing(licence, today).status == "valid":
            first = licence
            while first.replaces is not None:
                first = found[first.replaces]
            holding[first.no] += 1
        ends = sum(row.data["type"] == "biz.licence.expired" for row in rows if _event_of(row, f"LIC#{no}"))
        due = licence.status not in rules.ENDS and licence.replaced_by is None and today > licence.valid_until
        if ends > 1 or (due and not ends):
            yield Violation("DOUBLED" if ends else "LOST", f"its end was told {ends} times")
    if any(number > 1 for number in holding.values()):
        yield Violation("DOUBLED", "two papers of one permission hold on one day")


def carried_out(biz: Biz, rows: list[Item], found: Mapping[str, list[Event]]) -> Iterator[Violation]:
    """Each application that came to its end did what it was for, once; of those about one licence one is considered."""
    given = Counter(str(row.data["case"]) for row in licences(rows).values())
    status = {no: row.data["status"] for no, row in licences(rows).items()}
    filed = {row.key.pk[4:] for row in rows if row.key.pk.startswith("LIC#") and row.key.sk == "FILED"}
    considered, ended = Counter[str](), list[str]()
    for row in rows:
        if not row.key.pk.startswith("CASE#") or row.key.sk != "META":
            continue
        case = biz.store.case(row)
        yield from stepwise(found[row.key.pk])
        if given[case.id] != (case.state == "done"):
            yield Violation("DOUBLED" if given[case.id] > 1 else "HALF", f"{case.state}: {given[case.id]} licences")
        if case.base is None:
            continue
        if case.received_at is not None and case.state not in ("done", "ended", "refused", "withdrawn"):
            considered[case.base.licence] += 1
        if case.state == "ended":
            ended.append(case.base.licence)
    if sorted(ended) != sorted(no for no in status if status[no] == "cancelled"):
        yield Violation("HALF", f"{len(ended)} applications ended a licence, {list(status.values())}")
    if set(considered) != filed or any(number > 1 for number in considered.values()):
        yield Violation("DOUBLED", f"considered: {sorted(considered.values())}, licences that are held: {len(filed)}")


def fees(biz: Biz, rows: list[Item], said: Mapping[str, Mapping[str, Any]]) -> Iterator[Violation]:
    """Every satang that came lies somewhere, once, and a fee is paid whole, once, by what brought its licence."""
    store, paid = biz.counter.till.store, Counter[str]()
    metas = [row for row in rows if row.key.pk.startswith("MONEY#") and row.key.sk == "META"]
    accounts = {money.transaction: money for money in map(store.money, metas) if money is not None}
    for transaction, told in said.items():
        money = accounts.get(transaction)
        if money is None:
            yield Violation("LOST", "money without an account")
            continue
        satang = round(float(told["amount"]) * 100)
        parts = money.open + money.booked + money.refund + money.written_off
        if parts != satang:
            yield Violation("LOST" if parts < satang else "DOUBLED", f"{parts} of {satang} satang")
        if money.case is not None:
            paid[money.case] += money.booked
    yield from _booked(biz, rows, paid)


def _booked(biz: Biz, rows: list[Item], paid: Counter[str]) -> Iterator[Violation]:
    for row in rows:
        if not row.key.pk.startswith("CASE#") or row.key.sk != "META":
            continue
        case = biz.store.case(row)
        if case.base is None:
            continue  # of the time before
        fee = case.quote.total_satang if case.quote is not None and case.state == "done" else 0
        if paid[case.id] != fee:
            yield Violation("DOUBLED" if paid[case.id] > fee else "HALF", f"{paid[case.id]} satang for a fee of {fee}")
        receipts = [each for each in rows if each.data.get("application") == case.id and "lines" in each.data]
        if len(receipts) != bool(fee):
            yield Violation("DOUBLED" if receipts else "LOST", f"{len(receipts)} receipts for {fee} satang")


def commands(asked: Iterable[Asked], fresh: Mapping[str, list[Event]]) -> Iterator[Violation]:
    """What was acknowledged is in the history, at most as often as it was asked for."""
    tried, good, opened = Counter[tuple[str, str]](), Counter[tuple[str, str]](), list[Asked]()
    for each in asked:
        if each.what == "open":
            opened.append(each)
        elif each.what in TOLD:
            tried[each.about, TOLD[each.what]] += 1
            good[each.about, TOLD[each.what]] += each.answer is not None
    for (about, kind), most in tried.items():
        events = [*fresh.get(f"CASE#{about}", ()), *fresh.get(f"LIC#{about}", ())]
        there = sum(event.type == f"biz.{kind}" and event.by != "system" for event in events)
        if not good[about, kind] <= there <= most:
            least = good[about, kind]
            yield Violation("LOST" if there < least else "DOUBLED", f"{kind}: {there}, {least} to {most}")
    there = sum(event.type == "biz.application.opened" for events in fresh.values() for event in events)
    known = {str(each.answer["id"]) for each in opened if each.answer is not None}
    if not len(known) <= there <= len(opened) or not all(f"CASE#{case}" in fresh for case in known):
        yield Violation("LOST" if there < len(known) else "DOUBLED", f"opened {there} of {len(opened)}")


def told(around: Neighbours, fresh: Mapping[str, list[Event]]) -> Iterator[Violation]:
    """A letter for all that somebody must learn of, and for nothing else; each licence lies in a wallet."""
    events = [event for each in fresh.values() for event in each if event.queue]
    heard = {event.id: event.type for event in events if event.type not in SILENT}
    if untold := set(heard) - set(around.letters):
        yield Violation("LOST", f"nobody was told of {sorted(heard[each] for each in untold)}")
    if set(around.letters) - set(heard):
        yield Violation("STALE", "a letter about what never happened")
    issued = {f"{event.id}-licence" for event in events if event.type == "biz.licence.issued"}
    kept = {each for each, (_, paper) in around.papers.items() if paper.kind == "licence"}
    if kept != issued:
        yield Violation("LOST" if issued - kept else "STALE", f"{len(issued)} licences, {len(kept)} in wallets")


def _event_of(row: Item, pk: str) -> bool:
    return row.key.pk == pk and row.key.sk.startswith("EVT#")
