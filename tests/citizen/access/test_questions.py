"""Questions to agencies: asked about a real exchange, answered by whom it concerns, and never forgotten."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from chalicelib.shared.identity import Posting
from chalicelib.shared.ids import new_token
from chalicelib.shared.storage import every
from tests.citizen.access.test_one_access import LOG, Watched
from tests.gdx.consents.bank import BANK
from tests.gdx.exchange import MALEE, OPERATOR
from tests.support.client import Answer

BUREAU = "TH/PARTNER/NCB/credit"
ANSWER = {"answer": {"th": "ใช้เพื่อพิจารณาคำขอสินเชื่อเลขที่ 77 ของท่าน", "en": "For your application no. 77."}}


class Asking(Watched):
    """A street on which questions are asked."""

    def __init__(self) -> None:
        super().__init__()
        self.officer = self.portal.issuers.person(OPERATOR, name="ธนา")
        posting = Posting("TH/CENTRAL/DGA", frozenset({"operator"}), "ธนา")
        self.portal.citizen.staff.post(self.portal.keyring.pseudonym(OPERATOR), posting, new_token())

    def why(self, token: str | None = None, receipt: str = "", key: str = "", **body: Any) -> Answer:
        """Malee asks, or whoever has the token."""
        given = {"text": "ทำไมจึงดูคะแนนเครดิตของฉัน", **body}
        headers = {"idempotency-key": key} if key else {}
        path = f"{LOG}/{receipt or self.receipt}/why"
        return self.portal.client.post(path, token=token or self.malee, json=given, headers=headers)

    def agency(self, path: str = "", client: str = BANK) -> Answer:
        """The agency's system reads."""
        return self.portal.client.get(f"/citizen/v1/questions{path}", token=self.portal.issuers.system(client))

    def answer(self, id: str, client: str = BANK, body: Any = None, key: str = "") -> Answer:
        """The agency's system answers."""
        token = self.portal.issuers.system(client)
        headers = {"idempotency-key": key} if key else {}
        path = f"/citizen/v1/questions/{id}/answer"
        return self.portal.client.post(path, token=token, json=body or ANSWER, headers=headers)

    def mine(self, path: str = "", token: str | None = None) -> Answer:
        """Malee reads her questions."""
        return self.portal.client.get(f"/citizen/v1/me/questions{path}", token=token or self.malee)

    def days(self, count: float) -> None:
        """Days go by, and the clock of questions looks."""
        self.portal.now += timedelta(days=count)
        self.bank.pass_time(days=count)
        self.malee = self.portal.issuers.person(MALEE, name="มาลี ใจงาม")
        self.officer = self.portal.issuers.person(OPERATOR, name="ธนา")
        self.portal.citizen.questions.sweep(self.portal.now)

    def told(self) -> list[str]:
        """Titles of what Malee was told about questions, oldest first."""
        self.portal.pump()
        items = self.portal.inbox(self.malee)["items"]
        return [item["title"]["en"] for item in items if item["source"] == "TH/CENTRAL/DGA"][::-1]

    def late(self) -> list[str]:
        """Ids of what the operators see."""
        answer = self.portal.client.get("/citizen/v1/questions/overdue", token=self.officer)
        assert answer.status == 200, answer.text
        return [item["id"] for item in answer.json["items"]]


@pytest.fixture
def asking() -> Asking:
    return Asking()


def test_a_question_goes_to_who_got_the_data_and_comes_back_answered(asking: Asking) -> None:
    asked = asking.why()
    assert asked.status == 201 and asked.headers["location"] == f"/citizen/v1/me/questions/{asked.json['id']}"
    assert (asked.json["to"], asked.json["due"], asked.json["due_verified"]) == ("TH/SOE/GSB", "2026-12-25", "no")
    (waiting,) = asking.agency().json["items"]
    assert waiting == asked.json and waiting["receipt"] == asking.receipt
    assert waiting["about"]["purpose_words"]["en"].endswith("loan") and waiting["about"]["consent"] == asking.consent
    assert MALEE not in asking.agency().text
    answered = asking.answer(asked.json["id"])
    assert answered.json["state"] == "answered" and answered.json["answer"] == ANSWER["answer"]
    assert asking.mine(f"/{asked.json['id']}").json == answered.json == asking.agency(f"/{asked.json['id']}").json
    assert asking.agency().json["items"] == [] and [q["id"] for q in asking.mine().json["items"]] == [asked.json["id"]]
    assert asking.told() == ["Your question was passed on", "The agency has answered you"]
    deeds = asking.portal.client.get("/citizen/v1/me/activity", token=asking.malee).json["items"]
    assert [deed["what"] for deed in deeds][:2] == ["question.answered", "question.asked"]
    assert [deed["myself"] for deed in deeds][:2] == [False, True] and deeds[0]["words"]["th"]


def test_one_question_is_open_at_a_time_and_a_repeat_is_the_same_one(asking: Asking) -> None:
    first = asking.why(key="k-1")
    again = asking.why(key="k-1")
    assert again.status == 201 and again.json == first.json and again.headers["idempotent-replayed"] == "true"
    assert asking.why(key="k-2").json["type"].endswith("/already-there")
    answered = asking.answer(first.json["id"], key="a-1")
    assert asking.answer(first.json["id"], key="a-1").json == answered.json
    assert asking.answer(first.json["id"]).json["type"].endswith("/wrong-state")
    assert asking.why(key="k-3").status == 201, "after the answer another may be asked"


def test_a_correction_goes_to_who_keeps_the_data(asking: Asking) -> None:
    asked = asking.why(kind="correct", text="คะแนนไม่ถูกต้อง").json
    assert asked["to"] == "TH/PARTNER/NCB"
    assert asking.agency().json["items"] == [] and len(asking.agency(client=BUREAU).json["items"]) == 1
    assert asking.answer(asked["id"]).status == 404
    assert asking.answer(asked["id"], BUREAU).status == 200


def test_whom_it_does_not_concern_finds_nothing(asking: Asking) -> None:
    asked = asking.why().json["id"]
    office = "TH/LOCAL/LAEMNGOP/office"
    assert asking.agency(client=office).json["items"] == []
    assert asking.agency(f"/{asked}", client=office).status == asking.answer(asked, office).status == 404
    theirs = asking.mine(token=asking.somchai).json["items"]
    assert theirs == [] and asking.mine(f"/{asked}", asking.somchai).status == 404
    assert asking.why(asking.somchai).status == 404, "nobody asks about another person's exchange"
    assert asking.why(receipt="abcdefghijklmnop").status == 404 and asking.mine("/x").status == 404
    son = asking.portal.issuers.acting(MALEE, actor="citizen:son", scopes="profile inbox")
    assert asking.why(son).status == 403
    overdue = "/citizen/v1/questions/overdue"
    assert asking.portal.client.get(overdue, token=asking.malee).status == 403


def test_the_clock_reminds_then_calls_the_operators_and_each_step_is_told_once(asking: Asking) -> None:
    asked = asking.why().json["id"]
    asking.days(22)
    assert asking.told() == ["Your question was passed on"] and not asking.mine(f"/{asked}").json["reminded"]
    asking.days(1)
    asking.days(0)
    assert asking.mine(f"/{asked}").json["reminded"] and asking.late() == []
    asking.days(7)
    assert asking.late() == [], "the last day is a day for answering"
    asking.days(1)
    asking.days(0)
    assert asking.late() == [asked] and asking.mine(f"/{asked}").json["overdue"]
    steps = ["Your question was passed on", "The agency was reminded of your question"]
    assert asking.told() == [*steps, "The agency did not answer in time"]
    assert asking.answer(asked).status == 200, "late is better than never"
    assert asking.late() == [] and asking.told()[-1] == "The agency has answered you"
    asking.days(300)
    assert len(asking.told()) == 4


def test_a_process_that_was_away_for_weeks_takes_both_steps(asking: Asking) -> None:
    asked = asking.why().json["id"]
    asking.days(60)
    assert asking.late() == [asked] and len(asking.told()) == 3


def test_a_question_costs_one_read_here_and_one_transaction_and_twenty_are_a_day(asking: Asking) -> None:
    memory = asking.portal.memory
    memory.requests.clear()
    asked = asking.why(key="k-1").json["id"]
    assert memory.requests == ["get_many", "write"]
    memory.requests.clear()
    asking.answer(asked, key="a-1")
    assert memory.requests == ["get_many", "write"]
    for _ in range(19):
        asking.answer(asking.why().json["id"])
    assert asking.why().status == 429
    asking.days(1)
    assert asking.why().status == 201


BAD: list[dict[str, Any]] = [{"text": "  "}, {"text": "x" * 2_001}, {"kind": "shout"}, {"to": "TH/SOE/GSB"}]


def test_bad_words_are_told_in_both_languages_and_nothing_is_written(asking: Asking) -> None:
    for body in BAD:
        refused = asking.why(**body)
        assert refused.status == 422 and refused.json["errors"][0]["message_th"], body
    asked = asking.why().json["id"]
    for answer in ({}, {"answer": {"th": "ก"}}, {"answer": {"th": "ก" * 4_001, "en": "a"}}):
        assert asking.answer(asked, body=answer or {"x": 1}).status == 422
    assert asking.mine(f"/{asked}").json["state"] == "asked"


def test_words_and_answers_are_sealed_and_the_events_name_nobody(asking: Asking) -> None:
    asked = asking.why(text="ฉันชื่อมาลี โทร 0812345678").json["id"]
    asking.answer(asked)
    rows = [*every(asking.portal.memory, f"QUESTION#{asked}")]
    assert len(rows) == 3
    for row in rows:
        text = repr(row)
        assert "มาลี" not in text and "0812345678" not in text and "สินเชื่อ" not in text and MALEE not in text
