"""The law of a case, pure: who may move it where, what that does to the clock, and what must be there first."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from chalicelib.shared import pointers
from chalicelib.shared.dataclass import dataclass
from chalicelib.shared.errors import Fault, Invalid, NotAllowed, WrongState
from chalicelib.shared.workdays import Calendar, thai_date

from ..definitions import ages, forms, lint_schema, procedures
from ..definitions.parts import Action, Effect, State
from ..laws import LawPack, filing
from ..licences import succession
from ..model import INSPECTION_PHOTO, Case, Decision, Deficiency, DeficiencyList, Finding, Inspection, Place
from ..noun import Procedure
from ..roles import APPLICANT, LINKED, SYSTEM
from . import changes, clock

if TYPE_CHECKING:
    from ..definitions.model import ChecklistItem, DocumentRule, ServiceDefinition
    from ..definitions.procedures import ProcedureRule


@dataclass(frozen=True)
class Book:
    """What a case is judged by: its service version as its procedure runs by it, that version's law, the calendar."""

    definition: ServiceDefinition
    law: LawPack
    calendar: Calendar
    procedure: Procedure = "new"

    @property
    def rule(self) -> ProcedureRule | None:
        """How the procedure differs from a first application; None for that one."""
        return self.definition.procedures.get(self.procedure)

    def changed(self, case: Case) -> tuple[str, ...]:
        """What the application asks to have otherwise than the licence has it; see `procedures.changed`."""
        return procedures.changed(self.rule, case.base, case.answers)

    def needed(self, case: Case) -> tuple[DocumentRule, ...]:
        """The documents that the application needs, in the definition's order."""
        return forms.needed_documents(self.definition, case.applicant, case.answers, self.changed(case))

    def state(self, case: Case) -> State:
        """The state of the case as the definition describes it."""
        return self.definition.workflow.states[case.state]


@dataclass(frozen=True)
class Actor:
    """Who moves a case: pseudonym (or "system") and roles."""

    id: str
    roles: frozenset[str]


@dataclass(frozen=True)
class Move:
    """One transition, for the event that tells of it."""

    action: str
    from_: str
    to: str
    effects: tuple[Effect, ...]


def effect_action(case: Case, book: Book, effect: Effect) -> str:
    """The action that has the effect from the present state.

    Raises:
        WrongState: there is none.
    """
    found = book.definition.workflow.find(case.state, effect)
    if found is None:
        raise _not_now(case, book)
    return found[0]


def move(case: Case, book: Book, code: str, actor: Actor, now: dt.datetime, *, pause: bool = True) -> tuple[Case, Move]:
    """The case after an action.

    Args:
        case, book: what is moved, and by which rules.
        code: the action.
        actor: who does it.
        now: when.
        pause: False keeps the clock running where the action would pause it (the officer's own omission).

    Raises:
        WrongState: the action does not leave this state, its guard does not hold, or another officer holds the case.
        NotAllowed: the actor has none of the roles, or the four-eyes rule forbids it.
    """
    action = book.definition.workflow.actions.get(code)
    if action is None or case.state not in action.from_:
        raise _not_now(case, book)
    _may(case, action, actor)
    if not permits(case, action, book):
        why = action.otherwise
        raise _not_now(case, book) if why is None else WrongState(why.th, why.en)
    effect = action.clock if pause or action.clock != "pause" else "none"
    moved = case.model_copy(
        update={
            "state": action.to,
            "claimed_by": None,
            "done_by": {**case.done_by, code: actor.id},
            "ledger": clock.told(case.ledger, effect, book.law, book.calendar, now, filing="file" in action.effects),
        }
    )
    return clock.dated(moved, book, now), Move(code, case.state, action.to, action.effects)


def facts(case: Case, changed: Sequence[str] = ()) -> dict[str, Any]:
    """What the guard of an action sees of a case; what has not happened yet is absent.

    `changed`: what a licence's holder asks to have otherwise, see `procedures.changed`.
    """
    known: dict[str, Any] = {
        "applicant": case.applicant,
        "answers": case.answers,
        "changed": list(changed),
        "documents": sorted({document.code for document in case.documents if document.status == "accepted"}),
        "deficiency_lists": len(case.deficiency_lists),
    }
    if case.inspections:
        known["inspection"] = {"passed": case.inspections[-1].passed}
    if case.quote is not None:
        known["fee_satang"] = case.quote.total_satang
    return known


def permits(case: Case, action: Action, book: Book) -> bool:
    """Whether the guard of an action holds, as far as it has one."""
    return action.guard is None or forms.holds(action.guard, facts(case, book.changed(case)))


def _may(case: Case, action: Action, actor: Actor) -> None:
    if not actor.roles & set(action.roles):
        raise NotAllowed("บทบาทของท่านทำรายการนี้ไม่ได้", "Your role may not do this.")
    if any(case.done_by.get(other) == actor.id for other in action.not_by_same):
        raise NotAllowed(
            "ผู้ที่ทำขั้นตอนก่อนหน้าจะทำขั้นตอนนี้เองไม่ได้ ต้องเป็นเจ้าหน้าที่อีกคนหนึ่ง",
            "Whoever did the step before may not do this one; another officer must.",
        )
    if case.claimed_by not in (None, actor.id) and not actor.roles & {APPLICANT, SYSTEM, LINKED}:
        raise WrongState("เจ้าหน้าที่อีกคนหนึ่งกำลังดูแลคำขอนี้", "Another officer holds this case.")


def _not_now(case: Case, book: Book) -> WrongState:
    state = book.state(case).name
    return WrongState(
        f"ทำรายการนี้ไม่ได้ขณะที่คำขออยู่ในสถานะ “{state.th}”", f"Not possible while the application is '{state.en}'."
    )


def must_be_applicants_turn(case: Case, book: Book) -> None:
    """Answers and documents change only while the applicant is to file; raises WrongState."""
    if book.definition.workflow.find(case.state, "file") is None:
        raise _not_now(case, book)


def incomplete(case: Case, book: Book, on: dt.date | None = None) -> list[Fault]:
    """Everything that still stands between the applicant and filing on that day; None: whatever the day is."""
    faults = forms.judge(book.definition, case.answers)
    faults += forms.told_to_all(book.definition, case.answers)
    faults += [] if on is None else ages.faults(book.definition, case.answers, on)
    faults += [
        Fault(
            f"/answers{rule.pointer}",
            "โปรดดึงข้อมูลนี้จากทะเบียนของรัฐก่อนยื่น",
            "Fetch this value from the state register (prefill) before filing.",
        )
        for rule in book.definition.prefill
        if rule.lock and rule.applicant in (None, case.applicant) and rule.pointer not in case.sources
    ]
    faults += changes.unchanged(case, book)
    asked_again = _documents_to_renew(case)
    for needed in book.needed(case):
        if needed.mode != "upload":
            continue
        there = case.accepted(needed.code)
        name = needed.name
        if there is None:
            faults.append(Fault(f"/documents/{needed.code}", f"โปรดแนบ “{name.th}”", f"Attach '{name.en}'."))
        elif needed.code in asked_again and there.asked_at <= asked_again[needed.code]:
            faults.append(
                Fault(f"/documents/{needed.code}", f"โปรดแนบ “{name.th}” ฉบับใหม่", f"Attach a new '{name.en}'.")
            )
    return faults


def _documents_to_renew(case: Case) -> dict[str, dt.datetime]:
    return {
        item.document: asked.at
        for asked in case.deficiency_lists
        if asked.mended_at is None
        for item in asked.items
        if item.document is not None
    }


def file(case: Case, book: Book, actor: Actor, now: dt.datetime) -> tuple[Case, Move]:
    """File, or file again what was mended.

    Raises:
        Invalid: with every fault, when anything is missing.
        WrongState: it cannot be filed now or any more, or it waits for another licence of its bundle.
    """
    code = effect_action(case, book, "file")
    if case.awaits:
        raise WrongState(
            "คำขอนี้รอใบอนุญาตอื่นในชุดเดียวกัน ระบบจะยื่นให้เมื่อได้รับใบอนุญาตนั้น",
            "It waits for another licence of its bundle, and is filed by the bundle once that is there.",
        )
    if case.base is not None and book.rule is not None and case.received_at is None:
        late = succession.out_of_time(case.procedure, book.rule, case.base.valid_until, thai_date(now))
        if late is not None:
            raise WrongState(late.th, late.en)
    faults = incomplete(case, book, thai_date(now))
    if faults:
        raise Invalid("คำขอยังไม่ครบถ้วน โปรดแก้ไขตามรายการ", "The application is not complete; see errors.", faults)
    moved, told = move(case, book, code, actor, now)
    receipt = book.calendar.legal_receipt(now)
    update: dict[str, object] = {
        "deficiency_lists": tuple(
            asked if asked.mended_at else asked.model_copy(update={"mended_at": now}) for asked in case.deficiency_lists
        )
    }
    if case.received_at is None:
        update |= {
            "received_at": now,
            "legal_received_at": receipt.legal_received_at,
            "receipt_rule": filing(book.law.filing).receipt.law,
        }
    return moved.model_copy(update=update), told


def ask(
    case: Case, book: Book, items: Sequence[Deficiency], omission: str | None, actor: Actor, now: dt.datetime
) -> tuple[Case, Move]:
    """Return a case with the ONE list of what is missing (LFA 2558 s.8).

    A second list is refused, unless the officer says which own omission makes it needed; then the clock runs on,
    because the applicant is not the one who is late.

    Raises:
        WrongState: a list was given before, or it is not the time.
        Invalid: an item names no field of the form and no document of the service.
    """
    code = effect_action(case, book, "deficiency")
    rule = book.law.deficiency_lists
    given = len(case.deficiency_lists)
    if given >= rule.most and not (rule.officer_omission_allowed and omission):
        raise WrongState(
            f"แจ้งความบกพร่องได้เพียง {rule.most} ครั้ง ({rule.law}) เว้นแต่เป็นความบกพร่องของเจ้าหน้าที่เอง",
            f"Deficiencies may be told only {rule.most} time(s) ({rule.law}), unless the officer overlooked something.",
        )
    faults = list(_unknown(book.definition, items))
    if faults:
        raise Invalid("รายการความบกพร่องไม่ถูกต้อง", "The deficiency list is not valid.", faults)
    second = given >= rule.most
    moved, told = move(case, book, code, actor, now, pause=not second)
    listed = DeficiencyList(at=now, items=tuple(items), officer_omission=omission if second else None)
    return moved.model_copy(update={"deficiency_lists": (*case.deficiency_lists, listed)}), told


def _unknown(definition: ServiceDefinition, items: Sequence[Deficiency]) -> list[Fault]:
    known = dict(lint_schema.properties(definition.form.schema_))
    faults = []
    for number, item in enumerate(items):
        if (item.pointer is None) == (item.document is None):
            faults.append(
                Fault(f"/items/{number}", "ระบุ pointer หรือ document อย่างใดอย่างหนึ่ง", "Name a pointer or a document.")
            )
        elif item.pointer is not None and not {item.pointer, forms.general(item.pointer)} & known.keys():
            faults.append(Fault(f"/items/{number}/pointer", "ไม่มีช่องนี้ในแบบฟอร์ม", "The form has no such field."))
        elif item.document is not None and definition.document(item.document) is None:
            faults.append(Fault(f"/items/{number}/document", "บริการนี้ไม่ใช้เอกสารนี้", "The service has no such document."))
    return faults


def inspect(
    case: Case,
    book: Book,
    findings: Sequence[Finding],
    summary: str,
    actor: Actor,
    now: dt.datetime,
    *,
    place: Place | None = None,
) -> tuple[Case, Move]:
    """Report an inspection: a word on every item of the checklist, none left out, none made up.

    Where the checklist asks for a value or a photograph of an item, they must be there too.

    Raises:
        WrongState, NotAllowed: as `move`.
        Invalid: the findings do not fit the checklist.
    """
    code = effect_action(case, book, "inspection")
    asked = [item.code for item in book.definition.checklist]
    given = [finding.code for finding in findings]
    if sorted(asked) != sorted(given):
        faults = [
            Fault(pointers.join(["findings", name]), "ต้องมีผลตรวจข้อนี้หนึ่งครั้ง", "Needs exactly one finding.")
            for name in asked
            if given.count(name) != 1
        ]
        extra = [] if set(given) <= set(asked) else [Fault("/findings", "มีข้อที่ไม่อยู่ในแบบตรวจ", "Not on the checklist.")]
        raise Invalid("ผลตรวจไม่ครบตามแบบตรวจ", "The findings do not fit the checklist.", faults + extra)
    asked_for = {item.code: item for item in book.definition.checklist}
    faults = [fault for found in findings for fault in _unfit(found, asked_for[found.code], case)]
    if faults:
        raise Invalid("ผลตรวจไม่ครบตามแบบตรวจ", "The findings do not fit the checklist.", faults)
    moved, told = move(case, book, code, actor, now)
    report = Inspection(
        at=now,
        by=actor.id,
        findings=tuple(findings),
        passed=all(finding.passed for finding in findings),
        summary=summary,
        place=place,
    )
    return moved.model_copy(update={"inspections": (*case.inspections, report)}), told


def _unfit(found: Finding, item: ChecklistItem, case: Case) -> Iterator[Fault]:
    """What a finding lacks of what its item asks for."""
    value, photos = pointers.join(["findings", item.code, "value"]), pointers.join(["findings", item.code, "photos"])
    if item.value is None and found.value is not None:
        yield Fault(value, "ข้อนี้ไม่ต้องมีค่าที่วัด", "This item asks for no value.")
    elif not forms.holds(item.value, found.value):
        yield Fault(value, "ค่าที่วัดไม่เป็นไปตามที่แบบตรวจกำหนด", "The value is not what the checklist asks for.")
    if item.photo and not found.photos:
        yield Fault(photos, "ข้อนี้ต้องมีภาพถ่าย", "This item needs a photograph.")
    known = {one.id for one in case.documents if (one.code, one.status) == (INSPECTION_PHOTO, "accepted")}
    if not set(found.photos) <= known:
        yield Fault(photos, "ไม่มีภาพถ่ายนี้ หรือยังตรวจภาพไม่เสร็จ", "No such photograph, or it is not accepted yet.")


def refused(case: Case, book: Book, decision: Decision | None) -> Case:
    """The case with its written refusal (LFA 2558 s.7); raises Invalid without reasons."""
    if decision is None and book.law.decision.written_reasons:
        raise Invalid(
            "การไม่อนุญาตต้องมีเหตุผลเป็นลายลักษณ์อักษร",
            "A refusal needs written reasons.",
            [Fault("/reasons", "โปรดระบุเหตุผล", "Give the reasons.")],
        )
    return case.model_copy(update={"decision": decision})


def claim(case: Case, book: Book, actor: Actor) -> Case:
    """The case in the hands of one officer; raises WrongState when another has it or it is not the agency's turn."""
    if book.state(case).turn != "agency":
        raise _not_now(case, book)
    if case.claimed_by not in (None, actor.id):
        raise WrongState("เจ้าหน้าที่อีกคนหนึ่งกำลังดูแลคำขอนี้", "Another officer holds this case.")
    return case.model_copy(update={"claimed_by": actor.id})
