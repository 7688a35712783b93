"""The public manual of a service (คู่มือสำหรับประชาชน, LFA 2558 s.7), made from the definition that runs the cases.

So the manual cannot say one thing and the counter do another. It tells each procedure that the service offers, and what
was not checked against an authority's page says so.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any, Literal

from pydantic import Field

from chalicelib.shared.errors import not_found
from chalicelib.shared.sourced import RateRow, Said, Sourced
from chalicelib.shared.thai import Text
from chalicelib.shared.web import Outgoing

from ..definitions import partial
from ..definitions.model import Kind, ServiceDefinition
from ..definitions.parts import Mode
from ..definitions.procedures import FOLLOWING
from ..laws import LawPack
from ..noun import ApplicantKind, Procedure
from . import asking, steps, terms

MODES: dict[Mode, Text] = {
    "upload": Text(th="แนบไฟล์ในแบบคำขอ", en="attach a file to the application"),
    "exchange": Text(th="ไม่ต้องแนบ หน่วยงานตรวจจากฐานข้อมูลของรัฐเอง", en="nothing to attach: the state looks it up itself"),
    "present": Text(th="แสดงต่อเจ้าหน้าที่", en="show it to the officer"),
}
_RATE = Text(th="อัตรา", en="Rate")


class Statement(Outgoing):
    """A sentence and how far it was checked."""

    text: Text
    source: str
    verified: bool


class DocumentLine(Statement):
    """A document of the list."""

    code: str
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


class FeeLine(Outgoing):
    """A line of the bill."""

    code: str
    name: Text
    payee: str = Field(description="The agency to which the money belongs")
    rates: tuple[RateLine, ...] = Field(description="The rates that may go into it, past and coming ones too")
    of_earlier: bool = Field(description="Whether rates of the lines before go into it as well")


class AskedPart(Outgoing):
    """A page of the form."""

    title: Text
    fields: tuple[Text, ...] = Field(description="What the applicant fills in there")


class FetchedPart(Outgoing):
    """What the state fills in for applicants of one kind."""

    applicant: ApplicantKind | None = Field(description="person, juristic, or null: for everybody")
    fields: tuple[Text, ...]


class Way(Outgoing):
    """One procedure: from the form to its end."""

    procedure: Procedure
    title: Text
    summary: Text
    rule: Statement | None = Field(description="Where the rules of a procedure after the first application come from")
    further_basis: tuple[Statement, ...] = Field(description="Laws of this procedure beside those of the service")
    window: Statement | None = Field(description="When it may be filed, where that is limited")
    begins: Text | None = Field(description="From when a renewed licence holds")
    asks: tuple[AskedPart, ...]
    fetched: tuple[FetchedPart, ...] = Field(description="Fields that the state fills in itself")
    computed: tuple[Text, ...] = Field(description="Fields that are worked out from the others")
    steps: tuple[StepLine, ...]
    time: Statement
    documents: tuple[DocumentLine, ...]
    fees: tuple[FeeLine, ...]
    apply: dict[str, Any] = Field(description="The request that begins it: method, path and body")


class Manual(Way):
    """The whole manual: the service, the procedure that is shown first, and the others that it offers."""

    service: str
    version: int
    kind: Kind
    name: Text
    about: Text = Field(description="The service as a whole; `summary` is of the procedure")
    agency: Text
    applicants: tuple[ApplicantKind, ...]
    legal_basis: tuple[Statement, ...]
    law: Text = Field(description="The law of procedure")
    needed: Statement | None = Field(description="Why a business needs it, where the guide can tell")
    criteria: tuple[Statement, ...]
    channels: tuple[Statement, ...]
    validity: Statement
    facts: tuple[Statement, ...]
    appeal: Statement
    linked: Literal["receive", "hand_over"] | None = Field(
        description="Whether the agency's own system works on it; hand_over: the form is filled in at the agency's site"
    )
    at_most: bool = Field(
        description="Whether the rates are the most that the agency may ask; it says the amount itself"
    )
    others: tuple[Way, ...] = Field(description="The other procedures; none where one was asked for")


def manual(definition: ServiceDefinition, law: LawPack, procedure: Procedure | None = None) -> Manual:
    """The manual of a service, of all procedures or of one.

    Raises:
        NotFound: the service does not offer it.
    """
    if procedure is not None and not definition.offers(procedure):
        raise not_found("กระบวนงานนี้ของบริการ", "procedure of this service")
    others = [each for each in FOLLOWING if each in definition.procedures] if procedure is None else []
    guide, deemed = definition.guide, definition.deemed_approval
    return Manual(
        **_way(definition, procedure or "new"),
        service=definition.id,
        version=definition.version,
        kind=definition.kind,
        name=definition.name,
        about=definition.summary,
        agency=definition.agency_name,
        applicants=definition.applicants,
        legal_basis=_said(definition.legal_basis),
        law=law.name,
        needed=None if guide is None else statement(guide.because, guide),
        criteria=_said((*definition.manual.criteria, *definition.ages)),
        channels=_said(definition.manual.channels),
        validity=statement(definition.credential.validity.words(), definition.credential.validity),
        facts=_said((*definition.manual.facts, *([] if deemed is None else [deemed]))),
        appeal=_said((definition.manual.appeal,))[0],
        linked=None if definition.link is None else definition.link.mode,
        at_most=definition.link is not None and definition.link.fee == "at_most",
        others=tuple(Way(**_way(definition, each)) for each in others),
    )


def statement(text: Text, source: Sourced) -> Statement:
    """A sentence with the source of what it says."""
    return Statement(text=text, source=source.source, verified=source.is_verified)


def time_of(definition: ServiceDefinition) -> Statement:
    """How long the agency may take."""
    return statement(terms.time(definition.sla), definition.sla)


def _way(whole: ServiceDefinition, procedure: Procedure) -> dict[str, Any]:
    seen, rule = whole.of(procedure), whole.procedures.get(procedure)
    window = None if rule is None else rule.window
    begin = {"service": whole.id} if procedure == "new" else {"procedure": procedure, "licence": "{no}"}
    return {
        "procedure": procedure,
        "title": terms.title(whole, procedure),
        "summary": seen.summary,
        "rule": None if rule is None else statement(rule.name, rule),
        "further_basis": _said(() if rule is None else rule.legal_basis),
        "window": None if window is None else statement(terms.window(window), window),
        "begins": terms.begins(rule.begins) if rule is not None and procedure == "renew" else None,
        "asks": tuple(AskedPart(title=title, fields=fields) for title, fields in asking.parts(seen, rule)),
        "fetched": tuple(FetchedPart(applicant=kind, fields=fields) for kind, fields in asking.fetched(seen)),
        "computed": asking.computed_fields(seen, rule),
        "steps": tuple(StepLine(name=name, by=by) for name, by in steps.straight(seen.workflow)),
        "time": time_of(seen),
        "documents": tuple(_documents(seen, procedure)),
        "fees": tuple(_fees(seen)),
        "apply": {"method": "POST", "path": "/biz/v1/applications", "body": begin},
    }


def _said(sentences: Iterable[Said]) -> tuple[Statement, ...]:
    return tuple(statement(sentence.text, sentence) for sentence in sentences)


def _documents(definition: ServiceDefinition, procedure: Procedure) -> Iterable[DocumentLine]:
    facts = {"applicant": partial.UNKNOWN, "answers": partial.UNKNOWN, "changed": partial.UNKNOWN}
    known = facts | {"changed": []} if procedure == "new" else facts  # there is no licence to differ from
    for rule in definition.documents:
        needed = partial.YES if rule.when is None else partial.judge(rule.when, known)
        if needed.holds is False:
            continue
        yield DocumentLine(
            code=rule.code,
            text=rule.name,
            how=MODES[rule.mode],
            conditional=needed.holds is None,
            prefilled=rule.mode == "exchange",
            source=rule.source,
            verified=rule.is_verified,
        )


def _fees(definition: ServiceDefinition) -> Iterable[FeeLine]:
    told: list[RateRow] = []
    for fee in definition.fees:
        used = _rows(definition, fee.expr)
        name = fee.name if len(used) == 1 else _RATE
        yield FeeLine(
            code=fee.code,
            name=fee.name,
            payee=fee.payee,
            rates=tuple(_rate(row, name) for row in used if row not in told),
            of_earlier=any(row in told for row in used),
        )
        told += used


def _rows(definition: ServiceDefinition, expression: Any) -> list[RateRow]:
    """The rows of the tables that a formula looks into, in the order of the tables."""
    named = set(_tables(expression))
    return [row for name, rows in definition.tables.items() if name in named for row in rows]


def _tables(expression: Any) -> Iterable[str]:
    if isinstance(expression, list):
        for part in expression:
            yield from _tables(part)
    elif isinstance(expression, dict):
        for name, arguments in expression.items():
            if name == "rate":
                yield arguments[0] if isinstance(arguments, list) else arguments
            else:
                yield from _tables(arguments)


def _rate(row: RateRow, name: Text) -> RateLine:
    return RateLine(
        text=row.name or name,
        baht=row.value,
        percent=row.unit == "percent",
        since=row.from_,
        until=row.to,
        source=row.source,
        verified=row.is_verified,
    )
