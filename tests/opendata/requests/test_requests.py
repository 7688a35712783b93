"""Requests for data over their routes: asked, supported, answered, kept from the public where they must be."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from chalicelib.opendata.requests.store import A_DAY
from chalicelib.shared.storage import Change
from tests.opendata.governance.town import Municipality
from tests.opendata.portal import READER
from tests.support.client import Answer
from tests.support.keys import local_keyring

NEIGHBOUR, OPERATOR = "1990100010059", "1990100010041"
WISH = {
    "title": "ข้อมูลจุดทิ้งขยะอันตราย",
    "description": "ตำแหน่งจุดทิ้งขยะอันตรายทุกจุดในเขตเทศบาล ตั้งแต่ปี 2565",
    "purpose": "ทำแผนที่ให้คนในชุมชน",
    "organization": "laemngop",
}


@pytest.fixture
def town(tmp_path: Path) -> Municipality:
    return Municipality(tmp_path / "tables")


class Desk:
    """The routes of requests, as one person uses them (nobody: without a token)."""

    def __init__(self, town: Municipality, token: str | None = None) -> None:
        self.town = town
        self._token = token

    def _headers(self, **more: str) -> dict[str, str]:
        own = {"Authorization": f"Bearer {self._token}"} if self._token else {}
        return {**own, "Accept-Language": "en", **more}

    def ask(self, key: str = "", **changes: Any) -> Answer:
        headers = self._headers(**({"Idempotency-Key": key} if key else {}))
        return self.town.client.post("/opendata/v1/requests", json={**WISH, **changes}, headers=headers)

    def read(self, request: str) -> Answer:
        return self.town.client.get(f"/opendata/v1/requests/{request}", headers=self._headers())

    def all(self, query: str = "") -> Any:
        answer = self.town.client.get(f"/opendata/v1/requests{query}", headers=self._headers())
        assert answer.status == 200, answer.text
        return answer.json

    def titles(self, query: str = "") -> list[str]:
        return [each["title"] for each in self.all(query)["items"]]

    def step(self, request: str, step: str, etag: str = "", **more: Any) -> Answer:
        version = etag or self.read(request).headers.get("etag", '"v1"')
        body = {"step": step, **more}
        return self.town.client.post(
            f"/opendata/v1/requests/{request}", json=body, headers=self._headers(**{"If-Match": version})
        )

    def support(self, request: str, wanted: bool = True) -> Answer:
        call = self.town.client.put if wanted else self.town.client.delete
        return call(f"/opendata/v1/requests/{request}/support", headers=self._headers())


@pytest.fixture
def desks(town: Municipality) -> dict[str, Desk]:
    people = {
        "nobody": None,
        "reader": town.reader,
        "neighbour": town.issuers.person(NEIGHBOUR),
        "editor": town.editor,
        "steward": town.steward,
        "publisher": town.publisher,
        "stranger": town.other,
        "operator": town.person(OPERATOR, "operator", agency="TH/CENTRAL/DGA"),
    }
    return {name: Desk(town, token) for name, token in people.items()}


def asked(desks: dict[str, Desk], **changes: Any) -> str:
    made = desks["reader"].ask(**changes)
    assert made.status == 201, made.text
    return str(made.json["id"])


def state(desks: dict[str, Desk], request: str) -> str:
    return str(desks["reader"].read(request).json["state"]["code"]).removeprefix("requestdata_")


def to_approved(desks: dict[str, Desk], request: str) -> None:
    assert desks["steward"].step(request, "check").status == 200
    assert desks["publisher"].step(request, "approve").status == 200


def test_everybody_reads_what_is_asked_and_nobody_who_asks(town: Municipality, desks: dict[str, Desk]) -> None:
    request = asked(desks)
    person = local_keyring().pseudonym(READER)
    for name, desk in desks.items():
        shown = desk.read(request)
        assert shown.status == 200
        assert shown.json["title"] == WISH["title"]
        assert shown.json["organization"]["name"] == "laemngop"
        assert shown.json["mine"] is (name == "reader")
        assert person not in shown.text and READER not in shown.text
        assert person not in str(desk.all())
    assert desks["nobody"].titles() == [WISH["title"]]
    assert desks["reader"].titles("?mine=true") == [WISH["title"]]
    assert desks["neighbour"].titles("?mine=true") == []
    events = town.catalogue.parts.journal.history(f"REQUEST#{request}")
    assert [(each.type, each.data["state"]) for each in events] == [
        ("opendata.request.opened", "requestdata_wait_steward")
    ]


def test_the_steps_in_their_order_by_their_people(desks: dict[str, Desk]) -> None:
    request = asked(desks)
    assert desks["steward"].read(request).json["steps"] == ["check", "answer", "reject", "assign"]
    assert desks["reader"].read(request).json["steps"] == ["withdraw"]
    for name in ("reader", "neighbour", "stranger", "editor"):
        assert desks[name].step(request, "check").status == 403
    assert desks["steward"].step(request, "check").json["state"]["code"] == "requestdata_wait_council"
    assert desks["steward"].step(request, "approve").status == 403
    assert desks["publisher"].step(request, "approve").json["state"]["th"] == "อนุมัติการขอใช้ และรอแจ้งผู้ดูแลข้อมูล"
    assert desks["editor"].step(request, "receive").status == 409
    assert desks["editor"].step(request, "notify", reason="ส่งให้กองช่าง").status == 200
    assert desks["neighbour"].step(request, "receive").status == 403
    done = desks["reader"].step(request, "receive").json
    assert done["state"]["en"] == "The person has the data"
    assert done["steps"] == []
    assert [each["step"] for each in done["history"]] == ["receive", "notify", "approve", "check"]
    assert done["history"][1]["reason"] == "ส่งให้กองช่าง"
    assert desks["nobody"].step(request, "check").status == 401


def test_a_refusal_says_why_and_ends_it(desks: dict[str, Desk]) -> None:
    request = asked(desks)
    refused = desks["steward"].step(request, "reject")
    assert [each["pointer"] for each in refused.json["errors"]] == ["/reason"]
    assert desks["steward"].step(request, "reject", reason="โทร 0812345678").status == 422
    assert desks["steward"].step(request, "reject", reason="เป็นข้อมูลส่วนบุคคล").status == 200
    shown = desks["nobody"].read(request).json
    assert (shown["state"]["code"], shown["reason"]) == ("requestdata_reject", "เป็นข้อมูลส่วนบุคคล")
    assert desks["steward"].step(request, "check").status == 409
    second = asked(desks, title="อีกเรื่องหนึ่ง")
    assert desks["reader"].step(second, "withdraw").json["state"]["code"] == "requestdata_reject"


def test_a_public_dataset_answers_at_once(town: Municipality, desks: dict[str, Desk]) -> None:
    request = asked(desks)
    town.dataset("waste-points")
    done = desks["steward"].step(request, "answer", dataset="waste-points").json
    assert done["state"]["code"] == "requestdata_received"
    assert done["answer"]["url"] == "https://data.klang.test/dataset/waste-points"
    assert desks["nobody"].read(request).json["answer"]["name"] == "waste-points"


def test_a_dataset_on_its_way_answers_when_it_is_published(town: Municipality, desks: dict[str, Desk]) -> None:
    request = asked(desks)
    draft = town.draft()
    assert desks["steward"].step(request, "answer", dataset=draft).status == 409
    to_approved(desks, request)
    assert desks["editor"].step(request, "answer", dataset=draft).status == 200
    assert state(desks, request) == "wait_received"
    assert desks["nobody"].read(request).json["answer"] is None
    assert draft not in desks["reader"].read(request).text
    assert desks["editor"].read(request).json["answer"]["id"] == draft
    town.settle()
    assert state(desks, request) == "wait_received"
    for step, token in (("submit", town.editor), ("check", town.steward), ("approve", town.publisher)):
        assert town.step(draft, step, token).status == 200
    town.settle()
    shown = desks["reader"].read(request).json
    assert shown["state"]["code"] == "requestdata_received"
    assert shown["answer"]["name"] == "waste-points"
    assert shown["history"][0]["step"] == "published"
    town.step(draft, "revoke", town.publisher, reason="ผิดพลาด")
    town.settle()
    gone = desks["reader"].read(request)
    assert gone.json["answer"] is None and draft not in gone.text


def test_another_draft_may_become_the_answer_and_a_withdrawn_request_waits_for_none(
    town: Municipality, desks: dict[str, Desk]
) -> None:
    first, second = asked(desks), asked(desks, title="เรื่องที่สองของวัน")
    one, two = town.draft("draft-one"), town.draft("draft-two")
    for request in (first, second):
        to_approved(desks, request)
        assert desks["editor"].step(request, "answer", dataset=one).status == 200
    assert desks["editor"].step(first, "answer", dataset=two).status == 200
    assert desks["reader"].step(second, "withdraw").status == 200
    town.result(town.act("package_patch", town.publisher, id=one, private=False))
    town.settle()
    assert state(desks, first) == "wait_received"
    assert state(desks, second) == "reject"
    town.result(town.act("package_patch", town.publisher, id=two, private=False))
    town.settle()
    assert state(desks, first) == "received"
    linked = {key for key in town.memory._items if key.pk.startswith("ANSWERS#")}
    assert linked == {(f"ANSWERS#{two}", first), (f"ANSWERS#{one}", second)}


def test_the_news_of_a_publication_may_come_twice(town: Municipality, desks: dict[str, Desk]) -> None:
    request = asked(desks)
    draft = town.draft()
    to_approved(desks, request)
    desks["editor"].step(request, "answer", dataset=draft)
    town.result(town.act("package_patch", town.publisher, id=draft, private=False))
    event = town.catalogue.parts.journal.history(f"DATASET#{draft}")[-1]
    for _ in range(3):
        town.catalogue.publishing.requests.on_event(event)
    assert [each["step"] for each in desks["reader"].read(request).json["history"]].count("published") == 1


def test_a_publication_in_the_very_moment_of_the_answer_is_not_missed(
    town: Municipality, desks: dict[str, Desk]
) -> None:
    request = asked(desks)
    draft = town.draft()
    to_approved(desks, request)
    etag = desks["editor"].read(request).headers["etag"]
    real, waiting = town.memory.write, [1]

    def write(changes: list[Change], token: str) -> None:
        while waiting:
            waiting.pop()
            town.result(town.act("package_patch", town.publisher, id=draft, private=False))
        real(changes, token)

    setattr(town.memory, "write", write)  # noqa: B010 - the race, at the store's boundary
    assert desks["editor"].step(request, "answer", etag, dataset=draft).status == 412
    assert desks["editor"].step(request, "answer", dataset=draft).json["state"]["code"] == "requestdata_received"


def test_another_agencys_draft_is_no_answer_and_not_known(town: Municipality, desks: dict[str, Desk]) -> None:
    request = asked(desks)
    to_approved(desks, request)
    town.result(town.act("organization_create", town.other, name="elsewhere", title="ที่อื่น"))
    theirs = town.result(town.act("package_create", town.other, name="theirs", owner_org="elsewhere", private=True))
    hidden = desks["editor"].step(request, "answer", dataset=theirs["id"])
    absent = desks["editor"].step(request, "answer", dataset="no-such-thing")
    assert (hidden.status, hidden.json["detail"]) == (absent.status, absent.json["detail"]) == (404, "Not found")


def test_support_counts_each_person_once(desks: dict[str, Desk]) -> None:
    request = asked(desks)
    assert desks["neighbour"].support(request).json == {"support": 1}
    assert desks["neighbour"].support(request).json == {"support": 1}
    assert desks["stranger"].support(request).json == {"support": 2}
    assert desks["reader"].support(request).status == 409
    assert desks["nobody"].support(request).status == 401
    assert desks["neighbour"].read(request).json["supported"] is True
    assert desks["nobody"].all()["items"][0]["support"] == 2
    assert desks["neighbour"].support(request, wanted=False).json == {"support": 1}
    assert desks["neighbour"].support(request, wanted=False).json == {"support": 1}
    assert desks["nobody"].read(request).json["support"] == 1
    assert desks["neighbour"].support("no-such").status == 404


def test_a_page_of_requests_with_support_is_few_requests_to_the_table(
    town: Municipality, desks: dict[str, Desk]
) -> None:
    for number in range(A_DAY):
        desks["neighbour"].support(asked(desks, title=f"คำขอที่ {number} ของฉัน"))
    before = len(town.memory.requests)
    assert len(desks["nobody"].titles("?limit=20")) == A_DAY
    assert town.memory.requests[before:] == ["query", "get_many", "get_many"]


def test_one_person_asks_ten_times_a_day(desks: dict[str, Desk]) -> None:
    for number in range(A_DAY):
        asked(desks, title=f"คำขอที่ {number} ของฉัน")
    assert desks["reader"].ask(title="อีกหนึ่งคำขอ").status == 429
    assert desks["neighbour"].ask(title="ของเพื่อนบ้าน").status == 201


def test_a_repeat_of_the_question_is_one_request(desks: dict[str, Desk]) -> None:
    first, again = desks["reader"].ask(key="one"), desks["reader"].ask(key="one")
    assert first.json["id"] == again.json["id"]
    assert (first.status, again.status) == (201, 201)
    assert len(desks["nobody"].titles()) == 1
    assert desks["reader"].ask(key="one", title="อีกคำถามหนึ่ง").status == 422


def test_pages_fit_together(desks: dict[str, Desk]) -> None:
    titles = [f"คำขอที่ {number} ของฉัน" for number in range(5)]
    for title in titles:
        asked(desks, title=title)
    seen: list[str] = []
    query = "?limit=2"
    while True:
        page = desks["nobody"].all(query)
        seen += [each["title"] for each in page["items"]]
        if page["next"] is None:
            break
        query = f"?limit=2&cursor={page['next']}"
    assert seen == titles[::-1]


def test_the_desk_of_an_organisation(desks: dict[str, Desk]) -> None:
    first, second = asked(desks), asked(desks, title="เรื่องที่สองของวัน")
    desks["steward"].step(first, "check")
    waiting = "?organization=laemngop&state=requestdata_wait_steward"
    assert desks["steward"].titles(waiting) == ["เรื่องที่สองของวัน"]
    assert len(desks["steward"].titles("?organization=laemngop")) == 2
    assert desks["steward"].step(second, "assign", organization="laemngop").status == 200
    assert desks["steward"].step(second, "assign").status == 422
    assert desks["steward"].step(second, "assign", organization="no-such").status == 422


def test_what_nobody_is_asked_for_the_operator_hands_on(desks: dict[str, Desk]) -> None:
    request = asked(desks, organization="")
    assert desks["nobody"].read(request).json["organization"] is None
    assert desks["operator"].titles("?organization=-") == [WISH["title"]]
    assert desks["steward"].step(request, "check").status == 403
    assert desks["operator"].step(request, "assign", organization="laemngop").status == 200
    assert desks["operator"].titles("?organization=-") == []
    assert desks["steward"].step(request, "check").status == 200


def test_a_hidden_request_is_gone_for_everybody_else(desks: dict[str, Desk]) -> None:
    request = asked(desks)
    assert desks["steward"].step(request, "hide", reason="คำหยาบ").status == 403
    assert desks["publisher"].step(request, "hide").status == 422
    assert desks["publisher"].step(request, "hide", reason="คำหยาบ").status == 200
    assert desks["publisher"].step(request, "hide", reason="อีกครั้ง").status == 409
    for name in ("nobody", "neighbour", "stranger"):
        assert desks[name].read(request).status == 404
        assert desks[name].titles() == []
        assert desks[name].titles("?organization=laemngop") == []
    assert desks["neighbour"].support(request).status == 404
    assert desks["stranger"].step(request, "check", '"v2"').status == 404
    assert desks["reader"].read(request).json["hidden"] is True
    assert desks["steward"].titles("?organization=laemngop") == [WISH["title"]]
    assert desks["publisher"].step(request, "show").status == 200
    assert desks["nobody"].titles() == [WISH["title"]]


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"title": "สั้น"}, "/title"),
        ({"title": "ก" * 201}, "/title"),
        ({"description": "โทรหาผม 081-234-5678 ได้เลย"}, "/description"),
        ({"purpose": "ส่งมาที่ me@mail.example"}, "/purpose"),
        ({"description": "ก\u0007" * 20}, "/description"),
        ({"request_type": "ขอเฉยๆ"}, "/request_type"),
        ({"organization": "no-such"}, "/organization"),
        ({"contact": "0812345678"}, "/contact"),
    ],
)
def test_bad_questions_are_refused_at_their_place(desks: dict[str, Desk], changes: Any, pointer: str) -> None:
    refused = desks["reader"].ask(**changes)
    assert refused.status == 422
    assert pointer in [each["pointer"] for each in refused.json["errors"]]
    assert "0812345678" not in refused.text.replace("-", "")
    assert desks["nobody"].titles() == []


def test_a_step_on_something_else_than_what_was_read_is_refused(desks: dict[str, Desk]) -> None:
    request = asked(desks)
    etag = desks["steward"].read(request).headers["etag"]
    desks["steward"].step(request, "check")
    assert desks["publisher"].step(request, "approve", etag).status == 412
    assert state(desks, request) == "wait_council"
    for strange in ("no-such", "x" * 3_000, "%00%FF"):
        before = len(desks["steward"].town.memory.requests)
        assert desks["nobody"].read(strange).status == 404
        assert desks["steward"].step(strange, "check").status == 404
        assert len(strange) < 100 or "query" not in desks["steward"].town.memory.requests[before:]


def test_four_eyes_for_requests_too(town: Municipality, desks: dict[str, Desk]) -> None:
    extras = [{"key": "four_eyes", "value": "true"}]
    town.result(town.act("organization_patch", town.publisher, id="laemngop", extras=extras))
    request = asked(desks)
    assert desks["publisher"].step(request, "check").status == 200
    assert desks["publisher"].step(request, "approve").status == 403
    assert Desk(town, town.second).step(request, "approve").status == 200


def test_a_guest_has_no_own_requests(town: Municipality) -> None:
    answer = town.client.get("/opendata/v1/requests?mine=true")
    assert answer.status == 403
