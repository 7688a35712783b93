"""A case walked to its end by nothing but its definition: whatever the service is, the counter is the same."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from chalicelib.biz.definitions import computed
from chalicelib.biz.definitions.model import Case, ServiceDefinition
from chalicelib.biz.definitions.parts import Schema
from chalicelib.biz.definitions.validators import holds
from chalicelib.biz.noun import Procedure
from chalicelib.shared import pointers
from chalicelib.shared.journal import Once

from .documents.files import a_jpeg
from .town import AGENCY, ANONG, BUNDIT, COMPANY, MALEE, Town, arrival

MEASURES = (100, 1, 0, True, "ปกติ", 0.5, 10_000)
"""What an inspector may have measured."""
MOST_MOVES = 12


def first_valid(definition: ServiceDefinition, procedure: Procedure) -> Case:
    """The first of the definition's own cases of that procedure that is valid."""
    return next(case for case in definition.tests if case.procedure == procedure and case.valid)


@dataclass
class Walk:
    """A service in a town, its holder and its counter.

    Attributes:
        town: where.
        definition: the service.
        juristic: whether Malee applies for her company.
        moves: (procedure, action) of every move that officers and the bank made.
    """

    town: Town
    definition: ServiceDefinition
    juristic: bool = False
    moves: list[tuple[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        if self.definition.agency != AGENCY:
            for pid, roles in ((ANONG, ["intake", "inspector", "approver"]), (BUNDIT, ["approver"])):
                once = Once(self.town.biz.parts.ids(), "", self.town.biz.parts.ids(), claimed=False)
                self.town.biz.enlist(once, pid, self.definition.agency, roles, "เจ้าหน้าที่")

    def opened(self, procedure: Procedure, licence: str | None = None) -> str:
        """A fresh draft; its id."""
        if licence is not None:
            body: dict[str, Any] = {"procedure": procedure, "licence": licence}
        else:
            whom = {"kind": "juristic", "juristic_id": COMPANY} if self.juristic else {"kind": "person"}
            body = {"service": self.definition.id, "applicant": whom}
        return str(self.town.ok(MALEE, "POST", "/applications", json=body)["id"])

    def filled(self, case: str, procedure: Procedure, answers: dict[str, Any]) -> None:
        """Fetch what the state knows, answer the rest, upload what is asked for."""
        town, seen = self.town, self.definition.of(procedure)
        if seen.prefill:
            town.ok(MALEE, "POST", f"/applications/{case}/prefill")
        sources = town.ok(MALEE, "GET", f"/applications/{case}")["sources"]
        fetched = [pointer for pointer, source in sources.items() if source["locked"]]
        town.patch(case, _without(answers, [*fetched, *computed.formulas(seen)]))
        for code in town.ok(MALEE, "GET", f"/applications/{case}")["needed_documents"]:
            town.send(case, code)

    def decided(self, case: str, procedure: Procedure) -> str | None:
        """Let the agency, and where there is a fee the bank, take a filed case to its end; its licence."""
        town, workflow = self.town, self.definition.of(procedure).workflow
        for _ in range(MOST_MOVES):
            view = town.ok(ANONG, "GET", f"/applications/{case}")
            if workflow.states[view["state"]].turn == "nobody":
                town.run_queue()
                return None if view["licence"] is None else str(view["licence"])
            paid = workflow.find(view["state"], "paid")
            if paid is not None:
                answer = town.pay(case, transaction=f"BANK-{case}")
                assert answer.json == {"status": "booked"}, answer.text
                self.moves.append((procedure, paid[0]))
                continue
            self._move(case, procedure, [action["action"] for action in view["actions"]])
        raise AssertionError(f"{self.definition.id}, {procedure}: no end after {MOST_MOVES} moves")

    def _move(self, case: str, procedure: Procedure, actions: list[str]) -> None:
        """The first move onward that an officer is offered."""
        workflow = self.definition.of(procedure).workflow
        code = next(each for each in actions if not {"deficiency", "refusal"} & set(workflow.actions[each].effects))
        action = workflow.actions[code]
        if "inspection" in action.effects:
            findings = [self._finding(case, item.code, item.value, item.photo) for item in self.definition.checklist]
            self.town.ok(ANONG, "POST", f"/applications/{case}/inspections", json={"findings": findings})
        else:
            self.town.act(BUNDIT if action.roles == ("approver",) else ANONG, case, code)
        self.moves.append((procedure, code))

    def _finding(self, case: str, code: str, schema: Schema | None, photo: bool) -> dict[str, Any]:
        found: dict[str, Any] = {"code": code, "passed": True}
        if schema is not None:
            found["value"] = next(value for value in MEASURES if holds(schema, value))
        if photo:
            found["photos"] = [self._photographed(case)]
        return found

    def _photographed(self, case: str) -> str:
        content = a_jpeg()
        body = {
            "file_name": "ร้าน.jpg",
            "media_type": "image/jpeg",
            "size": len(content),
            "sha256": hashlib.sha256(content).hexdigest(),
        }
        made = self.town.ok(ANONG, "PUT", f"/applications/{case}/inspections", json=body)
        self.town.post_form(made, content)
        self.town.biz.on_upload(arrival(made["fields"]["key"]))
        return str(made["document"]["id"])

    def through(self, procedure: Procedure, licence: str | None = None, answers: dict[str, Any] | None = None) -> str:
        """The whole way of a procedure, by the answers of the definition's own case; the id of the case."""
        case = self.opened(procedure, licence)
        given = first_valid(self.definition, procedure).answers if answers is None else answers
        self.filled(case, procedure, given)
        judged = self.town.ok(MALEE, "POST", f"/applications/{case}/validate")
        assert judged["complete"], judged["errors"]
        self.town.ok(MALEE, "POST", f"/applications/{case}/submit")
        self.decided(case, procedure)
        return case

    def licence_of(self, case: str) -> str:
        """The number of the licence that a case brought."""
        return str(self.town.ok(MALEE, "GET", f"/applications/{case}")["licence"])


def _without(answers: dict[str, Any], unwanted: list[str]) -> dict[str, Any]:
    return dict(_left(answers, "", frozenset(unwanted)))


def _left(answers: dict[str, Any], where: str, unwanted: frozenset[str]) -> Iterator[tuple[str, Any]]:
    for name, value in answers.items():
        pointer = where + pointers.join([name])
        if pointer in unwanted:
            continue
        yield name, dict(_left(value, pointer, unwanted)) if isinstance(value, dict) else value
