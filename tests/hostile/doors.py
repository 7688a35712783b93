"""Every operation as it is described, and every kind of caller who may stand before it.

What is described (docs/openapi.json) says who is let in; the gate of a test house decides who is. The handlers are
replaced by one that only says "inside", so that the whole matrix costs a second.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from chalicelib.shared.identity import Allow, Caller, Gate, Posting
from chalicelib.shared.web import Call, Reply, Request, Room, Route
from scripts.openapi import TARGET
from tests.house.the_app import ROUTES
from tests.opendata.people import national_id
from tests.support.keys import local_keyring
from tests.support.tokens import Issuers

INSIDE = 299
"""The status of the handler that stands for all handlers."""
AGENCY = "TH/LOCAL/LAEMNGOP"
ACCESS_DENIED = ".access_denied"


@dataclass(frozen=True)
class Rule:
    """One kind of caller as the description names it."""

    kind: str
    roles: frozenset[str] = frozenset()
    min_ial: str = "0"
    acting: str | None = None


@dataclass(frozen=True)
class Visitor:
    """Somebody before the door.

    Attributes:
        name: for the report.
        token: what they show, None for nothing.
        rules: what they are, to be compared with the description: as `kind`, and their role, level or scope.
    """

    name: str
    token: str | None
    kind: str
    role: str | None = None
    ial: str = "2.3"
    scope: str | None = None


def described() -> dict[str, tuple[Rule, ...]]:
    """Who may call each operation, by `METHOD path`, as the committed description tells everybody."""
    found = {}
    for path, operations in json.loads(TARGET.read_text(encoding="utf-8"))["paths"].items():
        for method, operation in operations.items():
            text = operation["description"].removeprefix("Callers: ").removesuffix(".")
            found[f"{method.upper()} {path}"] = tuple(_rule(part) for part in text.split("; "))
    return found


_RULE = re.compile(
    r"(?P<kind>\w+)(?: \((?P<roles>[a-z, -]+)\))?(?: \(IAL (?P<ial>[0-9.]+)\+\))?"
    r"(?:, or who acts for one with a mandate for (?P<acting>[\w-]+))?"
)


def _rule(text: str) -> Rule:
    found = _RULE.fullmatch(text)
    assert found is not None, text
    roles = frozenset(found["roles"].split(", ")) if found["roles"] else frozenset()
    return Rule(found["kind"], roles, found["ial"] or "0", found["acting"])


def expected(visitor: Visitor, rules: tuple[Rule, ...]) -> bool:
    """Whether the description lets a visitor in."""
    return any(_fits(visitor, rule) for rule in rules)


def _fits(visitor: Visitor, rule: Rule) -> bool:
    match rule.kind:
        case "public":
            return True
        case "officer":
            return visitor.kind == "officer" and (not rule.roles or visitor.role in rule.roles)
        case "citizen":
            own = visitor.kind in ("citizen", "officer")  # an officer is a person too
            let = own or (visitor.kind == "acting" and rule.acting is not None and visitor.scope == rule.acting)
            return let and [int(part) for part in visitor.ial.split(".")] >= [int(x) for x in rule.min_ial.split(".")]
        case _:
            return visitor.kind == rule.kind


class Posted:
    """A register of officers, each posted with one role."""

    def __init__(self, postings: Mapping[str, Posting]) -> None:
        self._postings = postings

    def posting(self, pseudonym: str) -> Posting | None:
        """See `identity.Staff`."""
        return self._postings.get(pseudonym)


class Doors:
    """The doors of all rooms, with visitors of every kind.

    Attributes:
        rules: who is let in by the description, by operation.
        doors: each operation's room and route, with a handler that only says that one is inside.
        visitors: of every kind, role, level and scope that any operation names, and of some that none does.
    """

    def __init__(self) -> None:
        self.rules = described()
        self.issuers = Issuers()
        keyring = local_keyring()
        roles = sorted({role for rules in self.rules.values() for rule in rules for role in rule.roles} | {"nothing"})
        scopes = sorted({rule.acting for rules in self.rules.values() for rule in rules if rule.acting} | {"nothing"})
        posted = {role: national_id(300000000000 + number) for number, role in enumerate(roles)}
        staff = Posted({keyring.pseudonym(pid): Posting(AGENCY, frozenset({role})) for role, pid in posted.items()})
        self.gate = Gate(self.issuers.tokens, keyring, staff)
        rooms = {name: Room(name, self.gate) for name in {room.name for room, _ in ROUTES.values()}}
        self.doors = {
            name.replace("+}", "}"): (rooms[room.name], replace(route, handler=_inside, **_EVERYTHING_ELSE_OPEN))
            for name, (room, route) in ROUTES.items()
        }
        self.visitors = tuple(self._everybody(posted, scopes))

    def _everybody(self, posted: Mapping[str, str], scopes: list[str]) -> Iterator[Visitor]:
        person = national_id(310000000000)
        yield Visitor("nobody", None, "public")
        for ial in ("1.1", "2.1", "2.3"):
            yield Visitor(f"a citizen of IAL {ial}", self.issuers.person(person, ial=ial), "citizen", ial=ial)
        for role, pid in posted.items():
            yield Visitor(f"an officer as {role}", self.issuers.person(pid), "officer", role=role)
        for scope in scopes:
            token = self.issuers.acting(person, actor="citizen:x", scopes=scope)
            yield Visitor(f"who acts for one with {scope}", token, "acting", scope=scope)
        yield Visitor("a system", self.issuers.system(f"{AGENCY}/office"), "system")

    def asked(self, name: str, authorization: str | None, allow: tuple[Allow, ...] | None = None) -> Any:
        """The answer of a door, perhaps with other rules than its own."""
        room, route = self.doors[name]
        if allow is not None:
            route = replace(route, allow=allow)
        headers = {} if authorization is None else {"authorization": authorization}
        return room.answer(route, Request(route.method, route.path, headers=headers))

    def differs(self, name: str, visitor: Visitor, allow: tuple[Allow, ...] | None = None) -> str | None:
        """What is wrong with how a visitor is met, or None."""
        answer = self.asked(name, None if visitor.token is None else f"Bearer {visitor.token}", allow)
        let = expected(visitor, self.rules[name])
        if (answer.status == INSIDE) is not let:
            return f"{name}: {visitor.name} met {answer.status}, described is {'in' if let else 'out'}"
        if answer.status == 500 and answer.headers.get("X-Road-Error", "").endswith(ACCESS_DENIED):
            return None  # how the X-Road message protocol for REST says 403
        if not let and (answer.status not in (401, 403) or "WWW-Authenticate" not in answer.headers):
            return f"{name}: {visitor.name} was refused with {answer.status} and {sorted(answer.headers)}"
        return None


def _inside(call: Call) -> Reply:
    return Reply(None, status=INSIDE)


_EVERYTHING_ELSE_OPEN: dict[str, Any] = {
    "body": None, "query": None, "raw": True, "if_match": False, "vouched": None, "credentials": None, "again": None,
}  # fmt: skip


def loosened(route: Route) -> Iterator[tuple[str, tuple[Allow, ...]]]:
    """The rules of a route with one guard taken away each; nothing for what is public anyway."""
    allow = tuple(route.allow)
    kinds = {rule.kind for rule in allow}
    if "public" in kinds:
        return
    yield "everybody", (*allow, Allow("public"))
    if "system" not in kinds:
        yield "systems", (*allow, Allow("system"))
    if "officer" not in kinds and "citizen" not in kinds:
        yield "officers", (*allow, Allow("officer"))
    if "citizen" not in kinds:
        yield "citizens", (*allow, Allow("citizen"))
    for number, rule in enumerate(allow):
        others = allow[:number], allow[number + 1 :]
        if rule.roles and "citizen" not in kinds:
            yield "any role", (*others[0], replace(rule, roles=frozenset()), *others[1])
        if rule.min_ial != "0":
            yield "any login", (*others[0], replace(rule, min_ial="0"), *others[1])
        if rule.kind == "citizen":
            yield "who acts for one", (*others[0], replace(rule, acting="nothing"), *others[1])


def tightened(route: Route) -> Iterator[tuple[str, tuple[Allow, ...]]]:
    """The rules of a route without one of them."""
    allow = tuple(route.allow)
    for number, rule in enumerate(allow):
        rest = allow[:number] + allow[number + 1 :]
        if rule.kind == "officer" and any(other.kind == "citizen" for other in rest):
            continue  # officers are let in as the citizens that they are
        if not any(other.kind == "public" for other in rest):
            yield f"without {rule.kind}", rest


def caller_of(doors: Doors, visitor: Visitor) -> Caller:
    """Who a visitor is to the gate where everybody is let in."""
    token = None if visitor.token is None else f"Bearer {visitor.token}"
    return doors.gate.admit(token, [Allow("public")])
