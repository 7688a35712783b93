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
def test_a_cursor_leads_back_to_where_the_page_ended(after: str, word: str) -> None:
    scope = ("list", word, None)
    cursor = CURSORS.make(after, scope)
    assert cursor is not None and cursor.isascii() and not set(cursor) & set("+/=&?# ")
    assert CURSORS.read(cursor, scope) == after


def test_the_end_has_no_cursor_and_the_beginning_needs_none() -> None:
    assert CURSORS.make(None, ("list",)) is None
    assert CURSORS.read(None, ("list",)) is None


def test_a_cursor_belongs_to_one_list_of_one_person_in_one_room() -> None:
    cursor = CURSORS.make('{"pk":"A","sk":"B"}', ("inbox", "malee"))
    other_room = Cursors(local_keyring(bytes(32)))
    others = (("inbox", "somchai"), ("letters", "malee"), ("inbox",), ("inbox", "malee", None), ())
    for reader, scope in (*((CURSORS, other) for other in others), (other_room, ("inbox", "malee"))):
        with pytest.raises(Malformed) as said:
            reader.read(cursor, scope)
        assert said.value.faults[0].pointer == "query:cursor"


@pytest.mark.parametrize("cursor", ["", "A", "AAAA", "!!!!", "ก", "A" * 5000, "%00", "null", "eyJwayI6IkEifQ"])
def test_a_made_up_cursor_is_refused(cursor: str) -> None:
    with pytest.raises(Malformed):
        CURSORS.read(cursor, ("list",))


@given(st.integers(min_value=0))
def test_an_altered_cursor_is_refused(bit: int) -> None:
    cursor = CURSORS.make('{"pk":"A","sk":"B"}', ("list",))
    assert cursor is not None
    raw = bytearray(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    place = bit % (len(raw) * 8)
    raw[place // 8] ^= 1 << place % 8
    with pytest.raises(Malformed):
        CURSORS.read(base64.urlsafe_b64encode(raw).decode().rstrip("="), ("list",))


def test_no_words_make_two_lists_look_alike() -> None:
    """What somebody asks for may hold whatever could part one word from the next."""
    cursor = CURSORS.make("3", ("search", "a", "b\n4", None))
    for scope in (("search", "a", "b", "4"), ("search", "a\nb", "4", None), ("search", "a", "b\n4", "None")):
        with pytest.raises(Malformed):
            CURSORS.read(cursor, scope)


def test_a_cursor_has_one_spelling() -> None:
    cursor = CURSORS.make('{"pk":"A"}', ("list",))
    assert cursor is not None
    other = cursor[:-1] + chr(ord(cursor[-1]) + 1)  # bits of the last character that nobody reads
    assert base64.urlsafe_b64decode(other + "=" * (-len(other) % 4)).endswith(b'"A"}')
    for spelling in (f"{cursor}=", f"{cursor}==", f" {cursor}", f"{cursor}\n", f"{cursor[:9]}!{cursor[9:]}", other):
        with pytest.raises(Malformed):
            CURSORS.read(spelling, ("list",))


def test_a_cursor_of_an_older_secret_is_refused() -> None:
    older = Cursors(local_keyring(b"\1" * 32)).make("3", ("list",))
    with pytest.raises(Malformed):
        CURSORS.read(older, ("list",))
