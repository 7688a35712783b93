"""The edge: who may, which language, what is repeated is replayed, and what goes wrong inside says nothing."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from chalicelib.shared.problems import STATUS
from tests.shared.web_room import CLIENT, GOOD, ISSUERS, SOMEBODY, SYSTEM_TOKEN, opened, pointers, problem_of
from tests.support.client import Answer, NoSuchRoute
from tests.support.forgeries import PID

# -------------------------------------------------------------------- good


def test_a_good_request_is_answered() -> None:
    answer = opened()
    assert (answer.status, answer.json) == (201, {"name": "ครัวกลาง", "opens": "2026-12-01"})
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["etag"] == '"v1"'
    assert answer.headers["cache-control"] == "no-store"


def test_nothing_to_say_is_an_empty_body() -> None:
    answer = CLIENT.delete("/test/v1/shops/1", token=SOMEBODY)
    assert (answer.status, answer.text) == (204, "")


def test_text_and_bytes_go_out_as_they_are() -> None:
    page = CLIENT.get("/test/v1/page")
    assert (page.text, page.headers["content-type"]) == ("<h1>ร้าน</h1>", "text/html; charset=utf-8")
    file = CLIENT.post("/test/v1/files", body=b"\x00\xff")
    assert file.response.body == b"\xff\x00"
    assert file.headers["content-type"] == "application/octet-stream"


def test_a_query_string_is_converted_and_has_defaults() -> None:
    assert CLIENT.get("/test/v1/shops").json == {"q": "", "limit": 20, "caller": "public"}
    assert CLIENT.get("/test/v1/shops?limit=5&q=%E0%B8%81").json == {"q": "ก", "limit": 5, "caller": "public"}


def test_path_parameters_are_as_the_client_sent_them() -> None:
    assert CLIENT.get("/test/v1/shops/a%2Fb").json["name"] == "a%2Fb"


def test_an_unknown_path_is_nobodys() -> None:
    with pytest.raises(NoSuchRoute):
        CLIENT.get("/test/v1/nowhere")


# -------------------------------------------------------------------- headers and query


@pytest.mark.parametrize("query", ["limit=0", "limit=101", "limit=x", "limit=", "limit=1.5"])
def test_a_bad_query_parameter_is_pointed_at(query: str) -> None:
    assert pointers(problem_of(CLIENT.get(f"/test/v1/shops?{query}"), 422, "invalid")) == ["query:limit"]


def test_an_unknown_or_repeated_query_parameter_is_refused() -> None:
    assert pointers(problem_of(CLIENT.get("/test/v1/shops?page=2"), 422, "invalid")) == ["query:page"]
    assert pointers(problem_of(CLIENT.get("/test/v1/shops?q=a&q=b"), 422, "invalid")) == ["query:q"]


def mended(headers: dict[str, str]) -> Answer:
    return CLIENT.patch("/test/v1/shops/1", token=SOMEBODY, json={"area": 5}, headers=headers)


def test_a_change_that_could_be_lost_needs_if_match() -> None:
    assert pointers(problem_of(mended({}), 428, "precondition-needed")) == ["header:If-Match"]
    assert mended({"if-match": '"v12"'}).json == {"if_match": 12}


@pytest.mark.parametrize(
    "value", ["", "*", "v3", '"3"', '"v"', '"v-1"', '"v3", "v4"', 'W/"v3"', '"v1234567890"', '"v๓"', '"V3"']
)
def test_an_if_match_that_is_no_etag_of_ours_is_malformed(value: str) -> None:
    assert pointers(problem_of(mended({"if-match": value}), 400, "malformed")) == ["header:If-Match"]


def once_of(body: bytes = b"x", **headers: str) -> Any:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return CLIENT.post("/test/v1/once", token=SOMEBODY, body=body, headers=sent).json


def test_the_same_request_has_the_same_key_and_print() -> None:
    first, again = once_of(idempotency_key="k"), once_of(idempotency_key="k")
    assert first == again and first["claimed"]
    other = once_of(b"y", idempotency_key="k")
    assert other["key"] == first["key"] and other["print"] != first["print"]
    assert once_of(idempotency_key="l")["key"] != first["key"]


def test_a_key_is_the_callers_own() -> None:
    other = CLIENT.post(
        "/test/v1/once", token=ISSUERS.person("3100600445635"), body=b"x", headers={"idempotency-key": "k"}
    )
    assert other.json["key"] != once_of(idempotency_key="k")["key"]


def test_a_query_string_is_part_of_the_request() -> None:
    first = CLIENT.post("/test/v1/once?a=1", body=b"x", headers={"idempotency-key": "k"}).json
    other = CLIENT.post("/test/v1/once?a=2", body=b"x", headers={"idempotency-key": "k"}).json
    assert first["key"] == other["key"] and first["print"] != other["print"]


def test_without_a_key_every_attempt_stands_alone() -> None:
    assert once_of()["claimed"] is False
    assert once_of()["key"] != once_of()["key"]


@pytest.mark.parametrize("key", ["", "ก", "x" * 256, "a\tb", "a\x7fb"])
def test_a_bad_idempotency_key_is_malformed(key: str) -> None:
    answer = CLIENT.post("/test/v1/once", token=SOMEBODY, body=b"x", headers={"idempotency-key": key})
    assert pointers(problem_of(answer, 400, "malformed")) == ["header:Idempotency-Key"]


def test_a_replay_says_so() -> None:
    answer = CLIENT.post("/test/v1/again", body=b"{}")
    assert (answer.status, answer.json) == (201, {"id": "1"})
    assert answer.headers["idempotent-replayed"] == "true"
    assert "idempotent-replayed" not in opened().headers


def test_a_replay_has_the_headers_of_the_first_answer_where_the_route_can_make_them() -> None:
    answer = CLIENT.post("/test/v1/again/with-headers", body=b"{}")
    assert (answer.status, answer.json) == (200, {"id": "1"})
    assert (answer.headers["location"], answer.headers["etag"]) == ("/test/v1/shops/1", '"v3"')
    assert answer.headers["idempotent-replayed"] == "true"


@pytest.mark.parametrize(
    ("accept", "language"),
    [
        ("", "th"),
        ("th", "th"),
        ("en", "en"),
        ("en-GB", "en"),
        ("EN", "en"),
        ("en-US,en;q=0.9,th;q=0.8", "en"),
        ("th-TH,th;q=0.9,en;q=0.8", "th"),
        ("th;q=0.5, en;q=0.9", "en"),
        ("th ; q=0.5 , en ; q=0.9", "en"),
        ("en;q=0.5, th;q=0.5", "th"),
        ("en;q=0", "th"),
        ("fr, en;q=0.1", "en"),
        ("fr", "th"),
        ("*", "th"),
        ("en;q=x", "th"),
        (";;;,,,q=", "th"),
    ],
)
def test_the_language_is_the_one_the_caller_prefers(accept: str, language: str) -> None:
    answer = CLIENT.get("/test/v1/shops/absent", headers={"accept-language": accept})
    document = problem_of(answer, 404, "not-found")
    assert answer.headers["content-language"] == language
    assert document["detail"] == ("No such shop." if language == "en" else "ไม่พบร้าน")
    assert document["title"] == ("Not found" if language == "en" else "ไม่พบข้อมูล")


@pytest.mark.parametrize(
    ("given", "kept"), [("abcdef-0123456789", True), ("short", False), ("x" * 65, False), ("a b\r\nc: d", False)]
)
def test_a_correlation_id_is_kept_if_it_is_plain(given: str, kept: bool) -> None:
    answer = CLIENT.get("/test/v1/shops", headers={"x-correlation-id": given})
    assert (answer.headers["x-correlation-id"] == given) is kept
    assert answer.headers["x-correlation-id"]


# -------------------------------------------------------------------- who


def test_who_may_not_is_told_so() -> None:
    answer = CLIENT.post("/test/v1/shops", json=GOOD)
    problem_of(answer, 401, "unauthenticated")
    assert answer.headers["www-authenticate"] == 'Bearer realm="klang"'
    problem_of(CLIENT.post("/test/v1/shops", json=GOOD, token=SYSTEM_TOKEN), 403, "not-allowed")
    problem_of(CLIENT.get("/test/v1/staff", token=SOMEBODY), 403, "not-allowed")
    assert CLIENT.get("/test/v1/staff", token=SYSTEM_TOKEN).json == {"caller": "system"}


def test_a_stranger_learns_nothing_of_what_would_be_wrong_with_the_body() -> None:
    problem_of(CLIENT.post("/test/v1/shops", body=b"{"), 401, "unauthenticated")


def test_a_public_route_knows_who_calls() -> None:
    assert CLIENT.get("/test/v1/shops", token=SOMEBODY).json["caller"] == "citizen"
    problem_of(CLIENT.get("/test/v1/shops", token="forged"), 401, "unauthenticated")


# -------------------------------------------------------------------- what goes wrong inside


@pytest.mark.parametrize("how", ["unforeseen", "key"])
def test_what_nobody_foresaw_says_only_a_request_id(how: str, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        answer = CLIENT.get(f"/test/v1/fails/{how}", headers={"accept-language": "en"})
    document = problem_of(answer, 500, "internal")
    assert set(document) == {"type", "title", "status", "detail", "instance"}
    assert PID not in answer.text and "Error" not in answer.text and ".py" not in answer.text
    (record,) = caplog.records
    assert vars(record)["request_id"] == answer.headers["x-correlation-id"]
    assert "web_room.py" in vars(record)["error"]
    assert PID not in str(vars(record)) and record.exc_info is None


def test_come_back_later_says_when() -> None:
    answer = CLIENT.get("/test/v1/fails/full")
    problem_of(answer, 429, "too-many-requests")
    assert answer.headers["retry-after"] == "30"


def test_a_route_may_refuse_in_a_dialect() -> None:
    known = CLIENT.get("/test/v1/dialect/known", headers={"accept-language": "en"})
    assert (known.status, known.json) == (418, ["not-found", "en"])
    unknown = CLIENT.get("/test/v1/dialect/unknown")
    assert (unknown.status, unknown.json) == (418, ["internal", "th"])
    assert unknown.headers["x-correlation-id"]
    assert "retry-after" not in known.headers


def test_come_back_later_says_when_in_any_dialect() -> None:
    assert CLIENT.get("/test/v1/dialect/away").headers["retry-after"] == "7"


def test_every_refusal_has_a_status_of_an_error() -> None:
    assert all(400 <= status < 600 for status in STATUS.values())
