"""Does a workflow table lead from opening to an end, whatever happens, and can its moves be made? Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..roles import AGENCY_ROLES, APPLICANT, LINKED, ROLES, SYSTEM
from .parts import Action, Effect, Workflow
from .problems import Problem

if TYPE_CHECKING:
    from .model import ServiceDefinition

MAX_STATES = 60
MAX_ACTIONS = 200
_OFFICER_EFFECTS = {"deficiency", "inspection", "refusal", "fee"}
_EXPECTED_CLOCK = {"deficiency": "pause", "refusal": "stop"}


def problems(definition: ServiceDefinition) -> list[Problem]:
    """Everything wrong with the workflow; names are checked before paths, so a typing error is told as one."""
    workflow = definition.workflow
    found = [*_sizes(workflow)] or [*_names(workflow)]
    if found:
        return found
    return [
        *_paths(workflow),
        *_actions(workflow, definition),
        *_guards(workflow),
        *_clock(workflow),
        *_deemed(definition),
    ]


def _sizes(workflow: Workflow) -> Iterator[Problem]:
    """Every path is followed below, so there may not be too many."""
    for what, there, most in (("states", workflow.states, MAX_STATES), ("actions", workflow.actions, MAX_ACTIONS)):
        if len(there) > most:
            yield Problem(f"/workflow/{what}", f"has more than {most} {what}")


def _names(workflow: Workflow) -> Iterator[Problem]:
    if workflow.initial not in workflow.states:
        yield Problem("/workflow/initial", f"there is no state '{workflow.initial}'")
    for code, action in workflow.actions.items():
        where = f"/workflow/actions/{code}"
        for state in (*action.from_, action.to):
            if state not in workflow.states:
                yield Problem(where, f"there is no state '{state}'")
        for role in action.roles:
            if role not in ROLES:
                yield Problem(where, f"unknown role '{role}'; use {', '.join(ROLES)}")
        for other in action.not_by_same:
            if other not in workflow.actions:
                yield Problem(where, f"there is no action '{other}'")


def _paths(workflow: Workflow) -> Iterator[Problem]:
    reached = _reach({workflow.initial}, workflow)
    for state in sorted(workflow.states.keys() - reached):
        yield Problem(f"/workflow/states/{state}", "cannot be reached")
    ends = {code for code, state in workflow.states.items() if state.turn == "nobody"}
    for code, place in workflow.states.items():
        leaving = workflow.available(code)
        if place.turn == "nobody" and leaving:
            yield Problem(
                f"/workflow/states/{code}", f"is an end (turn: nobody), yet '{next(iter(leaving))}' leaves it"
            )
        if place.turn != "nobody" and not leaving:
            yield Problem(f"/workflow/states/{code}", "is a dead end; add an action or say turn: nobody")
        elif place.turn != "nobody" and not _reach({code}, workflow) & ends:
            yield Problem(f"/workflow/states/{code}", "no end can be reached from it")
    if not ends:
        yield Problem("/workflow/states", "no state is an end (turn: nobody)")


def _reach(start: set[str], workflow: Workflow) -> set[str]:
    seen, queue = set(start), list(start)
    while queue:
        for action in workflow.available(queue.pop()).values():
            if action.to not in seen:
                seen.add(action.to)
                queue.append(action.to)
    return seen


def _actions(workflow: Workflow, definition: ServiceDefinition) -> Iterator[Problem]:
    effects = [effect for action in workflow.actions.values() for effect in action.effects]
    link = definition.link
    granted: Effect = "issue" if link is None or link.licence == "here" else "licensed"
    for needed in ("file", granted, "refusal", "withdraw"):
        if needed not in effects:
            yield Problem("/workflow/actions", f"no action has the effect '{needed}'")
    if ("fee" in effects) != ("paid" in effects):
        yield Problem("/workflow/actions", "'fee' and 'paid' come together")
    if ("fee" in effects) != bool(definition.fees):
        yield Problem("/fees", "a service with fees needs an action with the effect 'fee', and the other way round")
    if "inspection" in effects and not definition.checklist:
        yield Problem("/checklist", "an inspection needs a checklist")
    deemed = None if definition.deemed_approval is None else definition.deemed_approval.action
    for code, action in workflow.actions.items():
        yield from _action(f"/workflow/actions/{code}", action, workflow, deemed=code == deemed)
        elsewhere = link is not None and link.mode == "hand_over"
        if "file" in action.effects and set(action.roles) != {LINKED if elsewhere else APPLICANT}:
            who = f"the agency's system (role '{LINKED}')" if elsewhere else "the applicant"
            yield Problem(f"/workflow/actions/{code}", f"only {who} can file")
    for state in workflow.states:
        seen: set[str] = set()
        for action in (action for code, action in workflow.available(state).items() if code != deemed):
            for effect in action.effects:
                if effect in seen:
                    yield Problem(f"/workflow/states/{state}", f"two actions with the effect '{effect}' leave it")
                seen.add(effect)


def _action(where: str, action: Action, workflow: Workflow, *, deemed: bool) -> Iterator[Problem]:
    roles, effects = set(action.roles), set(action.effects)
    if "withdraw" in effects and roles != {APPLICANT}:
        yield Problem(where, "only the applicant can withdraw")
    if effects & _OFFICER_EFFECTS and not roles <= set(AGENCY_ROLES) and not deemed:
        yield Problem(where, "only an officer can do this")
    if "paid" in effects and roles != {SYSTEM}:
        yield Problem(where, "only the system can say that it was paid")
    if APPLICANT in roles and not effects:
        yield Problem(where, "an applicant's action needs the effect 'file' or 'withdraw'")
    if SYSTEM in roles and "paid" not in effects and not deemed:
        yield Problem(where, "nothing would ever do this; the system acts only on payment")
    if "issue" in effects and APPLICANT in roles:
        yield Problem(where, "an applicant cannot issue a licence")
    if "refusal" in effects and workflow.states[action.to].turn != "nobody":
        yield Problem(where, "a refusal must end the case")
    if action.notice is None and roles != {APPLICANT}:
        yield Problem(where, "the applicant must be told (notice)")
    for effect, clock in _EXPECTED_CLOCK.items():
        if effect in effects and action.clock != clock:
            yield Problem(where, f"with the effect '{effect}' the clock must {clock}")


def _guards(workflow: Workflow) -> Iterator[Problem]:
    """A guard holds an officer back, never the applicant or the system; and some way on always stays open."""
    for code, action in workflow.actions.items():
        where = f"/workflow/actions/{code}"
        if (action.guard is None) != (action.otherwise is None):
            yield Problem(where, "'guard' and 'otherwise' (why not) come together")
        if action.guard is None:
            continue
        if not set(action.roles) <= set(AGENCY_ROLES):
            yield Problem(
                where, "only an officer's action may have a guard; what an applicant must give is in the form"
            )
        if "refusal" in action.effects:
            yield Problem(where, "a refusal has no guard; it has reasons")
        for state in action.from_:
            open_ways = [other for other in workflow.available(state).values() if other.guard is None]
            if not any(set(other.roles) & set(AGENCY_ROLES) for other in open_ways):
                yield Problem(where, f"while the guard does not hold, no officer can do anything in '{state}'")


def _clock(workflow: Workflow) -> Iterator[Problem]:
    """Follow every path and see that the clock is never told something that its state forbids.

    A stop fits always: it says only that from here on nobody waits.
    """
    follows = {
        "not_started": {"none": "not_started", "start": "running", "stop": "not_started"},
        "running": {"none": "running", "pause": "paused", "stop": "stopped"},
        "paused": {"none": "paused", "resume": "running", "stop": "stopped"},
        "stopped": {"none": "stopped", "stop": "stopped"},
    }
    seen = {(workflow.initial, "not_started")}
    queue = list(seen)
    told: set[tuple[str, str]] = set()
    while queue:
        state, clock = queue.pop()
        if workflow.states[state].turn == "nobody" and clock in ("running", "paused") and (state, clock) not in told:
            told.add((state, clock))
            yield Problem(f"/workflow/states/{state}", f"the case ends while the clock is {clock}")
        for code, action in workflow.available(state).items():
            following = follows[clock].get(action.clock)
            if following is None:
                if (code, clock) not in told:
                    told.add((code, clock))
                    yield Problem(f"/workflow/actions/{code}", f"cannot {action.clock} a clock that is {clock}")
            elif (action.to, following) not in seen:
                seen.add((action.to, following))
                queue.append((action.to, following))


def _deemed(definition: ServiceDefinition) -> Iterator[Problem]:
    """A deemed approval must be able to happen wherever a term can end, and must approve."""
    rule, workflow = definition.deemed_approval, definition.workflow
    if rule is None:
        return
    action = workflow.actions.get(rule.action)
    if action is None:
        yield Problem("/deemed_approval/action", f"there is no action '{rule.action}'")
        return
    where = f"/workflow/actions/{rule.action}"
    if set(action.roles) != {SYSTEM}:
        yield Problem(where, "only the system can do what the law deems done")
    if action.clock != "stop":
        yield Problem(where, "a deemed approval must stop the clock")
    if not set(action.effects) & {"fee", "issue"}:
        yield Problem(where, "a deemed approval needs the effect 'fee' or 'issue'")
    for state in sorted(_where_it_runs(workflow) - set(action.from_)):
        yield Problem(where, f"does not leave '{state}', where the term can end")


def _where_it_runs(workflow: Workflow) -> set[str]:
    """The states of the agency in which the clock may be running."""
    follows = {"start": True, "resume": True, "pause": False, "stop": False}
    seen = {(workflow.initial, False)}
    queue = list(seen)
    while queue:
        state, running = queue.pop()
        for action in workflow.available(state).values():
            place = (action.to, follows.get(action.clock, running))
            if place not in seen:
                seen.add(place)
                queue.append(place)
    return {state for state, running in seen if running and workflow.states[state].turn == "agency"}
