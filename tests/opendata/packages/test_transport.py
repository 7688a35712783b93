"""How the Action API is spoken over HTTP: addresses, tokens, forms, JSONP, revisions, caches."""

from __future__ import annotations

import gzip
import json
from typing import Any

import pytest

from chalicelib.opendata.actions.answers import LIMIT, PACK_FROM, takes_gzip
from tests.opendata.portal import Portal
from tests.support.client import Answer, NoSuchRoute

SHOW = "/api/3/action/help_show"
FORM = "application/x-www-form-urlencoded"


def ask(portal: Portal, body: bytes, media: str, path: str = SHOW) -> Answer:
    return portal.client.post(path, body=body, headers={"content-type": media})


def multipart(*parts: tuple[str, bytes], boundary: str = "xyz") -> tuple[bytes, str]:
    """A form of (header after `form-data; `, content) parts, and its media type."""
    lines = [
        f"--{boundary}\r\nContent-Disposition: form-data; {head}\r\n\r\n".encode() + content + b"\r\n"
        for head, content in parts
    ]
    return b"".join(lines) + f"--{boundary}--\r\n".encode(), f"multipart/form-data; boundary={boundary}"


@pytest.mark.parametrize("path", ["/api", "/api/3"])
def test_the_api_tells_its_version(portal: Portal, path: str) -> None:
    assert portal.client.get(path).json == {"version": 3}


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
def test_actions_know_get_and_post_alone(portal: Portal, method: str) -> None:
    with pytest.raises(NoSuchRoute):
        portal.client.call(method, SHOW)


@pytest.mark.parametrize(
    ("body", "media"),
    [
        (b'{"name":"status_show"}', "application/json"),
        (b'{"name":"status_show"}', FORM),
        (b"name=status_show", FORM),
        (b"%7B%22name%22%3A%22status_show%22%7D=1", FORM),
        (b"%7B%22name%22%3A%22status_show%22%7D=", FORM),
        multipart(('name="name"', b"status_show")),
        multipart(('name="name"', b"status_show"), ('name="upload"; filename=""', b"")),
    ],
)
def test_a_call_may_be_json_or_a_form(portal: Portal, body: bytes, media: str) -> None:
    assert portal.result(ask(portal, body, media)) == "Show what this site is."


def test_parameters_may_stand_in_the_query_of_a_post_that_only_reads(portal: Portal) -> None:
    assert ask(portal, b"", "application/json", f"{SHOW}?name=status_show").status == 200
    assert ask(portal, b"", "application/json", "/api/3/action/package_create?name=x").status == 403


@pytest.mark.parametrize(
    ("body", "media"),
    [
        (b"\xff", FORM),
        (b"name=%FF", FORM),
        (b"--xyz", "multipart/form-data; boundary=xyz"),
        (b"--xyz--", "multipart/form-data"),
        multipart(('name="name"', b"\xff")),
        (b"[1]", "application/json"),
        (b"%5B1%5D=", FORM),
        (b"&".join(b"a%d=1" % n for n in range(1_001)), FORM),
    ],
)
def test_what_cannot_be_read_is_a_bare_string(portal: Portal, body: bytes, media: str) -> None:
    answer = ask(portal, body, media)
    assert answer.status == 400
    assert answer.json.startswith("Bad request - JSON Error: ")


def test_a_body_over_the_limit_is_told_the_way_of_large_files(portal: Portal) -> None:
    answer = ask(portal, b" " * (LIMIT + 1), "application/json")
    assert answer.status == 413
    assert "resource_create" in answer.json["error"]["message"]


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": "{}"},
        {"Authorization": "Bearer {}"},
        {"X-CKAN-API-Key": "{}"},
        {"Authorization": "Basic eDp4", "X-CKAN-API-Key": "{}"},
        {"Authorization": "{}", "X-CKAN-API-Key": "{}"},
    ],
)
def test_the_token_may_stand_in_either_header(portal: Portal, headers: dict[str, str]) -> None:
    sent = {name: value.format(portal.publisher) for name, value in headers.items()}
    made = portal.client.post("/api/3/action/organization_create", json={"name": "by-header"}, headers=sent)
    assert portal.result(made)["name"] == "by-header"


def test_jsonp_is_a_script_and_nobodys(portal: Portal) -> None:
    portal.organization()
    portal.dataset("hidden", private=True)
    own = {"Authorization": portal.publisher}
    answer = portal.client.get("/api/3/action/status_show?callback=jQuery.cb_1", headers=own)
    assert answer.headers["content-type"].startswith("application/javascript")
    assert answer.text.startswith("jQuery.cb_1({") and answer.text.endswith("});")
    assert json.loads(answer.text.removeprefix("jQuery.cb_1(").removesuffix(");"))["success"] is True
    assert portal.client.get("/api/3/action/package_show?id=hidden", headers=own).status == 200
    assert portal.client.get("/api/3/action/package_show?id=hidden&callback=f", headers=own).status == 404
    posted = portal.act("package_show", portal.publisher, id="hidden", callback="f")
    assert posted.status == 404
    for bad in ("alert(1)", "<b>", "1f", "f;g", "ก", "", "a" * 101):
        refused = portal.ask("status_show", callback=bad)
        assert (refused.status, refused.headers["content-type"]) == (400, "application/json;charset=utf-8")


def test_everybodys_answers_may_be_kept_and_asked_for_again(portal: Portal) -> None:
    portal.organization()
    portal.dataset()
    first = portal.ask("package_show", id="food-licences")
    assert first.headers["cache-control"] == "public, no-cache"
    again = portal.client.get(
        "/api/3/action/package_show?id=food-licences", headers={"If-None-Match": first.headers["etag"]}
    )
    assert (again.status, again.text) == (304, "")
    portal.act("package_patch", portal.publisher, id="food-licences", notes="ใหม่")
    changed = portal.client.get(
        "/api/3/action/package_show?id=food-licences", headers={"If-None-Match": first.headers["etag"]}
    )
    assert changed.status == 200
    assert portal.ask("package_show", portal.publisher, id="food-licences").headers["cache-control"] == "no-store"


def test_a_write_that_names_an_old_revision_is_refused(portal: Portal) -> None:
    portal.organization()
    portal.dataset()
    read = portal.ask("package_show", id="food-licences").headers["etag"]
    theirs = portal.act("package_patch", portal.publisher, id="food-licences", notes="theirs")

    def mine(tag: str, **given: Any) -> Answer:
        headers = {"Authorization": portal.publisher, "If-Match": tag}
        return portal.client.post("/api/3/action/package_patch", json={"id": "food-licences", **given}, headers=headers)

    refused = mine(read, notes="mine")
    assert refused.status == 412
    assert refused.json["error"]["__type"] == "Precondition Failed"
    assert portal.result(portal.ask("package_show", id="food-licences"))["notes"] == "theirs"
    done = mine(theirs.headers["etag"], notes="mine")
    assert portal.result(done)["notes"] == "mine"
    assert done.headers["etag"] == portal.ask("package_show", portal.publisher, id="food-licences").headers["etag"]
    assert mine("*", notes="any").status == 200
    assert mine("v1", notes="none").json == "Bad request - JSON Error: If-Match is not an ETag of ours."


def test_a_long_answer_is_compressed_for_who_takes_that(portal: Portal) -> None:
    portal.organization()
    for n in range(20):
        portal.dataset(f"long-{n}", notes="น้ำ" * 2_000)
    path = "/api/3/action/package_search?rows=20"
    plain = portal.client.get(path)
    assert len(plain.response.body) > PACK_FROM and "content-encoding" not in plain.headers
    packed = portal.client.get(path, headers={"Accept-Encoding": "br, gzip;q=0.5"})
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.headers["vary"].endswith("Accept-Encoding")
    assert gzip.decompress(packed.response.body) == plain.response.body
    headers = {"Accept-Encoding": "gzip", "If-None-Match": packed.headers["etag"]}
    assert portal.client.get(path, headers=headers).status == 304


def test_an_answer_that_lambda_could_not_give_is_refused_with_a_way_out(portal: Portal) -> None:
    portal.organization()
    for n in range(80):
        portal.dataset(f"long-{n}", notes="น้ำ" * 6_500)
    path = "/api/3/action/package_search?rows=100"
    refused = portal.client.get(path)
    assert (refused.status, refused.json["error"]["__type"]) == (413, "Request Entity Too Large")
    assert "rows" in refused.json["error"]["message"]
    assert portal.client.get(path, headers={"Accept-Encoding": "gzip"}).status == 200


@pytest.mark.parametrize(
    ("accepted", "takes"),
    [
        ("gzip", True),
        ("gzip, deflate, br", True),
        ("GZIP;q=0.5", True),
        ("*", True),
        ("", False),
        ("br", False),
        ("gzip;q=0", False),
        ("gzip;q=0.0, *", False),
        ("*;q=0", False),
        ("gzip;q=1.000", True),
    ],
)
def test_who_takes_gzip(accepted: str, takes: bool) -> None:
    assert takes_gzip(accepted) is takes


def test_the_same_form_under_another_boundary_is_the_same_request(portal: Portal) -> None:
    portal.organization()
    package = portal.dataset()["id"]
    made = []
    for boundary in ("one", "two"):
        body, media = multipart(
            ('name="package_id"', package.encode()), ('name="url"', b"https://x.example"), boundary=boundary
        )
        headers = {"content-type": media, "Authorization": portal.publisher, "Idempotency-Key": "k"}
        made.append(portal.client.post("/api/3/action/resource_create", body=body, headers=headers))
    assert portal.result(made[0]) == portal.result(made[1])
