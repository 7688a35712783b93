"""How many requests each action makes of the table, the look for who calls included. More is a regression."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from tests.opendata.packages.town import LINK, Town, whole

BUDGETS: list[tuple[str, dict[str, Any], str, int]] = [
    ("package_show", {"id": "ID"}, "nobody", 2),
    ("package_show", {"id": "food-licences"}, "nobody", 3),
    ("package_show", {"id": "ID-WITH-THEME"}, "nobody", 3),
    ("resource_show", {"id": "RESOURCE"}, "nobody", 3),
    ("resource_view_list", {"id": "RESOURCE"}, "nobody", 3),
    ("package_create", whole("new-one"), "publisher", 4),
    ("package_update", {"id": "ID", "title": "ใหม่", "private": True}, "publisher", 5),
    ("package_patch", {"id": "ID", "notes": "ใหม่"}, "publisher", 4),
    ("package_patch", {"id": "food-licences", "notes": "ใหม่"}, "publisher", 5),
    ("package_revise", {"match": {"id": "ID"}, "update": {"notes": "ใหม่"}}, "publisher", 4),
    ("package_delete", {"id": "ID"}, "publisher", 4),
    ("package_owner_org_update", {"id": "ID", "organization_id": "other"}, "operator", 7),
    ("package_resource_reorder", {"id": "ID", "order": ["SECOND"]}, "publisher", 4),
    ("resource_create", {"package_id": "ID", **LINK}, "publisher", 4),
    ("resource_create", {"package_id": "ID", "id": "given-one", **LINK}, "publisher", 5),
    ("resource_update", {"id": "RESOURCE", **LINK}, "publisher", 5),
    ("resource_patch", {"id": "RESOURCE", "name": "ใหม่"}, "publisher", 5),
    ("resource_delete", {"id": "RESOURCE"}, "publisher", 5),
    ("dataset_purge", {"id": "ID"}, "operator", 4),
]


@pytest.mark.parametrize(
    ("action", "given", "who", "budget"), BUDGETS, ids=[f"{n}-{each[0]}" for n, each in enumerate(BUDGETS)]
)
def test_an_action_keeps_to_its_budget(town: Town, action: str, given: dict[str, Any], who: str, budget: int) -> None:
    made = town.write("package_create", **whole())
    first, second = (each["id"] for each in made["resources"])
    names = {"ID": made["id"], "RESOURCE": first, "SECOND": second, "ORG": made["owner_org"]}
    if given.get("id") == "ID-WITH-THEME":
        town.write("group_create", town.operator, name="water")
        names["ID-WITH-THEME"] = town.write("package_create", town.operator, **whole("with-theme", groups=["water"]))[
            "id"
        ]
    asked = filled(given, names)
    town.write("package_patch", id=made["id"], author="x")  # the caller is known by now
    token = {"publisher": town.portal.publisher, "operator": town.operator}.get(who)
    if token == town.operator:
        town.write("package_patch", token, id=made["id"], author="y")
    requests = town.portal.memory.requests
    requests.clear()
    answer = town.portal.act(action, token, **asked)
    assert answer.status == 200, answer.text
    counted = Counter(requests)
    assert counted.total() <= budget, counted
    assert counted["write"] <= 1


def filled(given: Any, names: dict[str, str]) -> Any:
    if isinstance(given, dict):
        return {name: filled(value, names) for name, value in given.items()}
    if isinstance(given, list):
        return [filled(each, names) for each in given]
    return names.get(given, given) if isinstance(given, str) else given
