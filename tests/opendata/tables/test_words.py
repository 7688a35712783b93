"""Words in rows: whatever folding calls the same is found, and what is found is the same."""

from __future__ import annotations

import re

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.opendata.tables.engine import words
from chalicelib.opendata.tables.engine.conditions import AllOf, AnyOf, Compare, Matches, Not
from chalicelib.shared.thai_fold import fold


def found(word: str, cell: str) -> bool:
    """Whether the folded word's pattern is in a cell."""
    return re.search(words.pattern(fold(word)), cell) is not None


@pytest.mark.parametrize(
    ("word", "cell"),
    [
        ("เชียง", "จังหวัดเชียงใหม่"),
        ("น้ำ", "แม่น้ำ"),
        ("น้ำ", "แม่นํ้าโขง"),
        ("น้ำ", "แม่น้ํา"),
        ("น้ำ", "แม่นำ้"),
        ("นํ้า", "แม่น้ำ"),
        ("ทำ", "ทํา"),
        ("ที่", "ท่ีดิน"),
        ("ที", "ที่ดิน"),
        ("ที", "ท่ีดิน"),
        ("แพร่", "เเพร่"),
        ("๒๕๖๙", "พ.ศ. 2569"),
        ("2569", "พ.ศ. ๒๕๖๙"),
        ("1234567", "1,234,567 บาท"),
        ("489303800", "489,303,800"),
        ("1,234", "ราคา 1234"),
        ("234", "1,234"),
        ("พรบ", "พ.ร.บ. น้ำ"),
        ("พ.ร.บ.", "พรบ น้ำ"),
        ("รพสต", "รพ.สต. บ้านใหม่"),
        ("CSV", "ไฟล์ csv"),
        ("csv", "ไฟล์ CSV"),
        ("csv", "ไฟล์ ＣＳＶ"),
        ("เชียงใหม่", "เชียง\u200bใหม่"),
        ("ตรงๆ", "ตรง"),
        ("สิทธิ์", "สิทธ์ิ"),
        ("(a+b)", "x(A+B)y"),
    ],
)
def test_one_word_however_it_is_written(word: str, cell: str) -> None:
    assert found(words.split(word)[0], cell)


@pytest.mark.parametrize(
    ("word", "cell"),
    [
        ("นำ", "แม่น้ำ"),
        ("เชียง", "เชยง"),
        ("123", "1,2,3"),
        ("1234", "12,34"),
        ("ที่", "ทีดิน"),
        ("2569", "2556"),
        ("ก.", "กข"),
        ("a+b", "aab"),
        ("[ก-ฮ]", "ข"),
    ],
)
def test_another_word_is_not_found(word: str, cell: str) -> None:
    assert not found(word, cell)


SIGNS = "กนมทสยงรล" + "เแโใไ" + "าะๅ" + "ิีึุู็ั" + "่้๊์" + "ำํ" + "๑๒๓" + "123" + "aBZ" + ",. -(" + "\u200b\u00ad" + "ๆฯ"
texts = st.text(alphabet=SIGNS, max_size=12)
# a cell as people write Thai: each consonant with a vowel and a tone at most, in any of the ways to type them
written = st.lists(
    st.one_of(
        st.tuples(
            st.sampled_from(["", "เ", "แ", "เเ", "โ"]),
            st.sampled_from("กนมทส"),
            st.sampled_from(["", "ี", "่", "ี่", "่ี", "้ำ", "นำ้", "ํ้า", "้ํา", "ำ", "ํา", "า", "ีี", "ู้", "ู้", "์"]),
        ).map("".join),
        st.sampled_from(["12", "๑๒", "1,234", "๑,๒๓๔", "ab", "AB", " ", "-", "\u200b"]),
    ),
    max_size=6,
).map("".join)


@given(cell=written, start=st.integers(0, 20), length=st.integers(1, 8))
def test_whatever_stands_in_a_folded_cell_is_found_in_the_cell(cell: str, start: int, length: int) -> None:
    folded = fold(cell)
    word = folded[start : start + length].strip()
    # a word begins with a sign that carries others, as the keyboard has it, and is no part of a number's separators
    if word and not re.match("[\u0e31-\u0e3a\u0e45-\u0e4e]", word) and " " not in word:
        assert re.search(words.pattern(fold(word)), cell) or fold(word) not in folded


@given(cell=written, word=written)
def test_what_is_found_is_there(cell: str, word: str) -> None:
    for each in words.split(word):
        if re.search(words.pattern(each), cell):
            assert each in fold(cell).replace(".", "")


@given(word=texts, cell=texts)
def test_the_pattern_says_the_same_in_the_engine(word: str, cell: str) -> None:
    for each in words.split(word):
        pattern = words.pattern(each)
        answered = duckdb.execute("SELECT regexp_matches(?, ?)", [cell, pattern]).fetchone()
        assert answered == (re.search(pattern, cell) is not None,)


def test_words_are_looked_for_where_they_may_stand() -> None:
    types = {"name": "text", "year": "int8", "area": "numeric", "on": "date", "ok": "bool"}
    thai = words.sought("เชียง", types)
    assert [place.column for place in thai.places if isinstance(place, Matches)] == ["name"] and len(thai.places) == 1
    year = words.sought("2569", types)
    assert year.places[1:3] == (Compare("year", "=", 2569), Compare("area", "=", 2569))
    assert isinstance(year.places[3], AnyOf) and len(year.places[3].parts) == 2
    assert Compare("ok", "=", True) in words.sought("true", types).places


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("a & b", AllOf), ("a b", AllOf), ("a | b", AnyOf), ("!a", Not), ("a:*", AllOf), ("'a b' & (c | !d)", AllOf),
        ("a <-> b", AllOf),
    ],
)  # fmt: skip
def test_queries_of_postgresql_are_read(text: str, shape: type) -> None:
    assert isinstance(words.query(text, {"t": "text"})[0], shape)


@pytest.mark.parametrize("text", ["&", "a &", "(", "(a", "a)", "!", "| a", "a : b", "'a", "(" * 300])
def test_what_is_no_query_is_refused(text: str) -> None:
    with pytest.raises(words.BadQuery):
        words.query(text, {"t": "text"})
