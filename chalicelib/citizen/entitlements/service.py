"""Checks rights: asks the registers, judges, and keeps no more than what came of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import field, replace
from decimal import Decimal
from typing import Any, Literal

from chalicelib.shared import pointers
from chalicelib.shared.dataclass import dataclass
from chalicelib.shared.errors import (
    AlreadyThere,
    AssuranceTooLow,
    Fault,
    Invalid,
    NotAllowed,
    NotFound,
    Refusal,
    Stale,
    TooMany,
    UpstreamFailed,
    not_found,
)
from chalicelib.shared.identity import Caller, strong_enough
from chalicelib.shared.journal import Once
from chalicelib.shared.storage import Change
from chalicelib.shared.thai import NationalId, Text, is_national_id, mask_id

from ..activity import line
from ..hall import Hall, person_of, pid_of
from ..holdings import Holding, partition, take_away
from ..model import Person
from . import answers as reading
from .catalogue import Catalogue
from .gathering import About, Gathered, Gathering, Waiting, request_of
from .judging import Known
from .model import SUBJECT, ConsentAsked, EntitlementDefinition, Question, Value
from .ports import Asking, AsksConsent
from .store import MOST_A_DAY, Found, Kept, Place, Store, everything

Status = Literal["entitled", "not_entitled", "unknown", "already", "consent_needed"]
TRIES = 3
"""Two checks at one moment both answer; the later one's outcome is what is kept."""
SHORTEST = dt.timedelta(hours=1)
"""A consent that ends sooner is not worth giving any more; a new one is asked for."""


@dataclass(frozen=True)
class Checked:
    """What a check told.

    Attributes:
        id: names this check in the exchange's log.
        gathered: facts, judgement, receipts and who did not answer; the facts are not kept.
        questions: what is still to be answered by the person.
        asking: the consent that is waited for.
    """

    id: str
    at: str
    on: dt.date
    definition: EntitlementDefinition
    status: Status
    gathered: Gathered = field(repr=False)
    questions: Mapping[str, Question] = field(default_factory=dict)
    asking: Asking | None = None


@dataclass(frozen=True)
class Payment:
    """One month's payment, as the register tells it."""

    month: str
    amount: str
    state: str
    words: Text
    about: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Payments:
    """What was paid, and what will be; `waiting` where the register does not answer."""

    items: tuple[Payment, ...]
    receipt: str | None
    at: str | None
    waiting: Waiting | None = None


class Entitlements:
    """The portal's rights.

    Args:
        hall: the room's tools.
        catalogue: the definitions.
        consents: asks people for theirs.
    """

    def __init__(self, hall: Hall, catalogue: Catalogue, consents: AsksConsent) -> None:
        self.catalogue = catalogue
        self.gathering = Gathering(hall.gdx)
        self._hall = hall
        self._consents = consents
        self._store = Store(hall.parts.table, hall.parts.keyring)
        hall.holdings["entitlements"] = Holding(
            Text(th="ผลการตรวจสิทธิ", en="Outcomes of checks of rights"),
            export=lambda person: [{"right": kept.right, **kept.content} for kept in self._store.of(person)],
            erase=self._erase,
        )

    def live(self) -> Sequence[EntitlementDefinition]:
        """The rights that there are today."""
        return self.catalogue.live(self._hall.today())

    def one(self, id: str) -> EntitlementDefinition:
        """One right as it is today; raises NotFound."""
        return self.catalogue.current(id, self._hall.today())

    def check(
        self, caller: Caller, once: Once, id: str, answers: Mapping[str, Any], subject: str | None = None
    ) -> Checked:
        """Whether somebody has a right, and why.

        A repeat checks again: the registers may tell something else by then.

        Args:
            caller: the person, or who acts for them.
            answers: what the person says, by the questions of the definition.
            subject: national id of the child that it is about.

        Raises:
            NotFound: no such right.
            AssuranceTooLow, NotAllowed: the login is too weak for it, or it is nothing that another may do.
            Invalid: an answer or the child's number is wrong.
            TooMany: too many checks today.
        """
        definition = self.one(id)
        _admitted(definition, caller)
        about = self._about(definition, caller, subject)
        said = reading.from_person(definition, answers)
        now, today = self._hall.now(), self._hall.today()
        place = Place(person_of(caller), definition.id, _pseudonym(self._hall, about.subject))
        found = self._store.found(place, today)
        if found.checks >= MOST_A_DAY:
            raise TooMany(
                "วันนี้ตรวจสิทธิหลายครั้งแล้ว โปรดลองใหม่พรุ่งนี้", "Too many checks today; try again tomorrow.", retry_after=3600
            )
        check = self._hall.parts.ids()
        gathered = self.gathering.gather(definition, about, said, today, case=check, consented=found.asking is not None)
        asking = None
        if gathered.consent_for and definition.consent is not None:
            gathered, asking = self._asked(definition, definition.consent, about, gathered, found, now)
        checked = Checked(
            id=check,
            at=now.isoformat(timespec="milliseconds"),
            on=today,
            definition=definition,
            status="consent_needed" if asking is not None else gathered.judgement.result,
            gathered=gathered,
            questions=_open_questions(definition, gathered, said, today),
            asking=asking,
        )
        self._keep(caller, once, place, found, checked, about)
        return checked

    def gather(self, caller: Caller, definition: EntitlementDefinition, subject: str | None) -> Mapping[str, Value]:
        """What the registers know towards an application, as JSON types, and what follows from it; nothing is kept.

        Raises:
            As `check`.
        """
        _admitted(definition, caller)
        about = self._about(definition, caller, subject)
        today = self._hall.today()
        gathered = self.gathering.gather(definition, about, {}, today)
        # whoever is no parent of the child, for instance, is told nothing of it here either
        told = gathered.facts if gathered.judgement.result == "entitled" or not gathered.judgement.is_definite else {}
        known = Known(definition, told, today).facts
        facts = {**known, SUBJECT: None if about.subject is None else str(about.subject)}
        return {code: _json(value) for code, value in facts.items() if value is not None}

    def mine(self, person: Person) -> Sequence[tuple[EntitlementDefinition, Kept]]:
        """A person's last outcomes, newest first, each with the definition that it was judged by."""
        found = [
            (definition, kept)
            for kept in self._store.of(person)
            if (definition := self.catalogue.version(kept.right, int(kept.content["version"]))) is not None
        ]
        return sorted(found, key=lambda each: str(each[1].content["at"]), reverse=True)

    def payments(self, caller: Caller, id: str) -> Payments:
        """What was paid to a person of this right.

        Raises:
            NotFound: no such right, or none that is paid so.
            AssuranceTooLow, NotAllowed: as `check`.
        """
        definition = self.one(id)
        told = definition.payments
        if told is None:
            raise not_found("การจ่ายเงินของสิทธินี้", "payment of this right")
        _admitted(definition, caller)
        try:
            body = request_of(told.request, About(pid_of(caller)))
            answer = self._hall.gdx.ask(told.service, "POST", told.path, body, told.purpose)
        except NotFound:
            return Payments((), None, None)
        except Refusal as away:
            reason: Any = "quota" if isinstance(away, TooMany) else "away"
            return Payments((), None, None, Waiting("payments", told.service, reason, away.retry_after or 60))
        rows = pointers.find(answer.value, told.items)
        if not isinstance(rows, list):
            raise UpstreamFailed("ทะเบียนการจ่ายเงินตอบไม่ถูกต้อง", "The register of payments did not answer with a list.")
        return Payments(tuple(_payment(definition, row) for row in rows), answer.receipt, answer.at)

    def _asked(
        self,
        definition: EntitlementDefinition,
        terms: ConsentAsked,
        about: About,
        gathered: Gathered,
        found: Found,
        now: dt.datetime,
    ) -> tuple[Gathered, Asking | None]:
        """Asks for the consent that is missing; one question stays open at a time."""
        name = gathered.consent_for[0]
        source = definition.inputs[name]
        before = None if found.asking is None or found.asking[0].ends - now < SHORTEST else found.asking[0]
        ends = now.replace(microsecond=0) + dt.timedelta(days=terms.days) if before is None else before.ends
        others = tuple(each for each in gathered.waiting if each.input != name)
        try:
            asking = self._consents.ask(
                about.pid, source.service, purposes=[source.purpose], fields=terms.fields, ends=ends, ial=terms.ial
            )
        except AlreadyThere:
            if found.asking is None:
                return replace(gathered, waiting=(*others, Waiting(name, source.service, "consent", None))), None
            asking = found.asking[0]
        except Refusal as refused:
            reason: Any = "consent" if isinstance(refused, TooMany) else "away"
            waiting = Waiting(name, source.service, reason, refused.retry_after or 60)
            return replace(gathered, waiting=(*others, waiting)), None
        return replace(gathered, waiting=others), asking

    def _keep(self, caller: Caller, once: Once, place: Place, found: Found, checked: Checked, about: About) -> None:
        """One transaction: the outcome (unless nothing is to be kept), the day's count, a line where another acted."""
        definition = checked.definition
        for attempt in range(TRIES):
            changes: list[Change] = [self._store.counted(place.person, checked.on)]
            if checked.asking is not None and (found.asking is None or found.asking[0] != checked.asking):
                changes.append(self._store.wait(place, found, checked.asking))
            elif found.asking is not None and _used_up(checked):
                changes.append(self._store.done(place))
            if definition.keep == "result":
                changes.append(self._store.keep(place, found.outcome, _outcome(checked, about), checked.on))
            if caller.actor is not None:
                detail = {"entitlement": definition.id}
                told = {"at": checked.at, "id": checked.id, "what": "entitlement.checked"}
                changes.append(line(place.person, **told, caller=caller, detail=detail))
            try:
                self._hall.save(replace(once, claimed=False), changes, [], pk=place.key.pk)
                return
            except (Stale, AlreadyThere):
                if attempt == TRIES - 1:
                    raise
                found = self._store.found(place, checked.on)

    def _about(self, definition: EntitlementDefinition, caller: Caller, subject: str | None) -> About:
        pid = pid_of(caller)
        if definition.subject == "self":
            if subject is not None:
                raise _wrong_subject("สิทธินี้เป็นของคุณเอง ไม่ต้องระบุบุคคลอื่น", "This right is your own: leave it out.")
            return About(pid)
        if subject is None or not is_national_id(subject):
            raise _wrong_subject(
                "ต้องเป็นเลขประจำตัวประชาชน 13 หลักของเด็ก", "Must be the child's valid 13-digit national id."
            )
        return About(pid, subject)

    def _erase(self, person: Person) -> None:
        table = self._hall.parts.table
        take_away(table, [*partition(table, everything(person)), *partition(table, f"CHECKS#{person}")])


def _json(value: Value) -> Value:
    if not isinstance(value, Decimal):
        return value
    return int(value) if value == value.to_integral_value() else str(value)


def _admitted(definition: EntitlementDefinition, caller: Caller) -> None:
    if caller.actor is not None and not definition.delegable:
        raise NotAllowed("สิทธินี้เจ้าตัวต้องตรวจด้วยตนเอง", "Only the person themself may check this.")
    if not strong_enough(caller.ial, definition.min_ial):
        raise AssuranceTooLow(
            f"การตรวจสิทธินี้ต้องยืนยันตัวตนระดับ IAL {definition.min_ial} ขึ้นไป",
            f"This check needs a login with identity assurance level {definition.min_ial} or higher.",
        ).wanting(definition.min_ial, caller.ial)


def _wrong_subject(th: str, en: str) -> Invalid:
    return Invalid("เลขประจำตัวของเด็กไม่ถูกต้อง", "The child's number is wrong.", [Fault("/subject", th, en)])


def _pseudonym(hall: Hall, pid: str | None) -> str | None:
    return None if pid is None else hall.parts.keyring.pseudonym(NationalId(pid))


def _used_up(checked: Checked) -> bool:
    return any(checked.definition.inputs[each.input].consent for each in checked.gathered.receipts)


def _open_questions(
    definition: EntitlementDefinition, gathered: Gathered, said: Mapping[str, Value], on: dt.date
) -> dict[str, Question]:
    if gathered.judgement.is_definite:
        return {}
    known = Known(definition, gathered.facts, on)
    return {
        code: question
        for code, question in definition.asks.items()
        if code not in said and known.holds(question.needed_if)
    }


def _outcome(checked: Checked, about: About) -> dict[str, Any]:
    """What is kept: the result, by what version and rates, with whose receipts; no fact."""
    judgement = checked.gathered.judgement
    rows = {used.code: used.row for step in judgement.steps for used in step.used if used.row is not None}
    return {
        "check": checked.id,
        "at": checked.at,
        "version": checked.definition.version,
        "result": judgement.result,
        "rule": judgement.rule,
        "amount": judgement.amount,
        "parameters": [[code, row.from_.isoformat(), row.value] for code, row in rows.items()],
        "receipts": [[each.service, each.receipt, each.at] for each in checked.gathered.receipts],
        "waiting": [each.service for each in checked.gathered.waiting],
        "child": None if about.subject is None else mask_id(NationalId(about.subject)),
    }


def _payment(definition: EntitlementDefinition, row: Any) -> Payment:
    told = definition.payments
    if told is None:
        raise AssertionError("only a definition with payments gets here")
    values = {name: pointers.find(row, getattr(told, name)) for name in ("month", "amount", "state")}
    about = None if told.about is None else pointers.find(row, told.about)
    state = str(values["state"])
    if pointers.MISSING in values.values() or state not in told.states:
        raise UpstreamFailed("ทะเบียนการจ่ายเงินตอบไม่ถูกต้อง", "The register of payments answered something unknown.")
    return Payment(
        month=str(values["month"]),
        amount=str(values["amount"]),
        state=state,
        words=told.states[state],
        about=about if isinstance(about, str) else None,
    )
