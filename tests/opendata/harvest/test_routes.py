"""The addresses of harvesting: who may, what is refused and how, and that nothing is done twice."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.shared.identity import Posting
from chalicelib.shared.ids import new_token
from tests.opendata.harvest.remotes import CKAN, Ckan, package
from tests.opendata.harvest.town import SOURCES, Town

GIVEN: dict[str, Any] = {"kind": "ckan", "title": "บัญชีข้อมูล", "url": CKAN, "organization": "laemngop"}


def test_a_source_is_made_shown_changed_and_deleted(town: Town) -> None:
    made = town.ask("POST", SOURCES, {**GIVEN, "only": ["water"]})
    assert (made.status, made.headers["etag"]) == (201, '"v1"')
    place = made.headers["location"]
    shown = town.ask("GET", place)
    assert shown.json == made.json
    assert (shown.json["only"], shown.json["publishes"], shown.json["every"]) == (["water"], True, "manual")
    assert [each["id"] for each in town.ask("GET", f"{SOURCES}?organization=laemngop").json["items"]] == [
        made.json["id"]
    ]
    changed = town.ask("PATCH", place, {"every": "daily", "url": "https://new.example"}, if_match='"v1"')
    assert (changed.status, changed.headers["etag"]) == (200, '"v2"')
    assert (changed.json["every"], changed.json["only"], changed.json["url"]) == (
        "daily",
        ["water"],
        "https://new.example",
    )
    assert town.ask("PATCH", place, {"title": "x"}, if_match='"v1"').status == 412
    assert town.ask("PATCH", place, {"title": "x"}).status == 428
    assert town.ask("DELETE", place, if_match='"v1"').status == 412
    assert town.ask("DELETE", place, if_match='"v2"').status == 204
    assert town.ask("GET", place).status == 404
    assert town.ask("GET", f"{SOURCES}?organization=laemngop").json["items"] == []


def test_a_repeated_request_makes_one_source_and_one_run(town: Town, remote: Ckan) -> None:
    remote.put(package("1"))
    first = town.ask("POST", SOURCES, GIVEN, idempotency_key="one")
    again = town.ask("POST", SOURCES, GIVEN, idempotency_key="one")
    assert (again.status, again.json["id"]) == (201, first.json["id"])
    assert again.headers["idempotent-replayed"] == "true"
    other = town.ask("POST", SOURCES, {**GIVEN, "title": "y"}, idempotency_key="one")
    assert other.status == 422
    runs = f"{SOURCES}/{first.json['id']}/runs"
    started = [town.ask("POST", runs, {}, idempotency_key="run").json["id"] for _ in range(2)]
    assert started[0] == started[1]
    assert len(town.ask("GET", runs).json["items"]) == 1


def test_a_repeated_change_is_answered_as_the_first(town: Town) -> None:
    place = town.ask("POST", SOURCES, GIVEN).headers["location"]
    changed = [town.ask("PATCH", place, {"title": "x"}, if_match='"v1"', idempotency_key="c") for _ in range(2)]
    assert [(each.status, each.json["title"], each.headers["etag"]) for each in changed] == [(200, "x", '"v2"')] * 2
    gone = [town.ask("DELETE", place, if_match='"v2"', idempotency_key="d").status for _ in range(2)]
    assert gone == [204, 204]


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"url": "ftp://x.example"}, "/url"),
        ({"url": "https://user:secret@x.example"}, "/url"),
        ({"url": "javascript:alert(1)"}, "/url"),
        ({"url": f"https://{'x' * 300}.example"}, "/url"),
        ({"url": "https://x.example:99999/"}, "/url"),
        ({"url": "https://x.example?a=b"}, "/url"),
        ({"kind": "dcat", "only": ["a"]}, "/only"),
        ({"only": ["a) OR *:*"]}, "/only"),
        ({"without": ["B A D"]}, "/without"),
        ({"defaults": {"nonsense": "x"}}, "/defaults/nonsense"),
        ({"defaults": {"data_type": "x"}}, "/defaults/data_type"),
        ({"publish": "with_defaults"}, "/defaults/maintainer_email"),
        ({"publish": "with_defaults", "defaults": {"maintainer_email": "nobody"}}, "/defaults/maintainer_email"),
        ({"organizations": "create"}, "/organizations"),
        ({"organizations": "match"}, "/organizations"),
        ({"groups": "create"}, "/groups"),
        ({"kind": "waf"}, "/kind"),
        ({"every": "second"}, "/every"),
        ({"unknown": 1}, "/unknown"),
    ],
)
def test_what_will_not_do_is_named_and_not_repeated(town: Town, changes: dict[str, Any], pointer: str) -> None:
    refused = town.ask("POST", SOURCES, {**GIVEN, **changes})
    assert refused.status == 422, refused.text
    assert pointer in [each["pointer"] for each in refused.json["errors"]]
    assert "secret" not in refused.text and "*:*" not in refused.text


def test_only_those_who_write_for_the_organisation_see_anything(town: Town, remote: Ckan) -> None:
    remote.put(package("1"))
    source = town.source()
    run = town.harvest(source)["id"]
    paths = ["", "/objects", "/runs", f"/runs/{run}"]
    for token in (town.portal.other, town.portal.reader):
        for path in paths:
            assert town.ask("GET", f"{SOURCES}/{source}{path}", token=token).status in (403, 404), path
        assert town.ask("POST", f"{SOURCES}/{source}/runs", {}, token=token).status in (403, 404)
        assert town.ask("PATCH", f"{SOURCES}/{source}", {"title": "x"}, token=token, if_match='"v1"').status in (
            403,
            404,
        )
        assert town.ask("DELETE", f"{SOURCES}/{source}", token=token, if_match='"v1"').status in (403, 404)
        assert town.ask("GET", f"{SOURCES}?organization=laemngop", token=token).status in (403, 404)
    assert town.ask("GET", SOURCES).status == 403  # without an organisation only the operator
    assert town.ask("GET", f"{SOURCES}/nope").status == 404
    assert town.ask("GET", f"{SOURCES}/{source}/runs/nope").status == 404


def test_an_editor_harvests_drafts_and_the_operator_everything(town: Town, remote: Ckan) -> None:
    portal = town.portal
    remote.put(package("1", organization={"name": "water", "title": "กรมน้ำ"}))
    keyring = portal.catalogue.parts.keyring
    editor, operator = "1100400000021", "1100400000030"
    for pid, role in ((editor, "editor"), (operator, "operator")):
        posting = Posting("TH/LOCAL/LAEMNGOP", frozenset({role}), "เจ้าหน้าที่")
        portal.catalogue.staff.post(keyring.pseudonym(pid), posting, new_token())
    tokens = {role: portal.issuers.person(pid) for role, pid in (("editor", editor), ("operator", operator))}
    made = town.ask("POST", SOURCES, GIVEN, token=tokens["editor"])
    assert (made.status, made.json["publishes"]) == (201, False), made.text
    town.harvest(made.json["id"])
    (draft,) = town.objects(made.json["id"], "draft")
    assert draft["reason"]["code"] == "no_publisher"
    assert town.public() == {}
    wide = {**GIVEN, "organizations": "create", "groups": "create"}
    remote.packages["1"] |= {"name": "other"}
    national = town.ask("POST", SOURCES, wide, token=tokens["operator"])
    assert national.status == 201, national.text
    started = town.ask("POST", f"{SOURCES}/{national.json['id']}/runs", {}, token=tokens["operator"])
    assert started.status == 202
    portal.settle()
    kept = town.package(national.json["id"], "1")
    water = portal.catalogue.store.group("organization", "water")
    theme = portal.catalogue.store.group("group", "environment")
    assert kept is not None and water is not None and theme is not None
    assert (kept.dataset.owner_org, kept.dataset.groups) == (water.id, (theme.id,))
    assert (water.title, water.agency) == ("กรมน้ำ", None)
    assert len(town.ask("GET", SOURCES, token=tokens["operator"]).json["items"]) == 2


def test_lists_go_on(town: Town, remote: Ckan) -> None:
    remote.put(*(package(f"{number}") for number in range(7)))
    source = town.source()
    run = town.harvest(source)["id"]
    for path in (f"{SOURCES}/{source}/objects", f"{SOURCES}/{source}/runs/{run}"):
        found, cursor = [], ""
        while True:
            page = town.ask("GET", f"{path}?limit=3{cursor}").json
            found += [each["remote"] for each in page["items"]]
            if page["next"] is None:
                break
            cursor = f"&cursor={page['next']}"
        assert sorted(found) == [str(number) for number in range(7)]
    assert town.ask("GET", f"{SOURCES}/{source}/objects?cursor=abc").status == 400


def test_no_log_tells_what_a_source_said(town: Town, remote: Ckan, caplog: pytest.LogCaptureFixture) -> None:
    remote.put(package("1", maintainer="นายสมชาย 1101700230708", notes="x" * 100_000), package("2", name="\x00"))
    caplog.set_level(0)
    town.harvest(town.source())
    told = caplog.text + "".join(str(record.__dict__) for record in caplog.records)
    assert "1101700230708" not in told and "สมชาย" not in told
