"""Consents: a system asks, the person decides, either side ends it.

REQUESTED -> GIVEN -> WITHDRAWN | USED (mode once) | EXPIRED
    +-> REFUSED | WITHDRAWN (by the system) | EXPIRED
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from ...shared.errors import Fault, Invalid, Stale, WrongState, not_found
from ...shared.journal import Event, Once
from ...shared.parts import Parts
from ...shared.storage import Change, Create, Item, Update
from .. import store as directory_store
from ..directory.entries import Directory
from ..evidence import Voice
from ..ids import SANDBOX, SubsystemId
from ..model import Agreement
from ..notices import ConsentNews, Notice, Notices
from ..refusals import access_denied
from ..rules import in_force
from ..sandbox.numbers import is_sandbox_person
from . import rules, store, words
from .artefact import signed
from .book import QUEUE, TRIES, Book, Kept, KeptPage, Shown, busy, kept_from, named
from .labels import labelled
from .model import Act, Consent, ConsentState, Mode, Named, Terms
from .rules import Asked


class Consents:
    """Keeps consents.

    Args:
        directory: agreements and the words for systems and services.
        parts: the room's common parts.
        voice: signs artefacts.
        notices: tells the person.
    """

    def __init__(self, directory: Directory, parts: Parts, voice: Voice, notices: Notices) -> None:
        self._book = Book(parts.table, parts.journal, parts.cursors, parts.clock)
        self._directory = directory
        self._journal = parts.journal
        self._keyring = parts.keyring
        self._voice = voice
        self._notices = notices
        self._clock = parts.clock
        self._ids = parts.ids

    # -- the system ------------------------------------------------------------------------------

    def ask(self, client: SubsystemId, pid: str, asked: Asked, once: Once, shown: Shown) -> Kept:
        """Asks a person; an open request for exactly this is given back instead.

        Raises:
            AccessDenied: no agreement in force between the two.
            WrongState: the law, not consent, is the basis of that agreement.
            Invalid: more than the agreement allows.
            AlreadyThere, TooMany: see `rules.may_ask`.
            Replayed, KeyReused: see `Journal.commit`.
        """
        now = self._clock()
        subject = self._keyring.pseudonym(pid)
        key = store.consent_key(subject, client, asked.service)
        agreed = directory_store.agreement_key(client, asked.service)
        found = self._journal.read(once, key, agreed)
        agreement = _asking(found.get(agreed), now)
        faults = rules.faults_of(asked, agreement, now)
        if is_sandbox_person(pid) != (asked.service.subsystem.member.instance == SANDBOX):
            faults.append(Fault("/pid", "ใช้กับระบบนี้ไม่ได้", "Not for this instance of the exchange."))
        if faults:
            raise Invalid(
                "คำขอความยินยอมไม่อยู่ในกรอบของข้อตกลง", "The request goes beyond the agreement; see errors.", faults
            )
        there = found.get(key)
        before = None if there is None else kept_from(there, now)
        if before is not None:
            if before.state is ConsentState.REQUESTED and rules.same_question(before.consent, asked, agreement):
                if once.claimed:  # the same key must name this one, too, after its end: nobody is asked twice by it
                    self._journal.commit(once, [], answer=shown(before))
                return before
            rules.may_ask(before.consent, before.state, now)
        identifier = self._ids()
        consent = Consent(
            id=identifier,
            subject=subject,
            consumer=client,
            service=asked.service,
            agreement=agreement.id,
            agreement_version=agreement.version,
            terms=self._terms(client, asked, agreement, now),
            state=ConsentState.REQUESTED,
            asked_at=now,
            sealed_pid=self._keyring.seal(pid, _context(identifier)),
        )
        event, head = self._journal.happened(
            consent.head,
            subject=identifier,
            type="gdx.consent.requested",
            by=f"system:{client}",
            data=named(consent),
            queue=QUEUE,
        )
        content = store.consent_json(replace(consent, head=head))
        item = Item(key, content) if there is None else there.next(content)
        changes: list[Change] = [Create(item) if there is None else Update(item), Create(store.where_item(consent))]
        if before is not None:
            past = store.past_key(subject, before.consent.id)
            changes.append(Create(Item(past, before.item.data, before.version)))
        kept = kept_from(item, now)
        self._journal.commit(once, changes, [(store.history_pk(identifier), event)], shown(kept))
        return kept

    def of_consumer(self, identifier: str, client: SubsystemId, once: Once | None = None) -> Kept:
        """A consent as the system that asked for it may see it.

        Raises:
            NotFound: no such consent of this system.
        """
        kept = self._book.found(identifier, once)
        if kept is None or kept.consent.consumer != client:
            raise not_found("ความยินยอม", "consent")
        return kept

    def give_up(self, identifier: str, client: SubsystemId, once: Once, shown: Shown) -> Kept:
        """The system needs it no longer; one that ended already stays as it is.

        Raises:
            NotFound.
        """
        for _ in range(TRIES):
            kept = self.of_consumer(identifier, client, once)
            if kept.state not in (ConsentState.REQUESTED, ConsentState.GIVEN):
                return kept
            ended = replace(kept.consent, state=ConsentState.WITHDRAWN, closed_at=self._clock(), closed_by="consumer")
            try:
                return self._book.changed(kept, ended, f"system:{client}", once, shown)
            except Stale:
                continue
        raise busy()

    # -- the person ------------------------------------------------------------------------------

    def mine(self, subject: str, cursor: str | None, limit: int) -> KeptPage:
        """A person's consents: the present ones after those that were replaced.

        Raises:
            Malformed: the cursor belongs to another list.
        """
        return self._book.of_person(subject, cursor, limit)

    def of_person(self, identifier: str, subject: str, once: Once | None = None) -> Kept:
        """A consent as the person it is about may see it.

        Raises:
            NotFound: no such consent of this person.
        """
        kept = self._book.found(identifier, once)
        if kept is None or kept.consent.subject != subject:
            raise not_found("ความยินยอม", "consent")
        return kept

    def give(self, identifier: str, subject: str, act: Act, version: int, once: Once, shown: Shown) -> Kept:
        """The person consents; once given it stays given.

        Raises:
            NotFound, WrongState, AssuranceTooLow. Stale: it is not what the person read.
        """
        kept = self.of_person(identifier, subject, once)
        if kept.state is ConsentState.GIVEN:
            return kept
        rules.may_become(kept.state, ConsentState.GIVEN)
        rules.strong_enough(act.ial, kept.consent.terms.ial)
        _same_version(kept, version)
        given = replace(kept.consent, state=ConsentState.GIVEN, decided_at=self._clock(), act=act)
        given = replace(given, artefact=signed(self._voice, self._keyring, given, act))
        return self._book.changed(kept, given, f"citizen:{subject}", once, shown)

    def refuse(self, identifier: str, subject: str, version: int, once: Once, shown: Shown) -> Kept:
        """The person does not consent.

        Raises:
            NotFound, WrongState. Stale: it is not what the person read.
        """
        kept = self.of_person(identifier, subject, once)
        if kept.state is ConsentState.REFUSED:
            return kept
        rules.may_become(kept.state, ConsentState.REFUSED)
        _same_version(kept, version)
        refused = replace(kept.consent, state=ConsentState.REFUSED, decided_at=self._clock())
        return self._book.changed(kept, refused, f"citizen:{subject}", once, shown)

    def withdraw(self, identifier: str, subject: str, version: int | None, once: Once, shown: Shown) -> Kept:
        """The person takes it back (PDPA s.19: as easily as it was given); the very next exchange is refused.

        Args:
            version: what the person read; None withdraws whatever stands there.

        Raises:
            NotFound, WrongState. Stale: it is not what the person read.
        """
        for _ in range(TRIES):
            kept = self.of_person(identifier, subject, once)
            if kept.state is ConsentState.WITHDRAWN:
                return kept
            rules.may_become(kept.state, ConsentState.WITHDRAWN)
            if version is not None:
                _same_version(kept, version)
            ended = replace(kept.consent, state=ConsentState.WITHDRAWN, closed_at=self._clock(), closed_by="person")
            try:
                return self._book.changed(kept, ended, f"citizen:{subject}", once, shown)
            except Stale:
                if version is not None:
                    raise
        raise busy()

    # -- the events ------------------------------------------------------------------------------

    def tell(self, event: Event) -> None:
        """Tells the person and their portal what became of a consent (listener of `gdx.consent.`)."""
        kept = self._book.found(event.subject, None)
        state = ConsentState(event.type.rsplit(".", 1)[-1].upper())
        if kept is None:
            return
        consent = kept.consent
        pid = self._keyring.unseal(consent.sealed_pid, _context(consent.id))
        title, text = words.told(consent, state)
        ends = consent.terms.ends.isoformat()
        if state is not ConsentState.REFUSED:  # nobody needs to be told their own no
            self._notices.tell(pid, Notice(f"consent-{event.id}", title, text))
        self._notices.consent(pid, ConsentNews(consent.id, event.seq, state.value, ends, title))

    def _terms(self, client: SubsystemId, asked: Asked, agreement: Agreement, now: datetime) -> Terms:
        member = self._directory.member(client.member)
        service = self._directory.service(asked.service)
        giver = self._directory.member(asked.service.subsystem.member)
        if member is None or service is None or giver is None:
            raise access_denied()
        purposes = {purpose.code: purpose for purpose in agreement.purposes}
        fields = agreement.fields if asked.fields is None else asked.fields
        return Terms(
            consumer=Named(str(client), member.name_th, member.name_en),
            provider=Named(
                str(asked.service),
                f"{service.title_th} ของ{giver.name_th}",
                f"{service.title_en}, {giver.name_en}",
            ),
            purposes=tuple(Named(code, purposes[code].th, purposes[code].en) for code in dict.fromkeys(asked.purposes)),
            fields=tuple(labelled(service.document, pointer) for pointer in dict.fromkeys(fields)),
            legal_basis=agreement.legal_basis,
            starts=asked.starts or now,
            ends=asked.ends,
            mode=Mode(asked.mode),
            data_life_days=asked.data_life_days,
            ial=asked.ial,
        )


def _asking(item: Item | None, now: datetime) -> Agreement:
    agreement = None if item is None else directory_store.agreement_from(item.data["content"])
    if agreement is None or not in_force(agreement, now):
        raise access_denied()
    if not agreement.consent:
        raise WrongState(
            "ข้อตกลงนี้มีกฎหมายให้อำนาจแล้ว ไม่ต้องขอความยินยอม",
            "This agreement rests on the law and needs no consent: do not ask for what is not the person's choice.",
        )
    return agreement


def _same_version(kept: Kept, version: int) -> None:
    if kept.version != version:
        raise Stale(
            "รายการนี้เปลี่ยนไปแล้ว โปรดอ่านข้อความล่าสุดก่อนตัดสินใจ",
            "It has changed since you read it; read it again before you decide.",
        )


def _context(identifier: str) -> str:
    return f"consent/{identifier}"
