"""Runs from their start to their end: what is kept, what is seen to be gone, and what happens when things go wrong."""

from __future__ import annotations

import json

import pytest

from chalicelib.opendata.harvest.model import dataset_id
from chalicelib.shared.egress import Unreachable
from tests.opendata.harvest.remotes import CKAN, Ckan, answer, away, package
from tests.opendata.harvest.town import SOURCES, Town, counts


@pytest.fixture
def remote(town: Town) -> Ckan:
    played = Ckan()
    town.serve(played)
    return played


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
    assert {
        key: item.version for key, (item, _) in town.portal.memory._items.items() if "DATASET#" in key.pk
    } == before


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
    town.harvest(source)
    remote.put(package("3", rank=1, metadata_modified="2099-01-01T00:00:00"))
    remote.put(package("9", metadata_modified="2099-01-01T00:00:00"))
    run = town.harvest(source, changes=True)
    assert run["since"] and "metadata_modified" in remote.asked[-1]
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


def test_a_failed_run_deletes_nothing(town: Town, remote: Ckan) -> None:
    remote.cap = 2
    remote.put(*(package(str(number)) for number in range(6)))
    source = town.source()
    town.harvest(source)
    for _ in range(3):
        remote.before = lambda number: remote.faults.append(answer("no", status=404)) if number % 2 == 0 else None
        remote.asked.clear()
        run = town.harvest(source)
        assert (run["state"], run["complete"], run["reason"]["code"]) == ("stopped", False, "refused")
    assert len(town.public()) == 6
    assert town.objects(source, "gone_once") == []


def test_a_source_that_shrinks_too_much_stops_the_run_and_says_so(town: Town, remote: Ckan) -> None:
    remote.put(*(package(str(number)) for number in range(10)))
    source = town.source()
    town.harvest(source)
    for number in range(6):
        del remote.packages[str(number)]
    for _ in range(3):
        run = town.harvest(source)
        assert (run["state"], run["reason"]["code"]) == ("stopped", "shrunk")
    assert len(town.public()) == 10
    town.harvest(source, shrink=True)
    town.harvest(source, shrink=True)
    assert len(town.public()) == 4


@pytest.mark.parametrize("lie", [0, 3, 99])
def test_a_count_that_is_not_true_makes_no_sighting(town: Town, remote: Ckan, lie: int) -> None:
    remote.put(*(package(str(number)) for number in range(4)))
    source = town.source()
    town.harvest(source)
    del remote.packages["0"]
    remote.count = lie if lie != 3 else 4
    for _ in range(3):
        run = town.harvest(source)
        assert (run["state"], run["complete"], run["reason"]["code"]) == ("finished", False, "unsteady")
    assert len(town.public()) == 4


def test_pages_that_shift_while_one_reads_make_no_sighting(town: Town, remote: Ckan) -> None:
    remote.cap = 3
    remote.put(*(package(str(number)) for number in range(8)))
    source = town.source()
    town.harvest(source)

    def shift(number: int) -> None:
        if number % 4 == 2 and remote.packages:
            remote.packages.pop(min(remote.packages), None)

    remote.before = shift
    run = town.harvest(source)
    assert run["complete"] is False
    assert town.objects(source, "gone_once") == []


def test_a_source_that_gives_one_page_for_ever_is_left(town: Town, remote: Ckan) -> None:
    same = json.dumps({"success": True, "result": {"count": 1, "results": [package("1")]}})
    town.serve(lambda method, url, headers, body: answer(same))
    run = town.harvest(town.source())
    assert (run["state"], run["reason"]["code"]) == ("stopped", "loop")


def test_a_source_that_is_away_is_asked_again_with_growing_pauses(town: Town, remote: Ckan) -> None:
    remote.put(package("1"))
    remote.faults = [away(), answer("", status=503), answer("", status=429)]
    source = town.source()
    run = town.harvest(source)
    assert (run["state"], run["open"]) == ("running", 1)
    asked = [len(remote.asked)]
    for minutes in (1, 1, 1, 1, 1, 1, 1, 1, 1):
        town.later(minutes=minutes, seconds=1)
        asked.append(len(remote.asked))
    assert asked == [1, 2, 2, 3, 3, 3, 3, 5, 5, 5]  # after 1, 2 and 4 minutes; then the page and the empty one
    assert counts(town.run(source, run["id"])) == {"new": 1}


def test_a_source_that_stays_away_ends_the_run(town: Town, remote: Ckan) -> None:
    town.serve(lambda method, url, headers, body: (_ for _ in ()).throw(Unreachable("ReadTimeoutError")))
    source = town.source()
    run = town.harvest(source)
    for _ in range(14):
        town.later(hours=1, minutes=1)
    ended = town.run(source, run["id"])
    assert (ended["state"], ended["reason"]["code"], ended["open"]) == ("stopped", "away", 0)


def test_a_run_never_stays_open_for_days(town: Town, remote: Ckan) -> None:
    source = town.source()
    run = town.start(source)
    town.portal.queues.waiting.clear()  # its messages are lost, and the outbox with them
    town.portal.now = town.portal.now.replace(year=town.portal.now.year + 1)
    town.portal.catalogue.harvest.sweep(town.portal.now)
    assert town.run(source, run)["state"] == "stopped"


def test_two_runs_at_once_do_no_harm(town: Town, remote: Ckan) -> None:
    remote.put(*(package(str(number)) for number in range(30)))
    source = town.source()
    runs = [town.start(source) for _ in range(2)]
    town.portal.settle()
    both = [town.run(source, run) for run in runs]
    assert [run["state"] for run in both] == ["finished", "finished"]
    assert sum(counts(run).get("new", 0) for run in both) == 30
    assert len(town.public()) == 30


def test_every_message_may_come_twice(town: Town, remote: Ckan) -> None:
    remote.put(*(package(str(number)) for number in range(30)))
    source = town.source()
    run = town.start(source)
    queues = town.portal.queues
    sent: list[tuple[str, str]] = []
    while queues.waiting:
        sent.append(queues.waiting[0])
        queues.waiting.append(queues.waiting[0])
        _, body = queues.waiting.pop(0)
        if body:
            town.portal.catalogue.harvest.on_message(body) if sent[-1][0] == "opendata-harvest" else None
        queues.waiting.remove(sent[-1])
    for queue, body in sent:
        if queue == "opendata-harvest":
            town.portal.catalogue.harvest.on_message(body)
    assert counts(town.run(source, run)) == {"new": 30}


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


def test_what_lacks_mandatory_fields_stays_private_and_says_what(town: Town, remote: Ckan) -> None:
    remote.put(package("1", maintainer_email="", objective=[]))
    source = town.source()
    town.harvest(source)
    kept = town.package(source, "1")
    assert kept is not None and kept.dataset.private
    (told,) = town.objects(source, "draft")
    assert sorted(told["missing"]) == ["maintainer_email", "objective"]
    remote.put(package("1", rank=1))
    town.harvest(source)
    assert "dataset-1" in town.public()


def test_defaults_make_it_public(town: Town, remote: Ckan) -> None:
    bare = {"id": "1", "name": "bare", "title": "ชุดข้อมูลเปล่า", "resources": [], "state": "active"}
    remote.put({**bare, "metadata_modified": "2026-01-01T00:00:00", "organization": {"name": "x"}, "groups": []})
    source = town.source(publish="with_defaults", defaults={"maintainer_email": "data@laemngop.example"})
    town.harvest(source)
    kept = town.package(source, "1")
    assert kept is not None and kept.dataset.public
    assert kept.dataset.fields["license_id"] == "License not specified"
    assert kept.dataset.fields["objective"] == ["ไม่ทราบ"]


def test_what_is_public_stays_as_it_is_when_the_source_loses_a_field(town: Town, remote: Ckan) -> None:
    remote.put(package("1"))
    source = town.source()
    town.harvest(source)
    remote.put(package("1", rank=1, notes=""))
    assert counts(town.harvest(source)) == {"refused": 1}
    assert town.public()["dataset-1"] == "ระดับน้ำ 1 0"
    (told,) = town.objects(source)
    assert (told["state"], list(told["missing"])) == ("published", ["notes"])


def test_names_that_clash_are_resolved_and_stay(town: Town, remote: Ckan) -> None:
    town.portal.dataset("water")
    remote.put(package("1", "water"), package("2", "Bad Name!"), package("3", "rain"))
    source = town.source()
    town.harvest(source)
    first = {each["remote"]: town.package(source, each["remote"]) for each in town.objects(source)}
    named = {remote_id: kept.dataset.name for remote_id, kept in first.items() if kept is not None}
    assert named["1"].startswith("water-") and named["2"] == "bad-name" and named["3"] == "rain"
    remote.put(package("1", "water", rank=1), package("3", "snow", rank=1))
    town.harvest(source)
    again = town.package(source, "1")
    renamed = town.package(source, "3")
    assert again is not None and again.dataset.name == named["1"]
    assert renamed is not None and renamed.dataset.name == "snow"


def test_many_resources_come_in_steps_and_keep_their_ids(town: Town, remote: Ckan) -> None:
    remote.put(package("1", resources=130))
    source = town.source()
    assert counts(town.harvest(source)) == {"new": 1}
    kept = town.package(source, "1")
    assert kept is not None
    assert [each.fields["name"] for each in kept.resources] == [f"ปี {number}" for number in range(130)]
    fewer = package("1", resources=130, rank=1)
    fewer["resources"] = fewer["resources"][100:] + fewer["resources"][:5]
    fewer["resources"][0]["url"] = "https://files.agency.example/new.csv"
    remote.put(fewer)
    town.harvest(source)
    now = town.package(source, "1")
    assert now is not None
    old = {each.fields["name"]: each.id for each in kept.resources}
    assert [(each.fields["name"], each.id) for each in now.resources] == [
        (each["name"], old[each["name"]]) for each in fewer["resources"]
    ]
    assert now.resources[0].url == "https://files.agency.example/new.csv"


def test_what_people_delete_or_hide_here_stays_so(town: Town, remote: Ckan) -> None:
    remote.put(package("1"), package("2"))
    source = town.source()
    town.harvest(source)
    portal = town.portal
    deleted = portal.act("package_delete", portal.publisher, id=dataset_id(source, "1"))
    assert deleted.status == 200, deleted.text
    hidden = portal.act("package_patch", portal.publisher, id=dataset_id(source, "2"), private=True)
    assert hidden.status == 200, hidden.text
    remote.put(package("1", rank=1), package("2", rank=1))
    town.harvest(source)
    assert town.public() == {}
    assert {each["remote"]: each["reason"]["code"] for each in town.objects(source)} == {
        "1": "deleted_here",
        "2": "hidden_here",
    }


def test_consent_is_heeded(town: Town, remote: Ckan) -> None:
    remote.put(package("1", allow_harvest="True"), package("2", allow_harvest="False"), package("3"))
    open_source, strict = town.source(), town.source(CKAN + "/strict", consent="explicit")
    assert counts(town.harvest(open_source)) == {"new": 2, "skipped": 1}
    remote.packages["1"]["name"] = "other"
    town.serve(lambda method, url, headers, body: remote(method, url.replace("/strict", ""), headers, body))
    assert counts(town.harvest(strict)) == {"new": 1, "skipped": 2}


def test_only_some_organisations_and_groups(town: Town, remote: Ckan) -> None:
    remote.put(package("1"), package("2", organization={"name": "roads", "title": "ถนน"}), package("3", groups=[]))
    source = town.source(only=["water"], without=["environment"])
    assert counts(town.harvest(source)) == {"new": 1}
    assert "dataset-3" in town.public()


def test_a_step_that_fails_by_our_fault_is_set_aside_and_done_after_a_redrive(town: Town, remote: Ckan) -> None:
    remote.put(package("1"), package("2"))
    source = town.source()
    run = town.start(source)
    portal = town.portal
    kept = portal.objects.read
    broken = True

    def read(key: str, **more: object) -> bytes:
        if broken and portal.queues.waiting and step == "dataset":
            raise OSError("the bucket is broken")
        return kept(key, **more)  # type: ignore[arg-type]  # the double's own arguments

    dead: list[str] = []
    step = ""
    portal.objects.read = read  # type: ignore[method-assign]  # a bucket that fails for one step
    tries: dict[str, int] = {}
    while portal.queues.waiting:
        queue, body = portal.queues.waiting[0]
        row = portal.memory.get(_outbox(body))
        assert row is not None
        step = row.data["event"]["type"].rsplit(".", 1)[1]
        first = row.data["event"]["data"].get("index") == 0
        step = step if first else ""
        try:
            (portal.catalogue.harvest.on_message if queue == "opendata-harvest" else portal.catalogue.on_event)(body)
        except OSError:
            tries[body] = tries.get(body, 0) + 1
            if tries[body] < 5:
                continue
            dead.append(body)
        portal.queues.waiting.pop(0)
    told = town.run(source, run)
    assert (told["state"], counts(told)) == ("finished", {"new": 1, "held": 1})
    assert len(dead) == 1
    broken = False
    portal.catalogue.harvest.on_message(dead[0])
    assert counts(town.run(source, run)) == {"new": 2}
    assert len(town.public()) == 2


def _outbox(body: str) -> object:
    from chalicelib.shared.journal import outbox_key

    return outbox_key(body)


def test_a_host_is_not_asked_more_often_than_agreed(town: Town, remote: Ckan) -> None:
    remote.cap = 1
    remote.put(*(package(f"{number:03d}") for number in range(70)))
    source = town.source()
    run = town.harvest(source)
    assert len(remote.asked) == 60
    for _ in range(4):
        town.later(seconds=61)
    assert len(remote.asked) == 71
    assert counts(town.run(source, run["id"])) == {"new": 70}


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
