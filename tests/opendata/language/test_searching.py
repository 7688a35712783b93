"""package_search and its kin as CKAN's clients meet them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.opendata.people import operator
from tests.opendata.portal import METADATA, Portal


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Portal:
    """Two organisations with some datasets; for tests that only read."""
    return built(Portal(tmp_path_factory.mktemp("tables")))


@pytest.fixture
def fresh(portal: Portal) -> Portal:
    """The same, for tests that write."""
    return built(portal)


def built(portal: Portal) -> Portal:
    portal.organization()
    other = portal.act("organization_create", portal.other, name="other-town", title="เทศบาลอื่น")
    portal.result(other)
    portal.dataset("water", title="แหล่งน้ำ", tag_string="น้ำ,ข้อมูลเปิด", extras=[{"key": "theme", "value": "health care"}])
    portal.dataset("roads", title="ถนน", tag_string="ถนน,ข้อมูลเปิด")
    given = {**METADATA, "name": "budget", "title": "งบประมาณ", "owner_org": "other-town", "tag_string": "เงิน"}
    portal.result(portal.act("package_create", portal.other, **given))
    portal.result(portal.act("resource_create", portal.publisher, package_id="water", url="https://a.example/W.csv",
                             name="Water Levels", format="csv"))  # fmt: skip
    portal.result(portal.act("resource_create", portal.publisher, package_id="roads", url="https://a.example/r.pdf",
                             name="road map", format="pdf", description="Provincial WATER ways"))  # fmt: skip
    return portal


def names(portal: Portal, token: str | None = None, /, **given: Any) -> list[str]:
    return [each["name"] for each in portal.result(portal.act("package_search", token, **given))["results"]]


@pytest.mark.parametrize(
    ("fq", "found"),
    [
        ("organization:laemngop", ["roads", "water"]),
        ("organization:laemngop OR organization:other-town", ["budget", "roads", "water"]),
        ("-organization:laemngop", ["budget"]),
        ('tags:"ข้อมูลเปิด" -tags:น้ำ', ["roads"]),
        ("res_format:CSV", ["water"]),
        ("res_format:(CSV OR PDF)", ["roads", "water"]),
        ('res_name:"Water Levels"', ["water"]),
        ("res_description:provincial", ["roads"]),
        (r"res_url:https\://a.example/W.csv", ["water"]),
        ("name:wa*", ["water"]),
        ("name:?oads", ["roads"]),
        ("extras_theme:health", ["water"]),
        ('theme:"health care"', ["water"]),
        ("theme:*", ["water"]),
        ("theme:health", []),
        ("nobody_knows:x", []),
        ("-nobody_knows:x", ["budget", "roads", "water"]),
        ("metadata_modified:[2020-01-01T00:00:00Z TO *]", ["budget", "roads", "water"]),
        ("metadata_created:[NOW+1DAY/DAY TO *]", []),
        ("+dataset_type:dataset +state:active", ["budget", "roads", "water"]),
        ("title:ถนน", ["roads"]),
        ("title:ถน*", ["roads"]),
        ("text:wat*", ["roads", "water"]),
        ("text:*ate?", ["roads", "water"]),
        ("text:*ate", []),
        ("permission_labels:public", []),
        ("capacity:private", []),
    ],
)
def test_filters(town: Portal, fq: str, found: list[str]) -> None:
    assert names(town, fq=fq, sort="name asc") == found
    assert names(town, q=fq, sort="name asc") == found


def test_facets_are_counted_over_the_whole_result_and_told_twice(town: Portal) -> None:
    fields = ["organization", "tags", "res_format", "license_id", "nothing"]
    asked: dict[str, Any] = {"facet.field": fields}
    found = town.result(town.act("package_search", rows=0, **asked))
    assert found["results"] == []
    assert found["facets"]["organization"] == {"laemngop": 2, "other-town": 1}
    assert next(iter(found["facets"]["tags"].items())) == ("ข้อมูลเปิด", 2)
    assert found["facets"]["nothing"] == {}
    assert found["search_facets"]["nothing"] == {"title": "nothing", "items": []}
    assert found["search_facets"]["organization"] == {
        "title": "organization",
        "items": [
            {"name": "laemngop", "display_name": "เทศบาลตำบลแหลมงอบ", "count": 2},
            {"name": "other-town", "display_name": "เทศบาลอื่น", "count": 1},
        ][:: 1 if "เทศบาลตำบลแหลมงอบ" > "เทศบาลอื่น" else -1],
    }
    licences = {each["id"]: each["title"] for each in town.result(town.ask("license_list"))}
    (item,) = found["search_facets"]["license_id"]["items"]
    assert item == {"name": METADATA["license_id"], "display_name": licences[METADATA["license_id"]], "count": 3}
    by_get = town.result(town.ask("package_search", **{"facet.field": json.dumps(fields), "rows": "0"}))
    assert by_get == found


def test_facets_are_limited_and_may_be_left_out(town: Portal) -> None:
    def tags(**more: Any) -> Any:
        given = {"rows": 0, "facet.field": ["tags"], **{name.replace("__", "."): value for name, value in more.items()}}
        return town.result(town.act("package_search", **given))["facets"]

    assert len(tags()["tags"]) == 4
    assert len(tags(facet__limit=-1)["tags"]) == 4
    assert tags(facet__limit=1) == {"tags": {"ข้อมูลเปิด": 2}}
    assert tags(facet__mincount=2) == {"tags": {"ข้อมูลเปิด": 2}}
    assert tags(facet="false") == {}


def test_what_is_answered_of_each(town: Portal) -> None:
    assert names(town, fl="name", sort="name desc") == ["water", "roads", "budget"]
    found = town.result(town.act("package_search", fl=["id", "name", "tags", "organization"], fq="name:roads"))
    assert found["results"][0].keys() == {"id", "name", "tags", "organization"}
    assert found["results"][0]["organization"] == "laemngop"
    assert sorted(found["results"][0]["tags"]) == sorted(["ถนน", "ข้อมูลเปิด"])
    whole = town.result(town.act("package_search", fl="*", fq="name:water"))["results"][0]
    assert whole["metadata_modified"].endswith("Z")
    assert "labels" not in whole
    ids = town.result(town.act("package_search", fl="id"))["results"]
    assert all(each.keys() == {"id"} for each in ids)


def test_marks_and_tiers_are_told_only_where_asked(town: Portal) -> None:
    plain = town.result(town.act("package_search", q="ถนน"))
    assert plain.keys() == {"count", "facets", "results", "sort", "search_facets"}
    assert "highlight" not in plain["results"][0]
    marked = town.result(town.act("package_search", q="ถนน", ext_highlight="true"))
    assert marked.keys() == plain.keys() | {"tier", "suggestion"}
    assert marked["tier"] == "all"
    assert "ถนน" in marked["results"][0]["highlight"]["title"]


def test_the_map(fresh: Portal) -> None:
    box = {"west_bound_longitude": "102.1", "south_bound_longitude": "12.1", "east_bound_longitude": "102.5"}
    fresh.dataset("bay", **box, north_bound_longitude="12.3")
    assert names(fresh, ext_bbox="102,12,102.2,12.2") == ["bay"]
    assert names(fresh, ext_bbox="100,13,101,14") == []


def test_every_page_once_in_the_order_that_harvesters_ask_for(town: Portal) -> None:
    found = [names(town, sort="id asc", rows=1, start=start) for start in range(4)]
    assert sorted(name for page in found for name in page) == ["budget", "roads", "water"]
    assert found[3] == []


def test_private_drafts_and_deleted_ones_are_shown_to_their_own(fresh: Portal) -> None:
    fresh.dataset("secret", private=True)
    everybody = ["budget", "roads", "water"]
    ways: list[dict[str, Any]] = [{"include_private": True}, {"include_drafts": True}, {"fq": "+state:draft"}]
    for token in (None, fresh.reader, fresh.other):
        for given in (*ways, {"fq": "private:true"}, {"q": "name:secret", "include_private": True}):
            assert "secret" not in names(fresh, token, sort="name asc", **given)
    assert names(fresh, fresh.publisher, sort="name asc") == everybody
    for token in (fresh.publisher, operator(fresh)):
        assert names(fresh, token, sort="name asc", include_private=True) == ["budget", "roads", "secret", "water"]
        assert names(fresh, token, include_private=True, fq="private:true") == ["secret"]
        assert names(fresh, token, fq="private:true") == []


def test_names_and_the_latest(town: Portal) -> None:
    assert town.result(town.ask("package_list")) == ["budget", "roads", "water"]
    assert town.result(town.ask("package_list", limit="1", offset="1")) == ["roads"]
    assert town.result(town.act("package_list", limit=0)) == []
    latest = town.result(town.ask("current_package_list_with_resources", limit="2"))
    assert [each["name"] for each in latest] == ["roads", "water"]
    assert latest[0]["resources"][0]["name"] == "road map"
    assert len(town.result(town.ask("current_package_list_with_resources"))) == 3


def test_names_are_listed_without_reading_datasets(fresh: Portal) -> None:
    fresh.ask("package_list")
    fresh.memory.requests.clear()
    fresh.ask("package_list")
    assert all("DATASET#" not in str(each) for each in fresh.memory.requests)


def test_names_and_titles_are_completed(fresh: Portal) -> None:
    by_title = fresh.result(fresh.ask("package_autocomplete", q="แหล่ง"))
    assert by_title == [
        {"name": "water", "title": "แหล่งน้ำ", "match_field": "title", "match_displayed": "แหล่งน้ำ (water)"}
    ]
    by_name = fresh.result(fresh.ask("package_autocomplete", q="roa"))
    assert by_name == [{"name": "roads", "title": "ถนน", "match_field": "name", "match_displayed": "roads"}]
    assert fresh.result(fresh.ask("package_autocomplete", q="roa", limit="0")) == []
    assert fresh.act("package_autocomplete").json["error"]["q"] == ["Missing value"]
    fresh.dataset("secret", private=True, title="แหล่งลับ")
    for token in (None, fresh.other):
        assert len(fresh.result(fresh.ask("package_autocomplete", token, q="แหล่ง"))) == 1
    assert len(fresh.result(fresh.ask("package_autocomplete", fresh.publisher, q="แหล่ง"))) == 2


def test_formats_are_completed(town: Portal) -> None:
    assert town.result(town.ask("format_autocomplete", q="C")) == ["csv"]
    assert town.result(town.ask("format_autocomplete", q="zzz")) == []
    assert town.result(town.ask("format_autocomplete", q="c", limit="0")) == []
    assert town.act("format_autocomplete").json["error"]["q"] == ["Missing value"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("name:water", ["Water Levels"]),
        ("name:WATER", ["Water Levels"]),
        ("url:a.example", ["Water Levels", "road map"]),
        ("url:w.csv", ["Water Levels"]),
        ("description:water", ["road map"]),
        ("format:csv", ["Water Levels"]),
        (["url:a.example", "name:road"], ["road map"]),
        ('["url:a.example", "name:road"]', ["road map"]),
        ("name:nothing", []),
        ("name:*", []),
        ("size:7", []),
        ("hash:abc", []),
    ],
)
def test_resources_are_searched(town: Portal, query: Any, found: list[str]) -> None:
    answer = town.result(town.act("resource_search", query=query, order_by="name"))
    assert answer["count"] == len(found)
    assert [each["name"] for each in answer["results"]] == found


def test_resources_by_id_and_by_page(town: Portal) -> None:
    every = town.result(town.act("resource_search", query="url:a.example", order_by="name"))
    first = every["results"][0]
    assert town.result(town.act("resource_search", query=f"id:{first['id']}"))["results"] == [first]
    assert town.result(town.act("resource_search", query=f"package_id:{first['package_id']}"))["count"] == 1
    page = town.result(town.act("resource_search", query="url:a.example", order_by="name", limit=1, offset=1))
    assert (page["count"], page["results"]) == (2, every["results"][1:])
    by_fields = town.result(town.act("resource_search", fields={"name": ["water", "levels"]}))
    assert by_fields["results"] == [first]


@pytest.mark.parametrize(
    ("given", "field", "message"),
    [
        ({}, "query", "Missing value"),
        ({"query": "name"}, "query", "Must be <field>:<value> pair(s)"),
        ({"query": ["name:a", 1]}, "query", "Must be <field>:<value> pair(s)"),
        ({"query": "colour:red"}, "query", "Field not recognised in resource_search."),
        ({"query": "name:a", "fields": {"name": "a"}}, "fields", 'Do not specify if using "query" parameter'),
        ({"fields": "x"}, "fields", "Must be an object of terms by field"),
        ({"query": "[" * 50_000}, "query", "Could not parse as valid JSON"),
        ({"query": f"name:{'x' * 501}"}, "query", "At most 20 pairs, with terms of at most 500 characters"),
        ({"query": ["name:a"] * 21}, "query", "At most 20 pairs, with terms of at most 500 characters"),
    ],
)
def test_what_is_no_search_for_resources(town: Portal, given: dict[str, Any], field: str, message: str) -> None:
    answer = town.act("resource_search", **given)
    assert (answer.status, answer.json["error"][field]) == (409, [message])


def test_resources_of_hidden_datasets_are_not_found(fresh: Portal) -> None:
    secret = fresh.dataset("secret", private=True)
    made = fresh.result(fresh.act("resource_create", fresh.publisher, package_id="secret", url="https://s.example/x",
                                name="hidden thing", format="XLSX"))  # fmt: skip
    for token in (None, fresh.other, fresh.publisher):
        for query in ("name:hidden", "url:s.example", f"id:{made['id']}", f"package_id:{secret['id']}", "format:xlsx"):
            assert fresh.result(fresh.act("resource_search", token, query=query)) == {"count": 0, "results": []}
        assert fresh.result(fresh.ask("format_autocomplete", token, q="xls")) == []


def test_many_resources_of_one_dataset_are_all_found(fresh: Portal) -> None:
    """More than the index keeps of one dataset."""
    for batch in range(4):
        fresh.result(fresh.act("resource_create", fresh.publisher, package_id="roads", url=f"https://b.example/{batch}",
                             name=f"{batch} {'long name ' * 400}end{batch}"))  # fmt: skip
    for batch in range(4):
        assert fresh.result(fresh.act("resource_search", query=f"name:end{batch}"))["count"] == 1


def test_a_search_that_cannot_be_is_refused_in_ckans_words(town: Portal) -> None:
    answer = town.ask("package_search", zzz="1")
    assert answer.status == 400
    assert answer.json["success"] is False
    assert answer.json["error"] == {
        "__type": "Search Query Error",
        "message": "Search Query is invalid: \"Invalid search parameters: ['zzz']\"",
    }
    assert town.ask("package_search", rows="x").json["error"] == {
        "rows": ["Invalid integer", "Please enter an integer value"],
        "__type": "Validation Error",
    }
