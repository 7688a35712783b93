"""The portal: the largest shipped form, pages of queue and list at any number of cases, opening an application."""

from __future__ import annotations

import functools
import json
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from jsonschema import Draft202012Validator
from referencing import Registry

from bench.forms import BARE
from bench.measure import Sample, side_by_side
from bench.model_table import ModelTable
from bench.report import Comparison, shown
from chalicelib.biz.definitions import forms, lint_schema
from chalicelib.biz.definitions.catalogue import shipped
from chalicelib.biz.definitions.model import ServiceDefinition
from chalicelib.biz.model import Case
from chalicelib.shared.identity import Caller
from tests.biz.samples import small
from tests.biz.town import AGENCY, ANONG, BUNDIT, MALEE, Town

GOAL = 0.005
"""Seconds of CPU at the median that the judgement of the largest shipped form may take."""
SIZES = (1_000, 10_000, 100_000, 1_000_000)
PAGE = 20
FIRST, NEXT = "the first in a process", "each further one"


def largest() -> ServiceDefinition:
    """Of all that is shipped the service whose form has the most fields."""
    catalogue = shipped()
    newest = [catalogue.version(each, max(catalogue.versions(each))) for each in catalogue.ids()]
    return max(newest, key=lambda definition: len(dict(lint_schema.properties(definition.form.schema_))))


def largest_form(rounds: int) -> Comparison:
    """Judging complete answers to the largest shipped form, one by one, in CPU time."""
    definition = largest()
    given = _most_answers(definition)
    raw: Any = Draft202012Validator(definition.form.schema_, registry=Registry())
    calls: Mapping[str, Callable[[], object]] = {
        BARE: lambda: list(raw.iter_errors(given)),
        "Klang's judgement": lambda: forms.judge(definition, given),
    }
    samples = side_by_side(calls, rounds=rounds, clock=time.process_time)
    high = {name: _percentile(sample, 95) for name, sample in samples.items()}
    fields = len(dict(lint_schema.properties(definition.form.schema_)))
    kept = "kept" if samples["Klang's judgement"].median < GOAL else "MISSED"
    return Comparison(
        "Biz: the largest shipped form, judged",
        f"`{definition.id}`, {fields} fields, complete answers; CPU time of single calls, on the same schema and\n"
        "answers. Klang adds formats, patterns by RE2, the fields that depend on others, and what is computed.\n"
        f"95th percentile: {'; '.join(f'{name} {shown(value)}' for name, value in high.items())}.\n"
        f"Goal: under {shown(GOAL)} at the median, {kept}.",
        samples,
        BARE,
    )


def _most_answers(definition: ServiceDefinition) -> Mapping[str, Any]:
    """The longest complete answers among the definition's own tests."""
    complete = [test.answers for test in definition.tests if not forms.judge(definition, test.answers)]
    return max(complete, key=lambda given: len(json.dumps(given)))


def _percentile(sample: Sample, percent: int) -> float:
    if len(sample.seconds) < 2:
        return sample.seconds[0]
    return statistics.quantiles(sample.seconds, n=100, method="inclusive")[percent - 1]


def pages(which: str, rounds: int, sizes: Sequence[int] = SIZES, batch: int = 5) -> Comparison:
    """A page of an agency's queue (`queue`) or of a person's list (`list`) among ever more cases.

    All cases are of one agency and of one person: nothing helps but the index. A page from the middle is read.

    Raises:
        Dearer: a page at one size asks more of the table, or is another, than at the first size.
    """
    calls: dict[str, Callable[[], object]] = {}
    asked = set[tuple[str, ...]]()
    sealed = _a_filed_case()
    for size in sizes:
        town, table = _grown(sealed, size)
        read, where = _reader(town, table, which, size)
        table.requests.clear()
        items, after = read(where)
        asked.add(tuple(table.requests))
        if len(items) != PAGE or after is None:
            raise Dearer(f"a page of {len(items)} among {size:,} cases")
        calls[_cases(size)] = functools.partial(read, where)
    if len(asked) != 1:
        raise Dearer(f"another number of requests at another size: {asked}")
    return Comparison(
        {"queue": "Biz: a page of an officer's queue", "list": "Biz: a page of one's own applications"}[which],
        f"{PAGE} cases from the middle of an index that holds all cases of the table (one agency, one person), opened\n"
        "and shown as cards, in CPU time; the table is a model in memory with sorted indexes.\n"
        f"At every size it is {_said(asked.pop())}.",
        side_by_side(calls, rounds=rounds, batch=batch, clock=time.process_time),
        _cases(sizes[0]),
    )


class Dearer(Exception):
    """The cost of a page depends on how many cases there are."""


def _cases(size: int) -> str:
    return f"{size:,} cases"


def _said(requests: Sequence[str]) -> str:
    return f"{len(requests)} request{'' if len(requests) == 1 else 's'} ({', '.join(requests)})"


def _a_filed_case() -> Case:
    """A food application as it lies in the queue, complete and with its documents."""
    town = Town()
    return town.biz.store.find_case(town.filed())


def _grown(case: Case, size: int) -> tuple[Town, ModelTable]:
    """A town with so many cases like that one."""
    table = ModelTable()
    town = Town(table=table)
    owned = case.model_copy(update={"owner": town.keyring.pseudonym(MALEE), "agency": AGENCY})
    table.grow(owned, size, lambda each: town.biz.store.new_case(each, "agency").item)
    return town, table


def _reader(
    town: Town, table: ModelTable, which: str, size: int
) -> tuple[Callable[[str], tuple[Sequence[object], str | None]], str]:
    biz = town.biz
    if which == "queue":
        officer = Caller("officer", id=town.keyring.pseudonym(ANONG), agency=AGENCY, roles=frozenset({"intake"}))
        return lambda after: biz.desk.queue(officer, after, PAGE), table.middle("by_queue", size)
    person = Caller("citizen", id=town.keyring.pseudonym(MALEE))
    return lambda after: biz.following.mine(person, after, PAGE), table.middle("by_owner", size)


def opening(rounds: int) -> Comparison:
    """Opening an application to a service that an agency published, in a fresh process and again."""
    raw = small(agency=AGENCY)
    town = Town()
    kept = town.call(ANONG, "PUT", f"/services/{raw['id']}/draft", json=raw)
    town.call(BUNDIT, "POST", f"/services/{raw['id']}/versions", headers={"If-Match": kept.headers["etag"]})
    times: dict[str, list[float]] = {FIRST: [], NEXT: []}
    asked: dict[str, set[tuple[str, ...]]] = {FIRST: set(), NEXT: set()}
    for _ in range(rounds + 1):
        process = Town(table=town.memory, keyring=town.keyring)
        for name in (FIRST, NEXT):
            token = process.token(MALEE)
            body = {"service": raw["id"], "applicant": {"kind": "person"}}
            town.memory.requests.clear()
            at = time.process_time()
            answer = process.client.call("POST", "/biz/v1/applications", json=body, token=token)
            times[name].append(time.process_time() - at)
            asked[name].add(tuple(town.memory.requests))
            if answer.status != 201:
                raise Dearer(f"an application could not be opened: {answer.status}")
    said = [f"{name}: {' or '.join(sorted(map(_said, asked[name])))}" for name in (FIRST, NEXT)]
    return Comparison(
        "Biz: opening an application to an agency's own service",
        "CPU time of the whole request. A process asks once in 30 seconds what was published, and keeps each version,\n"
        f"for it never changes. Requests to the table: {'; '.join(said)}.",
        {name: Sample(tuple(seconds[1:] or seconds)) for name, seconds in times.items()},
        NEXT,
    )


def biz(effort: int) -> tuple[Callable[[], Comparison], ...]:
    """The portal's part of the bench."""
    return (
        lambda: largest_form(effort * 5),
        lambda: pages("queue", effort),
        lambda: pages("list", effort),
        lambda: opening(max(1, effort // 3)),
    )
