"""Where offers lie in the room's table.

OFFERS#{person} / WISHES       what the person does not want to hear (sealed)
OFFERS#{person} / OFFER#{id}   an offer; by_due while it stands: OFFER-UNTIL#{shard}, {until}#{person}#{id}
OFFER#{id}      / EVT#...      its history
OFFER-COUNT#{month}#{shard}    / {right}#{province}#{band}#{sex}#{figure}   how many offers are counted there now

An offer's right, group and reason are sealed: a right tells of health or money. Its id is a keyed hash, so that nobody
who reads the table can try which right it is. The counters hold no person at all.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from chalicelib.shared.journal import Head
from chalicelib.shared.keyring import Keyring
from chalicelib.shared.storage import Change, Count, Create, Item, Key, Require, Table, Update, every

from ..model import Person
from . import rules
from .model import FIGURES, Figure, Group, Offer, Receipt, Step, Wishes

BY_DUE = "by_due"
KEPT = 3 * 366 * 24 * 3600
"""Seconds for which an offer is remembered: longer than any report of an old happening is still heeded."""
COUNTED_AT_MOST = 1_000_000_000


class OfferRows:
    """Offers and wishes as rows."""

    def __init__(self, table: Table, keyring: Keyring) -> None:
        self.table = table
        self._keyring = keyring

    def id_of(self, person: Person, right: str, occasion: str) -> str:
        """The id of the one offer that there can be."""
        return self._keyring.mac("offer", f"{person}\n{right}\n{occasion}".encode())[:32]

    def wishes(self, person: Person) -> Wishes:
        """What a person wishes to hear."""
        return self.wishes_in(person, self.table.get(wishes_key(person)))

    def wishes_in(self, person: Person, item: Item | None) -> Wishes:
        """The same, of a row that was read."""
        if item is None:
            return Wishes()
        tell, never = json.loads(self._keyring.unseal(item.data["words"], f"offers/{person}/wishes"))
        return Wishes(bool(tell), frozenset(never), item.version)

    def put_wishes(self, person: Person, wishes: Wishes) -> Create | Update:
        """The change that keeps new wishes; `wishes.version` is that of the ones there."""
        words = self._keyring.seal(json.dumps([wishes.tell, sorted(wishes.never)]), f"offers/{person}/wishes")
        item = Item(wishes_key(person), {"words": words}, wishes.version + 1)
        return Create(item) if wishes.version == 0 else Update(item)

    def unchanged(self, person: Person, wishes: Wishes) -> Change:
        """The condition that nobody's wishes changed meanwhile; a first offer writes down that they had none."""
        if wishes.version == 0:
            return self.put_wishes(person, wishes)
        return Require(wishes_key(person), wishes.version)

    def offer(self, person: Person, id: str) -> Offer | None:
        """One offer."""
        item = self.table.get(offer_key(person, id))
        return None if item is None else self._offer(person, item)

    def offers(self, person: Person) -> list[Offer]:
        """All of a person; a handful."""
        return [self._offer(person, item) for item in every(self.table, f"OFFERS#{person}", prefix="OFFER#")]

    def known(self, keys: Sequence[tuple[Person, str]]) -> tuple[dict[Person, Wishes], set[str]]:
        """The wishes of these people, and which of these offers are there; a request for each 50 pairs."""
        wishes: dict[Person, Wishes] = {}
        there: set[str] = set()
        for start in range(0, len(keys), 50):
            part = keys[start : start + 50]
            wanted = [key for person, name in part for key in (wishes_key(person), offer_key(person, name))]
            found = self.table.get_many(list(dict.fromkeys(wanted)))
            for person, name in part:
                wishes[person] = self.wishes_in(person, found.get(wishes_key(person)))
                if offer_key(person, name) in found:
                    there.add(name)
        return wishes, there

    def put(self, person: Person, offer: Offer) -> Create | Update:
        """The change that keeps an offer, new (version 1) or one version later."""
        key = offer_key(person, offer.id)
        words = {
            "right": offer.right,
            "reason": offer.reason,
            "group": list(offer.group),
            "amount": offer.amount,
            "steps": [list(step) for step in offer.steps],
            "receipts": [list(receipt) for receipt in offer.receipts],
            "questions": list(offer.open_questions),
        }
        data = {
            "state": offer.state,
            "at": offer.at,
            "until": offer.until.isoformat(),
            "taken_at": offer.taken_at,
            "card": offer.card,
            "chain": list(offer.chain),
            "words": self._keyring.seal(json.dumps(words), f"{key.pk}/{key.sk}"),
        }
        place = Key(due_partition(rules.shard_of(offer.id)), f"{offer.until.isoformat()}#{person}#{offer.id}")
        expires = int(dt.datetime.fromisoformat(offer.at).timestamp()) + KEPT
        item = Item(key, data, offer.version, {BY_DUE: place} if offer.running else {}, expires)
        return Create(item) if offer.version == 1 else Update(item)

    def due(self, shard: int, today: dt.date, limit: int) -> list[tuple[Person, str]]:
        """Offers whose time is over: person and id."""
        found = self.table.query(due_partition(shard), index=BY_DUE, limit=limit)
        places = [item.indexes[BY_DUE].sk.split("#") for item in found.items]
        return [(Person(person), name) for until, person, name in places if until < today.isoformat()]

    def _offer(self, person: Person, item: Item) -> Offer:
        words = json.loads(self._keyring.unseal(item.data["words"], f"{item.key.pk}/{item.key.sk}"))
        return Offer(
            id=item.key.sk.partition("#")[2],
            right=words["right"],
            reason=words["reason"],
            group=Group(*words["group"]),
            at=item.data["at"],
            until=dt.date.fromisoformat(item.data["until"]),
            state=item.data["state"],
            taken_at=item.data["taken_at"],
            amount=words["amount"],
            steps=tuple(Step(*step) for step in words["steps"]),
            receipts=tuple(Receipt(*receipt) for receipt in words["receipts"]),
            open_questions=tuple(words["questions"]),
            card=int(item.data["card"]),
            chain=(int(item.data["chain"][0]), str(item.data["chain"][1])),
            version=item.version,
        )


class Counters:
    """How many offers stand where; each in exactly one counter."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def of_month(self, month: str) -> dict[tuple[str, Group], dict[Figure, int]]:
        """All counts of a month, by right and group."""
        found: dict[tuple[str, Group], dict[Figure, int]] = {}
        for item in self._rows(month):
            right, province, band, sex, figure = item.key.sk.split("#")
            place = (right, Group(province, band, sex))  # type: ignore[arg-type] # what `counted` wrote
            cells = found.setdefault(place, dict.fromkeys(FIGURES, 0))
            cells[figure] += int(item.data["count"])  # type: ignore[index] # the same
        return found

    def _rows(self, month: str) -> Iterator[Item]:
        for shard in range(rules.SHARDS):
            yield from every(self._table, f"OFFER-COUNT#{month}#{shard:02d}")


def counted(offer: Offer, figure: Figure, by: int) -> Count:
    """The change that counts an offer in (1) or out (-1)."""
    pk = f"OFFER-COUNT#{rules.month_of(offer.at)}#{rules.shard_of(offer.id):02d}"
    return Count(Key(pk, "#".join((offer.right, *offer.group, figure))), by, COUNTED_AT_MOST)


def summed(changes: Iterable[Change]) -> list[Change]:
    """The changes with each counter only once, as a transaction needs it."""
    others, counts = list[Change](), dict[Key, int]()
    for change in changes:
        if isinstance(change, Count):
            counts[change.key] = counts.get(change.key, 0) + change.by
        else:
            others.append(change)
    return [*others, *(Count(key, by, COUNTED_AT_MOST) for key, by in counts.items() if by)]


def moved(before: Offer, **changes: object) -> Offer:
    """An offer one version later."""
    return replace(before, version=before.version + 1, **changes)  # type: ignore[arg-type] # names are checked by replace


def recounted(before: Offer, after: Offer) -> list[Change]:
    """What a change of state does to the counters."""
    if before.figure == after.figure:
        return []
    return [counted(before, before.figure, -1), counted(after, after.figure, 1)]


def head_of(offer: Offer) -> Head:
    """The end of its chain."""
    return Head(*offer.chain)


def wishes_key(person: Person) -> Key:
    """Where a person's wishes lie."""
    return Key(f"OFFERS#{person}", "WISHES")


def offer_key(person: Person, id: str) -> Key:
    """Where an offer lies."""
    return Key(f"OFFERS#{person}", f"OFFER#{id}")


def due_partition(shard: int) -> str:
    """Where offers wait for their end."""
    return f"OFFER-UNTIL#{shard:02d}"


def history(id: str) -> str:
    """The partition of an offer's history."""
    return f"OFFER#{id}"
