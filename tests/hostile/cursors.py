"""Cursors that lead nowhere: of other lists, people, rooms and secrets, altered, and made up.

Which operations take one, and under which name, is read from the description. Where a list of the played town has two
pages for somebody, the cursor between them is a real one; all real ones are carried everywhere else.
"""

from __future__ import annotations

import base64
import json
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from chalicelib.shared.cursors import Cursors
from chalicelib.shared.web import Response
from tests.hostile.owning import bodies
from tests.hostile.played import Params, Played
from tests.hostile.shapes import DOCUMENT
from tests.support.keys import local_keyring

MOST = 2
"""Readers of one list that are tried, those first who have several pages."""
LONGEST = 2_000
"""Characters of a cursor that any list looks at."""
QUERIES: Mapping[str, Mapping[str, str]] = {
    "GET /biz/v1/licences": {"agency": "TH/LOCAL/LAEMNGOP"},
    "GET /gdx/v1/search": {"case": "any"},
    "GET /opendata/v1/resources/{id}/diff": {"from": "1", "to": "2"},
    "GET /opendata/v1/tasks": {"organization": "laemngop"},
}
"""What a list must be asked beside its cursor."""
UNREACHED: Mapping[str, str] = {
    "GET /biz/v1/oversight": "nobody of the story oversees; see tests/biz/officers",
    "GET /biz/v1/linked/{service}/deliveries": "a linked system signs each call; see tests/biz/linked",
    "GET /opendata/v1/harvest/sources/{id}/runs/{run}": "no run in a town without another catalogue",
    "GET /opendata/v1/webhooks/{id}/deliveries": "no receiver agrees to be told in this town",
}
"""Lists that nobody of the town can read, and why."""


def listings() -> dict[str, str]:
    """The parameter in which each list takes its cursor, by operation."""
    found = {}
    for path, methods in DOCUMENT["paths"].items():
        for method, operation in methods.items():
            for each in operation.get("parameters", ()):
                if each["in"] == "query" and each["name"] in ("cursor", "after") and _text(each["schema"]):
                    found[f"{method.upper()} {path}"] = each["name"]
    return found


def positions() -> Iterator[tuple[str, str]]:
    """Operations that are told with a number, or a time, where to go on; with its name."""
    for path, methods in DOCUMENT["paths"].items():
        for method, operation in methods.items():
            for each in operation.get("parameters", ()):
                named = each["name"] in ("after", "page", "offset", "start", "since")
                if each["in"] == "query" and named and f"{method.upper()} {path}" not in listings():
                    yield f"{method.upper()} {path}", each["name"]


def _text(schema: Mapping[str, object]) -> bool:
    return "integer" not in json.dumps(schema)


@dataclass(frozen=True)
class Reader:
    """Somebody who may read a list.

    Attributes:
        cursor: that leads from their first page to the second, where there is one.
    """

    operation: str
    params: Params
    who: str
    cursor: str | None = field(default=None, compare=False)

    @property
    def room(self) -> str:
        """The room of the list."""
        return self.operation.split("/")[1]


def read(played: Played, reader: Reader, cursor: str | None, body: object = None) -> Response:
    """One page of a list."""
    query = {**QUERIES.get(reader.operation, {}), "limit": "1"}
    if "limit" not in {each["name"] for each in _described(reader.operation).get("parameters", ())}:
        del query["limit"]
    if cursor is not None:
        query[listings()[reader.operation]] = cursor
    name = reader.operation if reader.operation in played.operations else reader.operation.replace("}", "+}")
    return played.ask(name, reader.params, reader.who, query=query, body=next(bodies(reader.operation), body))


def _described(operation: str) -> Mapping[str, list[Mapping[str, str]]]:
    method, path = operation.split()
    found: Mapping[str, list[Mapping[str, str]]] = DOCUMENT["paths"][path][method.lower()]
    return found


def readers(played: Played) -> list[Reader]:
    """Who reads which lists, and with which cursors."""
    found = list[Reader]()
    for operation in listings():
        some = list[Reader]()
        everybody = ["nobody"] if played.public(operation) else list(played.tokens)
        for params, who in [(params, who) for params in _places(played, operation) for who in everybody]:
            answer = read(played, Reader(operation, params, who), None)
            if answer.status < 300:
                some.append(Reader(operation, params, who, json.loads(answer.body).get("next")))
        some.sort(key=lambda each: each.cursor is None)
        found += some[:MOST]
    return found


def _places(played: Played, operation: str) -> list[Params]:
    """What the path of a list may name."""
    if "{" not in operation:
        return [()]
    things = [thing.params for thing in played.things if thing.operation == operation]
    if things:
        return things[:1]
    path = operation.split()[1]
    answer = played.ask("GET /api/3/action/{name}", ("package_search",), "nobody", query={"rows": "20"})
    datasets = json.loads(answer.body)["result"]["results"]
    for beginning, there in {
        "/biz/v1/services/": ["food-establishment-licence"],
        "/opendata/v1/datasets/": [each["id"] for each in datasets],
        "/opendata/v1/organizations/": [each["organization"]["id"] for each in datasets],
        "/opendata/v1/resources/": [each["id"] for dataset in datasets for each in dataset["resources"]],
    }.items():
        if path.startswith(beginning):
            return [(each,) for each in dict.fromkeys(there)]
    return []


# -- what is sent instead


def made_up(real: str, seed: str) -> Iterator[tuple[str, str]]:
    """Cursors that nobody was given, from a real one."""
    rolled = random.Random(seed)
    text = base64.urlsafe_b64decode(real + "=" * (-len(real) % 4)).decode()
    code, after = text[:22], text[22:]
    yield from {
        "empty": "", "one character": "A", "no base64": "!!!!", "Thai": "กขค", "null": "null", "zero": "\0",
        "percent": "%00%ff", "number": "1", "JSON": '{"pk":"A"}', "huge": "A" * LONGEST, "too long": "A" * 100_000,
        "padded": f"{real}=", "spaced": f" {real}", "line": f"{real}\r\nX-Injected: 1", "twice": real + real,
        "other alphabet": f"{real[:-1]}+", "no UTF-8": _packed(b"\xff" * 60), "a wide letter": f"{real}Ａ",
    }.items()  # fmt: skip
    for length in sorted({len(real) // 3, len(real) // 2, len(real) - 1}):
        yield f"cut at {length}", real[:length]
    for _ in range(3):
        raw = bytearray(text.encode())
        bit = rolled.randrange(len(raw) * 8)
        raw[bit // 8] ^= 1 << bit % 8
        yield f"bit {bit}", _packed(bytes(raw))
    yield "no code", _packed(after.encode())
    yield "a code of its own", _packed(("A" * 22 + after).encode())
    yield "code alone", _packed(code.encode())
    # somebody else's partition, under the code of one's own
    for planted in ('{"pk":"USAGE#x","sk":"2"}', '{"pk":"","sk":""}', "{}", "[]", "0", "-1", "9" * 400, "x|y|z"):
        yield f"planted {planted[:20]}", _packed(f"{code}{planted}".encode())
    older = Cursors(local_keyring(b"\1" * 32))
    for scope in (("usage", "x"), ("inbox",), ()):
        yield f"of an older secret {scope}", str(older.make(after, scope))


def _packed(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def refused(operation: str, sent: str, answer: Response) -> str | None:
    """What is wrong with the answer to a cursor that is none, or None: a problem that names the parameter."""
    if answer.status not in (400, 422):
        return f"{answer.status}"
    said = json.loads(answer.body)
    name = listings()[operation]
    if [each.get("pointer") for each in said.get("errors", ())] != [f"query:{name}"]:
        return f"{answer.status} does not name {name}"
    return f"{answer.status} says it again" if len(sent) > 8 and sent in answer.body.decode() else None
