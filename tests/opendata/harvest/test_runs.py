"""Runs from their start to their end, by hand and by themselves."""

from __future__ import annotations

from datetime import datetime, timedelta

from tests.opendata.harvest.remotes import Ckan, away, package
from tests.opendata.harvest.town import SOURCES, Town, counts


def test_a_first_run_brings_everything_and_the_second_writes_nothing(town: Town, remote: Ckan) -> None:
    remote.put(*(package(f"{number:04d}") for number in range(60)))
    source = town.source()
    run = town.harvest(source)
    assert (run["state"], run["complete"], run["open"], run["reason"]) == ("finished", True, 0, None)
    assert counts(run) == {"new": 60}
    assert len(town.public()) == 60
    kept = town.package(source, "0007")
    assert kept is not None
    assert (kept.dataset.name, kept.dataset.fields["title"]) == ("dataset-0007", "ระดับน้ำ 0007 0")
    assert kept.dataset.fields["tags"] == ["flood", "น้ำ"]
    assert kept.dataset.fields["extras"] == [{"key": "project", "value": "น้ำ"}]
    assert kept.dataset.harvested == (source, "0007")
    assert [dict(each.fields) for each in kept.resources] == [{"name": "ปี 0", "format": "CSV"}]
    before = {key: item.version for key, (item, _) in town.portal.memory._items.items() if "DATASET#" in key.pk}
    again = town.harvest(source)
    assert counts(again) == {"unchanged": 60}
    assert {key: item.version for key, (item, _) in town.portal.memory._items.items() if "DATASET#" in key.pk} == before


def test_what_a_catalogue_notes_of_its_own_work_is_no_change(town: Town, remote: Ckan) -> None:
    remote.put(package("a"))
    source = town.source()
    town.harvest(source)
    noisy = package("a", metadata_modified="2027-01-01T00:00:00", tracking_summary={"total": 9})
    noisy["resources"][0]["task_created"] = "2027-01-01"
    remote.put(noisy)
    assert counts(town.harvest(source)) == {"unchanged": 1}


def test_changes_come_by_an_incremental_run(town: Town, remote: Ckan) -> None:
    remote.put(*(package(str(number)) for number in range(5)))
    source = town.source()
    first = town.harvest(source)
    remote.put(package("3", rank=1, metadata_modified="2099-01-01T00:00:00"))
    remote.put(package("9", metadata_modified="2099-01-01T00:00:00"))
    run = town.harvest(source, changes=True)
    before = datetime.fromisoformat(first["started"]) - timedelta(hours=1)  # clocks differ
    assert run["since"] == before.strftime("%Y-%m-%dT%H:%M:%SZ")
    assert "metadata_modified" in remote.asked[-1]
    assert counts(run) == {"new": 1, "changed": 1}
    assert town.public()["dataset-3"] == "ระดับน้ำ 3 1"
    assert town.objects(source, "gone_once") == []


def test_only_two_complete_sightings_without_it_delete(town: Town, remote: Ckan) -> None:
    remote.put(*(package(str(number)) for number in range(4)))
    source = town.source()
    town.harvest(source)
    del remote.packages["2"]
    first = town.harvest(source)
    assert counts(first) == {"unchanged": 3, "gone_once": 1}
    assert "dataset-2" in town.public()
    assert [each["remote"] for each in town.objects(source, "gone_once")] == ["2"]
    second = town.harvest(source)
    assert counts(second) == {"unchanged": 3, "deleted": 1}
    assert "dataset-2" not in town.public()
    assert [each["remote"] for each in town.objects(source, "deleted")] == ["2"]
    remote.put(package("2"))
    assert counts(town.harvest(source)) == {"unchanged": 3, "changed": 1}
    assert "dataset-2" in town.public()


def test_a_dataset_that_is_seen_again_was_never_gone(town: Town, remote: Ckan) -> None:
    remote.put(package("1"), package("2"))
    source = town.source()
    town.harvest(source)
    gone = remote.packages.pop("2")
    town.harvest(source)
    remote.put(gone)
    town.harvest(source)
    assert town.objects(source, "gone_once") == []
    del remote.packages["2"]
    town.harvest(source)
    assert "dataset-2" in town.public()


def test_a_dry_run_says_what_would_happen_and_writes_nothing(town: Town, remote: Ckan) -> None:
    remote.put(package("1"), package("2", notes=""), package("3", allow_harvest="False"), {"id": "", "groups": []})
    source = town.source()
    run = town.harvest(source, mode="dry_run")
    assert counts(run) == {"new": 2, "skipped": 1, "refused": 1}
    told = {each["remote"]: each for each in run["items"]}
    assert list(told["2"]["missing"]) == ["notes"]
    assert told["3"]["reason"]["code"] == "consent"
    assert town.public() == {}
    assert town.objects(source) == []


def test_a_preview_shows_the_first_as_they_would_be_kept(town: Town, remote: Ckan) -> None:
    remote.put(*(package(f"{number:02d}", data_type="อะไรสักอย่าง") for number in range(20)))
    source = town.source()
    told = town.ask("POST", f"{SOURCES}/{source}/runs", {"mode": "preview"})
    assert told.status == 200
    assert len(told.json["items"]) == 10
    first = told.json["items"][0]
    assert first["fields"]["data_type"] == "ข้อมูลประเภทอื่นๆ"
    assert first["fields"]["data_type_other"] == "อะไรสักอย่าง"
    assert "data_type" in first["notes"]
    assert town.public() == {} and town.objects(source) == []
    remote.faults = [away()]
    assert town.ask("POST", f"{SOURCES}/{source}/runs", {"mode": "preview"}).status == 502


def test_a_source_runs_by_itself(town: Town, remote: Ckan) -> None:
    remote.put(package("1"))
    source = town.source(every="daily")
    town.later(seconds=1)
    assert len(town.public()) == 1
    town.later(hours=12)
    listed = town.ask("GET", f"{SOURCES}/{source}/runs").json["items"]
    assert len(listed) == 1
    town.later(hours=13)
    listed = town.ask("GET", f"{SOURCES}/{source}/runs").json["items"]
    assert [run["changes"] for run in listed] == [True, False]  # within a week only changes are asked for
    town.later(days=8)
    listed = town.ask("GET", f"{SOURCES}/{source}/runs").json["items"]
    assert [run["changes"] for run in listed] == [False, True, False]
