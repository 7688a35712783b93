"""The public manual of a service (คู่มือสำหรับประชาชน, LFA 2558 s.7), made from the definition that runs the cases.

So the manual cannot say one thing and the counter do another. What was not checked against an authority's page says so.
"""

from __future__ import annotations

import datetime as dt

from pydantic import Field

from chalicelib.shared.thai import Text
from chalicelib.shared.web import Outgoing

from ..definitions.computed import formulas
from ..definitions.model import RateRow, ServiceDefinition
from ..definitions.parts import APPLICANT, SYSTEM, Said, Sourced
from ..laws import LawPack

_MODES = {
    "upload": Text(th="แนบไฟล์ในแบบคำขอ", en="attach a file to the application"),
    "exchange": Text(th="ไม่ต้องแนบ หน่วยงานตรวจจากฐานข้อมูลของรัฐเอง", en="nothing to attach: the state looks it up itself"),
    "present": Text(th="แสดงต่อเจ้าหน้าที่", en="show it to the officer"),
}
_TURNS = {
    "applicant": Text(th="ผู้ยื่นคำขอ", en="applicant"),
    "intake": Text(th="เจ้าหน้าที่รับคำขอ", en="receiving officer"),
    "inspector": Text(th="เจ้าหน้าที่ตรวจสถานที่", en="inspector"),
    "approver": Text(th="เจ้าพนักงานผู้มีอำนาจอนุญาต", en="deciding officer"),
}
_BASIS = {"working": Text(th="วันทำการ", en="working days"), "calendar": Text(th="วัน", en="days")}


class Statement(Outgoing):
    """A sentence and how far it was checked."""

    text: Text
    source: str
    verified: bool


class DocumentLine(Statement):
    """A document of the list."""

    how: Text
    conditional: bool = Field(description="Whether it is needed in some cases only")
    prefilled: bool = Field(description="Whether the state fetches it")


class StepLine(Outgoing):
    """A step of the procedure."""

    name: Text
    by: tuple[Text, ...]


class RateLine(Statement):
    """A rate that goes into the fee."""

    baht: str = Field(description="The rate; in baht, or in per cent where `percent` says so")
    percent: bool = False
    since: dt.date
    until: dt.date | None


class Manual(Outgoing):
    """The whole manual."""

    service: str
    version: int
    name: Text
    summary: Text
    agency: Text
    legal_basis: tuple[Statement, ...]
    law: Text = Field(description="The law of procedure")
    criteria: tuple[Statement, ...]
    channels: tuple[Statement, ...]
    steps: tuple[StepLine, ...]
    time: Statement
    documents: tuple[DocumentLine, ...]
    fetched: tuple[Text, ...] = Field(description="Fields that the state fills in itself")
    computed: tuple[Text, ...] = Field(description="Fields that are worked out from the others")
    fees: tuple[Text, ...]
    rates: tuple[RateLine, ...]
    validity: Statement
    facts: tuple[Statement, ...]
    appeal: Statement


def manual(definition: ServiceDefinition, law: LawPack) -> Manual:
    """The manual of a service."""
    label = {pointer: hint.label for pointer, hint in definition.form.hints.items()}
    return Manual(
        service=definition.id,
        version=definition.version,
        name=definition.name,
        summary=definition.summary,
        agency=definition.agency_name,
        legal_basis=_said(definition.legal_basis),
        law=law.name,
        criteria=_said(definition.manual.criteria),
        channels=_said(definition.manual.channels),
        steps=_steps(definition),
        time=_time(definition),
        documents=tuple(
            DocumentLine(
                text=rule.name,
                how=_MODES[rule.mode],
                conditional=rule.when is not None,
                prefilled=rule.mode == "exchange",
                source=rule.source,
                verified=rule.is_verified,
            )
            for rule in definition.documents
        ),
        fetched=tuple(label[rule.pointer] for rule in definition.prefill),
        computed=tuple(label[pointer] for pointer in formulas(definition)),
        fees=tuple(fee.name for fee in definition.fees),
        rates=tuple(_rate(definition, row) for rows in definition.tables.values() for row in rows),
        validity=_validity(definition),
        facts=_said(
            (
                *definition.manual.facts,
                *([definition.deemed_approval] if definition.deemed_approval is not None else []),
            )
        ),
        appeal=_said((definition.manual.appeal,))[0],
    )


def _said(sentences: tuple[Said, ...]) -> tuple[Statement, ...]:
    return tuple(_statement(sentence.text, sentence) for sentence in sentences)


def _statement(text: Text, source: Sourced) -> Statement:
    return Statement(text=text, source=source.source, verified=source.is_verified)


def _steps(definition: ServiceDefinition) -> tuple[StepLine, ...]:
    """The straight way from draft to licence; returns, refusals and withdrawals are detours."""
    workflow, state, steps = definition.workflow, definition.workflow.initial, list[StepLine]()
    seen: set[str] = set()
    while state not in seen:
        seen.add(state)
        onward = [
            action
            for action in workflow.available(state).values()
            if not set(action.effects) & {"deficiency", "refusal", "withdraw"}
            and (SYSTEM not in action.roles or "paid" in action.effects)
        ]
        if not onward:
            break
        # the system books a payment, but it is the applicant who pays
        roles = (APPLICANT,) if "paid" in onward[0].effects else onward[0].roles
        steps.append(StepLine(name=onward[0].name, by=tuple(_TURNS[role] for role in roles)))
        state = onward[0].to
    return tuple(steps)


def _time(definition: ServiceDefinition) -> Statement:
    unit, days = _BASIS[definition.sla.basis], definition.sla.days
    text = Text(
        th=f"{days} {unit.th} นับแต่วันที่ได้รับคำขอและเอกสารครบถ้วน", en=f"{days} {unit.en} from the complete application"
    )
    return _statement(text, definition.sla)


def _validity(definition: ServiceDefinition) -> Statement:
    rule = definition.credential.validity
    return _statement(rule.words(), rule)


def _rate(definition: ServiceDefinition, row: RateRow) -> RateLine:
    name = definition.fees[0].name if len(definition.fees) == 1 else Text(th="อัตรา", en="Rate")
    return RateLine(
        text=row.name or name,
        baht=row.value,
        percent=row.unit == "percent",
        since=row.from_,
        until=row.to,
        source=row.source,
        verified=row.is_verified,
    )
