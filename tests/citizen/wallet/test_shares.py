"""One-time codes: a paper is seen once, by who was given the code, with what its holder chose."""

from __future__ import annotations

import base64
import json
import logging
import threading
from typing import Any

import pytest

from chalicelib.citizen.wallet.rules import SHARES_PER_DAY
from chalicelib.shared.storage import every
from tests.citizen.portal import MALEE, Portal, Voice
from tests.citizen.wallet.papers import ME, code_of, held, licence, share, use


def lines(portal: Portal) -> list[Any]:
    person = portal.citizen.hall.person(MALEE)
    return [item.data for item in every(portal.memory, f"LOG#{person}")]


def test_a_code_shows_what_was_chosen_once_and_the_holder_learns_of_it(portal: Portal) -> None:
    made = share(portal, held(portal)).json
    assert made["url"] == f"https://citizen.klang.test/citizen/v1/shares/{made['code']}"
    assert made["qr"].startswith("data:image/svg+xml")
    assert len(base64.urlsafe_b64decode(made["code"] + "==")) >= 16, "128 bits at least"
    seen = use(portal, made["code"])
    assert seen.status == 200, seen.text
    assert (seen.json["verdict"], seen.json["issuer_name"]["en"]) == ("valid", "Licensing office")
    assert seen.json["claims"] == {"number": "1/2569", "holder": "มาลี ใจงาม"}
    again, never = use(portal, made["code"]), use(portal, "A" * 22)
    assert again.status == never.status == 404
    assert {**again.json, "instance": ""} == {**never.json, "instance": ""}
    portal.pump()
    (told,) = portal.inbox(portal.malee)["items"]
    assert told["title"]["en"] == "Somebody saw the paper for which you gave a code" and "ตลาดนัด" in told["body"]["th"]
    (kept,) = portal.client.get(f"{ME}/shares", token=portal.malee).json["items"]
    assert (kept["state"], kept["for"], kept["claims"], kept["id"]) == ("used", "ตลาดนัด", ["holder"], made["id"])
    assert kept["used_at"] and "code" not in kept
    assert [each["what"] for each in lines(portal)] == ["credential.shared", "share.used"]


def test_looking_at_the_address_uses_nothing_up(portal: Portal) -> None:
    code = code_of(portal, held(portal))
    for _ in range(3):
        looked = portal.client.get(f"/citizen/v1/shares/{code}")
        assert (looked.status, looked.json["use"]) == (200, f"/citizen/v1/shares/{code}")
        assert "มาลี" not in looked.text
    assert use(portal, code).status == 200
    assert portal.client.get(f"/citizen/v1/shares/{code}").status == 404


def test_requests(portal: Portal) -> None:
    paper = held(portal)
    portal.memory.requests.clear()
    code = code_of(portal, paper)
    assert portal.memory.requests == ["get", "write"]
    portal.memory.requests.clear()
    use(portal, code)
    assert portal.memory.requests == ["get", "get", "write"]
    portal.memory.requests.clear()
    use(portal, "not-a-code")
    assert portal.memory.requests == []


def test_two_who_use_one_code_at_once_see_it_once(portal: Portal) -> None:
    code = code_of(portal, held(portal))
    begin, found = threading.Barrier(4), list[int]()

    def somebody() -> None:
        begin.wait()
        found.append(use(portal, code).status)

    people = [threading.Thread(target=somebody) for _ in range(4)]
    for each in people:
        each.start()
    for each in people:
        each.join()
    assert sorted(found) == [200, 404, 404, 404]


def test_a_reader_who_is_overtaken_sees_nothing(portal: Portal) -> None:
    code = code_of(portal, held(portal))
    write, before = portal.memory.write, [lambda: use(portal, code)]

    def overtaken(changes: Any, token: str) -> None:
        while before:
            assert before.pop()().status == 200
        write(changes, token)

    portal.memory.write = overtaken  # type: ignore[method-assign]  # the race, at the store's boundary
    assert use(portal, code).status == 404


def test_a_code_runs_out_is_taken_back_and_dies_with_its_paper(portal: Portal) -> None:
    paper = held(portal)
    late, back, gone = (code_of(portal, paper) for _ in range(3))
    items = portal.client.get(f"{ME}/shares", token=portal.malee).json["items"]
    newest, middle = items[0]["id"], items[1]["id"]
    assert portal.client.delete(f"{ME}/shares/{middle}", token=portal.somchai).status == 404
    assert [portal.client.delete(f"{ME}/shares/{middle}", token=portal.malee).status for _ in range(2)] == [204, 204]
    assert use(portal, back).status == 404
    assert portal.client.delete(f"{ME}/wallet/{paper}", token=portal.malee).status == 204
    assert use(portal, gone).status == 404
    portal.now = portal.now.replace(hour=portal.now.hour + 1)
    assert use(portal, late).status == 404
    states = {each["id"]: each["state"] for each in portal.client.get(f"{ME}/shares", token=portal.malee).json["items"]}
    assert (states[newest], states[middle]) == ("expired", "revoked")


def test_a_used_code_cannot_be_taken_back(portal: Portal) -> None:
    made = share(portal, held(portal)).json
    use(portal, made["code"])
    assert portal.client.delete(f"{ME}/shares/{made['id']}", token=portal.malee).status == 409
    for wrong in ("x", "0" * 32, "é" * 32):
        assert portal.client.delete(f"{ME}/shares/{wrong}", token=portal.malee).status == 404


def test_a_repeat_of_the_request_is_answered_the_same_code_and_is_one_code(portal: Portal) -> None:
    paper = held(portal)
    first, again = (share(portal, paper, key="k-1") for _ in range(2))
    assert first.json == again.json
    assert share(portal, paper, key="k-2").json["code"] != first.json["code"]
    assert len(portal.client.get(f"{ME}/shares", token=portal.malee).json["items"]) == 2
    assert share(portal, paper, key="k-1", claims=[]).status == 422


def test_the_code_and_what_it_shows_stand_nowhere(portal: Portal, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    code = share(portal, held(portal), key="k-1").json["code"]
    use(portal, code)
    portal.pump()
    kept = json.dumps(
        [[key, item.data, list(item.indexes.values())] for key, (item, _) in portal.memory._items.items()],
        ensure_ascii=False,
    )
    for secret in (code, "มาลี", "ตลาดนัด", "แหลมงอบ", "1/2569", MALEE):
        assert secret not in kept
        assert secret not in caplog.text


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"claims": ["number"]}, "/claims"),
        ({"claims": ["nope"]}, "/claims"),
        ({"lives_minutes": 61}, "/lives_minutes"),
        ({"lives_minutes": 0}, "/lives_minutes"),
        ({"for": "x" * 81}, "/for"),
    ],
)
def test_a_wish_that_will_not_do_says_where(portal: Portal, changes: dict[str, Any], pointer: str) -> None:
    answer = share(portal, held(portal), **changes)
    assert (answer.status, answer.json["errors"][0]["pointer"]) == (422, pointer)
    assert portal.client.get(f"{ME}/shares", token=portal.malee).json["items"] == []


def test_nobody_shares_for_another_and_not_without_end(portal: Portal) -> None:
    paper = held(portal)
    assert share(portal, paper, token=portal.somchai).status == 404
    assert share(portal, paper, token=portal.issuers.acting(MALEE, actor="citizen:x", scopes="wallet")).status == 403
    for _ in range(SHARES_PER_DAY):
        assert share(portal, paper).status == 201
    assert share(portal, paper).status == 429


def test_an_issuer_that_is_away_uses_no_code_up(portal: Portal) -> None:
    code = code_of(portal, held(portal))
    portal.site.away = True
    refused = use(portal, code)
    assert (refused.status, refused.headers["retry-after"]) == (502, "30")
    assert "มาลี" not in refused.text
    portal.site.away = False
    assert use(portal, code).json["verdict"] == "valid"


def test_what_was_revoked_meanwhile_says_so(portal: Portal) -> None:
    code = code_of(portal, held(portal))
    portal.site.statuses[3] = 1
    assert use(portal, code).json["verdict"] == "revoked"


def test_a_paper_that_nobody_can_check_gets_no_code(portal: Portal) -> None:
    stranger = Voice("https://elsewhere.example")
    refused = share(portal, held(portal, licence(portal, signer=stranger)))
    assert (refused.status, refused.json["errors"][0]["pointer"]) == (422, "path:id")


def test_erasure_takes_papers_and_codes(portal: Portal) -> None:
    paper = held(portal)
    code = code_of(portal, paper)
    person, holding = portal.citizen.hall.person(MALEE), portal.citizen.hall.holdings["wallet"]
    copy = holding.export(person)
    assert len(copy["credentials"]) == 1 and copy["codes"][0]["for"] == "ตลาดนัด"
    holding.erase(person)
    holding.erase(person)
    assert holding.export(person) == {"credentials": [], "codes": []}
    assert use(portal, code).status == 404
    left = [key for key in portal.memory._items if key.pk.startswith(("WALLET#", "SHARE", "PAPER#"))]
    assert left == []
