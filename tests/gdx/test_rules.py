"""Ids, paths, masks, headers, quotas: the pure rules."""

from __future__ import annotations

import base64
import hashlib
import json
from datetime import date
from typing import Any
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.gdx import mask, rules
from chalicelib.gdx.ids import BadId, MemberClass, MemberId, ServiceId, SubsystemId, as_header
from chalicelib.gdx.refusals import (
    InvalidRequest,
    access_denied,
    unknown_service,
    xroad_status,
    xroad_type,
)
from chalicelib.gdx.xroad import message, paths
from chalicelib.shared import errors
from tests.gdx.exchange import BIZ, OFFICE, SEED
from tests.support.tokens import NOW

CLASSES = {
    "CENTRAL",
    "REGIONAL",
    "LOCAL",
    "SOE",
    "PO",
    "PARLIAMENT",
    "COURT",
    "CONST",
    "OAG",
    "UNIV",
    "INDEP",
    "PARTNER",
}


def test_the_member_classes_are_those_of_the_announcement() -> None:
    assert {each.value for each in MemberClass} == CLASSES
    assert {entry["id"].split("/")[1] for entry in SEED["members"]} == CLASSES


@pytest.mark.parametrize(
    "text", ["TH/CENTRAL/DOPA/civil/person", "TH/UNIV/CU/reg.office/student_1", "TH/PARTNER/NCB/a-b/c"]
)
def test_ids_read_back(text: str) -> None:
    assert str(ServiceId.parse(text)) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "TH",
        "TH/CENTRAL/DOPA/civil/person/x",
        "EE/CENTRAL/DOPA/civil/person",
        "TH/GOV/DOPA/civil/person",
        "TH/CENTRAL//civil/person",
        "TH/CENTRAL/DOPA/ci vil/person",
        "TH/CENTRAL/DOPA/civil/../x",
        "TH/CENTRAL/DOPA/civil/.",
        "TH/CENTRAL/DOPA/civil/per\nson",
        "TH/CENTRAL/DOPA/civil/person\n",
        "TH/CENTRAL/DOPA/ทะเบียน/person",
        f"TH/CENTRAL/DOPA/civil/{'x' * 65}",
        "TH/CENTRAL/DOPA/civil/a#b",
    ],
)
def test_what_is_no_service_id(text: str) -> None:
    with pytest.raises(BadId):
        ServiceId.parse(text)


def test_header_form_of_an_id() -> None:
    assert as_header("TH/CENTRAL/DOPA/civil") == "TH/CENTRAL/DOPA/civil"
    assert MemberId.parse("TH/LOCAL/LAEMNGOP") == SubsystemId.parse(OFFICE).member


# ---- paths


@pytest.mark.parametrize(
    ("raw", "seen"),
    [
        ("", ""),
        ("/", "/"),
        ("/lookup", "/lookup"),
        ("/%E0%B8%81", "/ก"),
        ("/a%2Fb", "/a/b"),
        ("/a%3Bb", "/a;b"),
        ("/a/./b", "/a/b"),
        ("/a..b/c", "/a..b/c"),
        ("/100%25", "/100%"),
    ],
)
def test_paths_are_decoded_once_and_dots_go(raw: str, seen: str) -> None:
    assert paths.normalised(raw) == seen


@pytest.mark.parametrize(
    "raw",
    [
        "/..",
        "/../x",
        "/a/../b",
        "/a/%2e%2e/b",
        "/a/%2E./b",
        "/a%2f..%2fb",
        "/a/%252e%252e/b",
        "/a/%25252e%25252e/b",
        "/a/..;x=1/b",
        "/a\\..\\b",
        "/a%5cb",
        "/a%255cb",
        "/a b",
        "/a%",
        "/a%2",
        "/a%zz",
        "/%ff",
        "/%C0%AE",
        "/a%00",
        "/a%0d%0ab",
        "/ก",
        "/" + "a" * 2001,
    ],
)
def test_paths_that_could_be_read_in_two_ways_are_refused(raw: str) -> None:
    with pytest.raises(InvalidRequest):
        paths.normalised(raw)


@given(st.text(alphabet="ab/.%25eEfF;\\*", max_size=24))
def test_whatever_passes_holds_no_way_up_however_often_it_is_decoded(raw: str) -> None:
    try:
        seen = paths.normalised(raw)
    except InvalidRequest:
        return
    for text in (raw, seen):
        for _ in range(6):
            assert ".." not in text.replace(";", "/").split("/")
            text = unquote(text)


@pytest.mark.parametrize(
    ("pattern", "path", "fits"),
    [
        ("", "", True),
        ("", "/", False),
        ("**", "", True),
        ("**", "/a/b", True),
        ("/a/*", "/a/b", True),
        ("/a/*", "/a/", True),
        ("/a/*", "/a/b/c", False),
        ("/a/**", "/a/b/c", True),
        ("/a/***", "/a/b/c", True),
        ("/x/*/y", "/x//y", True),
        ("/x/*.json", "/x/a.json", False),
        ("/a\\*", "/a*", True),
        ("/a\\*", "/ab", False),
        ("/a\\\\", "/a\\", True),
        ("/a\\b", "/a\\b", True),
        ("/a\\", "/a\\", True),
        ("/a.b", "/aXb", False),
        ("/a+(b)[c]{d}$^|", "/a+(b)[c]{d}$^|", True),
        ("/A", "/a", False),
        ("/a", "/a/b", False),
    ],
)
def test_globs_are_those_of_x_road(pattern: str, path: str, fits: bool) -> None:
    assert paths.matches(pattern, path) is fits


# ---- the field mask

VALUE = {
    "pid": "1",
    "name": {"th": "ก", "en": "k"},
    "directors": [{"pid": "2", "n": "x"}, {"pid": "3"}],
    "a/b": 1,
    "~": 2,
}


@pytest.mark.parametrize(
    ("pointers", "kept", "hits"),
    [
        (["/pid"], {"pid": "1"}, ["/pid"]),
        (["/name/th"], {"name": {"th": "ก"}}, ["/name/th"]),
        (["/name"], {"name": {"th": "ก", "en": "k"}}, ["/name"]),
        (["/directors/*/pid"], {"directors": [{"pid": "2"}, {"pid": "3"}]}, ["/directors/*/pid"]),
        (["/directors/*/n"], {"directors": [{"n": "x"}, {}]}, ["/directors/*/n"]),
        (["/directors/0/pid"], {}, []),
        (["/a~1b", "/~0"], {"a/b": 1, "~": 2}, ["/a~1b", "/~0"]),
        (["/absent", "/pid/x"], {}, []),
        ([""], VALUE, [""]),
        ([], {}, []),
    ],
)
def test_the_mask_keeps_only_what_is_named(pointers: list[str], kept: Any, hits: list[str]) -> None:
    assert mask.keep(VALUE, pointers) == (kept, tuple(hits))


def test_an_empty_list_stays_a_list() -> None:
    assert mask.keep({"directors": [], "x": 1}, ["/directors/*/pid"]) == ({"directors": []}, ("/directors/*/pid",))


@pytest.mark.parametrize("pointer", ["pid", "/a~2", "/a~"])
def test_what_is_no_pointer(pointer: str) -> None:
    with pytest.raises(mask.BadPointer):
        mask.steps(pointer)


_leaves = st.none() | st.booleans() | st.integers() | st.sampled_from(["secret", "x"])
_values = st.recursive(
    _leaves,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=12,
)
_pointers = st.lists(
    st.lists(st.sampled_from(["a", "b", "c", "*"]), min_size=1, max_size=3).map(lambda p: "/" + "/".join(p)), max_size=4
)


@given(_values, _pointers)
def test_the_mask_never_adds_and_is_stable(value: Any, pointers: list[str]) -> None:
    kept, hits = mask.keep(value, pointers)
    assert set(hits) <= set(pointers)
    assert mask.keep(kept, pointers)[0] == kept
    assert _within(kept, value)
    if isinstance(kept, dict):
        assert set(kept) <= {mask.steps(pointer)[0] for pointer in pointers}


def _within(part: Any, whole: Any) -> bool:
    if isinstance(part, dict) and isinstance(whole, dict):
        return all(name in whole and _within(value, whole[name]) for name, value in part.items())
    if isinstance(part, list) and isinstance(whole, list):
        return part == [] or all(_within(one, other) for one, other in zip(part, whole, strict=True))
    return part is None or bool(part == whole)


def test_find_walks_objects_and_arrays() -> None:
    assert mask.find(VALUE, "/directors/1/pid") == "3"
    assert mask.find(VALUE, "/directors/9/pid") is None
    assert mask.find(VALUE, "/pid/x") is None


# ---- headers and the request hash


def test_thirteen_headers_are_stripped_both_ways() -> None:
    assert len(message.STRIPPED) == 13
    everything = {name.title(): "x" for name in message.STRIPPED} | {"X-Mine": "1", "X-Road-UserId": "TH1"}
    assert message.onward(everything) == {"accept": "application/json", "x-mine": "1", "x-road-userid": "TH1"}
    assert message.back(everything) == {"x-mine": "1", "x-road-userid": "TH1"}


def test_what_only_the_exchange_may_say_is_taken_off() -> None:
    forged = {"X-Road-Request-Id": "a", "x-road-request-hash": "b", "Authorization": "Bearer t", "Idempotency-Key": "k"}
    assert message.onward(forged) == {"accept": "application/json"}
    assert message.back({"x-road-id": "a", "x-road-error": "b", "Set-Cookie": "c", "ETag": "e"}) == {"etag": "e"}


def test_the_hash_is_the_published_one() -> None:
    headers = {"content-type": "application/json", "accept": "application/json"}
    lines = ["POST", "/r1/a?x=1", "accept:application/json", "content-type:application/json"]
    head = "\r\n".join([*lines, "x-road-request-id:R", "x-road-id:I", ""])
    first = hashlib.sha512(head.encode()).digest()
    both = hashlib.sha512(first + hashlib.sha512(b"{}").digest()).digest()
    given_hash = message.request_hash("POST", "/r1/a?x=1", headers, b"{}", request_id="R", message_id="I")
    assert base64.b64decode(given_hash) == both
    bare = message.request_hash("POST", "/r1/a?x=1", headers, b"", request_id="R", message_id="I")
    assert base64.b64decode(bare) == first


def test_identical_calls_have_different_hashes() -> None:
    hashes = {
        message.request_hash("GET", "/r1/a", {}, b"", request_id=message.new_request_id(), message_id="I")
        for _ in range(3)
    }
    assert len(hashes) == 3


def test_message_ids() -> None:
    assert message.message_id_of({"x-road-id": "mine"}) == "mine"
    assert message.message_id_of({}).startswith("TH-")
    for bad in ("x" * 256, "ไทย", "a\x01"):
        with pytest.raises(InvalidRequest):
            message.message_id_of({"x-road-id": bad})


@pytest.mark.parametrize(
    ("accept", "xml"),
    [
        ("", False),
        ("application/json", False),
        ("text/xml", True),
        ("application/xml;q=0.9", True),
        ("text/*", True),
        ("application/json, text/xml", False),
        ("text/xml, application/json", True),
        ("foobar", False),
        ("text/xml-patch+xml", False),
    ],
)
def test_errors_are_xml_only_where_accept_says_so(accept: str, xml: bool) -> None:
    assert message.wants_xml(accept) is xml


# ---- error families


def test_types_have_the_spelling_of_7_8_and_statuses_follow_the_type() -> None:
    assert (xroad_type(access_denied()), xroad_status(access_denied())) == ("server.serverproxy.access_denied", 500)
    assert (xroad_type(unknown_service()), xroad_status(unknown_service())) == (
        "server.serverproxy.unknown_service",
        500,
    )
    assert xroad_status(errors.Malformed("ก", "x")) == 400
    assert xroad_status(errors.Unauthenticated("ก", "x")) == 401
    assert xroad_status(rules.quota_exceeded(NOW)) == 429
    assert xroad_type(errors.Unavailable("ก", "x")) == "server.clientproxy.internal_error"


def test_every_family_is_lower_snake_case() -> None:
    from chalicelib.gdx import refusals

    for name, kind in vars(refusals).items():
        code = getattr(kind, "code", None)
        if isinstance(kind, type) and isinstance(code, str):
            assert code == code.lower() and code.split(".")[0] in ("client", "server"), name


# ---- quota, purpose, case


@given(st.integers(min_value=1, max_value=10_000))
def test_shards_together_are_exactly_the_quota(quota: int) -> None:
    limits = rules.shard_limits(quota)
    assert sum(limits) == quota and max(limits) - min(limits) <= 1


@given(st.integers(min_value=1, max_value=40), st.text(max_size=5))
def test_a_quota_admits_exactly_so_many(quota: int, start: str) -> None:
    used: dict[int, int] = {}
    for _ in range(quota):
        shard = rules.open_shards(quota, used, start)[0]
        used[shard] = used.get(shard, 0) + 1
    assert rules.open_shards(quota, used, start) == []


def test_the_day_is_thai() -> None:
    assert rules.thai_day(NOW.replace(hour=16, minute=59)) == date(2026, 11, 25)
    assert rules.thai_day(NOW.replace(hour=17)) == date(2026, 11, 26)


@pytest.mark.parametrize("case", ["3990100001013", "3-9901-00001-01-3", "มค 0017", "a" * 65, "", "a b"])
def test_a_case_number_is_no_person_and_no_prose(case: str) -> None:
    with pytest.raises(InvalidRequest):
        rules.checked_case(case)


def test_case_numbers_pass() -> None:
    assert rules.checked_case("LN-2569/0017") == "LN-2569/0017"
    assert rules.checked_case(None) is None


def test_who_is_a_party() -> None:
    assert rules.is_party(SubsystemId.parse(BIZ), BIZ, "TH/CENTRAL/DOPA/civil/person")
    assert rules.is_party(SubsystemId.parse("TH/CENTRAL/DOPA/civil"), BIZ, "TH/CENTRAL/DOPA/civil/person")
    assert not rules.is_party(SubsystemId.parse(OFFICE), BIZ, "TH/CENTRAL/DOPA/civil/person")


def test_the_seed_is_json_without_a_national_id() -> None:
    from chalicelib.shared.thai import is_national_id

    words = json.dumps(SEED, ensure_ascii=False).replace('"', " ").split()
    assert not [word for word in words if is_national_id(word)]
