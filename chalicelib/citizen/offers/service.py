"""Offers as a person has them: read, put off, refused, taken up; and what goes on by the clock."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Sequence
from dataclasses import asdict, replace
from typing import Any, Literal

from chalicelib.shared.errors import AlreadyThere, Fault, Invalid, Stale, WrongState, not_found
from chalicelib.shared.identity import Caller
from chalicelib.shared.ids import new_id, new_token
from chalicelib.shared.journal import Event, Head, Once
from chalicelib.shared.storage import Change, Json
from chalicelib.shared.thai import Text
from chalicelib.shared.workdays import thai_date

from .. import activity
from ..hall import Hall, Told, person_of
from ..holdings import Holding, Kept, partition, take_away
from ..model import Person
from . import rules, words
from .model import Group, Offer, RightWords, State, Wishes
from .ports import Rights, Tells
from .store import OfferRows, counted, head_of, history, moved, recounted, summed
from .telling import ATTEMPTS, Telling

TITLE = Text(th="สิทธิที่พอร์ทัลบอกให้ทราบ", en="Rights that the portal told of")
KEEPS = (
    Kept(
        what=Text(th="ความประสงค์ที่จะไม่ให้บอกสิทธิ", en="The wish not to be told of rights"),
        until=Text(th="จนกว่าท่านจะเปลี่ยน", en="Until you change it"),
        source="Own decision: without it you would be told again",
        verified="design",
    ),
)
ENDED_AT_ONCE = 50
_ID_LENGTH = 32


class Offers:
    """A person's offers.

    Args:
        tells: the inbox.
    """

    def __init__(self, hall: Hall, rows: OfferRows, rights: Rights, telling: Telling, tells: Tells) -> None:
        self._hall = hall
        self._rows = rows
        self._rights = rights
        self._telling = telling
        self._tells = tells
        hall.hear("citizen.offer.made", self.made)
        hall.holdings["offers"] = Holding(TITLE, export=self.export, erase=self.erase, keeps=KEEPS)

    # --- what the person does

    def all_of(self, person: Person) -> list[Offer]:
        """The offers that were made to a person and are remembered, newest first."""
        made = (offer for offer in self._rows.offers(person) if offer.state not in ("untold", "alone"))
        return sorted(made, key=lambda offer: (offer.at, offer.id), reverse=True)

    def one(self, person: Person, id: str) -> Offer:
        """One of them.

        Raises:
            NotFound: this person has no such offer.
        """
        offer = self._rows.offer(person, id) if len(id) == _ID_LENGTH else None
        if offer is None or offer.state in ("untold", "alone"):
            raise not_found("ข้อเสนอ", "offer")
        return offer

    def words_of(self, offer: Offer) -> RightWords | None:
        """How its right is called and explained today."""
        return self._rights.words(offer.right, self._hall.today())

    def refuse(
        self,
        once: Once,
        caller: Caller,
        id: str,
        scope: Literal["this", "right"],
        answer: Callable[[Offer], Json] = lambda _: {},
    ) -> Offer:
        """Says no: to this occasion, or to ever being told of this right again. The right itself stays.

        Args:
            answer: what a repeat will be answered.

        Raises:
            NotFound: no such offer. WrongState: it does not stand any more.
        """
        person = person_of(caller)
        offer = self.one(person, id)
        if offer.state == "refused" and scope == "this":
            return offer
        wishes = self._rows.wishes(person)
        never = scope == "right" and offer.right not in wishes.never
        if offer.state != "refused" and not offer.running:
            raise _over()
        if offer.state == "refused" and not never:
            return offer
        also: list[Change] = []
        if never:
            also.append(self._rows.put_wishes(person, replace(wishes, never=wishes.never | {offer.right})))
        at = self._now()
        also.append(
            activity.line(
                person,
                at=at,
                id=f"offer-{offer.id}-{offer.version}",
                what="offer.refused" if scope == "this" else "offer.never",
                caller=caller,
                detail={"offer": offer.id},
            )
        )
        return self._becomes(once, person, offer, "refused", caller.label, also, answer=answer)

    def later(self, once: Once, caller: Caller, id: str, answer: Callable[[Offer], Json] = lambda _: {}) -> Offer:
        """Takes it off the home page; it stands until its day.

        Raises:
            NotFound: no such offer. WrongState: it does not stand any more.
        """
        person = person_of(caller)
        offer = self.one(person, id)
        if offer.state == "later":
            return offer
        if not offer.running:
            raise _over()
        return self._becomes(once, person, offer, "later", caller.label, answer=answer)

    def wishes(self, person: Person) -> Wishes:
        """What the person wishes to hear."""
        return self._rows.wishes(person)

    def wish(
        self,
        once: Once,
        caller: Caller,
        tell: bool,
        never: Collection[str],
        answer: Callable[[Wishes], Json] = lambda _: {},
    ) -> Wishes:
        """Keeps what the person wishes to hear.

        Raises:
            Invalid: a right that is not there. Stale: changed at this moment on another device.
        """
        person = person_of(caller)
        there = self._rows.wishes(person)
        known = {each.right for each in self._rights.watched(self._hall.today())} | there.never
        unknown = sorted(set(never) - known)
        if unknown:
            raise Invalid(
                "ไม่มีสิทธินี้",
                "There is no such right.",
                [Fault("/never", "ต้องเป็นรหัสของสิทธิที่พอร์ทัลบอกได้", "Must be ids of rights that the portal tells of.")],
            )
        wanted = replace(there, tell=tell, never=frozenset(never))
        if wanted == there:
            return there
        at = self._now()
        changes: list[Change] = [self._rows.put_wishes(person, wanted)]
        if tell != there.tell:
            what = "offers.on" if tell else "offers.off"
            changes.append(activity.line(person, at=at, id=f"offers-{wanted.version + 1}", what=what, caller=caller))
        kept = replace(wanted, version=wanted.version + 1)
        self._hall.parts.journal.commit(once, changes, answer=answer(kept))
        return kept

    # --- what others tell

    def taken_up(self, person: Person, entitlement: str, at: str, subject: Person | None = None) -> None:
        """Learns that the person applied for a right; a repeat changes nothing.

        Whoever applied without having been told is counted too: the portal missed them.

        Args:
            at: when (ISO 8601, UTC).
            subject: the child that it is about: of several offers of a right, that child's is the one.
        """
        about = self._about(person, entitlement, subject)
        for _ in range(ATTEMPTS):
            mine = sorted((o for o in self._rows.offers(person) if o.right == entitlement), key=lambda o: o.at)
            if any(offer.taken_at == at for offer in mine):
                return
            running = sorted((offer for offer in mine if offer.running), key=lambda offer: offer.id not in about)
            taken = [offer for offer in mine if offer.state in ("taken_up", "alone")]
            try:
                if running:
                    self._taken(person, running[0], at)
                elif mine and not taken:
                    self._taken(person, mine[-1], at)
                elif not taken:
                    self._alone(person, entitlement, at)
                return
            except (Stale, AlreadyThere):
                continue
        raise Stale("ข้อมูลถูกแก้ไขอยู่ตลอด", "It is changed all the time.")

    def _about(self, person: Person, entitlement: str, subject: Person | None) -> frozenset[str]:
        """The ids that offers of a right would have for one child."""
        if subject is None:
            return frozenset()
        today = self._hall.today()
        occasions = (
            rules.occasion_of_event(each.event, subject, today)
            if each.event is not None
            else rules.occasion_of_age(each.age or 0, subject)
            for each in self._rights.watched(today)
            if each.right == entitlement
        )
        return frozenset(self._rows.id_of(person, entitlement, occasion) for occasion in occasions)

    def made(self, event: Event) -> None:
        """Sends the message of an offer that was made."""
        person = Person(str(event.data["person"]))
        offer = self._rows.offer(person, event.subject)
        right = None if offer is None else self.words_of(offer)
        if offer is None or right is None:
            return
        title, body = words.message(offer, right)
        self._tells(person, id=f"offer-{offer.id}", title=title, body=body, source=words.SOURCE)

    # --- by the clock

    def end(self, now: dt.datetime, shard: int) -> int:
        """Ends offers whose time is over; how many."""
        ended = 0
        for person, mine in self._rows.due(shard, thai_date(now), ENDED_AT_ONCE):
            offer = self._rows.offer(person, mine)
            if offer is None or not offer.running:
                continue
            try:
                self._becomes(_attempt(), person, offer, "lapsed", "system:offers")
                ended += 1
            except Stale:
                continue  # the person did something at this moment
        return ended

    # --- what is held of a person

    def export(self, person: Person) -> Any:
        """Everything of one person."""
        wishes = self._rows.wishes(person)
        offers = [
            {**asdict(offer), "until": offer.until.isoformat(), "group": list(offer.group)}
            for offer in self._rows.offers(person)
        ]
        if not offers and wishes.version == 0:
            return None
        return {"tell": wishes.tell, "never": sorted(wishes.never), "offers": offers}

    def erase(self, person: Person) -> None:
        """Takes everything of one person away, their wish not to be told aside, which protects them.

        The figures keep their counts: no person stands in them.
        """
        table = self._hall.parts.table
        for offer in self._rows.offers(person):
            if offer.running:
                self._becomes(_attempt(), person, offer, "lapsed", f"citizen:{person}")
            take_away(table, partition(table, history(offer.id)))
        take_away(table, partition(table, f"OFFERS#{person}", prefix="OFFER#"))

    # --- inside

    def _becomes(
        self,
        once: Once,
        person: Person,
        offer: Offer,
        state: State,
        by: str,
        also: Sequence[Change] = (),
        *,
        taken_at: str | None = None,
        answer: Callable[[Offer], Json] = lambda _: {},
    ) -> Offer:
        """Brings an offer into another state, with its count, its card and its history, in one transaction."""
        told = Told(f"offer.{state}", {"person": person}, heard=False)
        (event,), head = self._hall.happened(head_of(offer), [told], subject=offer.id, by=by)
        after = moved(offer, state=state, taken_at=taken_at or offer.taken_at, chain=(head.seq, head.hash))
        changes: list[Change] = [self._rows.put(person, after), *recounted(offer, after), *also]
        if offer.state == "open":
            changes.append(self._hall.cards.take_away(person, "offer", offer.id))
        self._hall.parts.journal.commit(once, summed(changes), [(history(offer.id), event)], answer(after))
        return after

    def _taken(self, person: Person, offer: Offer, at: str) -> None:
        state: State = "alone" if offer.state == "untold" else "taken_up"
        self._becomes(_attempt(), person, offer, state, f"citizen:{person}", taken_at=at)

    def _alone(self, person: Person, right: str, at: str) -> None:
        now = self._now()
        mine = self._rows.id_of(person, right, f"applied.{at}")
        told = Told("offer.alone", {"person": person}, heard=False)
        (event,), head = self._hall.happened(Head(), [told], subject=mine, by=f"citizen:{person}")
        offer = Offer(
            id=mine,
            right=right,
            reason="applied",
            group=Group(),
            at=now,
            until=thai_date(self._hall.now()),
            state="alone",
            taken_at=at,
            chain=(head.seq, head.hash),
        )
        changes: list[Change] = [self._rows.put(person, offer), counted(offer, "alone", 1)]
        self._hall.parts.journal.commit(_attempt(), changes, [(history(mine), event)])

    def _now(self) -> str:
        return self._hall.now().isoformat(timespec="milliseconds")


def _over() -> WrongState:
    return WrongState("ข้อเสนอนี้สิ้นสุดแล้ว", "This offer does not stand any more.")


def _attempt() -> Once:
    # the offer's version is the claim
    return Once(new_id(), "", new_token(), claimed=False)
