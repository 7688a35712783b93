"""Free tags, and the operator's vocabularies."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.opendata.rules import Rejected
from tests.opendata.people import operator
from tests.opendata.portal import Portal

FACETS: dict[str, Any] = {"facet.field": ["vocab_area", "tags"]}


@pytest.fixture
def town(portal: Portal) -> Portal:
    return built(portal)


@pytest.fixture(scope="module")
def settled(tmp_path_factory: pytest.TempPathFactory) -> Portal:
    """A town with a vocabulary, for tests that change nothing."""
    portal = built(Portal(tmp_path_factory.mktemp("tables")))
    portal.result(portal.act("vocabulary_create", operator(portal), name="area", tags=["ใต้"]))
    return portal


def built(portal: Portal) -> Portal:
    portal.organization()
    portal.dataset("water", tag_string="น้ำ,ข้อมูลเปิด,Open Data")
    portal.dataset("roads", tag_string="ถนน,ข้อมูลเปิด")
    portal.dataset("secret", tag_string="ลับมาก,น้ำ", private=True)
    return portal


def test_free_tags_are_those_of_public_datasets(town: Portal) -> None:
    free = sorted(["น้ำ", "ข้อมูลเปิด", "Open Data", "ถนน"])
    for token in (None, town.other, town.publisher):
        assert town.result(town.ask("tag_list", token)) == free
    assert town.result(town.ask("tag_list", query="open")) == ["Open Data"]
    whole = town.result(town.ask("tag_list", query="ถนน", all_fields="true"))
    assert whole == [{"vocabulary_id": None, "display_name": "ถนน", "id": "ถนน", "name": "ถนน"}]
    assert town.result(town.ask("tag_list", query="ลับ")) == []


def test_a_tag_and_its_datasets(town: Portal) -> None:
    shown = town.result(town.ask("tag_show", id="น้ำ"))
    assert shown == {"vocabulary_id": None, "display_name": "น้ำ", "id": "น้ำ", "name": "น้ำ"}
    with_datasets = town.result(town.ask("tag_show", town.publisher, id="น้ำ", include_datasets="true"))
    assert [each["name"] for each in with_datasets["packages"]] == ["water"]
    for hidden in ("ลับมาก", "nothing", "x" * 5_000):
        assert town.ask("tag_show", town.publisher, id=hidden).status == 404
    assert town.ask("tag_show").json["error"]["id"] == ["Missing value"]


def test_tags_are_searched(town: Portal) -> None:
    found = town.result(town.ask("tag_search", query="ข้อมูล"))
    assert found == {"count": 1, "results": [{"vocabulary_id": None, "id": "ข้อมูลเปิด", "name": "ข้อมูลเปิด"}]}
    assert town.result(town.ask("tag_search")) == {"count": 0, "results": []}
    assert town.result(town.act("tag_search", query=["open", "data"]))["count"] == 1
    assert town.result(town.act("tag_search", fields={"tags": "open"}))["count"] == 1
    assert town.result(town.ask("tag_autocomplete", query="น")) == sorted(["น้ำ", "ถนน"])
    assert town.result(town.act("tag_search", query="น", limit=1, offset=1))["results"][0]["name"] == "น้ำ"
    assert town.act("tag_search", query={"a": 1}).status == 409
    assert town.act("tag_autocomplete", query=["x"] * 21).status == 409


def test_a_vocabulary_lives(town: Portal) -> None:
    boss = operator(town)
    made = town.result(town.act("vocabulary_create", boss, name="area", tags=[{"name": "เหนือ"}, {"name": "ใต้"}]))
    assert [tag["name"] for tag in made["tags"]] == sorted(["เหนือ", "ใต้"])
    assert made["tags"][0].keys() == {"vocabulary_id", "display_name", "id", "name"}
    assert {tag["vocabulary_id"] for tag in made["tags"]} == {made["id"]}
    for given in ({"id": made["id"]}, {"id": "area"}):
        assert town.result(town.ask("vocabulary_show", **given)) == made
    assert town.result(town.ask("vocabulary_list")) == [made]
    tag = town.result(town.act("tag_create", boss, name="กลาง", vocabulary_id="area"))
    assert tag["vocabulary_id"] == made["id"]
    assert town.result(town.ask("tag_show", id=tag["id"])) == tag
    assert town.result(town.ask("tag_show", id="กลาง", vocabulary_id="area")) == tag
    assert town.ask("tag_show", id="กลาง").status == 404
    assert "กลาง" in town.result(town.ask("tag_list", vocabulary_id="area"))
    assert "กลาง" not in town.result(town.ask("tag_list"))
    assert town.result(town.ask("tag_search", query="กล", vocabulary_id="area"))["count"] == 1
    assert town.result(town.act("tag_delete", boss, id="กลาง", vocabulary_id="area")) is None
    assert town.ask("tag_show", id=tag["id"]).status == 404
    renamed = town.result(town.act("vocabulary_update", boss, id="area", name="region"))
    assert (renamed["id"], renamed["tags"]) == (made["id"], made["tags"])
    assert town.ask("vocabulary_show", id="area").status == 404
    assert (
        town.result(town.act("vocabulary_update", boss, id="region", tags=["ตะวันออก"]))["tags"][0]["name"] == "ตะวันออก"
    )
    assert town.result(town.act("vocabulary_delete", boss, id="region")) is None
    assert town.result(town.ask("vocabulary_list")) == []
    town.result(town.act("vocabulary_create", boss, name="region"))


def test_only_the_operator_keeps_vocabularies(town: Portal) -> None:
    made = town.result(town.act("vocabulary_create", operator(town), name="area", tags=["ใต้"]))
    calls: list[tuple[str, dict[str, Any]]] = [
        ("vocabulary_create", {"name": "mine"}),
        ("vocabulary_update", {"id": made["id"], "name": "mine"}),
        ("vocabulary_delete", {"id": made["id"]}),
        ("tag_create", {"name": "xx", "vocabulary_id": made["id"]}),
        ("tag_delete", {"id": "ใต้", "vocabulary_id": made["id"]}),
    ]
    for token in (None, town.reader, town.publisher):
        for action, given in calls:
            assert town.act(action, token, **given).status == 403
    assert town.result(town.ask("vocabulary_list")) == [made]


@pytest.mark.parametrize(
    ("action", "given", "status", "error"),
    [
        ("vocabulary_create", {}, 409, {"name": ["Missing value"]}),
        ("vocabulary_create", {"name": "area"}, 409, {"name": ["That vocabulary name is already in use."]}),
        (
            "vocabulary_create",
            {"name": "a b"},
            409,
            {"name": ["Must be 2 to 100 letters, digits or these symbols: -_."]},
        ),
        ("vocabulary_create", {"name": 7}, 409, {"name": ["Must be 2 to 100 letters, digits or these symbols: -_."]}),
        ("vocabulary_create", {"name": "ok", "tags": "x"}, 409, {"tags": ["Must be a list of at most 2000 tags"]}),
        ("vocabulary_create", {"name": "ok", "tags": [{}]}, 409, {"tags": ["Missing value"]}),
        ("vocabulary_show", {}, 409, {"id": ["id not in data"]}),
        ("vocabulary_show", {"id": "no"}, 404, {"message": "Not found: Could not find vocabulary"}),
        ("vocabulary_update", {}, 409, {"id": ["id not in data"]}),
        ("vocabulary_update", {"id": "no"}, 404, {"message": "Not found: Could not find vocabulary"}),
        ("vocabulary_delete", {}, 409, {"id": ["id not in data"]}),
        ("tag_create", {"name": "ok"}, 409, {"vocabulary_id": ["Missing value"]}),
        (
            "tag_create",
            {"name": "ok", "vocabulary_id": "no"},
            409,
            {"vocabulary_id": ["Tag vocabulary was not found."]},
        ),
        ("tag_create", {"vocabulary_id": "area"}, 409, {"name": ["Missing value"]}),
        (
            "tag_create",
            {"name": "ใต้", "vocabulary_id": "area"},
            409,
            {"name": ["Tag already belongs to the vocabulary"]},
        ),
        ("tag_delete", {}, 409, {"id": ["id not in data"]}),
        ("tag_delete", {"id": "no", "vocabulary_id": "area"}, 404, {"message": "Not found: Could not find tag"}),
        ("tag_list", {"vocabulary_id": "no"}, 404, {"message": "Not found: Could not find vocabulary"}),
    ],
)
def test_what_is_wrong_is_said(
    settled: Portal, action: str, given: dict[str, Any], status: int, error: dict[str, Any]
) -> None:
    answer = settled.act(action, operator(settled), **given)
    assert answer.status == status, answer.text
    assert error.items() <= answer.json["error"].items()


def test_a_write_that_is_repeated_happens_once(town: Portal) -> None:
    boss = operator(town)
    first = town.result(town.act("vocabulary_create", boss, key="k1", name="area", tags=["ใต้"]))
    assert town.result(town.act("vocabulary_create", boss, key="k1", name="area", tags=["ใต้"])) == first
    for _ in range(2):
        assert town.result(town.act("tag_delete", boss, key="k2", id="ใต้", vocabulary_id="area")) is None
    for _ in range(2):
        assert town.result(town.act("vocabulary_delete", boss, key="k3", id="area")) is None


def test_datasets_carry_tags_of_vocabularies(town: Portal) -> None:
    boss = operator(town)
    area = town.result(town.act("vocabulary_create", boss, name="area", tags=["ใต้", "เหนือ"]))
    tags = [{"name": "น้ำ"}, {"name": "ใต้", "vocabulary_id": area["id"]}]
    made = town.dataset("south", tags=tags, tag_string=None)
    assert {"ใต้": area["id"], "น้ำ": None} == {tag["name"]: tag["vocabulary_id"] for tag in made["tags"]}
    found = town.result(town.act("package_search", fq="vocab_area:ใต้", **FACETS))
    assert [each["name"] for each in found["results"]] == ["south"]
    assert found["facets"]["vocab_area"] == {"ใต้": 1}
    assert "ใต้" not in found["facets"]["tags"]
    assert town.result(town.ask("package_search", q="vocab_area:*"))["count"] == 1
    assert town.result(town.ask("package_search", q="vocab_other:*"))["count"] == 0
    shown = town.result(town.ask("tag_show", id="ใต้", vocabulary_id="area", include_datasets="true"))
    assert [each["name"] for each in shown["packages"]] == ["south"]
    town.result(town.act("tag_delete", boss, id="ใต้", vocabulary_id="area"))
    patched = town.result(town.act("package_patch", town.publisher, id="south", notes="ใหม่"))
    assert "ใต้" in {tag["name"] for tag in patched["tags"]}
    refused = town.act("package_patch", town.publisher, id="water", tags=tags)
    assert refused.json["error"]["tags"] == ["Tag does not belong to its vocabulary"]


def test_what_a_dataset_may_carry(town: Portal) -> None:
    made = town.result(town.act("vocabulary_create", operator(town), name="area", tags=["ใต้", "เหนือ"]))
    checked = town.catalogue.vocabularies.checked
    assert checked([("area", "ใต้"), (made["id"], "ใต้")]) == ((made["id"], "ใต้"),)
    assert checked([("gone", "x")], [("gone", "x")]) == (("gone", "x"),)
    for pairs in ([("no", "ใต้")], [("area", "no")], [(None, "ใต้")], [("", "ใต้")]):
        with pytest.raises(Rejected):
            checked(pairs)
