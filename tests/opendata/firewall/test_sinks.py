"""No value of a table goes where only findings belong: marked people are planted, and every sink is searched."""

from __future__ import annotations

import json
import logging

import pytest

from tests.opendata.firewall.town import CLEAN, IDS, PEOPLE, VALUES, Town

FOLDED = {each.replace("-", "") for each in VALUES}


def leaks(text: str) -> set[str]:
    return {each for each in FOLDED if each in text.replace("-", "")}


def test_people_stand_in_the_file_and_its_table_and_nowhere_else(town: Town, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    answers = []
    town.dataset()
    resource = town.table_of("food-licences", CLEAN)
    town.table_of("food-licences", PEOPLE, resource=resource)
    hidden = town.draft(token=town.publisher)
    other = town.table_of(hidden, PEOPLE)
    answers += [town.act("package_patch", town.publisher, id=hidden, private=False)]
    answers += [town.shown(resource), town.shown(other), town.act("resource_show", town.publisher, id=other)]
    answers += [town.allow(resource, version=2, findings=[{"column": IDS[0], "kind": "person_name"}])]
    answers += [town.act("package_patch", town.publisher, id=hidden, notes=f"ของ {IDS[0]}", private=False)]
    town.settle()
    answers += [
        town.client.get("/dataset/food-licences"),
        town.client.get(f"/dataset/food-licences/resource/{resource}"),
    ]
    for each in answers:
        assert leaks(each.text) == set(), each.text
    for item, _ in town.memory._items.values():
        told = json.dumps([item.key, item.data, {name: tuple(key) for name, key in item.indexes.items()}], default=str)
        assert leaks(json.loads(json.dumps(told, ensure_ascii=False))) == set(), item.key
    for record in caplog.records:
        assert leaks(f"{record.getMessage()} {record.__dict__}") == set()
    for _, body in town.queues.waiting:
        assert leaks(body) == set()
    inside = {
        key.rsplit("/", 1)[-1] for key, (body, _) in town.objects.kept.items() if leaks(body.decode(errors="replace"))
    }
    reports = [body.decode() for key, (body, _) in town.objects.kept.items() if key.endswith("/report.json")]
    assert len(reports) >= 2 and not any('"personal"' in each for each in reports)
    assert "report.json" not in inside
