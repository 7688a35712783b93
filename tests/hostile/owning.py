"""Everybody makes what they may make, and looks at what they may read: so each thing gets an owner."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from chalicelib.shared.web import Route
from tests.hostile.played import Params, Played
from tests.hostile.shapes import DOCUMENT, Maker

OWNERS: Mapping[str, str] = {
    "malee": "citizen", "ploy": "citizen", "laemngop-office": "system",
    "dopa-civil": "system", "publisher-laemngop": "officer", "officer-anong": "officer", "operator-dga": "officer",
    "assistant-jintana": "officer",
}  # fmt: skip
"""Whose things are looked for: people, systems of two agencies, officers of the rooms."""
BODIES = 4
"""Bodies made from a schema that are tried for one thing that can be made."""
MOST_THINGS = 2
"""Things of one operation that are kept for each owner."""
NEAR, FAR = 8, 4
"""Ids that are tried for a parameter: of the list that the thing stands in, and of other answers of the room."""
NOT_MADE = ("/sessions/end", "/me/profile", "/me/sessions", "/sandbox/", "/provider/")
"""What would end the owner's own login, or is no place of theirs."""
FIXED: Mapping[str, Params] = {
    "action": ("accept", "approve"), "command": ("withdraw", "accept", "revoke"),
    "change": ("suspend", "revoke"), "channel": ("email", "sms"), "day": ("2026-12-01",),
    "provider": ("sample-bank",), "number": ("1",), "version": ("1",), "environment": ("production",),
    "path": ("lookup",), "member": ("1", "2"), "kind": ("dataset.atom",),
}  # fmt: skip
"""Parts of paths that are words and no ids; those of several parts (a member, a service) are split from ids."""
SPLIT = ("instance", "member_class", "member")
LATER = "2027-06-30"
WISHES: tuple[tuple[str, str, Mapping[str, Any]], ...] = (
    ("malee", "POST /citizen/v1/me/mandates",
     {"kind": "agent", "whom": "3990100024048", "scopes": ["inbox", "bills"], "until": LATER}),
    ("malee", "POST /biz/v1/delegations",
     {"agent": "3990100024048", "juristic_id": "0105569999981", "services": "all", "acts": ["fill"], "until": LATER}),
    ("malee", "POST /citizen/v1/me/exports", {}),
    ("malee", "POST /biz/v1/applications",
     {"service": "food-establishment-licence", "applicant": {"kind": "juristic", "juristic_id": "0105569999981"}}),
    ("assistant-jintana", "POST /citizen/v1/assistance",
     {"pid": "3990100001013", "scopes": ["profile"], "purpose": "several"}),
    ("publisher-laemngop", "POST /opendata/v1/harvest/sources",
     {"kind": "ckan", "title": "x", "url": "https://catalogue.example/", "organization": "laemngop"}),
)  # fmt: skip
"""What no schema can guess: for whom, and about what."""


def own(played: Played) -> None:
    """Finds and makes things of everybody."""
    for owner, operation, body in WISHES:
        answer = played.ask(operation, (), owner, body=body, headers={"idempotency-key": f"{owner} {operation}"})
        assert 200 <= answer.status < 300, (operation, answer.body)
        played.succeeded(operation, (), owner, answer)
    for owner, kind in OWNERS.items():
        _make(played, owner, kind)
        _look(played, owner, kind)


def admits(route: Route, kind: str) -> bool:
    """Whether an operation is one of this kind of caller's own, and not everybody's."""
    kinds = {rule.kind for rule in route.allow}
    return "public" not in kinds and (kind in kinds or (kind == "officer" and "citizen" in kinds))


def schema_of(operation: str) -> Mapping[str, Any] | None:
    """The schema of an operation's body, where it is described."""
    method, path = operation.replace("+}", "}").split()
    described = DOCUMENT["paths"].get(path, {}).get(method.lower(), {}).get("requestBody")
    found: Mapping[str, Any] | None = next(iter(described["content"].values())).get("schema") if described else None
    return found


def bodies(operation: str, count: int = BODIES) -> Iterator[Any]:
    """Bodies that fit an operation's schema; one None where it takes none."""
    schema = schema_of(operation)
    if schema is None:
        yield None
        return
    for number in range(count):
        yield Maker(f"{operation} {number}", sparse=number % 2 == 0).value(schema)


def _make(played: Played, owner: str, kind: str) -> None:
    for name, (_, route) in played.operations.items():
        if route.method != "POST" or "{" in name or not admits(route, kind) or any(no in name for no in NOT_MADE):
            continue
        for number, body in enumerate(bodies(name)):
            answer = played.ask(name, (), owner, body=body, headers={"idempotency-key": f"{owner} {name} {number}"})
            if 200 <= answer.status < 300:
                played.succeeded(name, (), owner, answer)
                break


def _look(played: Played, owner: str, kind: str) -> None:
    reads = [name for name, (_, route) in played.operations.items() if route.method == "GET" and admits(route, kind)]
    for name in sorted(reads, key=lambda each: each.count("{")):
        kept = 0
        for params in candidates(played, owner, name):
            answer = played.ask(name, params, owner)
            if 200 <= answer.status < 300:
                played.succeeded(name, params, owner, answer)
                kept += 1
            if kept == MOST_THINGS or name.startswith("GET /r1"):
                break


def candidates(played: Played, owner: str, operation: str) -> Iterable[Params]:
    """Parameters to try for a path, from what the owner has seen."""
    path = operation.split()[1]
    parts = played.names(path)
    if not parts:
        return [()]
    near = path.partition("/{")[0]
    room = "/".join(path.split("/")[:3])
    seen = played.ids[owner]
    first = [each for place, found in seen.items() if place.partition("/{")[0] == near for each in found]
    others = [each for place, found in seen.items() if place.startswith(room) for each in found if each not in first]
    ids = list(dict.fromkeys([*first[:NEAR], *others[:FAR]]))
    if tuple(parts[: len(SPLIT)]) == SPLIT:
        split = (tuple(each.split("/")) for each in dict.fromkeys([*first, *others]))
        return [each for each in split if len(each) == len(parts)][:NEAR]
    choices = [FIXED.get(part, tuple(ids)) for part in parts]
    return itertools.islice(itertools.product(*choices), 24)
