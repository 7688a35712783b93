"""Can the agency's own system do its part of a linked service, and nothing else? Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..roles import APPLICANT, LINKED, SYSTEM
from .link import Link, address_fault
from .parts import Workflow
from .problems import Problem, at

if TYPE_CHECKING:
    from .model import ServiceDefinition


def problems(definition: ServiceDefinition) -> Iterator[Problem]:
    """Everything wrong with the link, and with a workflow that does not fit it."""
    link = definition.link
    workflows = [("/workflow", definition.workflow)]
    for procedure, rule in definition.procedures.items():
        if rule.workflow is not None:
            workflows.append((at("procedures", procedure, "workflow"), rule.workflow))
    for where, workflow in workflows:
        yield from _moves(where, workflow, link)
    if link is None:
        return
    yield from _addresses(link)
    yield from _keys(link)
    if definition.deemed_approval is not None and link.licence == "agency":
        yield Problem("/deemed_approval", "nobody can issue by silence what only the agency issues (link.licence)")
    if definition.deemed_approval is not None and link.fee == "at_most":
        yield Problem("/deemed_approval", "by silence nobody says how much is due (link.fee)")
    if link.fee == "at_most" and not definition.fees:
        yield Problem("/link/fee", "there is no formula that could be the most")
    for procedure, rule in definition.procedures.items():
        if link.licence == "agency":
            yield Problem(at("procedures", procedure), "nothing here knows the agency's own licences (link.licence)")
        elif link.mode == "hand_over" and rule.form is None:
            yield Problem(at("procedures", procedure, "form"), "what is filled in elsewhere has a form of its own")
    for number, item in enumerate(definition.checklist):
        if item.photo:
            yield Problem(at("checklist", number, "photo"), "photographs stay with the agency's system")
    if link.mode == "hand_over":
        yield from _elsewhere(definition)


def _moves(where: str, workflow: Workflow, link: Link | None) -> Iterator[Problem]:
    for code, action in workflow.actions.items():
        place = where + at("actions", code)
        roles, effects = set(action.roles), set(action.effects)
        if link is None:
            if LINKED in roles:
                yield Problem(place, f"role '{LINKED}' needs a link to the agency's system")
            if "licensed" in effects:
                yield Problem(place, "'licensed' tells of the agency's own licence, which needs a link to its system")
            continue
        if not roles <= {APPLICANT, SYSTEM, LINKED}:
            yield Problem(place, f"in a linked service the agency's moves are made by its system: role '{LINKED}'")
        if action.not_by_same:
            yield Problem(place, "the agency's system keeps four eyes itself; here it is one caller (not_by_same)")
        if "licensed" in effects and (roles != {LINKED} or link.licence == "here"):
            yield Problem(place, "'licensed' is the system's word of the agency's own licence (link.licence: agency)")
        if "issue" in effects and link.licence == "agency":
            yield Problem(place, "the agency issues its licence itself (link.licence): use 'licensed'")


def _addresses(link: Link) -> Iterator[Problem]:
    for name in ("deliver_to", "hand_over_to"):
        url = getattr(link, name)
        fault = None if url is None else address_fault(url)
        if fault is not None:
            yield Problem(at("link", name), fault)
    if (link.hand_over_to is None) != (link.mode == "receive"):
        yield Problem("/link/hand_over_to", "belongs to mode 'hand_over', which needs it")


def _keys(link: Link) -> Iterator[Problem]:
    import jwt

    times = Counter(key.kid for key in link.keys)
    for number, key in enumerate(link.keys):
        if times[key.kid] > 1:
            yield Problem(at("link", "keys", number, "kid"), "the kid is used twice")
        try:
            jwt.PyJWK(key.jwk(), algorithm="ES256")
        except (jwt.PyJWTError, ValueError):
            yield Problem(at("link", "keys", number), "is no point of the curve P-256")


def _elsewhere(definition: ServiceDefinition) -> Iterator[Problem]:
    """Whoever fills the form at the agency's site leaves documents there, and nothing is fetched here for it."""
    if definition.prefill:
        yield Problem("/prefill", "the form is filled at the agency's site (link.mode: hand_over)")
    for number, rule in enumerate(definition.documents):
        if rule.mode == "upload":
            yield Problem(at("documents", number, "mode"), "documents are sent to the agency's site (hand_over)")
    for number, hint in enumerate(definition.form.hints.values()):
        if hint.computed is not None:
            yield Problem(at("form", "hints", list(definition.form.hints)[number]), "nothing is computed here")
