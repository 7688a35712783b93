"""Activity streams through the Action API: CKAN's shapes, and nothing that the caller may not see."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.opendata.people import operator
from tests.opendata.portal import METADATA, Portal


def stream(portal: Portal, action: str, token: str | None = None, **given: Any) -> Any:
    return portal.result(portal.act(action, token, **given))


def kinds(activities: Any) -> list[str]:
    return [each["activity_type"] for each in activities]


def test_a_datasets_history_has_the_whole_package_each_time(portal: Portal) -> None:
    portal.organization()
    first = portal.dataset(notes="หนึ่ง")
    portal.result(portal.act("package_patch", portal.publisher, id=first["id"], notes="สอง"))
    made = portal.result(
        portal.act("resource_create", portal.publisher, package_id=first["id"], url="https://a.example/x.csv", name="x")
    )
    now = portal.result(portal.ask("package_show", id=first["id"]))
    found = stream(portal, "package_activity_list", id="food-licences")
    assert kinds(found) == ["changed package", "changed package", "new package"]
    assert [each.keys() for each in found] == [
        {"activity_type", "data", "id", "object_id", "timestamp", "user_id"},
    ] * 3  # fmt: skip
    assert {each["object_id"] for each in found} == {first["id"]}
    assert {each["user_id"] for each in found} == {first["creator_user_id"]}
    packages = [each["data"]["package"] for each in found]
    assert packages[0] == now
    assert [each["notes"] for each in packages] == ["สอง", "สอง", "หนึ่ง"]
    assert [len(each["resources"]) for each in packages] == [1, 0, 0]
    assert packages[2] == {**first, "metadata_modified": found[2]["timestamp"]}
    assert found[0]["data"]["resource"] == {"id": made["id"], "activity_type": "new resource"}
    assert found[0]["data"]["actor"] == "เจ้าหน้าที่"
    assert stream(portal, "activity_show", id=found[1]["id"]) == found[1]
    assert stream(portal, "activity_data_show", id=found[1]["id"], object_type="package") == packages[1]
    assert portal.act("activity_data_show", id=found[1]["id"], object_type="group").status == 404


def test_a_deleted_resource_stands_in_the_history(portal: Portal) -> None:
    portal.organization()
    portal.dataset()
    given = {"package_id": "food-licences", "url": "https://a.example/x.csv", "name": "x", "format": "CSV"}
    made = portal.result(portal.act("resource_create", portal.publisher, **given))
    assert portal.act("resource_delete", portal.publisher, id=made["id"]).status == 200
    found = stream(portal, "package_activity_list", id="food-licences")
    assert [len(each["data"]["package"]["resources"]) for each in found] == [0, 1, 0]
    then = found[1]["data"]["package"]["resources"][0]
    assert {name: then[name] for name in ("id", "url", "name", "format")} == {
        name: made[name] for name in ("id", "url", "name", "format")
    }


def test_what_was_not_public_then_is_told_to_the_organization_only(portal: Portal) -> None:
    portal.organization()
    portal.result(
        portal.act(
            "package_create", portal.publisher, name="a-dataset", owner_org="laemngop", private=True, notes="SECRET"
        )
    )
    portal.result(portal.act("package_patch", portal.publisher, id="a-dataset", **METADATA, private=False))
    portal.settle()
    calls: list[tuple[str, dict[str, Any]]] = [
        ("package_activity_list", {"id": "a-dataset"}),
        ("organization_activity_list", {"id": "laemngop"}),
        ("user_activity_list", {"id": stream(portal, "user_show", portal.publisher)["id"]}),
        ("recently_changed_packages_activity_list", {}),
    ]
    for action, given in calls:
        for token in (None, portal.reader, portal.other):
            outside = stream(portal, action, token, **given)
            assert "SECRET" not in json.dumps(outside), action
            assert [each for each in kinds(outside) if "package" in each] == ["changed package"], action
        inside = stream(portal, action, portal.publisher, **given)
        assert [each for each in kinds(inside) if "package" in each] == ["changed package", "new package"], action
        assert "SECRET" in json.dumps(inside), action


@pytest.mark.parametrize("how", ["private", "deleted"])
def test_what_is_not_public_now_is_in_no_stream(portal: Portal, how: str) -> None:
    portal.organization()
    dataset = portal.dataset(notes="SECRET")
    token = portal.result(portal.act("follow_dataset", portal.reader, id=dataset["id"]))
    assert token["object_id"] == dataset["id"]
    portal.result(portal.act("package_patch", portal.publisher, id=dataset["id"], notes="SECRET TOO"))
    seen = stream(portal, "package_activity_list", id=dataset["id"])
    if how == "private":
        portal.result(portal.act("package_patch", portal.publisher, id=dataset["id"], private=True))
    else:
        assert portal.act("package_delete", portal.publisher, id=dataset["id"]).status == 200
    portal.settle()
    user = stream(portal, "user_show", portal.publisher)["id"]
    for token in (None, portal.reader, portal.other):
        assert portal.act("package_activity_list", token, id=dataset["id"]).status == 404
        for each in seen:
            assert portal.act("activity_show", token, id=each["id"]).status == 404
            assert portal.act("activity_diff", token, id=each["id"], object_type="package").status == 404
        for action, given in (
            ("organization_activity_list", {"id": "laemngop"}),
            ("user_activity_list", {"id": user}),
            ("recently_changed_packages_activity_list", {}),
        ):
            assert [kind for kind in kinds(stream(portal, action, token, **given)) if "package" in kind] == []
    assert stream(portal, "dashboard_activity_list", portal.reader) == []
    assert stream(portal, "dashboard_new_activities_count", portal.reader) == 0


def test_a_difference_is_told_between_two_that_the_caller_sees(portal: Portal) -> None:
    portal.organization()
    portal.result(
        portal.act(
            "package_create", portal.publisher, name="a-dataset", owner_org="laemngop", private=True, notes="SECRET"
        )
    )
    portal.result(portal.act("package_patch", portal.publisher, id="a-dataset", **METADATA, private=False))
    portal.result(portal.act("package_patch", portal.publisher, id="a-dataset", notes="ใหม่"))
    latest, published = (each["id"] for each in stream(portal, "package_activity_list", id="a-dataset"))
    found = stream(portal, "activity_diff", id=latest, object_type="package")
    assert [each["id"] for each in found["activities"]] == [published, latest]
    assert f'-  "notes": "{METADATA["notes"]}",' in found["diff"].split("\n")
    assert '+  "notes": "ใหม่",' in found["diff"].split("\n")
    html = stream(portal, "activity_diff", id=latest, object_type="package", diff_type="html")["diff"]
    assert html.lstrip().startswith("<table")
    assert portal.act("activity_diff", id=published, object_type="package").status == 404
    assert "SECRET" in stream(portal, "activity_diff", portal.publisher, id=published, object_type="package")["diff"]
    for given, status in (
        ({}, 409),
        ({"id": latest}, 409),
        ({"id": latest, "object_type": "group"}, 409),
        ({"id": latest, "object_type": "package", "diff_type": "x"}, 409),
        ({"id": "nobody", "object_type": "package"}, 404),
        ({"id": ["x"], "object_type": "package"}, 404),
    ):
        assert portal.act("activity_diff", **given).status == status


def test_scripts_in_a_text_are_harmless_in_an_html_difference(portal: Portal) -> None:
    portal.organization()
    portal.dataset()
    portal.result(portal.act("package_patch", portal.publisher, id="food-licences", notes="<script>alert(1)</script>"))
    latest = stream(portal, "package_activity_list", id="food-licences")[0]["id"]
    html = stream(portal, "activity_diff", id=latest, object_type="package", diff_type="html")["diff"]
    assert "<script>" not in html
    assert "&lt;script&gt;" in html


def test_a_stream_is_read_in_parts(portal: Portal) -> None:
    portal.organization()
    portal.dataset()
    for number in range(5):
        portal.result(portal.act("package_patch", portal.publisher, id="food-licences", notes=f"n{number}"))

    def notes(**given: Any) -> list[str]:
        found = stream(portal, "package_activity_list", id="food-licences", **given)
        return [each["data"]["package"]["notes"] for each in found]

    assert notes(limit=2) == ["n4", "n3"]
    assert notes(limit=2, offset=2) == ["n2", "n1"]
    assert notes(offset=5) == [METADATA["notes"]]
    assert notes(limit=0) == []
    times = [each["timestamp"] for each in stream(portal, "package_activity_list", id="food-licences")]
    assert notes(before=times[2]) == ["n1", "n0", METADATA["notes"]]
    assert notes(after=times[2]) == ["n4", "n3"]
    assert notes(activity_types=["new package"]) == [METADATA["notes"]]
    assert notes(exclude_activity_types=["changed package"]) == [METADATA["notes"]]
    short = stream(portal, "package_activity_list", id="food-licences", include_data=False, limit=1)[0]["data"][
        "package"
    ]
    assert short.keys() == {"id", "name", "title"}
    for wrong in ({"offset": 1_001}, {"before": "yesterday"}, {"limit": -1}):
        assert portal.act("package_activity_list", id="food-licences", **wrong).status == 409
    assert portal.act("package_activity_list").json["error"]["id"] == ["Missing value"]


def test_a_group_has_its_own_changes_and_those_of_its_datasets(portal: Portal) -> None:
    portal.organization()
    portal.result(portal.act("group_create", operator(portal), name="health"))
    portal.dataset()
    given = {"id": "health", "object": "food-licences", "object_type": "package"}
    portal.result(portal.act("member_create", operator(portal), **given))
    portal.result(portal.act("group_patch", operator(portal), id="health", title="สุขภาพ"))
    portal.settle()
    found = stream(portal, "group_activity_list", id="health")
    assert kinds(found) == ["changed group", "changed package", "new group"]
    assert [found[0]["data"]["group"]["title"], found[2]["data"]["group"]["title"]] == ["สุขภาพ", "health"]
    assert stream(portal, "activity_show", id=found[0]["id"]) == found[0]
    assert kinds(stream(portal, "organization_activity_list", id="laemngop")) == [
        "changed package", "new package", "new organization",
    ]  # fmt: skip
    boss = stream(portal, "user_show", operator(portal))["id"]
    assert kinds(stream(portal, "user_activity_list", id=boss)) == ["changed group", "changed package", "new group"]
    portal.result(portal.act("group_delete", operator(portal), id="health"))
    portal.settle()
    assert portal.act("group_activity_list", id="health").status == 404
    assert portal.act("activity_show", id=found[0]["id"]).status == 404
    assert kinds(stream(portal, "user_activity_list", id=boss)) == ["changed package"]


def test_an_event_that_comes_twice_is_entered_once(portal: Portal) -> None:
    portal.organization()
    portal.dataset()
    waiting = list(portal.queues.waiting)
    portal.settle()
    rows = len(portal.memory._items)
    for _, body in waiting:
        event = portal.catalogue.parts.journal
        assert event is not None
        portal.catalogue.on_event(body)
    for name in ("opendata.organization.created", "opendata.dataset.created"):
        assert name in str(portal.memory._items)
    assert len(portal.memory._items) == rows


def test_the_latest_state_costs_no_walk_through_the_history(portal: Portal) -> None:
    portal.organization()
    for number in range(3):
        portal.dataset(f"dataset-{number}")
    portal.memory.requests.clear()
    found = stream(portal, "recently_changed_packages_activity_list", limit=3)
    assert kinds(found) == ["new package"] * 3
    # the log, the history entries together, each dataset once, the users and the groups together
    assert sorted(portal.memory.requests) == ["get_many"] * 3 + ["query"] * 4
