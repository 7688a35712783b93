"""What the tests of shipped services share: the service, its own cases, and what one costs and asks for."""

from __future__ import annotations

import copy
import datetime as dt
import json
from typing import Any

from chalicelib.biz.definitions import computed, fees, forms, procedures
from chalicelib.biz.definitions.catalogue import SHIPPED, shipped
from chalicelib.biz.definitions.model import ServiceDefinition
from chalicelib.biz.definitions.procedures import Base
from chalicelib.biz.noun import ApplicantKind, Procedure

TODAY = dt.date(2026, 11, 25)


def raw(id: str) -> Any:
    """A shipped service as JSON."""
    return json.loads((SHIPPED / f"{id}.json").read_text(encoding="utf-8"))


def service(id: str) -> ServiceDefinition:
    """A shipped service."""
    return shipped().current(id, TODAY)


def answers(id: str) -> dict[str, Any]:
    """Answers with which it can be applied for: those of its first case, to be changed at will."""
    return copy.deepcopy(raw(id)["tests"][0]["answers"])


def base(given: dict[str, Any], until: str) -> Base:
    """The licence that was given for these answers, with its last day."""
    return Base(valid_until=dt.date.fromisoformat(until), answers=given)


def total(
    id: str, given: Any, on: dt.date = TODAY, procedure: Procedure = "new", licence: Base | None = None
) -> dict[str, str]:
    """What it costs: {line: baht}."""
    definition = service(id).of(procedure)
    quote = fees.quote(definition, computed.worked_out(definition, given), on, licence)
    return {line.code: fees.baht(line.satang) for line in quote.lines}


def uploads(
    id: str,
    given: Any,
    procedure: Procedure = "new",
    licence: Base | None = None,
    applicant: ApplicantKind = "person",
) -> set[str]:
    """The codes of the files that the applicant must attach."""
    whole = service(id)
    definition = whole.of(procedure)
    made = computed.worked_out(definition, given)
    changed = procedures.changed(whole.procedures.get(procedure), licence, made)
    needed = forms.needed_documents(definition, applicant, made, changed)
    return {rule.code for rule in needed if rule.mode == "upload"}


def faults(id: str, given: Any, procedure: Procedure = "new") -> set[str]:
    """Where the form finds fault with the answers."""
    definition = service(id).of(procedure)
    return {fault.pointer for fault in forms.judge(definition, computed.worked_out(definition, given), base="")}
