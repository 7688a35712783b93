"""Everybody at everything that is not theirs: what they get must be what they get for a thing that is not there."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

from chalicelib.shared.errors import Refusal
from chalicelib.shared.identity import PUBLIC
from chalicelib.shared.web import Call, Response, Route
from tests.hostile.owning import FIXED, bodies
from tests.hostile.played import Params, Played, Thing

STRANGERS: Mapping[str, str] = {
    "somchai": "citizen", "malee": "citizen", "kamon": "citizen", "who acts for malee": "citizen",
    "officer-dcy": "officer", "publisher-laemngop": "officer", "assistant-jintana": "officer",
    "dopa-civil": "system", "gsb-loans": "system", "laemngop-family": "system",
}  # fmt: skip
"""One of each kind, of several agencies; whom an operation does not admit at all is tried in `test_doors`."""
PARTIES: tuple[tuple[str, frozenset[str], str], ...] = (
    # operation's path, who has to do with such things beside their owner, and why
    ("/citizen/v1/me/mandates", frozenset({"malee", "kamon"}), "who gives a mandate and who holds it"),
    ("/biz/v1/delegations", frozenset({"malee", "kamon"}), "who gives a power of attorney and who holds it"),
    ("/citizen/v1/me/assistance", frozenset({"malee", "assistant-jintana"}), "who is helped"),
    ("/citizen/v1/assistance", frozenset({"malee", "assistant-jintana"}), "who helps"),
    ("/gdx/v1/negotiations", frozenset({"dopa-civil", "dbd-juristic", "operator-dga"}), "both parties of an agreement"),
    ("/gdx/v1/agreements", frozenset({"dopa-civil", "dbd-juristic", "operator-dga"}), "both parties of an agreement"),
    ("/biz/v1/applications", frozenset({"ploy", "officer-dcy"}), "the agency that decides about a grant"),
    ("/biz/v1/applications", frozenset({"malee", "officer-anong", "officer-bundit"}), "the agency that licenses"),
    ("/biz/v1/licences", frozenset({"ploy", "officer-dcy"}), "the agency that issued it"),
    ("/gdx/v1/receipts", frozenset({"laemngop-office", "dopa-civil"}), "both ends of an exchange"),
    ("/opendata/v1/harvest/sources", frozenset({"publisher-laemngop", "operator-dga"}), "who harvests; the operator"),
    ("/opendata/v1/contributions", frozenset({"publisher-laemngop", "somchai"}), "who wrote it, and who answers"),
)  # fmt: skip
RANDOM = re.compile(r"(?=.*[0-9])(?=.*[A-Za-z])[A-Za-z0-9_-]{16,}|NB-[0-9A-Z-]+")
"""An id that nobody guesses; shorter ones and words are public (a service, an entitlement)."""


@dataclass(frozen=True)
class Cell:
    """One stranger at one thing."""

    operation: str
    params: Params
    owner: str
    who: str


def cells(played: Played) -> Iterator[Cell]:
    """Everybody at everything that is somebody else's: what the owner did, and what may be done beside."""
    done = set()
    for thing in played.things:
        if not any(RANDOM.fullmatch(each) for each in thing.params):
            continue
        for operation, params in [(thing.operation, thing.params), *beside(played, thing)]:
            allow = played.operations[operation][1].allow
            for who, kind in STRANGERS.items():
                kinds = {rule.kind for rule in allow}
                fits = kind in kinds or (kind == "officer" and "citizen" in kinds)
                cell = Cell(operation, params, thing.owner, who)
                if fits and cell not in done and not _party(cell):
                    done.add(cell)
                    yield cell


def beside(played: Played, thing: Thing) -> Iterator[tuple[str, Params]]:
    """Other operations on the same thing."""
    path = thing.operation.split()[1]
    base = path[: path.rindex("}") + 1]
    for operation in played.operations:
        other = operation.split()[1]
        if other.startswith(base) and operation != thing.operation and not played.public(operation):
            more = [FIXED.get(name, ("1" * 32,)) for name in played.names(other)[len(thing.params) :]]
            yield from ((operation, (*thing.params, *words)) for words in product(*more))


def _party(cell: Cell) -> bool:
    if cell.who == cell.owner:
        return True
    path = cell.operation.split()[1]
    return any(path.startswith(place) and {cell.who, cell.owner} <= who for place, who, _ in PARTIES)


def absent(params: Params) -> Params:
    """The same parameters for a thing that is not there."""
    return tuple(
        each[:-2] + ("y" if each[-2] == "x" else "x") + each[-1] if RANDOM.fullmatch(each) and not _hex(each)
        else each[:-1] + ("0" if each[-1] != "0" else "1") if RANDOM.fullmatch(each)
        else each
        for each in params
    )  # fmt: skip


def _hex(text: str) -> bool:
    return re.fullmatch("[0-9a-f]+", text) is not None


def asked(played: Played, cell: Cell, params: Params, route: Route | None = None) -> Response:
    """The answer to a stranger: of the first body that is read at all."""
    answer: Response | None = None
    for body in bodies(cell.operation):
        answer = played.ask(cell.operation, params, cell.who, body=body, headers={"if-match": '"v1"'}, route=route)
        if answer.status not in (400, 415, 422):
            break
    assert answer is not None
    return answer


def told(answer: Response) -> Any:
    """What an answer says, without what differs between any two answers."""
    text = answer.body.decode(errors="replace")
    if "problem+json" in answer.headers.get("Content-Type", ""):
        text = json.dumps({name: part for name, part in json.loads(text).items() if name != "instance"})
    return answer.status, re.sub(r'"request_?[iI]d": ?"[^"]*"', "", text)


def markers(played: Played, cell: Cell) -> set[str]:
    """What tells of the owner: the thing's own ids, the person's number, their names in the tables."""
    persona = played.here.surroundings.personas.find(cell.owner)
    found = {each for each in cell.params if RANDOM.fullmatch(each)} | played.pseudonyms(cell.owner)
    return found | ({persona.pid} if persona is not None and persona.pid is not None else set())


def leak(played: Played, cell: Cell, route: Route | None = None) -> str | None:
    """What a stranger learns or changes at somebody's thing; None where it might as well not be there."""
    marks = markers(played, cell)
    with played.writes() as written:
        answer = asked(played, cell, cell.params, route)
    touched = [key for key in written if any(mark in key for mark in marks)]
    if touched:
        return f"{answer.status}, and wrote {touched}"
    if answer.status >= 500:
        return f"{answer.status}"
    if answer.status < 300:
        text = answer.body.decode(errors="replace")
        if shown := sorted(mark for mark in marks if mark in text):
            return f"{answer.status}, and showed {shown}"
    if _everybodys(played, cell):
        return None
    other = asked(played, cell, absent(cell.params), route)
    if told(answer) != told(other):
        return f"{told(answer)} instead of {told(other)}"
    return None


def _everybodys(played: Played, cell: Cell) -> bool:
    """Whether everybody may read the thing anyway: then it may be said whose it is."""
    path = cell.operation.split()[1]
    read = f"GET {path[: path.index('}') + 1]}"
    return (
        read in played.operations and played.public(read) and played.ask(read, cell.params[:1], "nobody").status < 300
    )


def believing(played: Played, cell: Cell) -> Route | None:
    """The operation as it would be if it took every stranger for the owner: without its guard over things.

    None where the owner may not do it either: then nothing of the kind can be tried.
    """
    room, route = played.operations[cell.operation]
    try:
        owner = room.gate.admit(f"Bearer {played.tokens[cell.owner]}", route.allow)
    except Refusal:
        return None

    def handler(call: Call) -> Any:
        headers = {**call.request.headers, "authorization": f"Bearer {played.tokens[cell.owner]}"}
        return route.handler(replace(call, caller=owner, request=replace(call.request, headers=headers)))

    return replace(route, handler=handler, allow=(PUBLIC,))
