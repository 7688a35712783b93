"""Cursors carried where they do not belong: a problem that names the parameter, and never a page of another list."""

from __future__ import annotations

import json
from itertools import product
from typing import Any

import pytest

from chalicelib.shared.web import Response
from tests.hostile.cursors import UNREACHED, Reader, listings, made_up, positions, read, readers, refused
from tests.hostile.played import Played
from tests.support.wsgi_call import call_wsgi

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("hostile")]

NUMBERS = (
    "-1",
    "x",
    "1.5",
    "1e400",
    "٣",
    "๓",
    "",
    " ",
    "9" * 20,
    "9" * 400,
    "0x10",
    "NaN",
    "null",
    "1\r\nX-Injected: 1",
)
"""What stands where a list is told with a number where to go on."""


def shown(page: Response) -> Any:
    """What a page holds: its longest part."""
    return max((json.dumps(part) for part in json.loads(page.body).values() if isinstance(part, list)), key=len)


@pytest.fixture(scope="module")
def found(once: Played) -> list[Reader]:
    once.log_in()
    return readers(once)


def test_every_list_is_read_by_somebody(found: list[Reader]) -> None:
    assert listings().keys() - {each.operation for each in found} == UNREACHED.keys()
    assert len(listings()) >= 54
    # several of them by several people, each with a second page of their own
    two = [each for each in found if each.cursor is not None]
    assert len({each.operation for each in two}) >= 15 and len(two) >= 18


def test_a_real_cursor_is_good_for_one_list_of_one_person(played: Played, found: list[Reader]) -> None:
    wrong, tried = [], 0
    for reader, one in product(found, [each for each in found if each.cursor is not None]):
        cursor = str(one.cursor)
        if reader == one or (reader.operation == one.operation and played.public(one.operation)):
            continue
        tried += 1
        if (what := refused(reader.operation, cursor, read(played, reader, cursor))) is not None:
            wrong.append((reader.operation, reader.who, one.operation, one.who, what))
    assert wrong == []
    assert tried >= 1_000


def test_a_made_up_cursor_is_good_for_nothing(played: Played, found: list[Reader]) -> None:
    some = next(str(each.cursor) for each in found if each.cursor is not None)
    wrong, tried = [], 0
    for reader in {each.operation: each for each in sorted(found, key=lambda each: each.cursor is not None)}.values():
        for name, cursor in made_up(reader.cursor or some, reader.operation):
            tried += 1
            if (what := refused(reader.operation, cursor, read(played, reader, cursor))) is not None:
                wrong.append((reader.operation, reader.who, name, what))
    assert wrong == []
    assert tried >= 1_500


def test_where_a_cursor_belongs_it_leads_on_and_is_seen_to(played: Played, found: list[Reader]) -> None:
    """And whoever took a wrong one would be found: here the judge meets pages."""
    for one in [each for each in found if each.cursor is not None]:
        first, second = read(played, one, None), read(played, one, one.cursor)
        assert second.status == 200 and refused(one.operation, str(one.cursor), second) == "200", one
        assert shown(first) != shown(second), one


def test_a_number_that_is_none_says_where_to_go_on_to_nobody(played: Played) -> None:
    places = list(positions())
    assert len(places) >= 6
    for operation, name in places:
        params = tuple("0" * 32 for _ in played.names(operation))
        who = "nobody" if played.public(operation) else "operator-dga"
        for number in NUMBERS:
            answer = played.ask(operation, params, who, query={name: number})
            assert answer.status < 500, (operation, name, number)
            assert "x-injected" not in {each.lower() for each in answer.headers}


def test_positions_of_ckan_are_numbers_or_refused(played: Played) -> None:
    asked = [("package_search", "start"), ("package_search", "rows"), ("datastore_search", "offset"),
             ("datastore_search", "limit"), ("package_list", "offset"), ("recently_changed_packages_activity_list",
             "offset"), ("group_list", "offset"), ("organization_list", "limit")]  # fmt: skip
    for action, name in asked:
        for number in NUMBERS:
            answer = played.ask("GET /api/3/action/{name}", (action,), "nobody", query={name: number})
            assert answer.status < 500, (action, name, number)
    for number in NUMBERS:
        for name in ("offset", "limit"):
            assert played.ask("GET /datastore/dump/{id}", ("0" * 32,), "nobody", query={name: number}).status < 500


def test_the_page_of_requests_refuses_a_cursor_too(played: Played) -> None:
    for cursor in ("abc", "%ff", "A" * 5_000):
        status, _, body = call_wsgi(played.here.front, "GET", f"/request?cursor={cursor}", {}, None)
        assert status == 400 and b"<li" not in body.partition(b"<main")[2].partition(b"</main>")[0]
