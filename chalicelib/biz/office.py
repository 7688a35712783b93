"""What every use case of the room shares: reading a case, judging by its book, and saving it with its events."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import field
from functools import cached_property
from typing import TYPE_CHECKING

from chalicelib.shared.dataclass import dataclass
from chalicelib.shared.errors import NotAllowed, NotFound, Stale, not_found
from chalicelib.shared.jose import IssuerKey
from chalicelib.shared.journal import Event, Once
from chalicelib.shared.signing_keys import SigningKeys
from chalicelib.shared.workdays import Calendar, thai_date

from .roles import AGENCY_ROLES, APPLICANT
from .store import Store, case_key

if TYPE_CHECKING:
    from chalicelib.shared.identity import Caller
    from chalicelib.shared.objects import Objects
    from chalicelib.shared.parts import Parts
    from chalicelib.shared.storage import Change, Item, Json, Key

    from .cases.rules import Actor, Book, Move
    from .definitions.catalogue import Catalogue
    from .definitions.model import ServiceDefinition
    from .delegations.store import DelegationRows
    from .model import Act, Case

QUEUE = "biz-events"

_TYPE_OF_EFFECT = {
    "deficiency": "returned",
    "inspection": "inspected",
    "refusal": "refused",
    "fee": "approved",
    "paid": "paid",
    "withdraw": "withdrawn",
    "licensed": "licensed",
}


@dataclass(frozen=True)
class Told:
    """Something to be written into a case's history.

    Attributes:
        type: dotted name after `biz.`.
        data: details without personal data.
        heard: whether the consumer of biz-events must learn of it.
    """

    type: str
    data: Json
    heard: bool = True


@dataclass(frozen=True)
class Office:
    """The room's tools, made once per process."""

    parts: Parts
    store: Store
    catalogue: Catalogue
    objects: Objects
    calendar: Calendar
    _calendars: dict[str, Calendar] = field(default_factory=dict)

    def now(self) -> dt.datetime:
        """The time."""
        return self.parts.clock()

    def today(self) -> dt.date:
        """The day in Thailand."""
        return thai_date(self.now())

    def book(self, case: Case) -> Book:
        """What a case is judged by: the service version under which it was opened."""
        from .cases.rules import Book

        definition = self.catalogue.version(case.service, case.service_version).of(case.procedure)
        if case.agency not in self._calendars:
            self._calendars[case.agency] = self.calendar.for_agency(case.agency)
        return Book(definition, self.catalogue.law(definition), self._calendars[case.agency], case.procedure)

    def live(self, service: str) -> ServiceDefinition | None:
        """The service as it may be applied for today, or None."""
        try:
            return self.catalogue.current(service, self.today())
        except NotFound:
            return None

    @cached_property
    def signing(self) -> SigningKeys:
        """The keys that this room signs with and signed with; a licence is looked at as long as it is good."""
        return SigningKeys(self.parts.table, lambda: self.parts.keyring.signer, self.parts.clock, None)

    def signer(self) -> IssuerKey:
        """The signer of licences and receipts, in the name of the room."""
        return IssuerKey(self.issuer, self.parts.keyring.signer)

    @property
    def issuer(self) -> str:
        """The credential issuer's name; its metadata is at /.well-known/jwt-vc-issuer/biz."""
        return f"{self.parts.base_url}/biz"

    def read(self, once: Once | None, id: str, *more: Key) -> tuple[Case, Mapping[Key, Item]]:
        """A case and more, in one request; raises NotFound, Replayed, KeyReused."""
        found = self.parts.journal.read(once, case_key(id), *more)
        return self.store.case(found.get(case_key(id))), found

    @cached_property
    def delegations(self) -> DelegationRows:
        """Powers of attorney."""
        from .delegations.store import DelegationRows

        return DelegationRows(self.parts.table, self.parts.keyring)

    def own(self, once: Once | None, id: str, caller: Caller, *acts: Act) -> Case:
        """The caller's own case, or with `acts` one of somebody whose agent they are and who lets them do one of these.

        Anybody else's does not exist for them (NotFound).
        """
        case, _ = self.read(once, id)
        return self.admitted(case, caller, *acts) if acts else _owned(case, caller)

    def admitted(self, case: Case, caller: Caller, *acts: Act) -> Case:
        """The case in the caller's hands: the owner's, or those of a live power of attorney (one request more).

        Args:
            case: as it was read.
            caller: who wants to do something.
            acts: what; any of these will do. None: look at it.

        Raises:
            NotFound: the case is no business of theirs.
            NotAllowed: they are the owner's agent, and may not do this.
        """
        if case.owner == caller.id:
            return case
        from .delegations.rules import allowing
        from .model import Hand

        powers = self.delegations.powers(case.owner, caller.id)
        power = allowing(powers, case, acts, self.today())
        return case.model_copy(update={"hand": Hand(power=power, name=caller.name)})

    def of_agency(self, once: Once | None, id: str, caller: Caller) -> Case:
        """A case that the officer may act on; see `of_agency_with`."""
        return self.of_agency_with(once, id, caller)[0]

    def of_agency_with(self, once: Once | None, id: str, caller: Caller, *more: Key) -> tuple[Case, Mapping[Key, Item]]:
        """A case that the officer may act on, filed with their agency and not their own, and more in the same request.

        Drafts and other agencies' cases do not exist for them (NotFound). In one's own matter, or that of a company
        that one directs, nobody acts for the agency (Administrative Procedure Act s.13): NotAllowed.
        """
        case, found = self.read(once, id, *more)
        if case.agency != caller.agency or case.received_at is None or not serves(caller, case.agency, case.service):
            raise not_found("คำขอ", "application")
        must_be_impartial(case, caller.id)
        return case, found

    def seen(self, id: str, caller: Caller) -> Case:
        """A case that the caller may look at: their own, one they are the agent for, or one filed with their agency."""
        case, _ = self.read(None, id)
        of_office = case.agency == caller.agency and case.received_at is not None
        if case.owner != caller.id and of_office and not acted_on(case, caller.id):
            must_be_impartial(case, caller.id)
            return case
        return self.admitted(case, caller)

    def save(
        self,
        once: Once,
        case: Case,
        told: Sequence[Told],
        *,
        by: str,
        answer: Json | None = None,
        more: Sequence[Change] = (),
        new: bool = False,
    ) -> Case:
        """Writes a case with its events in one transaction; gives it back as stored.

        A filed case that is about a licence holds it until it has ended: see `_holding`.

        Raises:
            AlreadyThere: another filed application is about the same licence, or something of `more` is there.
        """
        stored, changes, events = self.drawn(case, told, by=by, new=new)
        self.parts.journal.commit(once, [*changes, *more], events, answer)
        return stored

    def _holding(self, case: Case) -> tuple[Case, list[Change]]:
        """The case as the one filed application about its licence, and what that changes.

        The row is made with the filing and removed with the end, whatever the end is: every case is drawn up
        here. So of two applications about one licence only one is ever being considered.
        """
        if case.base is None or case.received_at is None:
            return case, []
        holds = self.book(case).state(case).turn != "nobody"
        if holds == case.holds_licence:
            return case, []
        no = case.base.licence
        change = self.store.filed_about(no, case) if holds else self.store.ended_about(no)
        return case.model_copy(update={"holds_licence": holds}), [change]

    def drawn(
        self, case: Case, told: Sequence[Told], *, by: str, new: bool = False
    ) -> tuple[Case, list[Change], list[tuple[str, Event]]]:
        """A case as it will be stored, what stores it, and its events: for a transaction of several cases.

        What an agent does takes effect only while their power still holds: that is among the changes.
        """
        case, held = self._holding(case)
        hand = case.hand
        if hand is not None:
            case, by_power = self.delegations.taken_up(case, hand, self.now())
            held += by_power
        head, events = case.head, list[tuple[str, Event]]()
        about = {"service": case.service, "agency": case.agency}
        if case.bundle is not None:
            about["bundle"] = case.bundle
        for word in told:
            event, head = self.parts.journal.happened(
                head,
                subject=case.id,
                type=f"biz.{word.type}",
                by=by,
                data={**about, **word.data},
                queue=QUEUE if word.heard else None,
            )
            events.append((case_key(case.id).pk, event))
        case = case.model_copy(update={"head": head})
        turn = self.book(case).state(case).turn
        change = self.store.new_case(case, turn) if new else self.store.changed_case(case, turn)
        if hand is not None:
            held += self.delegations.told(hand, case, [event for _, event in events])
        stored = case if new else case.model_copy(update={"version": case.version + 1})
        return stored, [change, *held], events


def system_of(agency: str, service: str) -> str:
    """The name of the agency's own system for a linked service, e.g. `TH/LOCAL/TRAT/hotel-licence`."""
    return f"{agency}/{service}"


def serves(caller: Caller, agency: str, service: str) -> bool:
    """Whether that service is a caller's business: an agency's system works on its one service, an officer on all."""
    return caller.kind != "system" or caller.id == system_of(agency, service)


def must_be_impartial(case: Case, officer: str) -> None:
    """Raises NotAllowed for an officer who is the applicant or acted for them, or directs the company that applies."""
    if officer == case.owner:
        raise NotAllowed("เจ้าหน้าที่จะพิจารณาคำขอของตนเองไม่ได้", "An officer may not act on their own application.")
    if officer in case.related:
        raise NotAllowed(
            "เจ้าหน้าที่จะพิจารณาคำขอของนิติบุคคลที่ตนเป็นกรรมการไม่ได้",
            "An officer may not act on the application of a company that they direct.",
        )
    if acted_on(case, officer):
        raise NotAllowed(
            "เจ้าหน้าที่จะพิจารณาคำขอที่ตนเคยเป็นผู้รับมอบอำนาจไม่ได้",
            "An officer may not act on an application in which they were the applicant's agent.",
        )


def acted_on(case: Case, person: str) -> bool:
    """Whether somebody ever acted on the case for its owner."""
    return any(agent.id == person for agent in case.agents)


def _owned(case: Case, caller: Caller) -> Case:
    if case.owner != caller.id:
        raise not_found("คำขอ", "application")
    return case


def told_of(move: Move, **data: object) -> Told:
    """The event of a transition, named by what it did."""
    name = next((_TYPE_OF_EFFECT[effect] for effect in move.effects if effect in _TYPE_OF_EFFECT), None)
    if name is None:
        name = "submitted" if "file" in move.effects else "moved"
    return Told(f"application.{name}", {"action": move.action, "from": move.from_, "to": move.to, **data})


def as_applicant(caller: Caller) -> Actor:
    """The caller as whoever applies."""
    from .cases.rules import Actor

    return Actor(caller.id, frozenset({APPLICANT}))


def as_officer(caller: Caller) -> Actor:
    """The caller with the officer roles that a workflow knows."""
    from .cases.rules import Actor

    return Actor(caller.id, caller.roles & set(AGENCY_ROLES))


def unchanged(case: Case, if_match: int | None) -> None:
    """Heed If-Match; raises Stale when the case is another version by now."""
    if if_match is not None and if_match != case.version:
        raise Stale(
            "คำขอถูกแก้ไขไปแล้ว โปรดอ่านข้อมูลล่าสุดก่อน", "The application has changed since you read it; read it again."
        )
