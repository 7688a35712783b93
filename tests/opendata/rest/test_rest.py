"""A dataset over REST: merge patch, replacement, revisions, problems in two languages."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.opendata.rest.merging import merged
from tests.opendata.packages.town import Town, whole
from tests.support.client import Answer

PATH = "/opendata/v1/datasets/food-licences"


def send(town: Town, method: str, body: Any, etag: str | None = None, token: str | None = None, **more: str) -> Answer:
    headers = {"Authorization": token or town.portal.publisher, **({"If-Match": etag} if etag else {}), **more}
    return town.portal.client.call(method, PATH, json=body, headers=headers)


def etag(town: Town) -> str:
    return town.portal.client.get(PATH, headers={"Authorization": town.portal.publisher}).headers["etag"]


@pytest.mark.parametrize(
    ("target", "patch", "expected"),
    [  # RFC 7396, appendix A
        ({"a": "b"}, {"a": "c"}, {"a": "c"}),
        ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
        ({"a": "b"}, {"a": None}, {}),
        ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
        ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
        ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
        ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
        ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
        (["a", "b"], ["c", "d"], ["c", "d"]),
        ({"a": "b"}, ["c"], ["c"]),
        ({"a": "foo"}, None, None),
        ({"a": "foo"}, "bar", "bar"),
        ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
        ([1, 2], {"a": "b", "c": None}, {"a": "b"}),
        ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
    ],
)
def test_merge_patch_is_the_rfcs(target: Any, patch: Any, expected: Any) -> None:
    assert merged(target, patch) == expected


JSON = st.recursive(st.none() | st.integers(), lambda inner: st.dictionaries(st.text(max_size=2), inner, max_size=3))


@given(JSON, JSON)
def test_a_patch_that_is_made_twice_is_made_once(target: Any, patch: Any) -> None:
    once = merged(target, patch)
    assert merged(once, patch) == once


def test_a_dataset_is_read_changed_and_replaced(town: Town) -> None:
    made = town.write("package_create", **whole(author="ใคร"))
    read = town.portal.client.get(PATH)
    assert read.json == made
    assert read.headers["content-type"] == "application/json"
    again = town.portal.client.get(PATH, headers={"If-None-Match": read.headers["etag"]})
    assert (again.status, again.text) == (304, "")
    changed = send(town, "PATCH", {"author": None, "notes": "ใหม่"}, read.headers["etag"])
    assert (changed.json["author"], changed.json["notes"]) == (None, "ใหม่")
    assert changed.headers["etag"] == etag(town)
    replaced = send(town, "PUT", {**changed.json, "resources": [], "title": "อื่น"}, changed.headers["etag"])
    assert (replaced.json["resources"], replaced.json["title"]) == ([], "อื่น")
    assert town.show() == replaced.json


def test_without_the_revision_that_was_read_nothing_is_changed(town: Town) -> None:
    town.write("package_create", **whole())
    old = etag(town)
    for method in ("PATCH", "PUT"):
        missing = send(town, method, {"notes": "x"})
        assert (missing.status, missing.json["type"].rsplit("/", 1)[1]) == (428, "precondition-needed")
    town.write("package_patch", id="food-licences", author="theirs")
    stale = send(town, "PATCH", {"notes": "mine"}, old)
    assert (stale.status, stale.headers["content-type"]) == (412, "application/problem+json")
    assert send(town, "PATCH", {"notes": "mine"}, "v1").status == 400
    assert town.show()["notes"] != "mine"


def test_a_fault_is_told_at_its_place_in_both_languages(town: Town) -> None:
    town.write("package_create", **whole())
    bad = {"resources": [{}, {"url": "javascript:x"}], "private": "perhaps", "name": "ก"}
    refused = send(town, "PATCH", bad, etag(town))
    assert refused.status == 422
    faults = {each["pointer"]: each for each in refused.json["errors"]}
    assert set(faults) == {"/resources/1/url", "/private", "/name"}
    assert faults["/private"]["message_th"] == "ต้องเป็น true หรือ false"
    assert faults["/private"]["message_en"] == "Must be a boolean value"
    assert all(each["message_th"] != each["message_en"] for each in faults.values())


@pytest.mark.parametrize(
    ("body", "media", "status"),
    [
        (b"[1]", "application/json", 400),
        (b"{", "application/json", 400),
        (b'{"a":"\\ud800"}', "application/json", 400),
        (b"a=b", "application/x-www-form-urlencoded", 415),
        (b"{}", "application/merge-patch+json; charset=utf-8", 200),
    ],
)
def test_a_change_is_json(town: Town, body: bytes, media: str, status: int) -> None:
    town.write("package_create", **whole())
    headers = {"Authorization": town.portal.publisher, "If-Match": etag(town), "content-type": media}
    assert town.portal.client.patch(PATH, body=body, headers=headers).status == status


def test_a_repeat_with_its_key_takes_effect_once(town: Town) -> None:
    town.write("package_create", **whole())
    tag = etag(town)
    one, two = (send(town, "PATCH", {"notes": "once"}, tag, **{"Idempotency-Key": "k"}) for _ in range(2))
    assert (one.status, two.json) == (200, one.json)


def test_who_may_not_see_or_write_it(town: Town) -> None:
    town.write("package_create", **whole(private=True))
    tag = etag(town)
    assert town.portal.client.get(PATH).status == 404
    for token in (town.portal.reader, town.portal.other):
        assert town.portal.client.get(PATH, headers={"Authorization": token}).status == 404
        assert send(town, "PATCH", {"notes": "x"}, tag, token).status == 404
    assert town.portal.client.patch(PATH, json={}, headers={"If-Match": tag}).status == 401
    town.write("package_patch", id="food-licences", private=False)
    assert send(town, "PATCH", {"notes": "x"}, etag(town), town.portal.other).status == 403
