"""Every text stands in both languages, is used somewhere, and what a template asks for is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import chalicelib.opendata.page as package
from chalicelib.opendata.page.words import Words, terms, texts
from chalicelib.opendata.standard import fields as metadata

HOME = Path(package.__file__).parent
THAI = re.compile("[\u0e01-\u0e5b]")
PLACE = re.compile(r"{(\w+)}")
TH, EN = Words("th"), Words("en")
SAME = {"other_language", "other_language_code"}


@pytest.mark.parametrize("key", sorted(texts()))
def test_a_text_is_thai_in_thai_and_english_in_english(key: str) -> None:
    thai, english = texts()[key]
    assert set(PLACE.findall(thai)) <= set(PLACE.findall(english)) | {"count"}, "the same values go into both"
    assert set(PLACE.findall(english)) <= set(PLACE.findall(thai))
    if key not in SAME:
        assert THAI.search(thai) or not PLACE.sub("", thai).strip(" ,()")
        assert english and not THAI.search(english)


def test_templates_ask_only_for_texts_that_are_there() -> None:
    source = "\n".join(path.read_text(encoding="utf-8") for path in HOME.glob("templates/*.html"))
    asked = set(re.findall(r'\bt(?:\.number)?\("(\w+)"[,)]', source))
    assert len(asked) > 60
    assert asked <= texts().keys()


def test_no_text_is_left_over() -> None:
    paths = [*HOME.glob("*.py"), *HOME.glob("templates/*.html"), *(HOME.parent / "feeds").glob("*.py")]
    source = "\n".join(path.read_text(encoding="utf-8") for path in [*paths, *(HOME.parent / "quality").glob("*.py")])
    families = ("q_", "mark_", "f_", "act_", "dim_", "facet_", "sort_", "t_", "chart_")
    alone = [key for key in texts() if not key.startswith(families) and not key.endswith(("_one", "_title", "_lead"))]
    assert [key for key in alone if f'"{key}"' not in source and f"{key.rpartition('_')[0]}" not in source] == []


def test_terms_of_the_standard_have_an_english_word() -> None:
    values = {value for _, value in _choices()}
    assert len(values) > 50
    missing = {value for value in values if THAI.search(value) and value not in terms()}
    assert missing == set()
    assert not any(THAI.search(english) for english in terms().values())


def _choices() -> list[tuple[str, str]]:
    shown = ("data_type", "objective", "update_frequency_unit", "geo_coverage", "data_category", "data_language")
    standard = metadata.standard()
    lists = standard.get("choices") or {name: field for name, field in standard["fields"].items() if "values" in field}
    return [(name, value) for name in shown for value in lists[name]["values"]]


def test_days_are_in_the_era_of_the_language() -> None:
    assert TH.day("2026-11-25T03:00:00+00:00") == "25 พฤศจิกายน พ.ศ. 2569"
    assert TH.day("2026-11-25", short=True) == "25 พ.ย. 2569"
    assert EN.day("2026-11-25") == "25 November 2026"
    assert EN.day("") == TH.day("no date") == ""


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (None, ""),
        (0, "0 B"),
        (999, "999 B"),
        (1_500, "1.5 kB"),
        (25_400, "25 kB"),
        (7_300_000, "7.3 MB"),
        (10**10, "10 GB"),
    ],
)
def test_sizes_are_said_as_people_say_them(size: int | None, text: str) -> None:
    assert TH.size(size) == text


def test_english_says_one_of_a_thing_in_its_own_way() -> None:
    assert EN.number("found", 1) == "1 dataset found"
    assert EN.number("found", 1_200) == "1,200 datasets found"
    assert TH.number("found", 1_200) == "พบ 1,200 ชุดข้อมูล"
