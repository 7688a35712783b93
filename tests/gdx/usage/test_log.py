"""The access log: full pages in which nothing gives a hidden line away."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.gdx import store
from chalicelib.gdx.model import Usage
from chalicelib.gdx.usage.log import AccessLog, UsagePage
from chalicelib.shared.cursors import Cursors
from chalicelib.shared.errors import Malformed
from chalicelib.shared.storage import Create, Item, Key
from tests.gdx.exchange import MALEE, SOMCHAI
from tests.support.keys import local_keyring
from tests.support.memory import MemoryTable
from tests.support.tokens import NOW


class Kept:
    """An access log with lines, oldest first: True for one that is hidden for a day more."""

    def __init__(self, hidden: list[bool]) -> None:
        self.now = NOW
        self.table = MemoryTable()
        keyring = local_keyring()
        self.log = AccessLog(self.table, keyring, Cursors(keyring), lambda: self.now)
        pk = store.subject_pk(keyring.pseudonym(MALEE))
        for number, covert in enumerate(hidden):
            at = (NOW - timedelta(days=1) + timedelta(minutes=number)).isoformat(timespec="milliseconds")
            until = (NOW + timedelta(days=1)).isoformat() if covert else None
            line = Usage(at, "c", "", "", "s", "", "", "", "", "", "", ("/a",), f"r{number:03}", until)
            self.table.write([Create(Item(Key(pk, f"{at}#{line.receipt}"), asdict(line)))], f"t{number}")

    def pages(self, limit: int) -> list[UsagePage]:
        """All pages."""
        found = [self.log.entries(MALEE, None, limit)]
        while found[-1].next is not None:
            found.append(self.log.entries(MALEE, found[-1].next, limit))
        return found


@settings(max_examples=60, deadline=None)
@given(st.lists(st.booleans(), max_size=40), st.integers(1, 9))
def test_pages_look_as_if_hidden_lines_were_not_there(hidden: list[bool], limit: int) -> None:
    kept = Kept(hidden)
    open_ones = [f"r{number:03}" for number, covert in enumerate(hidden) if not covert][::-1]
    pages = kept.pages(limit)
    assert [usage.receipt for page in pages for usage in page.items] == open_ones
    assert [len(page.items) for page in pages[:-1]] == [limit] * (len(pages) - 1)
    assert len(pages) == max(1, -(-len(open_ones) // limit))
    assert [usage.receipt for usage in kept.log.everything(MALEE)] == open_ones


def test_a_hidden_line_is_shown_from_its_time_on() -> None:
    kept = Kept([False, True, False])
    assert [usage.receipt for usage in kept.log.entries(MALEE).items] == ["r002", "r000"]
    kept.now += timedelta(days=1)
    lines = kept.log.entries(MALEE).items
    assert [usage.receipt for usage in lines] == ["r002", "r001", "r000"]
    assert lines[1].until is not None and lines[0].until is None


def test_a_cursor_serves_one_person_only() -> None:
    kept = Kept([False, False])
    end = kept.log.entries(MALEE, None, 1).next
    with pytest.raises(Malformed):
        kept.log.entries(SOMCHAI, end, 1)
