"""Resources: small files that come with the call, what is kept of a link, what gives way to what."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest

from chalicelib.opendata import files
from chalicelib.opendata.given import Arrived
from tests.opendata.packages.town import LINK, Town, whole
from tests.opendata.portal import notification

ROWS = "n,ตำบล\n1,แหลมงอบ\n".encode()


@pytest.fixture
def package(town: Town) -> str:
    return str(town.write("package_create", **whole(resources=[]))["id"])


def sent(town: Town, package: str, name: str = "จังหวัด.csv", content: bytes = ROWS, **fields: str) -> Any:
    answer = town.form("resource_create", {"package_id": package, **fields}, {"upload": (name, content)})
    return town.portal.result(answer)


def test_a_small_file_comes_with_the_call_and_keeps_its_thai_name(town: Town, package: str) -> None:
    made = sent(town, package, description="ตาราง")
    assert made["url"].endswith(f"/dataset/{package}/resource/{made['id']}/download/{quote('จังหวัด.csv')}")
    assert (made["url_type"], made["size"], made["format"]) == ("upload", len(ROWS), "CSV")
    assert (made["name"], made["description"]) == ("จังหวัด.csv", "ตาราง")
    assert made["last_modified"] and len(made["hash"]) == 64
    town.portal.settle()
    assert town.portal.result(town.portal.ask("datastore_search", resource_id=made["id"]))["records"] == [
        {"_id": 1, "n": 1, "ตำบล": "แหลมงอบ"}
    ]
    location = town.portal.client.get(made["url"].removeprefix("https://data.klang.test")).headers["location"]
    assert quote("จังหวัด.csv") in location
    views = town.portal.result(town.portal.ask("resource_view_list", id=made["id"]))
    assert [(each["view_type"], each["resource_id"]) for each in views] == [("datatables_view", made["id"])]


def test_s3s_word_of_the_file_may_come_early_late_or_never(town: Town, package: str) -> None:
    made = sent(town, package)
    key = f"uploads/{made['id']}/1"
    assert town.portal.objects.kept[key][0] == ROWS
    for _ in range(2):
        town.portal.catalogue.uploads.take_message(notification(key))
    town.portal.settle()
    rows = sorted(key.sk for key in town.portal.memory._items if key.pk == f"RESOURCE#{made['id']}")
    assert rows == ["AT", "EVT#000001", "EVT#000002", "FILE#000001"]


def test_a_refused_write_leaves_no_file(town: Town, package: str) -> None:
    bad = {"package_id": package, "description": "a\x00"}
    assert town.form("resource_create", bad, {"upload": ("a.csv", ROWS)}).status == 409
    assert town.form("resource_create", {"package_id": "nope"}, {"upload": ("a.csv", ROWS)}).status == 404
    empty = town.form("resource_create", {"package_id": package}, {"upload": ("a.csv", b"")})
    assert empty.json["error"]["upload"] == ["The file is empty"]
    assert town.portal.objects.kept == {}


def test_a_new_version_comes_by_patch_or_update(town: Town, package: str) -> None:
    made = sent(town, package)
    town.portal.settle()
    fields = {"id": made["id"]}
    patched = town.portal.result(town.form("resource_patch", fields, {"upload": ("v2.csv", b"a\n7\n")}))
    assert (patched["name"], patched["url"].rsplit("/", 1)[1]) == ("v2.csv", quote("จังหวัด.csv"))
    assert patched["ingest"] == {"state": "waiting", "number": 2}
    town.portal.settle()
    assert town.portal.result(town.portal.ask("resource_show", id=made["id"]))["url"].endswith("v2.csv")
    fields = {"id": made["id"], "name": "ชื่อ"}
    updated = town.portal.result(town.form("resource_update", fields, {"upload": ("v3.csv", b"a\n8\n")}))
    town.portal.settle()
    assert updated["name"] == "ชื่อ"
    found = town.portal.result(town.portal.ask("datastore_search", resource_id=made["id"]))
    assert found["records"] == [{"_id": 1, "a": 8}]


def test_the_same_form_again_with_its_key_is_one_resource(town: Town, package: str) -> None:
    one, two = (
        town.form("resource_create", {"package_id": package}, {"upload": ("a.csv", ROWS)}, **{"Idempotency-Key": "k"})
        for _ in range(2)
    )
    assert town.portal.result(one)["id"] == town.portal.result(two)["id"]
    other = town.form(
        "resource_create", {"package_id": package}, {"upload": ("a.csv", b"x")}, **{"Idempotency-Key": "k"}
    )
    assert other.status == 409


def test_a_file_gives_way_to_a_link_and_a_link_to_a_file(town: Town, package: str) -> None:
    made = sent(town, package)
    town.portal.settle()
    address = made["url"]
    assert town.write("resource_patch", id=made["id"], url=address)["url_type"] == "upload"
    assert town.write("resource_update", id=made["id"], name="still")["url"] == address
    linked = town.write("resource_patch", id=made["id"], url="https://x.example/b.csv")
    assert (linked["url"], linked["url_type"], linked["datastore_active"]) == ("https://x.example/b.csv", None, False)
    assert town.portal.client.get(address.removeprefix("https://data.klang.test")).status == 404
    again = town.portal.result(town.form("resource_patch", {"id": made["id"]}, {"upload": ("c.csv", ROWS)}))
    assert again["ingest"] == {"state": "waiting", "number": 2}
    town.portal.settle()
    assert town.portal.result(town.portal.ask("resource_show", id=made["id"]))["datastore_active"] is True
    cleared = town.write("resource_patch", id=made["id"], clear_upload=True, url="https://x.example/d.csv")
    assert (cleared["url"], cleared["hash"]) == ("https://x.example/d.csv", "")


def test_what_is_said_of_a_link_is_kept_as_given(town: Town, package: str) -> None:
    said: dict[str, Any] = {
        "hash": "abc", "size": "12", "mimetype": "text/csv", "mimetype_inner": "x", "cache_url": "https://c.example",
        "last_modified": "2020-01-02T03:04:05+07:00", "resource_type": "file", "any_key": [1, {"ก": None}], "empty": "",
        "url_type": "datastore",
    }  # fmt: skip
    made = town.write("resource_create", package_id=package, **LINK, **said)
    assert {name: made[name] for name in said} == {**said, "size": 12, "last_modified": "2020-01-01T20:04:05"}
    updated = town.write("resource_update", id=made["id"], url=LINK["url"], name="x")
    assert (updated["hash"], updated["size"], "any_key" in updated) == ("", None, False)
    assert town.write("resource_patch", id=made["id"], other=1)["name"] == "x"


@pytest.mark.parametrize(
    ("given", "url", "format_"),
    [
        ("", "", ""),
        ("www.example.com/a.json", "http://www.example.com/a.json", "JSON"),
        (" https://x.example/a.geojson ", "https://x.example/a.geojson", "GEOJSON"),
        ("https://x.example/a.csv?x=1", "https://x.example/a.csv?x=1", "CSV"),
        ("https://x.example/list.aspx?id=1", "https://x.example/list.aspx?id=1", ""),
        ("ftp://x.example/ก.zip", "ftp://x.example/ก.zip", "ZIP"),
    ],
)
def test_an_address_is_taken_as_ckan_takes_it(town: Town, package: str, given: str, url: str, format_: str) -> None:
    made = town.write("resource_create", package_id=package, url=given)
    assert (made["url"], made["format"]) == (url, format_)


def test_a_resource_goes_and_its_id_may_come_back(town: Town, package: str) -> None:
    made = town.write("resource_create", package_id=package, id="a-known-id", **LINK)
    before = town.portal.ask("package_show", town.portal.publisher, id=package).headers["etag"]
    assert town.write("resource_delete", id=made["id"]) is None
    assert town.portal.ask("package_show", town.portal.publisher, id=package).headers["etag"] != before
    assert town.refused("resource_delete", id=made["id"])[0] == 404
    assert town.refused("resource_show", id=made["id"])[0] == 404
    assert town.refused("resource_delete")[1]["id"] == ["Missing value"]
    again = town.form("resource_create", {"package_id": package, "id": "a-known-id"}, {"upload": ("a.csv", ROWS)})
    town.portal.settle()
    assert town.portal.result(again)["id"] == "a-known-id"
    rows = sorted(key.sk for key in town.portal.memory._items if key.pk == "RESOURCE#a-known-id")
    assert rows == ["AT", "EVT#000001", "EVT#000002", "EVT#000003", "FILE#000001"]
    status, error = town.refused("resource_create", package_id=package, id="a-known-id", **LINK)
    assert (status, error["id"]) == (409, ["Resource id already exists."])


def test_an_unknown_resource_has_no_views(town: Town, package: str) -> None:
    assert town.refused("resource_view_list", id="nope")[1]["message"] == "Not found: Resource was not found."
    link = town.write("resource_create", package_id=package, **LINK)
    assert town.portal.result(town.portal.ask("resource_view_list", id=link["id"])) == []


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("จังหวัด.csv", "จังหวัด.csv"),
        ("../../etc/passwd", "etcpasswd"),
        ("a\u202egnp.csv", "agnp.csv"),
        ('a"b\n.csv', "ab.csv"),
        ("", "file"),
        ("..", "file"),
        ("ก" * 200 + ".csv", "ก" * 83 + ".csv"),
    ],
)
def test_the_name_of_a_file_is_made_safe_and_stays_readable(name: str, kept: str) -> None:
    assert files.safe_file_name(name) == kept
    assert len(kept.encode()) <= 255
    assert Arrived(name, "text/html", b"x").announced("r", 1).media_type != "text/html"
