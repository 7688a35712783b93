"""What people type finds what they mean: among the first five of a catalogue, misspelt, cut short or abbreviated."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from bench.search_records import records
from chalicelib.opendata.search.model import PUBLIC, Document, Exact, Question, Words
from chalicelib.opendata.search.synonyms import Synonyms, shipped
from tests.opendata.search.shelf import NONE, Shelf, document

JUDGED: Mapping[str, Any] = json.loads((Path(__file__).parent / "queries.json").read_text(encoding="utf-8"))
OTHERS = 700


def _others() -> list[Document]:
    """Datasets on other matters, whose notes hold the same everyday words."""
    found = []
    for number, each in enumerate(records(OTHERS)):
        title = f"โครงการที่ {number} {each['fields']['tags'][0]}"
        texts = {**each["texts"], "title": title, "tags": each["fields"]["tags"][0], "rest": ""}
        fields = {**each["fields"], "tags": each["fields"]["tags"][:1]}
        found.append(Document(**{**each, "title": title, "fields": fields, "texts": texts}))
    return found


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    wanted = [
        document(
            f"t{number:03d}",
            each["title"],
            name=each["name"],
            notes=each["notes"],
            tags=each["tags"],
            organization=each["organization"],
        )
        for number, each in enumerate(JUDGED["datasets"])
    ]
    return Shelf(tmp_path_factory.mktemp("index") / "index", [*wanted, *_others()], synonyms=shipped())


def _answered(shelf: Shelf, synonyms: Synonyms) -> dict[str, list[bool]]:
    """By kind of query, which ones have a target among the first five."""
    names = {f"t{number:03d}": each["name"] for number, each in enumerate(JUDGED["datasets"])}
    shelf.synonyms = synonyms
    found: dict[str, list[bool]] = {}
    for each in JUDGED["queries"]:
        ids = shelf.search(Question(query=Words(each["q"]), rows=5)).ids
        found.setdefault(each["kind"], []).append(any(names.get(one) in each["targets"] for one in ids))
    return found


def test_at_least_95_of_100_queries_find_what_is_meant(shelf: Shelf) -> None:
    answered = [one for kind in _answered(shelf, shipped()).values() for one in kind]
    assert len(answered) >= 60
    assert sum(answered) / len(answered) >= 0.95


def test_what_needs_no_synonym_is_found_without_any(shelf: Shelf) -> None:
    kinds = _answered(shelf, NONE)
    plain = [one for kind, found in kinds.items() if kind not in ("synonym", "abbreviation") for one in found]
    assert sum(plain) / len(plain) >= 0.95


@pytest.mark.parametrize(
    ("title", "asked"),
    [
        ("แม่น้ำและน้ำท่วม", "น้ำ"),
        ("รถไฟฟ้า", "ไฟ"),
        ("งบประมาณประจำปี", "ปี"),
        ("รถยนต์", "รถ"),
        ("ข้อมูลGDPรายจังหวัด", "gdp จังหวัด"),
        ("ปีงบประมาณ ๒๕๖๖", "2566"),
        ("ปีงบประมาณ ๒๕๖๖", "2023"),
        ("พ.ร.บ. การศึกษา", "พรบ"),
        ("ปริมาณนํ้าฝน", "น้ำฝน"),
    ],
)
def test_finds(tmp_path: Path, title: str, asked: str) -> None:
    shelf = Shelf(tmp_path / "index", [document("1", title), document("2", "อื่น")])
    found = shelf.search(Question(query=Words(asked)))
    assert (found.ids, found.tier) == (("1",), "all")


@pytest.mark.parametrize("fresh", [False, True])
def test_names_weigh_more_than_titles_and_titles_more_than_notes(tmp_path: Path, fresh: bool) -> None:
    documents = [
        document("3", "ข้อมูลอื่น", notes="ป่าไม้ของชาติ"),
        document("2", "สถิติ", tags=["ป่าไม้"]),
        document("1", "พื้นที่ป่าไม้"),
        document("0", "อะไรก็ได้", name="forest"),
    ]
    changed = {each["id"]: each for each in documents[:2]} if fresh else {}
    shelf = Shelf(tmp_path / "index", documents[2:] if fresh else documents, dict(changed))
    assert shelf.search(Question(query=Words("ป่าไม้"))).ids == ("1", "2", "3")
    assert shelf.search(Question(query=Words("forest"))).ids == ("0",)


def test_a_rare_word_counts_as_much_in_a_fresh_dataset(tmp_path: Path) -> None:
    """Scores of the small index are made comparable: what is as good is worth about as much."""
    old = [document(f"o{number}", f"ข้อมูลทั่วไป {number}") for number in range(200)] + [document("x", "ข้อมูลหายาก")]
    shelf = Shelf(tmp_path / "index", old, {"y": document("y", "ข้อมูลหายาก"), "z": document("z", "ข้อมูลทั่วไป")})
    assert set(shelf.search(Question(query=Words("หายาก"), rows=2)).ids) == {"x", "y"}


def test_a_misspelt_word_says_how_it_was_taken_and_what_may_be_meant(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path / "index", [document("1", "จำนวนนักท่องเที่ยว"), document("2", "Hospital directory")])
    found = shelf.search(Question(query=Words("นักท่องเทียว")))
    assert (found.ids, found.tier, found.suggestion) == (("1",), "most", "นักท่องเที่ยว")
    found = shelf.search(Question(query=Words("hospitl")))
    assert (found.ids, found.suggestion) == (("2",), "hospital")


def test_nothing_hidden_is_suggested(tmp_path: Path) -> None:
    hidden = document("1", "Secret hospital", labels=["org-1"])
    shelf = Shelf(tmp_path / "index", [hidden, document("2", "Other")])
    found = shelf.search(Question(query=Words("hospitl")))
    assert (found.count, found.suggestion, found.facets) == (0, None, {})
    seen = shelf.search(Question(query=Words("hospitl"), labels=(PUBLIC, "org-1")))
    assert (seen.count, seen.suggestion) == (1, "hospital")


def test_marks_what_was_found_and_escapes_the_rest(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path / "index", [document("1", "<b>ปริมาณนํ้าฝน</b> & GDP", notes="ยาว " * 100 + "น้ำฝนที่นี่")])
    (shown,) = shelf.search(Question(query=Words("น้ำฝน gdp"), highlight=True)).highlights.values()
    assert shown["title"] == "&lt;b&gt;ปริมาณ<mark>นํ้าฝน</mark>&lt;/b&gt; &amp; <mark>GDP</mark>"
    assert shown["notes"].startswith("…") and "<mark>น้ำฝน</mark>ที่นี่" in shown["notes"]


def test_synonyms_are_put_in_when_asked_for(tmp_path: Path) -> None:
    table = Synonyms([["กทม.", "กรุงเทพมหานคร", "Bangkok"], ["ชม.", "เชียงใหม่"]])
    documents = [document("1", "ประชากรกรุงเทพมหานคร"), document("2", "Bangkok buses"), document("3", "ชมรม")]
    shelf = Shelf(tmp_path / "index", documents, synonyms=table)
    assert set(shelf.search(Question(query=Words("กทม"))).ids) == {"1", "2"}
    assert shelf.search(Question(query=Words("ประชากรกรุงเทพมหานคร"))).ids == ("1",)
    # two letters that mean a province stand in too many words to be looked for in its place
    assert shelf.search(Question(query=Words("เชียงใหม่"))).count == 0


def test_a_filter_is_no_matter_of_relevance(tmp_path: Path) -> None:
    documents = [document("1", "ป่า ป่า", organization="a"), document("2", "ป่า", organization="b")]
    shelf = Shelf(tmp_path / "index", documents)
    question = Question(query=Words("ป่า"), filters=(Exact("organization", "b"),))
    assert shelf.search(question).ids == ("2",)


def test_the_table_that_ships_says_where_it_is_from() -> None:
    path = Path(__file__).parents[3] / "chalicelib/opendata/search/data/synonyms.json"
    table = json.loads(path.read_text(encoding="utf-8"))
    assert all(chapter["source"] and all(len(line) > 1 for line in chapter["lines"]) for chapter in table.values())
