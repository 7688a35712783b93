"""What callers see of a case; each caller only what is theirs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from pydantic import Field

from chalicelib.shared import pointers
from chalicelib.shared.clock_ledger import ClockView, Entry
from chalicelib.shared.journal import Event
from chalicelib.shared.thai import Text
from chalicelib.shared.web import Outgoing

from ..definitions.fees import Quote
from ..definitions.model import ServiceDefinition
from ..definitions.parts import Action, Effect
from ..documents.model import Offer
from ..model import AgencyLicence, Case, Decision, DeficiencyList, Document, Inspection, Provenance
from ..noun import Procedure
from ..roles import APPLICANT, SYSTEM
from . import changes
from .rules import Book, permits

_PLAIN_NAMES = {
    "opened": Text(th="เปิดร่างคำขอ", en="Draft opened"),
    "prefilled": Text(th="ดึงข้อมูลจากทะเบียนของรัฐ", en="Filled from state registers"),
    "changed": Text(th="แก้ไขข้อมูล", en="Answers changed"),
    "announced": Text(th="กำลังส่งเอกสาร", en="Document on its way"),
    "billed": Text(th="สร้าง QR สำหรับชำระค่าธรรมเนียม", en="QR for the fee made"),
    "accepted": Text(th="เอกสารผ่านการตรวจ", en="Document accepted"),
    "refused": Text(th="เอกสารไม่ผ่านการตรวจ", en="Document refused"),
    "claimed": Text(th="เจ้าหน้าที่รับดูแลคำขอ", en="Taken by an officer"),
    "released": Text(th="เจ้าหน้าที่คืนคำขอให้ส่วนกลาง", en="Given back by the officer"),
    "assigned": Text(th="มอบหมายคำขอให้เจ้าหน้าที่", en="Given to an officer"),
    "overdue": Text(th="เกินกำหนดเวลาพิจารณา", en="Past the legal time limit"),
    "explained": Text(th="หน่วยงานแจ้งเหตุแห่งความล่าช้า", en="Written reasons for the lateness"),
    "issued": Text(th="ออกใบอนุญาต", en="Licence issued"),
    "cancelled": Text(th="ยกเลิกใบอนุญาตแล้ว", en="Licence cancelled"),
    "migrated": Text(th="ย้ายไปใช้คำนิยามบริการฉบับใหม่", en="Moved to a newer version of the service"),
    "reversed": Text(th="ธนาคารเรียกเงินค่าธรรมเนียมคืน", en="The bank took the fee back"),
    "waits": Text(th="รอใบอนุญาตอื่นในชุดเดียวกัน", en="Waits for another licence of its bundle"),
    "held_back": Text(th="ไม่ได้ยื่น เพราะใบอนุญาตที่รอจะไม่ออก", en="Not filed: the licence it waited for will not come"),
    "left_incomplete": Text(th="ยังไม่ได้ยื่น เพราะยังไม่ครบถ้วน", en="Not filed: something is missing"),
    "lent": Text(th="ใช้เอกสารที่ส่งให้คำขออื่นในชุดเดียวกัน", en="A document of another application of its bundle stands here"),
    "settled": Text(th="ได้รับชำระค่าธรรมเนียมอีกครั้ง", en="The fee was paid again"),
    "sent_over": Text(th="ส่งต่อไปยังเว็บไซต์ของหน่วยงาน", en="Sent to the agency's own site"),
    "taken_over": Text(th="ระบบของหน่วยงานรับช่วงต่อ", en="Taken over by the agency's own system"),
}
_OTHER = Text(th="ดำเนินการ", en="Something was done")
AGENT = "agent"
"""Who did it, where it was the applicant's agent."""


class ActionView(Outgoing):
    """Something that the caller may do now."""

    action: str
    name: Text


_BY_ACTION: Mapping[Effect, str] = {"file": "file", "withdraw": "withdraw"}
"""What an agent must be let do for an action with that effect; for any other: fill."""


class CaseCard(Outgoing):
    """A case in a list, and what a command answers."""

    id: str
    version: int = Field(description="Also the ETag; send it as If-Match")
    service: str
    service_version: int
    service_name: Text = Field(description="What is applied for: the service, or what is to be done with its licence")
    procedure: Procedure
    about: str | None = Field(description="Number of the licence that a procedure other than `new` is about")
    agency: str
    agency_name: Text
    applicant: str
    state: str
    state_name: Text
    turn: str = Field(description="Whose move it is: applicant, agency, nobody")
    opened_at: dt.datetime
    received_at: dt.datetime | None
    due: dt.date | None = Field(description="Legal due date of the decision, while the clock runs")
    overdue: bool
    licence: str | None
    claimed: bool
    by_agent: bool = Field(default=False, description="Whether somebody acted, or acts now, for the applicant")


class AgentView(Outgoing):
    """Somebody who acted for the applicant."""

    name: str
    since: dt.datetime
    delegation: str = Field(description="The power of attorney")


class ChangeView(Outgoing):
    """One answer that is another than the licence was given for."""

    pointer: str
    label: Text
    before: Any = Field(description="As the licence has it; null: not there")
    after: Any = Field(description="As it is applied for; null: not there")


class CaseView(CaseCard):
    """A whole case, for the applicant and for officers of its agency."""

    juristic_id: str | None
    applicant_name: str
    agents: tuple[AgentView, ...] = Field(description="Who acted for the applicant, by a power of attorney")
    answers: dict[str, Any]
    changes: tuple[ChangeView, ...] = Field(
        description="What is asked for otherwise than the licence has it; the answers hold the rest as well"
    )
    sources: dict[str, Provenance]
    documents: tuple[Document, ...]
    needed_documents: tuple[str, ...]
    held: tuple[Offer, ...] = Field(
        description="Documents of the applicant's earlier cases that may be attached here instead of sent again"
    )
    deficiency_lists: tuple[DeficiencyList, ...]
    inspections: tuple[Inspection, ...]
    decision: Decision | None
    quote: Quote | None
    paid: bool
    agency_licence: AgencyLicence | None = Field(
        description="Issued by the agency itself and told by its system: verify it with the agency, not here"
    )
    actions: tuple[ActionView, ...]


class ClockAnswer(Outgoing):
    """The legal clock, with everything needed to recompute it."""

    clock: ClockView
    ledger: tuple[Entry, ...]
    received_at: dt.datetime | None
    legal_received_at: dt.datetime | None
    receipt_rule: str | None
    law: Text
    sla_source: str
    sla_verified: str


class Happening(Outgoing):
    """One entry of the timeline; `hash` chains it to the one before."""

    seq: int
    at: str
    type: str
    name: Text
    state: Text | None
    by: str = Field(description="applicant, agent (the applicant's), officer (also the agency's own system) or system")
    prev: str
    hash: str


def card(case: Case, book: Book) -> CaseCard:
    """A case in short."""
    return CaseCard(**_card(case, book))


def _card(case: Case, book: Book) -> dict[str, Any]:
    state = book.state(case)
    shared = {"id", "version", "service", "service_version", "procedure", "agency", "applicant", "state", "opened_at"}
    return {
        **{name: getattr(case, name) for name in shared | {"received_at", "due", "overdue", "licence"}},
        "service_name": book.definition.name,
        "agency_name": book.definition.agency_name,
        "about": None if case.base is None else case.base.licence,
        "state_name": state.name,
        "turn": state.turn,
        "claimed": case.claimed_by is not None,
        "by_agent": bool(case.agents) or case.hand is not None,
    }


def whole(
    case: Case,
    book: Book,
    roles: frozenset[str],
    held: tuple[Offer, ...] = (),
    acts: frozenset[str] | None = None,
) -> CaseView:
    """A case with everything in it, and what these roles may do now; an agent only what they are let (`acts`)."""
    needed = book.needed(case)
    actions = tuple(
        ActionView(action=code, name=action.name)
        for code, action in book.definition.workflow.available(case.state).items()
        if roles & set(action.roles) and (acts is None or _act_of(action) in acts) and permits(case, action, book)
    )
    names = ("juristic_id", "applicant_name", "answers", "sources", "documents", "deficiency_lists", "inspections")
    return CaseView(
        **_card(case, book),
        **{name: getattr(case, name) for name in names},
        changes=tuple(
            ChangeView(pointer=each.pointer, label=each.label, before=_shown(each.before), after=_shown(each.after))
            for each in changes.differences(case, book)
        ),
        decision=case.decision,
        quote=case.quote,
        paid=case.payment is not None and case.payment.stands,
        agency_licence=case.agency_licence,
        needed_documents=tuple(rule.code for rule in needed if rule.mode == "upload"),
        held=held,
        actions=actions,
        agents=tuple(AgentView(name=one.name, since=one.since, delegation=one.delegation) for one in case.agents),
    )


def _act_of(action: Action) -> str:
    return next((_BY_ACTION[effect] for effect in action.effects if effect in _BY_ACTION), "fill")


def told(event: Event, definition: ServiceDefinition, owner: str) -> Happening:
    """An event as a line of the timeline of a case, where what an agent did is theirs and not the applicant's."""
    shown = happening(event, definition)
    if event.by.partition(":")[0] == "citizen" and event.by.partition(":")[2] != owner:
        return shown.model_copy(update={"by": AGENT})
    return shown


def _shown(value: Any) -> Any:
    return None if value is pointers.MISSING else value


def happening(event: Event, definition: ServiceDefinition) -> Happening:
    """An event as a line of the timeline; officers are named by their office, not by their person."""
    workflow = definition.workflow
    action = workflow.actions.get(str(event.data.get("action")))
    state = workflow.states.get(str(event.data.get("to")))
    kind, _, who = event.by.partition(":")
    return Happening(
        seq=event.seq,
        at=event.at,
        type=event.type,
        name=action.name if action else _PLAIN_NAMES.get(event.type.rpartition(".")[2], _OTHER),
        state=state.name if state else None,
        # a system with a name is an agency's own
        by="officer" if kind == "system" and who else {"citizen": APPLICANT, "officer": "officer"}.get(kind, SYSTEM),
        prev=event.prev,
        hash=event.hash,
    )
