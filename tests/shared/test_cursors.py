"""Cursors lead on in the list they were made for, and nowhere else."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.shared.cursors import Cursors
from chalicelib.shared.errors import Malformed
from tests.support.keys import local_keyring

CURSORS = Cursors(local_keyring())


@given(st.text(st.characters(codec="utf-8"), max_size=300), st.text(st.characters(codec="utf-8"), max_size=60))
def test_a_cursor_leads_back_to_where_the_page_ended(after: str, scope: str) -> None:
    cursor = CURSORS.make(after, scope)
    assert cursor is not None and cursor.isascii() and not set(cursor) & set("+/=&?# ")
    assert CURSORS.read(cursor, scope) == after


def test_the_end_has_no_cursor_and_the_beginning_needs_none() -> None:
    assert CURSORS.make(None, "list") is None
    assert CURSORS.read(None, "list") is None


def test_a_cursor_belongs_to_one_list_of_one_person_in_one_room() -> None:
    cursor = CURSORS.make('{"pk":"A","sk":"B"}', "inbox of malee")
    other_room = Cursors(local_keyring(bytes(32)))
    for reader, scope in ((CURSORS, "inbox of somchai"), (CURSORS, ""), (other_room, "inbox of malee")):
        with pytest.raises(Malformed) as said:
            reader.read(cursor, scope)
        assert said.value.faults[0].pointer == "query:cursor"


@pytest.mark.parametrize("cursor", ["", "A", "AAAA", "!!!!", "ก", "A" * 5000, "%00", "null", "eyJwayI6IkEifQ"])
def test_a_made_up_cursor_is_refused(cursor: str) -> None:
    with pytest.raises(Malformed):
        CURSORS.read(cursor, "list")


@given(st.integers(min_value=0))
def test_an_altered_cursor_is_refused(bit: int) -> None:
    cursor = CURSORS.make('{"pk":"A","sk":"B"}', "list")
    assert cursor is not None
    raw = bytearray(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    place = bit % (len(raw) * 8)
    raw[place // 8] ^= 1 << place % 8
    with pytest.raises(Malformed):
        CURSORS.read(base64.urlsafe_b64encode(raw).decode(), "list")
