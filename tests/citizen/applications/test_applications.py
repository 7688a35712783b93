"""Applications: opened and driven with the person's own token, shown at home as their engine tells of them."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.citizen.applications import rules
from chalicelib.citizen.applications.model import Application
from chalicelib.citizen.applications.ports import CasesAtBiz
from chalicelib.shared.egress import HttpAnswer
from chalicelib.shared.relay import Own, Relay
from chalicelib.shared.thai import Text
from tests.citizen.portal import MALEE, SOMCHAI, Portal

RIGHT = "newborn-grant"
PATH = f"/citizen/v1/me/entitlements/{RIGHT}/applications"
MINE = "/citizen/v1/me/applications"


CHILD = "1990100027075"
CIVIL, WELFARE = "TH/CENTRAL/DOPA/civil/person", "TH/CENTRAL/DCY/welfare"
ABOUT = {"subject": CHILD}


@pytest.fixture(autouse=True)
def registers(portal: Portal) -> None:
    """Malee has a baby, and the registers know it."""
    child = {"birth_date": "2026-11-11", "nationality": "THA", "status": "alive", "house_registration_no": "H1"}
    portal.gdx.records = {
        CIVIL: {CHILD: {**child, "mother_pid": MALEE}, MALEE: {"house_registration_no": "H1"}},
        f"{WELFARE}/child": {},
        f"{WELFARE}/household": {MALEE: {"members": 3, "income_year_baht": 180_000}},
    }


def opened(portal: Portal, key: str = "k-1", **body: Any) -> Any:
    answer = portal.client.post(PATH, token=portal.malee, json=ABOUT | body, headers={"Idempotency-Key": key})
    assert answer.status == 201, answer.text
    return answer.json


def command(portal: Portal, id: str, what: str, token: str | None = None, key: str | None = None) -> Any:
    headers = {} if key is None else {"Idempotency-Key": key}
    return portal.client.post(f"{MINE}/{id}/{what}", token=token or portal.malee, headers=headers)


def cards(portal: Portal, pid: str = MALEE) -> list[Any]:
    return [card for card in portal.citizen.hall.cards.page(portal.citizen.hall.person(pid))[1] if card.kind == "case"]


def deeds(portal: Portal, pid: str = MALEE) -> list[Any]:
    rows = portal.table.query(f"LOG#{portal.citizen.hall.person(pid)}").items
    return [row.data["what"] for row in rows if row.data["what"].startswith("application.")]


def told(portal: Portal, news: Any, pid: str = MALEE) -> Any:
    return portal.deliver("cases", "/cases", {"pid": pid, **news})


def test_a_draft_is_opened_once_and_stands_at_home(portal: Portal) -> None:
    first = opened(portal, answers={"contact": {"phone": "0800000001"}})
    assert first["state"] == "draft" and first["answers"] == {
        "child": {"pid": CHILD, "birth_date": "2026-11-11"},
        "household": {"members": 3, "income_year_baht": 180_000},
        "contact": {"phone": "0800000001"},
    }
    again = opened(portal, answers={"contact": {"phone": "0800000001"}})
    assert again["id"] == first["id"] and len(portal.engine.cases) == 1
    listed = portal.client.get(MINE, token=portal.malee).json["items"]
    assert [(item["id"], item["entitlement"], item["filed"]) for item in listed] == [(first["id"], RIGHT, False)]
    assert [card.data["turn"] for card in cards(portal)] == ["applicant"]
    assert deeds(portal) == ["application.opened"]


def test_what_cannot_be_applied_for_here_is_not_there(portal: Portal) -> None:
    for right in ("credit-bureau", "nothing-of-the-kind"):
        answer = portal.client.post(f"/citizen/v1/me/entitlements/{right}/applications", token=portal.malee, json={})
        assert answer.status == 404
    assert portal.engine.calls == []


def test_filing_and_withdrawing(portal: Portal) -> None:
    mine = opened(portal)["id"]
    filed = command(portal, mine, "submit")
    assert filed.status == 200 and filed.json["turn"] == "agency"
    assert command(portal, mine, "submit").status == 409
    assert [(card.data["turn"], str(card.due)) for card in cards(portal)] == [("agency", "2026-12-04")]
    other = opened(portal, "k-2")["id"]
    assert command(portal, other, "withdraw").json["turn"] == "nobody"
    assert [card.id for card in cards(portal)] == [mine]
    done = ["application.filed", "application.opened", "application.opened", "application.withdrawn"]
    assert sorted(deeds(portal)) == done
    assert command(portal, mine, "dance").status == 404


def test_another_persons_application_does_not_exist(portal: Portal) -> None:
    mine = opened(portal)["id"]
    asked = len(portal.engine.calls)
    for method, rest in (("GET", ""), ("POST", "/submit"), ("POST", "/validate")):
        assert portal.client.call(method, f"{MINE}/{mine}{rest}", token=portal.somchai).status == 404
    patch = {"json": {"x": 1}, "headers": {"If-Match": '"v1"'}}
    assert portal.client.patch(f"{MINE}/{mine}/answers", token=portal.somchai, **patch).status == 404
    assert portal.client.get(MINE, token=portal.somchai).json["items"] == []
    assert len(portal.engine.calls) == asked, "the engine is not even asked"


def test_answers_and_documents_go_to_the_engine_as_they_are(portal: Portal) -> None:
    made = opened(portal)
    version = portal.client.get(f"{MINE}/{made['id']}", token=portal.malee).headers["etag"]
    changed = portal.client.patch(
        f"{MINE}/{made['id']}/answers", token=portal.malee, json={"a": 1}, headers={"If-Match": version}
    )
    assert changed.status == 200
    stale = portal.client.patch(
        f"{MINE}/{made['id']}/answers", token=portal.malee, json={"a": 2}, headers={"If-Match": version}
    )
    assert stale.status == 412
    file = {"code": "map", "file_name": "แผนที่.pdf", "media_type": "application/pdf", "size": 9, "sha256": "0" * 64}
    form = portal.client.post(
        f"{MINE}/{made['id']}/documents", token=portal.malee, json=file, headers={"If-Match": changed.headers["etag"]}
    )
    assert form.status == 201 and form.json["url"].startswith("https://")
    assert portal.client.post(f"{MINE}/{made['id']}/validate", token=portal.malee).json["complete"] is True


def test_an_engine_that_is_away_is_told_as_such_and_leaves_nothing(portal: Portal) -> None:
    portal.engine.away = True
    answer = portal.client.post(PATH, token=portal.malee, json=ABOUT)
    assert answer.status == 502 and answer.headers["retry-after"] == "30"
    assert portal.client.get(MINE, token=portal.malee).json["items"] == [] and cards(portal) == []


def test_a_register_that_is_away_leaves_a_gap_and_no_more(portal: Portal) -> None:
    portal.gdx.down(f"{WELFARE}/household")
    assert opened(portal)["answers"] == {"child": {"pid": CHILD, "birth_date": "2026-11-11"}}


def test_somebody_elses_child_is_told_nothing_of(portal: Portal) -> None:
    answer = portal.client.post(PATH, token=portal.somchai, json=ABOUT)
    assert answer.status == 201 and answer.json["answers"] == {"child": {"pid": CHILD}}


def test_a_weak_login_does_not_apply(portal: Portal) -> None:
    assert portal.client.post(PATH, token=portal.issuers.person(MALEE, ial="1.1"), json=ABOUT).status == 401


def test_who_may_act_for_a_person_applies_in_their_name(portal: Portal) -> None:
    mandates = "/citizen/v1/me/mandates"
    asked = {"kind": "agent", "whom": SOMCHAI, "scopes": ["applications", "inbox"], "until": "2027-05-31"}
    made = portal.client.post(mandates, token=portal.malee, json=asked).json["id"]
    assert portal.client.post(f"{mandates}/{made}/accept", token=portal.somchai).status == 200

    def acting(scope: str) -> str:
        got = portal.client.post(f"{mandates}/{made}/token", token=portal.somchai, json={"scopes": [scope]})
        return str(got.json["access_token"])

    assert portal.client.post(PATH, token=acting("inbox"), json=ABOUT).status == 403
    assert portal.client.post(PATH, token=acting("applications"), json=ABOUT).status == 201
    rows = portal.table.query(f"LOG#{portal.citizen.hall.person(MALEE)}").items
    (line,) = [row.data for row in rows if row.data["what"] == "application.opened"]
    assert line["by"]["actor"] == f"citizen:{portal.citizen.hall.person(SOMCHAI)}"


def test_the_engines_news_are_taken_once_and_in_order(portal: Portal) -> None:
    mine = opened(portal)["id"]
    command(portal, mine, "submit")
    old = portal.engine.news(mine)
    portal.engine.move(mine, "granted")
    new = portal.engine.news(mine)
    assert told(portal, new).status == 200
    assert cards(portal) == []
    assert told(portal, old).status == 200, "late news are taken and change nothing"
    assert told(portal, new).status == 200
    listed = portal.client.get(MINE, token=portal.malee).json["items"]
    assert [(item["turn"], item["entitlement"]) for item in listed] == [("nobody", RIGHT)]


def test_what_was_opened_elsewhere_is_shown_too(portal: Portal) -> None:
    news = {"id": "b" * 32, "version": 3, "service": "hotel-licence", "turn": "agency", "due": None, "filed": True}
    texts = {name: {"th": "ก", "en": "a"} for name in ("name", "agency_name", "state")}
    given_ = {"pid": SOMCHAI, **news, **texts, "agency": "TH/LOCAL/LAEMNGOP"}
    assert portal.deliver("cases", "/cases", given_).status == 200
    (card,) = cards(portal, SOMCHAI)
    assert card.id == "b" * 32 and cards(portal) == []
    wrong = portal.deliver("cases", "/cases", {**given_, "pid": "1234567890123"})
    assert wrong.status == 422 and "1234567890123" not in wrong.text


def test_a_copy_of_everything_has_them_and_an_erasure_takes_them_away(portal: Portal) -> None:
    mine = opened(portal)["id"]
    held, person = portal.citizen.hall.holdings["applications"], portal.citizen.hall.person(MALEE)
    assert [each["id"] for each in held.export(person)] == [mine] and held.keeps
    for _ in range(2):
        held.erase(person)
        assert held.export(person) == [] and cards(portal) == []
        assert {key.pk.partition("#")[0] for key in portal.traces(MALEE)} == {"LOG"}, "the log goes by itself"


def test_nothing_of_an_application_stands_in_the_clear(portal: Portal) -> None:
    opened(portal, answers={"secret": "ความลับ"})
    everything = str(portal.memory._items)
    assert "ความลับ" not in everything and MALEE not in everything and CHILD not in everything


def test_every_call_of_the_engine_is_the_persons_own() -> None:
    sent: list[tuple[Any, ...]] = []

    class Recording:
        def send(
            self, method: str, url: str, *, headers: Any, body: bytes | None = None, timeout: float = 10.0
        ) -> HttpAnswer:
            sent.append((method, url, headers.get("authorization"), headers.get("if-match"), body))
            return HttpAnswer(200, {}, b"{}")

    cases, own = CasesAtBiz(Relay(Recording(), "https://biz.test")), Own("Bearer x", "th", "k")
    cases.open(own, "s")
    cases.command(own, "c", "submit")
    cases.answer(own, "c", {"a": 1}, 4)
    applications, mine = "https://biz.test/biz/v1/applications", "Bearer x"
    assert sent == [
        ("POST", applications, mine, None, b'{"service":"s","applicant":{"kind":"person"}}'),
        ("POST", f"{applications}/c/submit", mine, None, None),
        ("PATCH", f"{applications}/c/answers", mine, '"v4"', b'{"a":1}'),
    ]


@settings(max_examples=60, deadline=None)
@given(st.permutations(range(1, 6)), st.lists(st.integers(1, 5), max_size=5))
def test_in_whatever_order_news_come_the_last_stands(order: list[int], repeats: list[int]) -> None:
    there = None
    for version in itertools.chain(order, repeats):
        there = rules.told(there, an_application(version)) or there
    assert there is not None and there.case_version == 5


def an_application(version: int) -> Application:
    text = Text(th="ก", en="a")
    return Application(
        id="a" * 32, case_version=version, service="s", name=text, agency="TH/LOCAL/X", agency_name=text, state=text,
        turn="agency", since="2026", at="2026",
    )  # fmt: skip
