"""One spelling for what looks alike, and tokens in which every piece of a title is found."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.shared.thai_fold import fold, order_key
from chalicelib.shared.thai_tokens import clusters, indexed, runs, twins

THAI = st.text(alphabet="กขคงนบปมยรลวสหอำาะิีึืุูเแโใไ็่้๊๋์ํฺๅๆฯ๐๒๙. ab1\u200b", max_size=30)
SYLLABLES = st.sampled_from(
    ["น้ำ", "ปี", "ไฟ", "ข้อ", "มู", "ล", "แม่", "ท่", "ว", "ม", "เงิ", "น", "รถ", "โค", "วิ", "ด", "ป่า", "ศึก", "ษา"]
)


@pytest.mark.parametrize("text", ["น้ำ", "นํ้า", "น้ํา", "นำ้", "น้\u0e4d\u0e32", "น\u200bํ้า", "น้้ำ"])
def test_sara_am_in_every_typing_order(text: str) -> None:
    assert fold(text) == "น้ำ"


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("ที่", "ที่"),
        ("ท่ี", "ที่"),
        ("ทีี่่", "ที่"),
        ("ผู้", "ผู้"),
        ("ผู้", fold("ผู้")),
        ("เเผนที่", "แผนที่"),
        ("ปี ๒๕๖๖", "ปี 2566"),
        ("ประ\u200bชา\u200bกร", "ประชากร"),
        ("ต่างๆ", "ต่าง"),
        ("กรุงเทพฯ", "กรุงเทพ"),
        ("พ.ร.บ.การศึกษา", "พรบ.การศึกษา"),
        ("รพ.สต.", "รพสต."),
        ("จ.เชียงใหม่", "จ.เชียงใหม่"),
        ("GDP\u00a0Ｔｏｔａｌ", "gdp total"),
        ("1,234,567.8 หน่วย", "1234567.8 หน่วย"),
        ("COVID-19", "covid-19"),
        ("", ""),
    ],
)
def test_folds(text: str, folded: str) -> None:
    assert fold(text) == folded


@given(st.one_of(THAI, st.text(max_size=30)))
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.lists(SYLLABLES, min_size=1, max_size=8), st.data())
def test_alike_looking_spellings_fold_alike(syllables: list[str], data: st.DataObject) -> None:
    spelt = "".join(syllables)
    odd = "".join(data.draw(st.sampled_from(_spellings(each))) for each in syllables)
    assert fold(odd) == fold(spelt)


def _spellings(syllable: str) -> list[str]:
    out = [syllable, f"{syllable}\u200b"]
    if "้ำ" in syllable:
        out += [syllable.replace("้ำ", other) for other in ("ํ้า", "้ํา", "ำ้")]
    for vowel in "ิีึืุู":
        for tone in "่้":
            if vowel + tone in syllable:
                out.append(syllable.replace(vowel + tone, tone + vowel))
    if "แ" in syllable:
        out.append(syllable.replace("แ", "เเ"))
    return out


@given(st.lists(SYLLABLES, min_size=1, max_size=10), st.data())
def test_any_piece_of_whole_clusters_has_its_tokens_in_the_title(syllables: list[str], data: st.DataObject) -> None:
    title = "".join(syllables)
    whole = clusters(fold(title))
    low = data.draw(st.integers(0, len(whole) - 1))
    high = data.draw(st.integers(low + 1, len(whole)))
    (run,) = runs("".join(whole[low:high]))
    tokens = indexed(title).split()
    if run.single:
        assert any(token.startswith(run.text) for token in tokens)
    else:
        places = [tokens[at : at + len(run.tokens)] for at in range(len(tokens))]
        assert list(run.tokens) in places


@given(THAI)
def test_nothing_but_blanks_parts_tokens(text: str) -> None:
    assert all(token and not token.isspace() for token in indexed(text).split(" ") if indexed(text))


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("ข้อมูลGDP2566", ["thai", "word", "number"]),
        ("PM2.5", ["word", "number"]),
        ("COVID-19", ["word", "number"]),
        ("พ.ร.บ.", ["thai"]),
        ("...", []),
    ],
)
def test_runs_by_kind(text: str, kinds: list[str]) -> None:
    assert [run.kind for run in runs(text)] == kinds


def test_a_word_of_one_cluster_is_single() -> None:
    assert [run.single for run in runs("น้ำ ปี ไฟ รถ")] == [True, True, True, False]


@pytest.mark.parametrize(
    ("number", "twin"), [("2566", ("2023",)), ("2023", ("2566",)), ("1234", ()), ("25", ()), ("2.5", ())]
)
def test_years_have_twins(number: str, twin: tuple[str, ...]) -> None:
    assert twins(number) == twin


def test_titles_in_the_order_of_a_thai_dictionary() -> None:
    titles = ["แมว", "มด", "เก้าอี้", "กา", "ขา", "ไก่", "โต๊ะ", "ตา", "Zoo", "กา่"]
    assert sorted(titles, key=order_key) == ["Zoo", "กา", "กา่", "เก้าอี้", "ไก่", "ขา", "ตา", "โต๊ะ", "มด", "แมว"]
