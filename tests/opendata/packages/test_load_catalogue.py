"""The tool that loads other people's records: every kind of file, and a difference that it must see."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from bench.catalogue_records import records
from bench.load_catalogue import OWNER, differences, load, main, opened
from tests.opendata.packages.town import whole

PORTAL = [
    {"id": "ab12-cd34", "title": "Hospitals", "organization": "data.city.us", "category": "Health & Care",
     "tags": ["jobs/economic", "x", "โรงพยาบาล"], "notes": "", "issued": "2016", "url": "https://data.city.us/a",
     "fields": [{"id": "ตำบล", "type": "text"}]},
    {"id": "ef56-gh78", "title": "Loans", "organization": "data.city.us", "tags": [], "notes": "ก" * 30_000,
     "url": None},
]  # fmt: skip
EXPORT = {
    "results": [
        {
            "name": "a2gov_org", "title": "Ann Arbor", "notes": "n", "author": "City", "maintainer_email": "nobody",
            "url": "http://x.example", "license_id": "their-own", "tags": ["ctic"], "groups": ["us"],
            "extras": {"language": "en", "title": "also a title"},
        }
    ]
}  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "records"
    made.mkdir()
    lines = "".join(json.dumps(each) + "\n" for each in PORTAL)
    (made / "portal.jsonl.gz").write_bytes(gzip.compress(lines.encode()))
    (made / "titles.csv").write_text(
        "category,title,url\nแผนที่,ข้อมูลพิกัด  LAT/LONG,https://x.example/1\n", encoding="utf-8"
    )
    (made / "export.json").write_text(json.dumps(EXPORT), encoding="utf-8")
    (made / "README.md").write_text("not a record", encoding="utf-8")
    return made


def test_all_that_was_sent_comes_back(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(folder)]) == 0
    told = capsys.readouterr().out
    assert "sent      4 " in told and "equal     4" in told


def test_a_name_that_is_taken_and_a_dataset_that_is_not_there_are_told(folder: Path) -> None:
    packages = list(records(folder, OWNER))
    with opened("memory", None) as site:
        assert load(site, packages[:2]).equal == 2
        again = load(site, [packages[0], {**packages[1], "title": "another"}, {**packages[2], "private": True}])
    assert again.refused.total() == 2
    assert "That URL is already in use." in next(iter(again.refused))
    assert (again.equal, again.missing, list(again.different.values())) == (1, 1, [["title"]])
    assert "different 1" in str(again)


def test_a_difference_is_named_by_its_place() -> None:
    sent = {**whole(), "tags": [{"name": "น้ำ"}]}
    sent.pop("tag_string")
    found = {**sent, "title": "x", "tags": [], "resources": [sent["resources"][0], {**sent["resources"][1], "size": 6}]}
    assert differences(sent, sent) == []
    assert differences(sent, found) == ["title", "tags", "resources/1/size"]
    assert differences(sent, {**sent, "resources": []}) == ["resources"]
