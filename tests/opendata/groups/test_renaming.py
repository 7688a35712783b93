"""Search finds and counts datasets by what their organisation and themes are called now."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.opendata.groups.renaming import Renaming
from chalicelib.shared.journal import Event, NotYet
from tests.opendata.people import operator
from tests.opendata.portal import Portal


def count(portal: Portal, token: str | None = None, **given: Any) -> int:
    return int(portal.result(portal.act("package_search", token, **given))["count"])


def test_a_renamed_organization_is_found_by_its_new_name(portal: Portal) -> None:
    portal.organization()
    portal.dataset()
    portal.dataset("hidden", private=True)
    given = {"id": "laemngop", "name": "laem-ngop", "title": "เมืองท่าเรือ"}
    portal.result(portal.act("organization_patch", portal.publisher, **given))
    portal.settle()
    assert (count(portal, fq="organization:laem-ngop"), count(portal, fq="organization:laemngop")) == (1, 0)
    assert count(portal, q="เมืองท่าเรือ") == 1
    assert count(portal, portal.publisher, fq="organization:laem-ngop", include_private=True) == 2
    assert portal.result(portal.ask("organization_show", id="laem-ngop"))["package_count"] == 1
    shown = portal.result(portal.ask("package_show", id="food-licences"))
    # nothing of the dataset itself changed
    assert len(portal.result(portal.ask("package_activity_list", id="food-licences"))) == 1
    portal.result(portal.act("package_patch", portal.publisher, id="food-licences", notes="ใหม่"))
    assert count(portal, q="ใหม่", fq="organization:laem-ngop") == 1
    assert (
        shown["metadata_modified"] < portal.result(portal.ask("package_show", id="food-licences"))["metadata_modified"]
    )


def test_a_renamed_theme_is_found_and_a_deleted_one_is_not(portal: Portal) -> None:
    portal.organization()
    portal.dataset()
    boss = operator(portal)
    portal.result(portal.act("group_create", boss, name="health"))
    portal.result(portal.act("member_create", boss, id="health", object="food-licences", object_type="package"))
    portal.result(portal.act("group_patch", boss, id="health", name="well-being"))
    portal.settle()
    assert (count(portal, fq="groups:well-being"), count(portal, fq="groups:health")) == (1, 0)
    assert portal.result(portal.ask("group_show", id="well-being"))["package_count"] == 1
    portal.result(portal.act("group_delete", boss, id="well-being"))
    portal.settle()
    assert count(portal, fq="groups:well-being") == 0
    assert portal.result(portal.ask("package_show", id="food-licences"))["groups"] == []
    portal.result(portal.act("group_patch", boss, id="well-being", state="active"))
    assert [each["name"] for each in portal.result(portal.ask("package_show", id="food-licences"))["groups"]] == [
        "well-being"
    ]
    portal.settle()
    assert count(portal, fq="groups:well-being") == 1


def events(portal: Portal) -> list[Event]:
    organization = portal.result(portal.ask("organization_show", id="laemngop"))["id"]
    return portal.catalogue.parts.journal.history(f"GROUP#{organization}")


def test_what_is_not_shown_differently_enters_nothing(portal: Portal) -> None:
    portal.organization()
    portal.dataset()
    portal.result(portal.act("organization_patch", portal.publisher, id="laemngop", description="x"))
    portal.settle()
    before = set(portal.memory._items)
    for event in events(portal):
        portal.catalogue.renaming.follow(event)
    assert set(portal.memory._items) == before


def test_many_datasets_are_told_by_and_by(portal: Portal) -> None:
    portal.organization()
    for number in range(25):
        portal.dataset(f"dataset-{number:02d}")
    portal.settle()
    portal.result(portal.act("organization_patch", portal.publisher, id="laemngop", title="ใหม่"))
    event = events(portal)[-1]
    parts = portal.catalogue.parts
    slow = Renaming(parts.table, portal.catalogue.reading, ids=parts.ids, clock=parts.clock, run=10)

    def entered() -> int:
        found = [item.data for key, (item, _) in portal.memory._items.items() if key.pk == "CHG"]
        return sum(each["activity"] == "changed organization" and each["thing"] == "package" for each in found)

    seen = []
    for _ in range(2):
        with pytest.raises(NotYet):
            slow.follow(event)
        seen.append(entered())
    slow.follow(event)
    assert [*seen, entered()] == [10, 20, 25]
    slow.follow(event)
    assert entered() == 25
    assert count(portal, q="ใหม่") == 25
