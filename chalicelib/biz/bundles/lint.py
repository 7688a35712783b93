"""May a bundle be offered? Every reason against it, each with the place and what to do. Bounded in time. Pure.

A bundle that is not clean stops the process at start, like a service: better no bundle than one that leads nowhere.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

from pydantic import ValidationError

from chalicelib.shared import pointers
from chalicelib.shared.expressions import BadExpression

from ..definitions import bounds, computed, fees, forms, lint_form, lint_schema
from ..definitions.lint import texts
from ..definitions.model import ServiceDefinition
from ..definitions.parts import Schema
from ..definitions.problems import MAX_PROBLEMS, Problem, at
from . import fitting, graph, rules
from .model import LICENCE_NO, BundleDefinition, Feed, MemberRule, Trial

Services = Callable[[str], ServiceDefinition | None]
"""The newest version of a service, or None for one that is not on offer."""

LICENCE_NUMBER: Schema = {"type": "string", "minLength": 22, "maxLength": 26}
"""What a licence's number is like; see licences/rules.number."""


def examine(raw: Any, services: Services) -> tuple[BundleDefinition | None, list[Problem]]:
    """A bundle as it was written: read, and everything that stands against offering it.

    Never raises, and takes bounded time, whatever JSON it is given. The bundle is None where it cannot be read.
    """
    found = bounds.problems(raw)
    if found:
        return None, found[:MAX_PROBLEMS]
    try:
        bundle = BundleDefinition.model_validate(raw)
    except ValidationError as error:
        errors = error.errors(include_url=False, include_input=False, include_context=False)
        places = [pointers.join([part for part in each["loc"] if part != "[key]"]) for each in errors]
        return None, [Problem(place, each["msg"]) for place, each in zip(places, errors, strict=True)][:MAX_PROBLEMS]
    return bundle, problems(bundle, services)


def problems(bundle: BundleDefinition, services: Services) -> list[Problem]:
    """Everything that stands against offering; empty when nothing does."""
    found = list(_schemas(bundle))
    if found:
        return found[:MAX_PROBLEMS]  # what follows runs the schemas, which is safe only when they are clean
    known = {code: services(rule.service) for code, rule in bundle.members.items()}
    found = [
        *texts(bundle.model_dump(by_alias=True, exclude={"tests"}), ""),
        *_form(bundle),
        *_members(bundle, known),
        *_shares(bundle, known),
        *_feeds(bundle, known),
        *_documents(bundle, known),
    ]
    if not found:
        here = {code: service for code, service in known.items() if service is not None}
        found = list(_tests(bundle, here))
    return found[:MAX_PROBLEMS]


def _schemas(bundle: BundleDefinition) -> Iterator[Problem]:
    yield from lint_schema.problems(bundle.form.schema_, "/form/schema", closed=True)
    conditions: list[tuple[str, Schema]] = [
        (at("members", code, "when"), rule.when) for code, rule in bundle.members.items() if rule.when is not None
    ]
    for pointer, hint in bundle.form.hints.items():
        for name, schema in (("visible_if", hint.visible_if), ("required_if", hint.required_if)):
            if schema is not None:
                conditions.append((at("form", "hints", pointer, name), schema))
    if len(conditions) > lint_schema.MAX_NODES:
        yield Problem("/form/hints", f"there are more than {lint_schema.MAX_NODES} conditions")
        return
    clean = True
    for where, schema in conditions:
        for problem in lint_schema.problems(schema, where):
            clean = False
            yield problem
    work = sum(lint_schema.work(schema) for _, schema in conditions) if clean else 0
    if work * len(bundle.tests) > 400_000:
        yield Problem("/tests", "all conditions of all tests together could take more than 400000 steps")


def _form(bundle: BundleDefinition) -> Iterator[Problem]:
    known = dict(lint_schema.properties(bundle.form.schema_))
    yield from lint_form.asked(bundle.form, known)
    for pointer, schema in known.items():
        if lint_schema.is_repeated(schema):
            yield Problem("/form/schema", f"{pointer} is a repeated part; only a member asks those")
    for pointer, hint in bundle.form.hints.items():
        if hint.computed is not None:
            yield Problem(at("form", "hints", pointer), "only a member computes answers")
    leaves = {pointer for pointer, schema in known.items() if not schema.get("properties")}
    named = set(bundle.shares)
    for rule in bundle.members.values():
        named |= {pointer for pointer, _ in lint_schema.properties(rule.when or {})}
    for pointer in sorted(leaves):
        if not any(pointer == each or pointer.startswith(each + "/") for each in named):
            yield Problem("/shares", f"{pointer} is asked, but no member uses it")


def _members(bundle: BundleDefinition, known: dict[str, ServiceDefinition | None]) -> Iterator[Problem]:
    for code, rule in bundle.members.items():
        where, service = at("members", code), known[code]
        if service is None:
            yield Problem(where + "/service", f"there is no service '{rule.service}'")
        else:
            for kind in sorted(set(bundle.applicants) - set(service.applicants)):
                yield Problem(where + "/service", f"'{rule.service}' is not for applicants of kind '{kind}'")
        for number, other in enumerate(rule.after):
            if other not in bundle.members:
                yield Problem(where + at("after", number), f"there is no member '{other}'")
        if len(set(rule.after)) < len(rule.after):
            yield Problem(where + "/after", "names a member twice")
        if not any(code in trial.members for trial in bundle.tests):
            yield Problem(where, "no test needs it: show when it is needed, or leave it out")
    times = Counter(rule.service for rule in bundle.members.values())
    for service_id in sorted(name for name, often in times.items() if often > 1):
        yield Problem("/members", f"'{service_id}' is named by more than one member")
    waiting = graph.circle({code: rule.after for code, rule in bundle.members.items()})
    if waiting:
        yield Problem(at("members", waiting[0], "after"), f"they wait for each other: {' -> '.join(waiting)}")


def _field(service: ServiceDefinition, pointer: str) -> Schema | str:
    """The schema of a field that may be filled from outside, or why it may not."""
    schema = fitting.at(service.form.schema_, pointer)
    if schema is None or "/*/" in pointer:
        return f"{pointer} is no field of '{service.id}'"
    for other in computed.formulas(service):
        if _overlap(pointer, other):
            return f"{pointer} is computed by '{service.id}'"
    for rule in service.prefill:
        if rule.lock and rule.applicant is None and "new" in rule.procedures and _overlap(pointer, rule.pointer):
            return f"{pointer} comes from a state register in '{service.id}'"
    return schema


def _overlap(one: str, other: str) -> bool:
    return one == other or one.startswith(other + "/") or other.startswith(one + "/")


def _shares(bundle: BundleDefinition, known: dict[str, ServiceDefinition | None]) -> Iterator[Problem]:
    filled: dict[str, list[str]] = {code: [] for code in bundle.members}
    for pointer, goals in bundle.shares.items():
        where, mine = at("shares", pointer), fitting.at(bundle.form.schema_, pointer)
        if mine is None:
            yield Problem(where, f"{pointer} is no field of the shared form")
        if not goals:
            yield Problem(where, "goes nowhere")
        for code, goal in goals.items():
            if code not in bundle.members:
                yield Problem(where + at(code), f"there is no member '{code}'")
                continue
            for other in filled[code]:
                if _overlap(goal, other):
                    yield Problem(where + at(code), f"{goal} of '{code}' is filled twice")
            filled[code].append(goal)
            service = known[code]
            theirs = None if service is None else _field(service, goal)
            if isinstance(theirs, str):
                yield Problem(where + at(code), theirs)
            elif mine is not None and theirs is not None:
                said = fitting.apart(mine, theirs)
                if said is not None:
                    yield Problem(where + at(code), f"no answer suits both: {said}")


def _feeds(bundle: BundleDefinition, known: dict[str, ServiceDefinition | None]) -> Iterator[Problem]:
    for code, rule in bundle.members.items():
        waited = graph.ancestors(bundle, code)
        shared = [goals[code] for goals in bundle.shares.values() if code in goals]
        for number, feed in enumerate(rule.feeds):
            where = at("members", code, "feeds", number)
            yield from (Problem(where, said) for said in _feed(bundle, known, code, rule, feed, waited))
            if any(_overlap(feed.to, goal) for goal in shared):
                yield Problem(where, f"{feed.to} is also a shared question")
            if any(_overlap(feed.to, each.to) and (each.from_ == feed.from_) for each in rule.feeds[:number]):
                yield Problem(where, f"{feed.to} is fed twice by '{feed.from_}'")


def _feed(
    bundle: BundleDefinition,
    known: dict[str, ServiceDefinition | None],
    code: str,
    rule: MemberRule,
    feed: Feed,
    waited: set[str],
) -> Iterator[str]:
    if feed.from_ not in bundle.members:
        yield f"there is no member '{feed.from_}'"
        return
    if feed.from_ not in waited:
        yield f"'{feed.from_}' is not waited for: put it into 'after'"
    source, service = known[feed.from_], known[code]
    if source is None or service is None:
        return
    theirs = _field(service, feed.to)
    if isinstance(theirs, str):
        yield theirs
    if feed.claim == LICENCE_NO:
        mine: Schema | None = LICENCE_NUMBER
    elif feed.claim in source.credential.claims:
        mine = fitting.at(source.form.schema_, source.credential.claims[feed.claim])
    else:
        yield f"the licence of '{source.id}' has no claim '{feed.claim}'"
        return
    if mine is None or isinstance(theirs, str):
        return
    said = fitting.strays(mine, theirs)
    if said is not None:
        yield f"the claim '{feed.claim}' may not fit {feed.to}: {said}"


def _documents(bundle: BundleDefinition, known: dict[str, ServiceDefinition | None]) -> Iterator[Problem]:
    used: set[tuple[str, str]] = set()
    for name, shared in bundle.documents.items():
        types: set[str] | None = None
        for code, document in shared.members.items():
            where = at("documents", name, "members", code)
            if code not in bundle.members:
                yield Problem(where, f"there is no member '{code}'")
                continue
            if (code, document) in used:
                yield Problem(where, f"the document '{document}' of '{code}' is shared twice")
            used.add((code, document))
            service = known[code]
            rule = None if service is None else service.of("new").document(document)
            if service is not None and (rule is None or rule.mode != "upload"):
                yield Problem(where, f"'{document}' is no upload of '{service.id}'")
            elif rule is not None:
                types = set(rule.types) if types is None else types & set(rule.types)
                if not types:
                    yield Problem(where, "no type of file suits all of them")


def _tests(bundle: BundleDefinition, known: dict[str, ServiceDefinition]) -> Iterator[Problem]:
    for number, trial in enumerate(bundle.tests):
        for said in _run(bundle, known, trial):
            yield Problem(at("tests", number), f"({trial.name}) {said}")


def _run(bundle: BundleDefinition, known: dict[str, ServiceDefinition], trial: Trial) -> Iterator[str]:
    faults = forms.judge(bundle, trial.answers, base="")
    needed = rules.needed(bundle, trial.answers)
    if sorted(needed) != sorted(trial.members):
        yield f"needs {', '.join(needed) or 'no licence'}"
        return
    for code in sorted(set(trial.own) - set(needed)):
        yield f"'{code}' is not needed, so it asks nothing"
    total, unknown = 0, list[str]()
    for code in needed:
        service = known[code].of("new")
        given = pointers.merge({}, rules.patch_for(bundle, code, {}, trial.answers))
        answers = computed.worked_out(service, pointers.merge(given, trial.own.get(code, {})))
        faults += forms.judge(service, answers, base=at("members", code))
        try:
            total += fees.quote(service, answers, trial.on).total_satang
        except BadExpression as error:
            unknown.append(f"the fee of '{code}' cannot be computed: {error}")
    if trial.valid and faults:
        yield f"should be valid, but: {'; '.join(f'{fault.pointer} {fault.en}' for fault in faults)}"
    if not trial.valid and not faults:
        yield "should be invalid, but is valid"
    for pointer in sorted(set(trial.faults) - {fault.pointer for fault in faults}):
        yield f"there should be a fault at {pointer}"
    if trial.fee is not None:
        yield from unknown
        if not unknown and Decimal(fees.baht(total)) != Decimal(trial.fee):
            yield f"costs {fees.baht(total)}, not {trial.fee}"
