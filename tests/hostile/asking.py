"""Requests made from the published schemas, good and bad, and what must hold of every answer."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from chalicelib.shared.web import Response
from tests.hostile.owning import FIXED, schema_of
from tests.hostile.played import Params, Played
from tests.hostile.shapes import DOCUMENT, KNOWN, Maker, resolved, validator

SMUGGLED: Mapping[str, Any] = {
    "status": "approved", "state": "Licensed", "owner": "1990100002021", "applicant_id": "x", "fee": 0,
    "amount": "0.00", "role": "operator", "roles": ["operator"], "id": "0" * 32, "version": 99,
    "agency": "TH/CENTRAL/DGA", "pid": "1",
    "is_admin": True, "verified": True, "ial": "3", "created_at": "2026-01-01T00:00:00Z", "paid": True, "__proto__": {},
}  # fmt: skip
"""Fields that somebody would like to set (OWASP API3:2023): in no body but where they are described."""
ODD = (
    "%2e%2e%2f", "..", "%2525", "๑๒๓", "0", "-1", "x" * 500, "%00", "null", "*", "a/b", "'", "‮x", "%F0%28%8C%28",
    "TH", "undefined", "1e400", "٣", "\u0000", "a\r\nX-Injected: 1", "http://169.254.169.254/", "{id}", " ", "é",
)  # fmt: skip
"""What stands in a path or a query where an id should."""
RAW = (
    b"{", b"", b"null", b"[]", b'"x"', b'{"a": 1, "a": 2}', b'{"a": NaN}', b'{"a": Infinity}', b'{"a": 1e999}',
    b"[" * 20_000, b'{"a":' * 20_000 + b"1" + b"}" * 20_000, b'{"a": ' + b"9" * 5_000 + b"}", b'{"a": "\\ud800"}',
    b'{"a": "\xff\xfe"}', b'{"a": "\\u0000"}', b"\xef\xbb\xbf{}", b'{"a": 1}x', "{}".encode("utf-16"), b"\x00",
    b'{"\\ud83d": 1}', b"-", b'{"a": 0x10}', b"{'a': 1}",
)  # fmt: skip
"""Bodies that are none, or not what they seem."""
PEOPLE: Mapping[str, str] = {"citizen": "somchai", "system": "laemngop-office", "public": "nobody"}
OFFICERS: tuple[tuple[frozenset[str], str], ...] = (
    (frozenset({"operator"}), "operator-dga"), (frozenset({"intake", "inspector", "approver"}), "officer-anong"),
    (frozenset({"publisher"}), "publisher-laemngop"), (frozenset({"assistant"}), "assistant-jintana"),
)  # fmt: skip


@dataclass(frozen=True)
class Asked:
    """One request.

    Attributes:
        operation: `METHOD path`.
        params: of the path.
        who: the persona.
        good: whether the description takes it.
        body: JSON types, or bytes as they are.
        query: by name.
        headers: beside the token.
    """

    operation: str
    params: Params
    who: str
    good: bool
    body: Any = None
    query: Mapping[str, str | Sequence[str]] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)


def described(operation: str) -> Mapping[str, Any] | None:
    """An operation's description."""
    method, path = operation.replace("+}", "}").split()
    found: Mapping[str, Any] | None = DOCUMENT["paths"].get(path, {}).get(method.lower())
    return found


def operations(played: Played) -> list[str]:
    """What is described, without the way through the exchange, whose bodies and answers are the services' own."""
    return [name for name in played.operations if described(name) is not None and " /r1/" not in name]


def visitors(played: Played, operation: str) -> list[str]:
    """Who may ask for an operation, one of each kind."""
    rules = played.operations[operation][1].allow
    found = [PEOPLE[rule.kind] for rule in rules if rule.kind in PEOPLE]
    officers = [who for rule in rules if rule.kind == "officer" for roles, who in OFFICERS if roles & rule.roles]
    return found + officers[:1] or ["operator-dga"]


def requests(played: Played, operation: str, seed: int) -> Iterator[Asked]:
    """One good request and one bad of each kind, by seed."""
    maker = Maker(f"{operation} {seed}", sparse=seed % 2 == 0)
    rolled, schema = maker.random, schema_of(operation)
    who, params = rolled.choice(visitors(played, operation)), _params(played, operation, rolled)
    query, body = dict(_query(operation, maker)), None if schema is None else maker.value(schema)
    headers = {"if-match": '"v1"'}
    yield Asked(operation, params, who, True, body, query, headers)
    odd = tuple(rolled.choice(ODD) for _ in params)
    if odd:
        yield Asked(operation, odd, who, True, body, query, headers)
    if schema is not None:
        broken = maker.broken(schema)
        yield Asked(operation, params, who, False, json.dumps(broken).encode(), query, headers)
        raw = rolled.choice(RAW)
        yield Asked(operation, params, who, _fits(raw, schema), raw, query, headers)
        if isinstance(body, dict) and resolved(schema).get("additionalProperties") is False:
            name = rolled.choice([each for each in SMUGGLED if each not in resolved(schema).get("properties", {})])
            yield Asked(operation, params, who, False, {**body, name: SMUGGLED[name]}, query, headers)
        media = {
            **headers,
            "content-type": rolled.choice(["text/plain", "application/xml", "multipart/form-data", "x"]),
        }
        yield Asked(operation, params, who, False, json.dumps(body).encode(), query, media)
    if _strict(operation):
        wishes: list[dict[str, str | Sequence[str]]] = [
            {"unknown_name": "1"},
            {"limit": "-5"},
            {"limit": ["1", "2"]},
            {"cursor": "%%%"},
        ]
        wrong = rolled.choice(wishes)
        yield Asked(operation, params, who, "unknown_name" not in wrong, body, {**query, **wrong}, headers)
    spoilt = rolled.choice([{"if-match": "v1"}, {"idempotency-key": "ก"}, {"idempotency-key": "x" * 300},
                            {"accept-language": "en;q=x, \x00"}, {"x-correlation-id": "a\nb"}, {"accept": "x/y"},
                            {"x-http-method-override": "DELETE"}, {"x-forwarded-for": "127.0.0.1"}])  # fmt: skip
    yield Asked(operation, params, who, True, body, query, {**headers, **spoilt})


def _fits(raw: bytes, schema: Mapping[str, Any]) -> bool:
    """Whether bytes happen to be JSON that the schema takes; what says one name twice is never taken."""
    try:
        value = json.loads(raw, parse_constant=lambda _: 1 / 0)
        return raw.count(b'"a"') < 2 and validator(schema).is_valid(value)
    except (ValueError, RecursionError, ZeroDivisionError):
        return False


def _params(played: Played, operation: str, rolled: random.Random) -> Params:
    """Parameters of something that is there, where anything of the kind is known; else words."""
    names = played.names(operation)
    known = [thing.params for thing in played.things if thing.operation == operation]
    if known and rolled.random() < 0.8:
        return rolled.choice(known)
    return tuple(rolled.choice(FIXED.get(name, ("0" * 32, str(KNOWN.get(name, "x"))))) for name in names)


def _query(operation: str, maker: Maker) -> Iterator[tuple[str, str]]:
    for each in (described(operation) or {}).get("parameters", ()):
        if each["in"] == "query" and (each["required"] or maker.random.random() < 0.3):
            value = maker.value(each["schema"], each["name"])
            if isinstance(value, str | int | float) and value is not None:
                yield each["name"], str(value).lower() if isinstance(value, bool) else str(value)


def _strict(operation: str) -> bool:
    return any(each["in"] == "query" for each in (described(operation) or {}).get("parameters", ()))


def wrong(played: Played, asked: Asked, address: str = "203.0.113.7") -> str | None:
    """What is wrong with the answer to a request, or None."""
    answer = played.ask(
        asked.operation, asked.params, asked.who, body=asked.body, query=asked.query, headers=asked.headers,
        address=address,
    )  # fmt: skip
    if answer.status == 500:
        return "500"
    if not asked.good and answer.status < 300:
        return f"took what it should not: {answer.status}"
    if any("\r" in value or "\n" in value for value in answer.headers.values()):
        return "a header of two lines"
    return _not_as_described(played, asked, answer)


def _not_as_described(played: Played, asked: Asked, answer: Response) -> str | None:
    route = played.operations[asked.operation][1]
    responses = (described(asked.operation) or {})["responses"]
    media = answer.headers.get("Content-Type", "").split(";")[0]
    if answer.status >= 300 and not 300 <= answer.status < 400:
        if route.dialect is not None:
            return None
        if media != "application/problem+json":
            return f"{answer.status} as {media}"
        return _judged(responses["default"]["content"][media]["schema"], answer)
    if answer.status >= 300 or answer.status == 204 or media != "application/json":
        return None
    if str(answer.status) not in responses and route.status not in (200, 201, 202):
        return f"{answer.status} is not described"
    schema = (responses.get(str(answer.status)) or responses[str(route.status)])["content"].get(media, {}).get("schema")
    return None if schema is None or not answer.body else _judged(schema, answer)


def _judged(schema: Mapping[str, Any], answer: Response) -> str | None:
    fault = next(validator(schema).iter_errors(json.loads(answer.body)), None)
    if fault is None:
        return None
    return f"{answer.status} breaks its schema at {list(fault.path)}: {re.sub(r'^.{150,}', 'a value', fault.message)}"[
        :300
    ]
