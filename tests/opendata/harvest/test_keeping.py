"""What is kept of a dataset, and what people here decided stays decided."""

from __future__ import annotations

from chalicelib.opendata.harvest.model import dataset_id, thing_id
from tests.opendata.harvest.remotes import CKAN, Ckan, package
from tests.opendata.harvest.town import SOURCES, Town, counts
from tests.opendata.people import operator


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


def test_a_dataset_of_ours_that_comes_back_is_not_doubled(town: Town, remote: Ckan) -> None:
    ours = town.portal.dataset("water")
    remote.put(package(ours["id"], "water"), package("2"))
    source = town.source()
    assert counts(town.harvest(source)) == {"new": 1, "refused": 1}
    assert sorted(town.public()) == ["dataset-2", "water"]
    assert [each["reason"]["code"] for each in town.objects(source, "refused")] == ["ours"]
    assert counts(town.harvest(source)) == {"unchanged": 2}


def test_of_a_purged_dataset_nothing_is_kept_but_that_it_stays_away(town: Town, remote: Ckan) -> None:
    remote.put(package("1", "secret-name", notes="ความลับ", objective=[]), package("2"))
    source = town.source()
    town.harvest(source)
    town.harvest(source)
    purged, other = town.package(source, "1"), town.package(source, "2")
    assert purged is not None and other is not None
    town.portal.result(town.portal.act("dataset_purge", operator(town.portal), id=purged.id))
    town.portal.settle()
    rows = {key: f"{key} {item.data}" for key, (item, _) in town.portal.memory._items.items()}
    left = {key.pk.partition("#")[0] for key, text in rows.items() if "secret-name" in text or "ความลับ" in text}
    assert left <= {"CHG", "OUT"}
    (stub,) = [text for key, text in rows.items() if key.sk == f"OBJ#{thing_id('1')}"]
    assert "secret-name" not in stub and "missing" not in stub
    remote.put(package("1", "secret-name", rank=5))
    told = town.harvest(source)
    assert counts(told) == {"skipped": 1, "unchanged": 1}
    assert town.package(source, "1") is None and town.package(source, "2") == other


def test_four_eyes_that_are_asked_for_later_bind_an_older_source_too(town: Town, remote: Ckan) -> None:
    boss = operator(town.portal)
    remote.put(package("1"))
    source = town.source()
    town.harvest(source)
    eyes = [{"key": "four_eyes", "value": "true"}]
    town.portal.result(town.portal.act("organization_patch", boss, id="laemngop", extras=eyes))
    remote.put(package("1", rank=1), package("2"))
    town.harvest(source)
    assert list(town.public()) == ["dataset-1"]
    headers = {"Authorization": f"Bearer {boss}", "If-Match": town.ask("GET", f"{SOURCES}/{source}").headers["etag"]}
    changed = town.portal.client.patch(f"{SOURCES}/{source}", json={"title": "ใหม่"}, headers=headers)
    assert changed.status == 200, changed.text
    remote.put(package("2", rank=1))
    town.harvest(source)
    assert set(town.public()) == {"dataset-1", "dataset-2"}
