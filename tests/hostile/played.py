"""The town after the story and some more, as strangers find it: who is there, what is whose, and who writes what.

What belongs to whom is not listed by hand. Whatever the people of the story did with success is theirs; then each
owner makes what the schemas let them make and looks at everything they may read. Ids found in the answers fill the
paths of further operations, and what answers with 2xx to its owner is one of their things. A new operation is tried
without a word here, as soon as its ids stand in an answer.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlsplit

from chalicelib.shared.next_door import find_route
from chalicelib.shared.web import Request, Response, Room, Route
from demo.story import STEPS
from demo.world import Answer, World
from tests.support.town import InProcess, Town

Params = tuple[str, ...]
ACTING = "who acts for malee"
SOMEBODY = "3990100001013"
"""Malee."""
ID = re.compile(r"[A-Za-z0-9._~:/@-]{1,120}")
NAMES = re.compile(r"(?:^|_)(?:id|ids|no|number|code|receipt|kid|name|reference|jti|document|agency|service|sid)$")


@dataclass(frozen=True)
class Thing:
    """One operation upon one thing of somebody."""

    operation: str
    params: Params
    owner: str


class Remembering(InProcess):
    """Carries the story's requests, and remembers what succeeded for whom."""

    def __init__(self, here: Town) -> None:
        super().__init__(here)
        self.done: list[tuple[str, str, str, Answer]] = []

    def send(self, method: str, path: str, headers: Mapping[str, str], body: bytes | None) -> Answer:
        """See `World`."""
        answer = super().send(method, path, headers, body)
        if 200 <= answer.status < 300 and "authorization" in headers:
            self.done.append((headers["authorization"].removeprefix("Bearer "), method, path, answer))
        return answer


@dataclass
class Played:
    """The town, played.

    Attributes:
        here: the town.
        world: its people.
        operations: room and route by `METHOD path`.
        tokens: of all personas and of nobody; more may be added.
        ids: what may be an id, by who saw it, and the path of the operation that said it.
        things: what succeeded for whom.
        written: keys of rows that were written since `writes` began, as `table pk sk`.
    """

    here: Town
    world: World
    operations: Mapping[str, tuple[Room, Route]]
    tokens: dict[str, str | None]
    ids: dict[str, dict[str, list[str]]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(list)))
    things: dict[Thing, None] = field(default_factory=dict)
    written: list[str] = field(default_factory=list)

    def names(self, operation: str) -> list[str]:
        """The parameters of an operation's path."""
        return re.findall(r"{(\w+)\+?}", operation)

    def public(self, operation: str) -> bool:
        """Whether everybody is let in."""
        return any(rule.kind == "public" for rule in self.operations[operation][1].allow)

    def ask(
        self,
        operation: str,
        params: Sequence[str],
        who: str,
        *,
        body: Any = None,
        query: Mapping[str, str | Sequence[str]] | None = None,
        headers: Mapping[str, str] | None = None,
        route: Route | None = None,
        address: str = "203.0.113.7",
    ) -> Response:
        """One request through the edge of the room, as API Gateway would hand it over."""
        room, own = self.operations[operation]
        route = route or own
        filled = {name: quote(value, safe="") for name, value in zip(self.names(route.path), params, strict=True)}
        sent = {"accept": "application/json", "accept-language": "en", **(headers or {})}
        if (token := self.tokens[who]) is not None:
            sent.setdefault("authorization", f"Bearer {token}")
        content = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        if content:
            patch = "merge-patch+" if route.method == "PATCH" else ""
            sent.setdefault("content-type", f"application/{patch}json")
        path = re.sub(r"{(\w+)\+?}", lambda found: filled[found[1]], route.path)
        asked = {name: (value,) if isinstance(value, str) else tuple(value) for name, value in (query or {}).items()}
        return room.answer(route, Request(route.method, path, filled, asked, sent, content, address=address))

    def succeeded(self, operation: str, params: Params, owner: str, answer: Response) -> None:
        """Remembers that something is the owner's, and the ids that the answer names."""
        if params:
            self.things[Thing(operation, params, owner)] = None
        if "json" in answer.headers.get("Content-Type", answer.headers.get("content-type", "")) and answer.body:
            seen = self.ids[owner][operation.split()[1]]
            seen.extend(dict.fromkeys(value for value in said(json.loads(answer.body)) if value not in seen))

    def log_in(self) -> None:
        """Gives everybody a new token: the shortest live ten minutes."""
        self.world.people.clear()
        for persona in self.here.surroundings.personas:
            self.tokens[persona.id] = self.world.person(persona.id).token
        sessions = self.here.loaded.house.citizen.sessions
        self.tokens[ACTING] = sessions.tokens.acting(
            pid=SOMEBODY, name="มาลี", ial="2.3", actor="citizen:x", scopes=["inbox", "bills"], mandate="1" * 32
        )

    @contextmanager
    def writes(self) -> Iterator[list[str]]:
        """What is written meanwhile."""
        self.written.clear()
        yield self.written

    def hear(self, params: Mapping[str, Any], **_: Any) -> None:
        """Notes what a call to DynamoDB changes."""
        for action in params.get("TransactItems", ()):
            for kind, change in action.items():
                if kind != "ConditionCheck":
                    self._note(change)
        if "TransactItems" not in params:
            self._note(params)

    def _note(self, change: Mapping[str, Any]) -> None:
        key = change.get("Item") or change["Key"]
        self.written.append(f"{change['TableName']} {key['pk']['S']} {key['sk']['S']}")

    def pseudonyms(self, who: str) -> set[str]:
        """A persona's names in the tables of all rooms: pseudonyms of a person, the id of a system."""
        persona = self.here.surroundings.personas.find(who)
        if persona is None:
            return set()
        if persona.pid is None:
            return {str(persona.client_id)}
        rooms = ("gdx", "biz", "citizen", "opendata")
        return {self.here.loaded.house.parts(room).keyring.pseudonym(persona.pid) for room in rooms}


def play(here: Town) -> Played:
    """Plays the story and gives everybody a token."""
    carrier = Remembering(here)
    world = World(carrier)
    for step in STEPS:
        step.play(world)
    here.settle()
    by_token = {person.token: name for name, person in world.people.items()}
    rooms = list(here.loaded.house.rooms.values())
    played = Played(here, world, operations_of(here), {"nobody": None})
    played.log_in()
    for token, method, path, answer in carrier.done:
        found = find_route(rooms, method, urlsplit(path.removeprefix("http://127.0.0.1:8000")).path)
        if found is None or token not in by_token:
            continue
        _, route, params = found
        name = f"{method} {route.path}"
        if not played.public(name):
            answered = Response(answer.status, answer.headers, answer.body)
            played.succeeded(name, tuple(params[each] for each in played.names(name)), by_token[token], answered)
    events = here.loaded.house.clients.dynamodb.meta.events
    for call in ("TransactWriteItems", "PutItem", "UpdateItem", "DeleteItem"):
        events.register(f"provide-client-params.dynamodb.{call}", played.hear)
    return played


def operations_of(here: Town) -> dict[str, tuple[Room, Route]]:
    """Room and route of all operations of the process that runs now."""
    rooms = here.loaded.house.rooms.values()
    return {f"{route.method} {route.path}": (room, route) for room in rooms for route in room.routes}


def said(value: Any, name: str = "") -> Iterator[str]:
    """What may be an id in an answer: short texts without spaces whose names say so."""
    if isinstance(value, Mapping):
        for key, part in value.items():
            yield from said(part, str(key))
    elif isinstance(value, list):
        for part in value:
            yield from said(part, name)
    elif isinstance(value, str | int) and NAMES.search(name) and ID.fullmatch(str(value)):
        yield str(value)
