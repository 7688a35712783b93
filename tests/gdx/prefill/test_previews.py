"""The person looks first: nothing goes out before they let it go, and only what they let go."""

from __future__ import annotations

import json
from typing import Any

import pytest

from chalicelib.gdx.webhooks.rules import EVENT, FAMILIES, cloud_event, named
from chalicelib.shared.egress import Unreachable
from tests.gdx.consents.bank import BANK
from tests.gdx.exchange import MALEE, OFFICE, PERSON, SOMCHAI
from tests.gdx.prefill.conftest import Forms
from tests.support.client import Answer


def waiting(forms: Forms, **changes: Any) -> Any:
    """A prefill that waits for the person, as the bank got it."""
    answer = forms.prefill("person-name", "person-address", client=BANK, form="คำขอสินเชื่อ", **changes)
    assert answer.status == 202 and answer.headers["location"] == f"/gdx/v1/prefill/{answer.json['id']}"
    return answer.json


def look(forms: Forms, place: Any, pid: str = MALEE) -> Answer:
    """The person opens the preview."""
    return forms.client.get(place["location"], token=forms.person(pid))


def decide(forms: Forms, place: Any, what: str, values: list[str] | None = None, match: str = '"v1"') -> Answer:
    """The person decides."""
    body = None if values is None else {"values": values}
    headers = {"if-match": match}
    return forms.client.post(f"{place['location']}/{what}", token=forms.person(), json=body, headers=headers)


def fetched(forms: Forms, place: Any, client: str = BANK) -> Answer:
    """What the asker gets."""
    return forms.client.get(f"/gdx/v1/prefill/{place['id']}", token=forms.token(client))


def given(item: Any) -> dict[str, Any]:
    """Name -> value of what was given."""
    return {value["name"]: value["value"] for value in item["values"] if value["value"] is not None}


def test_only_what_the_person_released_reaches_the_asker(forms: Forms) -> None:
    place = waiting(forms)
    assert place["state"] == "PREVIEW_REQUIRED" and place["items"] == []
    assert fetched(forms, place).json["items"] == []
    shown = look(forms, place).json
    assert shown["who"]["th"] == "ธนาคารออมสิน" and shown["form"] == "คำขอสินเชื่อ" and "loan" in shown["purpose_en"]
    name, address = shown["items"]
    assert given(name)["first_name"] == "มาลี" and given(address)["province"] == "ตราด" and name["receipt"]
    done = decide(forms, place, "release", ["person-name/first_name", "person-address/province"])
    assert done.json["state"] == "RELEASED" and done.json["items"] == []
    got = fetched(forms, place).json
    assert [given(item) for item in got["items"]] == [{"first_name": "มาลี"}, {"province": "ตราด"}]
    assert [value["name"] for value in got["items"][0]["values"] if value["withheld"]] == ["title", "last_name"]
    assert "ศรีสมุทร" not in json.dumps(got, ensure_ascii=False)


def test_values_are_deleted_when_the_asker_has_them(forms: Forms) -> None:
    place = waiting(forms)
    path = f"/gdx/v1/prefill/{place['id']}"
    assert forms.client.delete(path, token=forms.token(BANK)).status == 409, "nothing was released yet"
    decide(forms, place, "release", ["person-name/first_name"])
    taken = forms.client.delete(path, token=forms.token(BANK))
    assert taken.json["state"] == "FETCHED"
    assert forms.client.delete(path, token=forms.token(BANK)).json == taken.json
    assert fetched(forms, place).json["items"] == [] and look(forms, place).json["items"] == []
    (row,) = [row["prefill"] for row in forms.rows("PREFILL#") if "prefill" in row]
    assert row["sealed"] is None and row["sealed_pid"] is None


def test_a_refusal_deletes_everything(forms: Forms) -> None:
    place = waiting(forms)
    refused = decide(forms, place, "refuse")
    assert refused.json["state"] == "REFUSED" and decide(forms, place, "refuse").json == refused.json
    assert decide(forms, place, "release", ["person-name/first_name"], '"v2"').status == 409
    assert fetched(forms, place).json["items"] == []
    (row,) = [row["prefill"] for row in forms.rows("PREFILL#") if "prefill" in row]
    assert row["sealed"] is None


def test_time_ends_what_nobody_decided_and_what_nobody_fetched(forms: Forms) -> None:
    undecided, unfetched = waiting(forms, message_id="m-1"), waiting(forms, message_id="m-2")
    decide(forms, unfetched, "release", ["person-name/first_name"])
    forms.pass_time(hours=24)
    for place in (undecided, unfetched):
        assert fetched(forms, place).json["state"] == "EXPIRED" and fetched(forms, place).json["items"] == []
        assert look(forms, place).json["items"] == []
    assert decide(forms, undecided, "release", ["person-name/first_name"]).status == 409


def test_decisions_are_idempotent_and_heed_what_was_seen(forms: Forms) -> None:
    place = waiting(forms)
    names = ["person-name/first_name", "person-name/last_name"]
    path, token = f"{place['location']}/release", forms.person()
    assert forms.client.post(path, token=token, json={"values": names}).status == 428
    assert decide(forms, place, "release", names, '"v4"').status == 412
    wrong = decide(forms, place, "release", ["person-name/first_name", "person-name/religion"])
    assert wrong.status == 422 and wrong.json["errors"][0]["pointer"] == "/values/1"
    headers = {"if-match": '"v1"', "idempotency-key": "k"}
    first = forms.client.post(path, token=token, json={"values": names}, headers=headers)
    again = forms.client.post(path, token=token, json={"values": names}, headers=headers)
    assert first.status == again.status == 200 and again.headers["idempotent-replayed"] == "true"
    assert again.json == first.json and decide(forms, place, "release", names[::-1]).json == first.json
    assert decide(forms, place, "release", names[:1]).status == 409


def test_nobody_else_sees_it(forms: Forms) -> None:
    place = waiting(forms)
    assert look(forms, place, SOMCHAI).status == 404 and fetched(forms, place, OFFICE).status == 404
    stranger = {"token": forms.person(SOMCHAI), "headers": {"if-match": '"v1"'}}
    assert forms.client.post(f"{place['location']}/release", json={"values": ["a/b"]}, **stranger).status == 404
    assert forms.client.post(f"{place['location']}/refuse", **stranger).status == 404
    for wrong in ("x", "%2e", "ก", "a" * 100):
        path = f"/gdx/v1/me/previews/{wrong}"
        assert forms.client.get(path, token=forms.person()).status == 404
    stored = json.dumps([str(item.data) for item, _ in forms.table._items.values()], ensure_ascii=False)
    assert MALEE not in stored and "ศรีสมุทร" not in stored, "what waits is sealed"


def test_a_repeat_is_the_same_preview_and_another_content_is_refused(forms: Forms) -> None:
    place = waiting(forms, message_id="m-1")
    assert waiting(forms, message_id="m-1") == place and forms.asked_of("dopa") == 1
    other = forms.prefill("person-name", client=BANK, message_id="m-1")
    assert other.status == 422 and "idempotency" in other.json["type"]


def test_the_person_is_told(forms: Forms) -> None:
    place = waiting(forms)
    forms.pump()
    (letter,) = [json.loads(sent.body or b"") for sent in forms.providers.sent if "/inbox/" in sent.url]
    assert letter["pid"] == MALEE and "Government Savings Bank" in letter["title"]["en"]
    assert place["id"] in letter["body"]["th"]


def test_who_asks_may_have_the_person_look_first_without_having_to(forms: Forms) -> None:
    assert forms.prefill("person-name").status == 200
    asked = forms.prefill("person-name", preview=True)
    assert asked.status == 202 and look(forms, asked.json).json["items"][0]["satisfied"]


@pytest.mark.parametrize("door", ["r1", "exchanges"])
def test_an_agreement_with_preview_opens_no_other_door(forms: Forms, door: str) -> None:
    if door == "r1":
        answer = forms.r1(f"/r1/{PERSON}/lookup", client=BANK)
        assert answer.headers["x-road-error"] == "server.serverproxy.preview_needed"
    else:
        order = {"service": PERSON, "path": "/lookup", "body": {"pid": MALEE}, "purpose": "loan-application"}
        accepted = forms.client.post("/gdx/v1/exchanges", token=forms.token(BANK), json=order)
        assert accepted.status == 403 or _rejected(forms, accepted)
    assert forms.asked_of("dopa") == 0 and forms.service.access_log.entries(MALEE).items == ()


def _rejected(forms: Forms, accepted: Answer) -> bool:
    forms.pump()
    state = forms.client.get(accepted.headers["location"], token=forms.token(BANK)).json
    return bool(state["state"] == "REJECTED" and state["error"]["type"] == "server.serverproxy.preview_needed")


def test_the_asker_can_be_told_and_is_told_of_no_person(forms: Forms) -> None:
    place = waiting(forms)
    decide(forms, place, "release", ["person-name/first_name"])
    history = forms.parts.journal.history(f"PREFILL#{place['id']}")
    assert [event.type for event in history] == ["gdx.prefill.preview-required", "gdx.prefill.released"]
    for event in history:
        assert EVENT.fullmatch(event.type) and event.type.startswith(FAMILIES) and event.queue is not None
        assert [str(system) for system in named(event)] == [BANK]
        assert forms.keyring.pseudonym(MALEE) not in json.dumps(cloud_event(event, "https://gdx.klang.test"))


def test_where_nothing_was_found_nobody_is_bothered(forms: Forms) -> None:
    forms.broken["dopa"] = Unreachable("ConnectTimeoutError")
    answer = forms.prefill("person-name", client=BANK)
    assert answer.status == 200 and answer.json["items"][0]["missed"][0]["why"] == "provider_away"
    assert forms.rows("PREFILL#") == [] and forms.queues.held == []
