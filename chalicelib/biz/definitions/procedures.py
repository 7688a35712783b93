"""What can be done with a licence: apply for it, renew, amend, cancel or replace it. Pure.

A procedure runs by the same definition, seen through its own rule: `variant` gives a definition whose form, documents,
prefill, fees, workflow and time are those of the procedure, so that nothing else in the room needs to ask which
procedure a case is of.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from chalicelib.shared import pointers
from chalicelib.shared.sourced import Part, Pointer, Said, Sourced
from chalicelib.shared.thai import Language, Text

from ..noun import Procedure
from .parts import Form, Sla, Workflow

if TYPE_CHECKING:
    from .model import ServiceDefinition

FOLLOWING: tuple[Procedure, ...] = ("renew", "amend", "cancel", "replace")
"""The procedures that are about a licence that was given before."""

PROCEDURE_NAMES: dict[Procedure, Text] = {
    "new": Text(th="ขอใหม่", en="Apply"),
    "renew": Text(th="ต่ออายุ", en="Renew"),
    "amend": Text(th="แก้ไขเปลี่ยนแปลง", en="Amend"),
    "cancel": Text(th="ยกเลิก", en="Cancel"),
    "replace": Text(th="ขอใบแทน", en="Replace"),
}


class Base(Part):
    """The licence that a procedure is about, as it stood when the procedure was begun."""

    licence: str = Field(default="", description="Its number; in a definition's own tests there is none")
    valid_until: dt.date
    answers: dict[str, Any] = Field(default_factory=dict, repr=False, description="The answers that it was given for")


class Window(Sourced):
    """When it may be filed, counted in days around the licence's last day of validity."""

    opens: int = Field(ge=0, le=3660, description="Days before the last day")
    closes: int = Field(default=0, ge=0, le=3660, description="Days after the last day")


class ProcedureRule(Sourced):
    """How one procedure differs from the first application.

    Its questions are either the service's own, asked again in part (`asks`: what may be changed; the rest stays as the
    licence has it), or a form of its own (`form`). Documents, prefill and fees say themselves in which procedures they
    are wanted.
    """

    name: Text = Field(description="Its title; see `title` for what lists, letters and notices show")
    summary: Text
    legal_basis: tuple[Said, ...] = ()
    asks: tuple[Pointer, ...] = Field(
        default=(), max_length=100, description="Fields, or whole parts, of the service's form that may be changed"
    )
    form: Form | None = Field(default=None, description="A form of its own, whose answers begin empty")
    workflow: Workflow | None = Field(default=None, description="Absent: the service's own")
    sla: Sla | None = Field(default=None, description="Absent: the service's own")
    inspection: bool = Field(default=False, description="Whether the service's checklist is gone through again")
    window: Window | None = Field(default=None, description="Absent: at any time while the licence is valid")
    begins: Literal["after", "now"] = Field(
        default="after",
        description="A renewed licence holds after the last day of the old one, or from the day it is issued",
    )


def changed(rule: ProcedureRule | None, base: Base | None, answers: Any) -> tuple[str, ...]:
    """Those of the procedure's `asks` of which an answer differs from what the licence was given for."""
    if rule is None or base is None:
        return ()
    return tuple(each for each in rule.asks if pointers.find(base.answers, each) != pointers.find(answers, each))


def given_for(rule: ProcedureRule | None, base: Base | None, answers: Any) -> Any:
    """What the licence stands for: an application's answers, or the licence's where a form of its own was filled in."""
    return answers if rule is None or base is None or rule.form is None else base.answers


def facts(base: Base | None, on: dt.date) -> Mapping[str, int]:
    """What a fee may depend on beside the answers: `days_late`, the days by which the licence has run out, and the
    `month` (1 to 12) of the day of filing, because some duties end with a month.
    """
    return {"days_late": 0 if base is None else max(0, (on - base.valid_until).days), "month": on.month}


FACTS = frozenset(facts(None, dt.date.min))
"""Everything that `fact` may name in a formula."""


def title(definition: ServiceDefinition, rule: ProcedureRule) -> Text:
    """What is applied for, for reading: the procedure's title, and the service's where that does not say it itself."""

    def one(language: Language) -> str:
        own, service = rule.name.pick(language), definition.name.pick(language)
        licence = definition.credential.name.pick(language)
        said = own.casefold()
        return own if licence.casefold() in said or service.casefold() in said else f"{own} ({service})"

    return Text(th=one("th"), en=one("en"))


def variant(definition: ServiceDefinition, procedure: Procedure) -> ServiceDefinition:
    """The definition as one procedure runs by it; its name is what is applied for.

    The service's own words of decision letters speak of a first application, so other procedures have the usual ones.

    Raises:
        KeyError: the service does not offer it.
    """
    update: dict[str, object] = {
        name: tuple(part for part in getattr(definition, name) if procedure in part.procedures)
        for name in ("documents", "prefill", "fees")
    }
    update["tests"] = tuple(case for case in definition.tests if case.procedure == procedure)
    if procedure != "new":
        rule = definition.procedures[procedure]
        update |= {
            "name": title(definition, rule),
            "summary": rule.summary,
            "letters": {},
            "legal_basis": (*definition.legal_basis, *rule.legal_basis),
            "form": rule.form or definition.form,
            "workflow": rule.workflow or definition.workflow,
            "sla": rule.sla or definition.sla,
            "checklist": definition.checklist if rule.inspection else (),
        }
        deemed = definition.deemed_approval
        if deemed is not None and rule.workflow is not None and deemed.action not in rule.workflow.actions:
            update["deemed_approval"] = None
    return definition.model_copy(update=update)
