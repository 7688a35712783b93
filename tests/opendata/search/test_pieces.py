"""What a piece of a title finds: every title with the same clusters in a row, and no other."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bench.search_records import SYLLABLES
from chalicelib.opendata.search.model import Question, Text, Words
from chalicelib.shared.thai_fold import fold
from chalicelib.shared.thai_tokens import clusters
from tests.opendata.search.shelf import Shelf, document

_CHANCE = random.Random(1)
TITLES = ["".join(_CHANCE.choices(SYLLABLES, k=_CHANCE.randint(1, 9))) for _ in range(120)]
WHOLE = [clusters(fold(title)) for title in TITLES]


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    documents = [document(f"{number:03d}", title, organization="x") for number, title in enumerate(TITLES)]
    fresh = {each["id"]: each for each in documents[100:]}
    return Shelf(tmp_path_factory.mktemp("index") / "index", documents[:100], dict(fresh))


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(number=st.integers(0, len(TITLES) - 1), data=st.data())
def test_a_piece_finds_the_titles_that_hold_it(shelf: Shelf, number: int, data: st.DataObject) -> None:
    whole = WHOLE[number]
    low = data.draw(st.integers(0, len(whole) - 1))
    high = data.draw(st.integers(low + 1, len(whole)))
    piece = whole[low:high]
    right = {
        f"{place:03d}"
        for place, title in enumerate(WHOLE)
        if any(title[at : at + len(piece)] == piece for at in range(len(title) - len(piece) + 1))
    }
    for query in (Words("".join(piece)), Text("title", "".join(piece)), Text("text", "".join(piece), phrase=True)):
        found = shelf.search(Question(query=query, rows=200))
        assert (set(found.ids), found.tier) == (right, "all"), query


def test_letters_in_another_order_are_not_found(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path / "index", [document("1", "ท่าเรือบ้านใหม่"), document("2", "บ้านใหม่ท่าเรือ")])
    assert shelf.search(Question(query=Words("เรือบ้าน"))).ids == ("1",)


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("แม่", ("1", "2")),
        ("แม่น้ำเจ้า", ("1",)),
        ("แม่น้ำเจ้าพระย", ("1",)),
        ("food-lic", ("3",)),
        ("hosp", ("4",)),
        ("ป", ("2",)),
        ("...", ()),
    ],
)
def test_completes_what_is_being_typed(tmp_path: Path, typed: str, found: tuple[str, ...]) -> None:
    from chalicelib.opendata.search.completing import complete

    documents = [
        document("1", "แม่น้ำเจ้าพระยา"),
        document("2", "ปากแม่น้ำ"),
        document("3", "x", name="food-licences"),
        document("4", "General hospital"),
        document("5", "แม่ทัพ", labels=["org-1"]),
    ]
    shelf = Shelf(tmp_path / "index", documents[:2], {each["id"]: each for each in documents[2:]})
    told = complete(shelf.base, shelf.delta, typed, ("public",), 10)
    assert tuple(each["id"] for each in told) == found
