"""How the people of the story reach Klang: over HTTP, each with a token of their own."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import urlencode

import urllib3

Json = dict[str, Any]


class NotAsItShouldBe(AssertionError):
    """Something in the story came out wrong; the text says what was expected and what came."""


@dataclass(frozen=True)
class Answer:
    """One HTTP answer; header names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)

    @property
    def etag(self) -> str:
        """The ETag, for If-Match."""
        return self.headers["etag"]


class Transport(Protocol):
    """Carries requests to the platforms."""

    def send(self, method: str, path: str, headers: Mapping[str, str], body: bytes | None) -> Answer:
        """One request to a path of the platforms' address, or to a whole address."""
        ...

    def upload(self, url: str, fields: Mapping[str, str], file_name: str, content: bytes) -> int:
        """Posts a file with the fields of a presigned form; the status of the answer."""
        ...

    def pause(self) -> None:
        """Lets the queues work a little."""
        ...


class HttpTransport:
    """Real HTTP to one address."""

    def __init__(self, base: str) -> None:
        self._base = base
        self._pool = urllib3.PoolManager(timeout=urllib3.Timeout(connect=3, read=30), retries=False)

    def send(self, method: str, path: str, headers: Mapping[str, str], body: bytes | None) -> Answer:
        url = path if "://" in path else self._base + path
        got = self._pool.request(method, url, headers=dict(headers), body=body, redirect=False)
        return Answer(got.status, {name.lower(): value for name, value in got.headers.items()}, got.data)

    def upload(self, url: str, fields: Mapping[str, str], file_name: str, content: bytes) -> int:
        form: dict[str, Any] = {**fields, "file": (file_name, content)}
        return int(self._pool.request("POST", url, fields=form, redirect=False).status)

    def pause(self) -> None:
        time.sleep(0.05)


@dataclass
class Person:
    """Somebody, or some system, with a token."""

    world: World
    id: str
    token: str

    def get(self, path: str, expect: int = 200, query: Mapping[str, str] | None = None, **headers: str) -> Answer:
        """Reads."""
        return self._ask("GET", path + (f"?{urlencode(query)}" if query else ""), None, expect, headers)

    def post(self, path: str, body: Any = None, expect: int = 200, **headers: str) -> Answer:
        """Does something; the request carries an Idempotency-Key, as every client's should."""
        return self._ask("POST", path, body, expect, {"idempotency-key": self.world.next_key(), **headers})

    def delete(self, path: str, expect: int = 204) -> Answer:
        """Takes away."""
        return self._ask("DELETE", path, None, expect, {"idempotency-key": self.world.next_key()})

    def patch(self, path: str, body: Any, etag: str, expect: int = 200) -> Answer:
        """Changes what was read under this ETag."""
        headers = {
            "if-match": etag,
            "content-type": "application/merge-patch+json",
            "idempotency-key": self.world.next_key(),
        }
        return self._ask("PATCH", path, body, expect, headers)

    def _ask(self, method: str, path: str, body: Any, expect: int, headers: Mapping[str, str]) -> Answer:
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        sent = {"accept": "application/json", "accept-language": "th", "authorization": f"Bearer {self.token}"}
        raw = None
        if body is not None:
            raw = json.dumps(body, ensure_ascii=False).encode()
            sent["content-type"] = "application/json"
        answer = self.world.transport.send(method, path, {**sent, **given}, raw)
        if answer.status != expect:
            shown = answer.body.decode(errors="replace")[:600]
            raise NotAsItShouldBe(f"{self.id}: {method} {path} answered {answer.status}, not {expect}: {shown}")
        return answer


@dataclass
class World:
    """The platforms at one address, the people in them, and what they have learnt so far."""

    transport: Transport
    people: dict[str, Person] = field(default_factory=dict)
    known: dict[str, Any] = field(default_factory=dict)
    seed: str = field(default_factory=lambda: uuid.uuid4().hex[:8])
    patience: float = 60.0
    """Seconds to wait for a queue; deployed, a message that failed once comes back after its visibility timeout."""
    _keys: int = 0

    def next_key(self) -> str:
        """A fresh Idempotency-Key."""
        self._keys += 1
        return f"story-{self.seed}-{self._keys}"

    def person(self, persona: str) -> Person:
        """A person of the laptop's personas, logged in."""
        if persona not in self.people:
            body = json.dumps({"persona": persona}).encode()
            got = self.transport.send("POST", "/local/token", {"content-type": "application/json"}, body)
            if got.status != 200:
                raise NotAsItShouldBe(f"no token for {persona}: {got.status} {got.body[:300]!r}")
            self.people[persona] = Person(self, persona, got.json["access_token"])
        return self.people[persona]

    def public(self, path: str, expect: int = 200, method: str = "GET", **headers: str) -> Answer:
        """A request of nobody in particular."""
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        answer = self.transport.send(method, path, {"accept-language": "th", **given}, None)
        if answer.status != expect:
            raise NotAsItShouldBe(f"{method} {path} answered {answer.status}, not {expect}: {answer.body[:400]!r}")
        return answer

    def until(self, what: str, found: Callable[[], Any]) -> Any:
        """Waits for the queues: asks again until something is found."""
        end = time.monotonic() + self.patience
        while True:
            got = found()
            if got:
                return got
            if time.monotonic() > end:
                raise NotAsItShouldBe(f"waited {self.patience:.0f} s in vain for: {what}")
            self.transport.pause()


def check(truth: Any, what: str) -> None:
    """The story goes on only if this holds."""
    if not truth:
        raise NotAsItShouldBe(what)
