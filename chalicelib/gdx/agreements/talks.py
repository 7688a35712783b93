"""Negotiations: two systems come to an agreement, and the exchange countersigns it.

Every command reads the negotiation, asks `rules` whether the caller may do this now, and writes the next step with its
event in one transaction. Finalising swaps the version in force in that same transaction.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from ...shared.errors import Fault, Invalid, Stale, WrongState
from ...shared.journal import Once
from ...shared.storage import Change, Item, Require
from .. import store as rooms
from ..directory import Directory
from ..evidence import Voice
from ..model import Agreement, AgreementState, Service
from ..rules import thai_day
from . import store
from .actors import Actor
from .described import broken_since
from .fitting import faults
from .ledger import Events, Kept, Ledger, placed, stands
from .model import OPEN, Act, Negotiation, Party
from .rules import moved, opening
from .seals import countersigned, holds, party_seal
from .standing import PAST, Standing, turned
from .terms import terms_text
from .views import NegotiationView


class Talks:
    """What the parties of an agreement do.

    Args:
        ledger: where negotiations are kept.
        standing: the agreements in force.
        directory: who has joined and which services there are.
        voice: signs for the exchange.
        clock: tells the time.
        ids: makes sortable unique ids.
    """

    def __init__(
        self,
        ledger: Ledger,
        standing: Standing,
        directory: Directory,
        voice: Voice,
        *,
        clock: Callable[[], datetime],
        ids: Callable[[], str],
    ) -> None:
        self._ledger = ledger
        self._standing = standing
        self._directory = directory
        self._voice = voice
        self._clock = clock
        self._ids = ids

    def open(self, once: Once, actor: Actor, terms: Agreement) -> NegotiationView:
        """The first word: a request of the consumer, or an offer of the provider.

        Between two that stand in an agreement this amends it: the next version is negotiated while the old one stays
        in force.

        Raises:
            Invalid: the caller is neither of the two, a party is unknown, or the terms do not fit the service.
            WrongState: a law orders what stands between them, or this agreement is being amended already.
        """
        consumer, service = rooms.subsystem_key(terms.consumer), rooms.service_key(terms.service)
        pair = store.pair_key(terms)
        found = self._ledger.journal.read(once, consumer, service, pair)
        known = rooms.service_from(found[service].data["content"]) if service in found else None
        party = _party_of(actor, terms)
        wrong = faults(terms, known, thai_day(self._clock()), "/terms")
        if consumer not in found:
            wrong.append(Fault("/consumer", "ไม่พบระบบผู้ขอข้อมูล", "The consumer is not registered."))
        if terms.consumer.member.instance != terms.service.subsystem.member.instance:
            wrong.append(Fault("/service", "อยู่คนละระบบ (จริงหรือทดสอบ)", "The two are in different instances."))
        _refuse(wrong)
        identifier, version = self._place(found.get(pair))
        now = self._ledger.now()
        agreement = self._tabled(terms, known, identifier, version, opening(party))
        negotiation = Negotiation(agreement, terms_text(agreement), party, begun_at=now, changed_at=now)
        change, event = self._ledger.begin(negotiation, agreement.state.value.lower(), actor.label)
        kept = Kept(Item(store.key_of(negotiation), {}), negotiation)
        return self._commit(once, kept, party, [change, Require(consumer), Require(service)], [event])

    def offer(self, once: Once, actor: Actor, identifier: str, if_match: int, terms: Agreement) -> NegotiationView:
        """Other terms than those on the table.

        Args:
            once: the attempt.
            actor: who offers.
            identifier: of the negotiation.
            if_match: revision that the actor saw.
            terms: the new terms; consumer and service stay.

        Raises:
            NotFound, Stale, WrongState, Invalid.
        """
        kept, party = self._seen(once, actor, identifier, if_match)
        there = kept.negotiation.agreement
        state = moved(kept.negotiation, Act.OFFER, party)
        known = self._service(there)
        terms = replace(terms, consumer=there.consumer, service=there.service)
        _refuse(faults(terms, known, thai_day(self._clock()), "/terms"))
        agreement = self._tabled(terms, known, there.id, there.version, state)
        changed = replace(kept.negotiation, agreement=agreement, terms=terms_text(agreement), offered_by=party)
        return self._write(once, actor, kept, party, changed, state.value.lower())

    def accept(self, once: Once, actor: Actor, identifier: str, if_match: int) -> NegotiationView:
        """The consumer takes the provider's offer.

        Raises:
            NotFound, Stale, WrongState.
        """
        kept, party = self._seen(once, actor, identifier, if_match)
        changed = _in_state(kept.negotiation, moved(kept.negotiation, Act.ACCEPT, party))
        self._still_fits(changed)
        return self._write(once, actor, kept, party, changed, PAST[Act.ACCEPT])

    def sign(
        self, once: Once, actor: Actor, identifier: str, if_match: int, act: Act, signature: str
    ) -> NegotiationView:
        """The provider agrees (`Act.AGREE`), then the consumer verifies (`Act.VERIFY`): each by its signature.

        Raises:
            NotFound, Stale, WrongState.
            Invalid: the signature does not hold, or not on these terms.
        """
        kept, party = self._seen(once, actor, identifier, if_match)
        changed = _in_state(kept.negotiation, moved(kept.negotiation, act, party))
        self._still_fits(changed)
        agreement = changed.agreement
        signer = agreement.consumer if party is Party.CONSUMER else agreement.service.subsystem
        system = self._directory.subsystem_now(signer)
        jwks = system.jwks if system is not None and system.active else {}
        seal = party_seal(signature, changed.terms, jwks, self._clock())
        changed = replace(changed, seals={**changed.seals, party: seal})
        return self._write(once, actor, kept, party, changed, PAST[act])

    def finalize(self, once: Once, actor: Actor, identifier: str, if_match: int) -> NegotiationView:
        """The provider puts it in force; the exchange countersigns, and the version before it ends with that.

        Raises:
            NotFound, Stale.
            WrongState: not verified yet, the description changed, or something else came to stand between the two.
        """
        kept, party = self._seen(once, actor, identifier, if_match)
        changed = _in_state(kept.negotiation, moved(kept.negotiation, Act.FINALIZE, party))
        fitted = self._still_fits(changed)
        if not all(holds(changed, each, self._clock()) for each in (Party.CONSUMER, Party.PROVIDER)):
            raise WrongState("ลายมือชื่อของคู่สัญญาไม่ครบหรือไม่ถูกต้อง", "The parties' signatures are not both there and good.")
        there = self._ledger.table.get(store.pair_key(changed.agreement))
        if there is not None and stands(there) and there.data["content"]["id"] != changed.agreement.id:
            raise WrongState(
                "มีข้อตกลงอื่นมีผลระหว่างทั้งสองระบบแล้ว โปรดยุติการเจรจานี้แล้วเริ่มใหม่",
                "Another agreement has come to stand between the two: terminate this negotiation and begin anew.",
            )
        seal = countersigned(self._voice, changed, self._clock())
        changed = replace(changed, seals={**changed.seals, Party.EXCHANGE: seal})
        before, ended = self._standing.superseding(there, actor.label)
        # the description must not change between the look at it and this write
        more: list[Change] = [placed(there, changed.agreement), Require(fitted.key, fitted.version), *before]
        return self._write(once, actor, kept, party, changed, PAST[Act.FINALIZE], more, ended)

    def turn(
        self,
        once: Once,
        actor: Actor,
        identifier: str,
        if_match: int,
        act: Act,
        because: tuple[str, str] = ("", ""),
    ) -> NegotiationView:
        """Suspends, resumes or ends an agreement, or ends a negotiation.

        Raises:
            NotFound, Stale.
            WrongState: the party may not do this now, or what was agreed does not fit the service (resume).
        """
        kept, party = self._seen(once, actor, identifier, if_match)
        changed = turned(kept.negotiation, act, party, because)
        requires: list[Change] = []
        if act is Act.RESUME:
            fitted = self._still_fits(changed)
            requires = [Require(fitted.key, fitted.version)]
        there = self._ledger.table.get(store.pair_key(changed.agreement))
        more: list[Change] = [placed(there, changed.agreement)] if stands(there, changed.agreement) else []
        return self._write(once, actor, kept, party, changed, PAST[act], [*more, *requires])

    # -- how -------------------------------------------------------------------------------------

    def _seen(self, once: Once, actor: Actor, identifier: str, if_match: int) -> tuple[Kept, Party]:
        kept = self._ledger.read(identifier, once)
        party = actor.party(kept.negotiation)
        if kept.version != if_match:
            raise Stale(
                "ข้อตกลงเปลี่ยนไปแล้วหลังจากที่ท่านอ่าน โปรดอ่านใหม่ก่อนทำรายการ",
                "It has changed since you read it: read it again.",
            )
        return kept, party

    def _place(self, there: Item | None) -> tuple[str, int]:
        """Id and version for new talks between two."""
        if there is None or not stands(there):
            return self._ids(), 1
        standing = rooms.agreement_from(there.data["content"])
        if standing.order != "agreed":
            raise WrongState(
                "ข้อตกลงระหว่างทั้งสองระบบเป็นไปตามกฎหมาย ผู้ดูแลศูนย์แลกเปลี่ยนเท่านั้นที่แก้ไขได้",
                "What stands between the two is ordered by law: ask the operators of the exchange to change it.",
            )
        latest = self._ledger.latest(standing.id)
        if latest is not None and latest.negotiation.state in OPEN:
            raise WrongState(
                f"กำลังเจรจาแก้ไขข้อตกลงนี้อยู่แล้ว: {latest.negotiation.id}",
                f"This agreement is being amended already: go on in {latest.negotiation.id}, or terminate that first.",
            )
        return standing.id, (standing.version if latest is None else latest.negotiation.agreement.version) + 1

    def _tabled(
        self, terms: Agreement, service: Service | None, identifier: str, version: int, state: AgreementState
    ) -> Agreement:
        described = None if service is None else service.document_hash
        return replace(terms, id=identifier, version=version, state=state, order="agreed", document_hash=described)

    def _service(self, agreement: Agreement) -> Service | None:
        item = self._ledger.table.get(rooms.service_key(agreement.service))
        return None if item is None else rooms.service_from(item.data["content"])

    def _still_fits(self, negotiation: Negotiation) -> Item:
        """The service's item, when the terms on the table fit it as it is described today."""
        agreement = negotiation.agreement
        item = self._ledger.table.get(rooms.service_key(agreement.service))
        service = None if item is None else rooms.service_from(item.data["content"])
        wrong = faults(agreement, service, thai_day(self._clock()), "/terms")
        if service is not None:
            wrong += broken_since(self._ledger.table, agreement, service)
        if wrong or item is None:
            raise WrongState(
                "ข้อตกลงไม่ตรงกับบริการในวันนี้แล้ว ผู้ให้ข้อมูลต้องคืนคำอธิบายบริการเดิม หรือทั้งสองฝ่ายตกลงฉบับใหม่",
                "The terms do not fit the service any more: the provider restores its description, or the two agree on "
                "other terms.",
                wrong,
            )
        return item

    def _write(
        self,
        once: Once,
        actor: Actor,
        kept: Kept,
        party: Party,
        changed: Negotiation,
        type: str,
        more: list[Change] | None = None,
        others: Events | None = None,
    ) -> NegotiationView:
        change, event = self._ledger.step(kept, changed, type, actor.label)
        after = Kept(replace(kept.item, version=kept.version + 1), replace(changed, changed_at=self._ledger.now()))
        return self._commit(once, after, party, [change, *(more or [])], [event, *(others or [])])

    def _commit(self, once: Once, kept: Kept, party: Party, changes: list[Change], events: Events) -> NegotiationView:
        view = NegotiationView.of(kept, party)
        self._ledger.journal.commit(once, changes, events, view.model_dump(mode="json"))
        return view


def _party_of(actor: Actor, terms: Agreement) -> Party:
    """The caller's part in talks that it opens.

    Raises:
        Invalid: it is neither of the two, or both.
    """
    provider = terms.service.subsystem
    if terms.consumer == provider:
        _refuse([Fault("/consumer", "ระบบเดียวกับผู้ให้ข้อมูล", "The service is the consumer's own.")])
    if actor.system not in (terms.consumer, provider):
        _refuse([Fault("/consumer", "ท่านต้องเป็นฝ่ายใดฝ่ายหนึ่ง", "You must be one of the two parties.")])
    return Party.CONSUMER if actor.system == terms.consumer else Party.PROVIDER


def _in_state(negotiation: Negotiation, state: AgreementState) -> Negotiation:
    return replace(negotiation, agreement=replace(negotiation.agreement, state=state))


def _refuse(wrong: list[Fault]) -> None:
    if wrong:
        raise Invalid("ข้อตกลงไม่ถูกต้อง โปรดแก้ไขตามรายการ", "The terms cannot be agreed on; see errors.", wrong)
