"""From what a source tells to what we keep: tables, and any nonsense."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.opendata import rules
from chalicelib.opendata.harvest import words
from chalicelib.opendata.harvest.mapping import fingerprint, mapped, unwanted
from chalicelib.opendata.harvest.model import Record, Source
from chalicelib.opendata.model import GroupId
from tests.opendata.harvest.remotes import THAI

SOURCE = Source("s", "ckan", "t", "https://ckan.example", GroupId("o"), "2026", "me", publishes=True)


def fields(**content: Any) -> dict[str, Any]:
    return dict(mapped(Record("1", content), SOURCE, "กรมน้ำ").fields)


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        ("R/P1Y", ("ปี", 1)),
        ("R/P3M", ("ไตรมาส", 1)),
        ("R/P1W", ("สัปดาห์", 1)),
        ("http://publications.europa.eu/resource/authority/frequency/ANNUAL_2", ("ครึ่งปี", 1)),
        ("http://purl.org/cld/freq/monthly", ("เดือน", 1)),
        ("irregular", None),
        ("", None),
    ],
)
def test_frequencies(told: str, kept: tuple[str, int] | None) -> None:
    assert words.frequency(told) == kept


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        ("Open Data Common", "Open Data Common"),
        ("cc-by", "cc-by"),
        ("https://creativecommons.org/licenses/by-sa/4.0/", "Creative Commons Attribution Share-Alike"),
        ("http://creativecommons.org/publicdomain/zero/1.0/", "cc-zero"),
        ("http://www.opendefinition.org/licenses/odc-odbl/", "odc-odbl"),
        ("https://my.example/licence", None),
        ("", None),
    ],
)
def test_licences(told: str, kept: str | None) -> None:
    assert words.license_id(told) == kept


def test_words_outside_the_lists_stand_beside_them() -> None:
    kept = fields(title="ก", objective=["ไม่ทราบ", "เพื่อความสุข"], data_type="รูปภาพ", license_id="แล้วแต่")
    assert kept["objective"] == ["ไม่ทราบ", "อื่นๆ"]
    assert kept["objective_other"] == "เพื่อความสุข"
    assert kept["license_id"] == "อื่นๆ" and kept["license_id_other"] == "แล้วแต่"


def test_fields_of_the_standard_are_lifted_from_extras() -> None:
    kept = fields(title="ก", extras=[{"key": "data_source", "value": "สถานี"}, {"key": "x", "value": "y"}])
    assert kept["data_source"] == "สถานี"
    assert kept["extras"] == [{"key": "x", "value": "y"}]


def test_tags_that_cannot_be_are_mended_or_left_out() -> None:
    meant = mapped(Record("1", {"title": "ก", "tags": ["น้ำ/ไฟ", "ก", "a,b c", "<script>"]}), SOURCE, "")
    assert meant.fields["tags"] == ["b c", "script", "น้ำ ไฟ"]
    assert "tags" in meant.notes


def test_formats_come_from_resources() -> None:
    links = [{"url": "https://x.example/a", "format": "xlsx"}, {"url": "https://x.example/b", "format": "csv"}]
    assert fields(title="ก", resources=links)["data_format"] == ["CSV", "XLS"]


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://x.example/a", 1),
        ("javascript:alert(1)", 0),
        ("file:///etc/passwd", 0),
        ("", 0),
        (None, 0),
        (7, 0),
    ],
)
def test_links_lead_to_the_web_or_are_left_out(url: Any, kept: int) -> None:
    meant = mapped(Record("1", {"title": "ก", "resources": [{"url": url, "name": "ก"}]}), SOURCE, "")
    assert len(meant.links) == kept


@pytest.mark.parametrize(
    ("record", "why"),
    [
        (Record("1", {}), ""),
        (Record("", {}), "no_id"),
        (Record("\x00", {}), "no_id"),
        (Record("x" * 1001, {}), "no_id"),
        (Record("1", {"allow_harvest": "False"}), "consent"),
        (Record("1", {"extras": [{"key": "allow_harvest", "value": "False"}]}), "consent"),
        (Record("1", {"allow_harvest": True}), ""),
        (Record("1", {}, "not_public"), "not_public"),
    ],
)
def test_what_is_not_wanted(record: Record, why: str) -> None:
    assert unwanted(record, SOURCE) == why


def test_another_option_is_another_fingerprint() -> None:
    from dataclasses import replace

    record = Record("1", {"title": "ก"})
    assert fingerprint(record, SOURCE) == fingerprint(Record("1", {"title": "ก"}), SOURCE)
    assert fingerprint(record, SOURCE) != fingerprint(record, replace(SOURCE, publish="with_defaults"))
    assert fingerprint(record, SOURCE) == fingerprint(record, replace(SOURCE, every="daily", title="อื่น"))


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=8,
)
names = st.sampled_from(
    [*THAI, "title", "name", "tags", "tag_string", "extras", "resources", "organization", "groups", "license", "url"]
)


@settings(max_examples=80, deadline=None)
@given(st.dictionaries(names, anything, max_size=12), st.sampled_from(["when_complete", "with_defaults"]))
def test_any_nonsense_becomes_something_that_may_be_kept(content: dict[str, Any], publish: Any) -> None:
    from dataclasses import replace

    source = replace(SOURCE, publish=publish, defaults={"maintainer_email": "a@b.example"})
    meant = mapped(Record("1", content), source, "กรมน้ำ")
    again, messages = rules.dataset_fields(meant.fields)
    assert messages == {}
    assert again == meant.fields
    assert all(not rules.faults_of_name(name) for name in meant.names)
    assert all(not rules.faults_of_link(link.url) for link in meant.links)
    if publish == "with_defaults":
        assert meant.missing.keys() <= {"data_category", "title", *(f"{name}_other" for name in THAI)} | {
            each for each in meant.missing if each not in ("maintainer", "notes", "objective", "license_id")
        }
