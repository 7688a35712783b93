"""If-Match in every wrong way before every operation that asks for it: refused by name, and nothing is changed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import islice

import pytest

from chalicelib.shared.web import Response
from tests.hostile.asking import visitors
from tests.hostile.matrix import Cell, beside, markers
from tests.hostile.owning import bodies
from tests.hostile.played import Params, Played
from tests.hostile.shapes import DOCUMENT

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("hostile")]

UNREADABLE = (
    "", "*", "v1", "1", "null", '"1"', '""', '"v"', '"V1"', '"v-1"', '"v+1"', '"v01"', '"v1.0"', '"v1e3"', '"v 1"',
    '"v0x1"', '"v๑"', '"v٣"', '"v１"', "'v1'", "“v1”", 'W/"v1"', 'w/"v1"', '"v1", "v2"', '"v1","v999999"', '*, "v1"',
    '"v1" x', '"v1";q=1', '"v1"\0', '"v1\0"', '"v1\r\nX-Injected: 1"', '\\"v1\\"', '"v1234567890"',
    f'"v{"9" * 400}"', f'"{"v1" * 4_000}"',
)  # fmt: skip
"""What is no ETag that an operation gave: weak ones and lists are not compared here, `*` would change what one did not
read, and one version has one spelling (RFC 9110 s.8.8.3, s.13.1.1)."""
NEVER = ('"v999999"', '"v999999999"')
"""ETags of no version that ever was."""
BY_REVISION = ("PATCH /opendata/v1/datasets/{id}", "PUT /opendata/v1/datasets/{id}")
"""Operations whose ETag is a revision of the catalogue's and no number, for which `*` stands for any."""


def conditional() -> list[str]:
    """Operations that ask for If-Match, as everybody is told."""
    return [
        f"{method.upper()} {path}"
        for path, methods in DOCUMENT["paths"].items()
        for method, operation in methods.items()
        if any(each["name"] == "If-Match" for each in operation.get("parameters", ()))
    ]


def about(answer: Response) -> list[str]:
    """What a problem is about."""
    return [each["pointer"] for each in json.loads(answer.body).get("errors", ())]


def asked(played: Played, operation: str, params: Params, who: str, etag: str | None) -> Response:
    """The answer to the first body that is read at all."""
    answer = None
    for body in bodies(operation):
        headers = {} if etag is None else {"if-match": etag}
        answer = played.ask(operation, params, who, body=body, headers=headers)
        if answer.status not in (415, 422) and (answer.status != 400 or about(answer) == ["header:If-Match"]):
            break
    assert answer is not None
    return answer


def theirs(played: Played, operation: str) -> Iterator[tuple[str, Params]]:
    """Things of people that an operation is about, with whose they are."""
    if "{" not in operation:
        yield from ((who, ()) for who in visitors(played, operation))
        return
    seen = set()
    for thing in list(played.things):
        for other, params in [(thing.operation, thing.params), *beside(played, thing)]:
            if other == operation and (thing.owner, params) not in seen:
                seen.add((thing.owner, params))
                yield thing.owner, params


def test_without_one_or_with_what_is_none_nothing_is_done(played: Played) -> None:
    wrong = list[tuple[object, ...]]()
    for operation in conditional():
        nobodys = (visitors(played, operation)[0], tuple("0" * 32 for _ in played.names(operation)))
        who, params = next(theirs(played, operation), nobodys)
        marks = markers(played, Cell(operation, params, who, who))
        for etag in (None, *UNREADABLE):
            with played.writes() as written:
                answer = asked(played, operation, params, who, etag)
            expected = (428 if etag is None else 400, ["header:If-Match"])
            if (answer.status, about(answer)) != expected:
                wrong.append((operation, who, etag, answer.status, answer.body[:200]))
            if touched := [key for key in written if any(mark in key for mark in marks)]:
                wrong.append((operation, who, etag, answer.status, touched))
    assert wrong == []
    assert len(conditional()) >= 30 and len(UNREADABLE) >= 30


def test_a_version_that_is_not_there_changes_nothing(played: Played) -> None:
    """By those who may, upon their own things: 412 where nothing else is wrong, and no row of the thing is written."""
    wrong, stale = list[tuple[object, ...]](), set[str]()
    for operation in conditional():
        for who, params in islice(theirs(played, operation), 4):
            marks = markers(played, Cell(operation, params, who, who))
            for etag in NEVER:
                with played.writes() as written:
                    answer = asked(played, operation, params, who, etag)
                touched = [key for key in written if any(mark in key for mark in marks)]
                if not 400 <= answer.status < 500 or touched:
                    wrong.append((operation, who, params, etag, answer.status, touched))
                if answer.status == 412:
                    stale.add(operation)
                    assert about(answer) == ["header:If-Match"]
    assert wrong == []
    assert len(stale) >= 10, sorted(stale)


def test_an_etag_serves_once_and_another_things_never(played: Played) -> None:
    operation, mine = "PATCH /citizen/v1/me", "GET /citizen/v1/me"
    before = played.ask(mine, (), "malee")
    etag, other = before.headers["ETag"], played.ask(mine, (), "ploy").headers["ETag"]
    if other != etag:
        assert asked(played, operation, (), "malee", other).status == 412
    assert asked(played, operation, (), "malee", etag).status == 200
    after = played.ask(mine, (), "malee").headers["ETag"]
    assert after != etag
    assert asked(played, operation, (), "malee", etag).status == 412
    assert played.ask(mine, (), "malee").headers["ETag"] == after


def test_a_dataset_is_changed_by_its_revision_alone(played: Played) -> None:
    found = json.loads(played.ask("GET /api/3/action/{name}", ("package_search",), "nobody", query={"rows": "1"}).body)
    dataset, who = found["result"]["results"][0]["id"], "publisher-laemngop"
    read = "GET /opendata/v1/datasets/{id}"
    before = played.ask(read, (dataset,), who)
    for etag in (None, '"2020-01-01T00:00:00.000000"', '"0"', *(each for each in UNREADABLE if each != "*")):
        headers = {} if etag is None else {"if-match": etag}
        for operation in BY_REVISION:
            answer = played.ask(operation, (dataset,), who, body={"notes": "x"}, headers=headers)
            expected = {428} if etag is None else {400, 412}
            assert answer.status in expected and about(answer) == ["header:If-Match"], (operation, etag, answer.body)
        if etag is not None:
            patch = {"id": dataset, "notes": "x"}
            said = played.ask("POST /api/3/action/{name}", ("package_patch",), who, body=patch, headers=headers)
            assert said.status in (400, 409, 412), (etag, said.body)
    assert played.ask(read, (dataset,), who).body == before.body
