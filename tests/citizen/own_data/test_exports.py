"""A copy of everything: asked for with a strong login, made once, fetched by its owner, gone after two days."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import timedelta
from typing import Any

import jsonschema
import pytest

from chalicelib.citizen.own_data.packing import packed
from chalicelib.citizen.own_data.store import beside, file_of
from chalicelib.shared.thai import Text
from tests.citizen.access.test_questions import ANSWER, Asking
from tests.gdx.exchange import MALEE, SOMCHAI
from tests.support.client import Answer

EXPORTS = "/citizen/v1/me/exports"


class Copying(Asking):
    """A street on which people want copies."""

    def ask_copy(self, token: str | None = None, key: str = "") -> Answer:
        """Malee asks for a copy."""
        headers = {"idempotency-key": key} if key else {}
        return self.portal.client.post(EXPORTS, token=token or self.malee, headers=headers)

    def copy(self, id: str, token: str | None = None) -> Answer:
        """Malee looks at a copy."""
        return self.portal.client.get(f"{EXPORTS}/{id}", token=token or self.malee)

    def unpacked(self, id: str) -> dict[str, Any]:
        """The files of a copy: the texts, and the JSON read."""
        content = self.portal.objects.kept[file_of(id)][0]
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            texts = {name: archive.read(name).decode() for name in archive.namelist()}
        return {name: json.loads(text) if name.endswith(".json") else text for name, text in texts.items()}


@pytest.fixture
def copying() -> Copying:
    return Copying()


def test_the_copy_holds_what_every_noun_holds_and_what_the_exchange_shows(copying: Copying) -> None:
    copying.portal.message(pid=MALEE)
    copying.portal.credential(copying.portal.licence(), pid=MALEE)
    copying.portal.log.about = MALEE
    question = copying.why(text="ทำไม").json["id"]
    copying.answer(question)
    copying.portal.pump()
    asked = copying.ask_copy()
    assert asked.status == 202 and asked.json["state"] == "asked" and asked.json["url"] is None
    copying.portal.pump()
    files = copying.unpacked(asked.json["id"])
    jsonschema.validate(files["data.json"], files["schema.json"])
    parts = files["data.json"]["parts"]
    citizen = copying.portal.citizen
    person = citizen.hall.person(MALEE)
    held = {name for name, each in citizen.hall.holdings.items() if each.export(person) is not None}
    assert set(parts) == held | {"consents", "access_log"} and {"inbox", "wallet", "questions", "activity"} <= held
    assert [each["id"] for each in parts["consents"]] == [copying.consent]
    assert [(each["text"], each["answer"]) for each in parts["questions"]] == [("ทำไม", ANSWER["answer"])]
    assert "มาลี" in json.dumps(parts["inbox"], ensure_ascii=False)
    assert parts["wallet"]["credentials"][0]["credential"].count("~") >= 2
    assert {each["what"] for each in parts["activity"]} >= {"consent.given", "question.asked", "export.asked"}
    assert parts["access_log"][0]["receipt"] == "r-1"
    readme = files["README.txt"]
    assert "มาตรา 30" in readme and "s.30" in readme and "questions: Questions to agencies" in readme


def test_it_is_told_fetched_by_its_owner_and_gone_after_two_days(copying: Copying) -> None:
    id_ = copying.ask_copy().json["id"]
    copying.portal.pump()
    ready = copying.copy(id_).json
    assert ready["state"] == "ready" and ready["size"] > 500 and "expires=300" in ready["url"]
    assert copying.told()[-1] == "The copy of your data is ready"
    assert copying.copy(id_, copying.somchai).status == 404 and copying.copy("x" * 32).status == 404
    assert [each["id"] for each in copying.portal.client.get(EXPORTS, token=copying.malee).json["items"]] == [id_]
    assert beside(id_) not in copying.portal.objects.kept, "what was put aside went with the copy"
    copying.portal.now += timedelta(days=2)
    later = copying.portal.issuers.person(MALEE)
    assert copying.copy(id_, later).status == 404
    assert copying.portal.client.get(EXPORTS, token=later).json["items"] == []


def test_a_weak_login_and_whoever_acts_for_another_get_nothing(copying: Copying) -> None:
    weak = copying.portal.issuers.person(MALEE, ial="2.1")
    assert copying.ask_copy(weak).json["type"].endswith("/assurance-too-low")
    son = copying.portal.issuers.acting(MALEE, actor="citizen:son", scopes="profile inbox consents wallet")
    assert copying.ask_copy(son).status == 403
    assert copying.portal.objects.kept == {}


def test_three_a_day_and_a_repeat_is_the_same_copy(copying: Copying) -> None:
    first = copying.ask_copy(key="k-1")
    again = copying.ask_copy(key="k-1")
    assert again.status == 202 and again.json["id"] == first.json["id"]
    assert [copying.ask_copy().status for _ in range(3)] == [202, 202, 429]
    assert copying.ask_copy(copying.somchai).status == 202, "each their own number"


def test_an_event_that_comes_twice_makes_one_copy_and_one_letter(copying: Copying) -> None:
    copying.ask_copy()
    (body,) = {body for queue, body in copying.portal.post.sent if queue == "citizen-events"}
    copying.portal.citizen.on_event(body)
    kept = dict(copying.portal.objects.kept)
    copying.portal.citizen.on_event(body)
    assert copying.portal.objects.kept == kept
    assert copying.told().count("The copy of your data is ready") == 1


def test_while_the_exchange_is_away_no_half_copy_is_promised(copying: Copying) -> None:
    copying.portal.neighbours.clear()
    assert copying.ask_copy().status == 502
    copying.portal.pump()
    assert copying.portal.objects.kept == {}


def test_what_waits_for_the_copy_names_nobody(copying: Copying) -> None:
    copying.ask_copy()
    stored = [body for body, _ in copying.portal.objects.kept.values()]
    assert stored and all(MALEE.encode() not in body and "คะแนน".encode() not in body for body in stored)
    rows = [item for key, (item, _) in copying.portal.memory._items.items() if key.pk.startswith("EXPORT#")]
    assert rows and all(MALEE not in repr(row) for row in rows)
    assert SOMCHAI != MALEE


def test_the_same_content_is_the_same_file() -> None:
    parts = {"inbox": (Text(th="ก", en="a"), [{"id": "1"}])}
    assert packed("2026-11-25T03:00:00Z", parts) == packed("2026-11-25T03:00:00Z", parts)
