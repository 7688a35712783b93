"""What SES tells afterwards: written down once, in any order; a bounce ends an address and tells the person."""

from __future__ import annotations

import datetime as dt
import json
import logging

import pytest

from chalicelib.biz.notices.feedback import Unreadable
from tests.support.outbox import Died

from ..samples import food
from ..town import ANONG, MALEE, Town
from .people import EMAIL, about, proofs, reachable, states

HARD = {"bounceType": "Permanent", "bounceSubType": "General", "bouncedRecipients": [{"emailAddress": EMAIL}]}


@pytest.fixture
def told(town: Town) -> str:
    """A case whose applicant was told by e-mail."""
    reachable(town, "app", "email", language="en")
    case = town.filed()
    town.run_queue()
    return case


def email(town: Town, case: str) -> dict[str, object]:
    (found,) = [proof for proof in proofs(town, case) if proof["channel"] == "email"]
    return found


def test_delivery_is_proof(town: Town, told: str) -> None:
    words = [about(town, 0, "Send"), about(town, 0, "Delivery", at=town.at + dt.timedelta(seconds=9))]
    for body in (*reversed(words), *words, *words):
        town.biz.on_feedback(body)
    found = email(town, told)
    steps = found["steps"]
    assert isinstance(steps, list)
    assert found["status"] == "delivered"
    assert [step["status"] for step in steps] == ["queued", "sent", "delivered"]


def test_a_bounce_ends_the_address_and_the_person_is_told_in_the_inbox(town: Town, told: str) -> None:
    body = about(town, 0, "Bounce", **HARD)
    for _ in range(3):
        town.biz.on_feedback(body)
    assert states(town, told)["email"] == "bounced"
    assert town.ok(MALEE, "GET", "/preferences")["email"]["spoilt"] == "bounced"
    lost = [said for said in town.neighbours.bodies(MALEE) if "did not reach your address" in said]
    assert len(lost) == 1 and told in lost[0]
    assert [proof["channel"] for proof in proofs(town, told) if proof["template"] == "address_lost"] == ["app"]
    town.act(ANONG, told, "accept")
    town.run_queue()
    assert len(town.outbox.mails) == 1


def test_a_bounce_reaches_people_who_had_switched_the_inbox_off(town: Town) -> None:
    reachable(town, "email")
    case = town.filed()
    town.run_queue()
    town.act(ANONG, case, "accept")
    town.run_queue()
    assert states(town, case)["email"] == "sent"
    before = len(town.neighbours.letters)
    town.biz.on_feedback(about(town, len(town.outbox.mails) - 1, "Bounce", **HARD))
    assert len(town.neighbours.letters) == before + 1
    findings = [{"code": item["code"], "passed": True} for item in food()["checklist"]]
    town.ok(ANONG, "POST", f"/applications/{case}/inspections", json={"findings": findings})
    town.run_queue()
    assert len(town.neighbours.letters) == before + 2  # the only way left


def test_a_confirmed_address_is_used_again_after_a_new_code(town: Town, told: str) -> None:
    town.biz.on_feedback(about(town, 0, "Bounce", **HARD))
    reachable(town, "email")
    assert town.ok(MALEE, "GET", "/preferences")["email"]["confirmed"] is True
    town.act(ANONG, told, "accept")
    town.run_queue()
    assert len(town.outbox.mails) == 1


def test_a_bounce_of_an_old_address_leaves_the_new_one(town: Town, told: str) -> None:
    body = about(town, 0, "Bounce", **HARD)
    town.ok(MALEE, "PUT", "/preferences", json={"channels": ["email"], "email": "new@example.com"})
    town.run_queue()
    town.ok(MALEE, "POST", "/preferences", json={"channel": "email", "code": town.outbox.code("email")})
    town.biz.on_feedback(body)
    assert states(town, told)["email"] == "bounced"
    assert town.ok(MALEE, "GET", "/preferences")["email"]["spoilt"] is None


def test_a_full_mailbox_is_written_down_and_the_address_stays(town: Town, told: str) -> None:
    town.biz.on_feedback(about(town, 0, "Bounce", bounceType="Transient", bounceSubType="MailboxFull"))
    found = email(town, told)
    assert found["status"] == "sent" and "Transient/MailboxFull" in str(found["steps"])
    assert town.ok(MALEE, "GET", "/preferences")["email"]["spoilt"] is None


def test_a_complaint_ends_the_address(town: Town, told: str) -> None:
    town.biz.on_feedback(about(town, 0, "Complaint", complaintFeedbackType="abuse"))
    assert states(town, told)["email"] == "complained"
    assert town.ok(MALEE, "GET", "/preferences")["email"]["spoilt"] == "complained"


def test_feedback_heals_what_a_dead_process_left_unclear(town: Town) -> None:
    reachable(town, "email")
    case = town.filed()
    body = town.post.sent[-1][1]
    town.outbox.lost = True
    with pytest.raises(Died):
        town.biz.on_event(body)
    town.pass_time(minutes=5)
    town.biz.on_event(body)
    assert states(town, case)["email"] == "unclear"
    town.biz.on_feedback(about(town, 0, "Send"))
    assert states(town, case)["email"] == "sent"


def test_what_is_not_asked_for_or_not_known_changes_nothing(town: Town, told: str) -> None:
    before = proofs(town, told)
    for kind in ("Open", "Click", "DeliveryDelay", "Subscription"):
        town.biz.on_feedback(about(town, 0, kind))
    elsewhere = json.loads(json.loads(about(town, 0, "Delivery"))["Message"])
    elsewhere["mail"]["tags"]["about"] = ["no-such-case"]
    town.biz.on_feedback(json.dumps(elsewhere))
    assert proofs(town, told) == before


TAGS = {"about": ["a"], "event": ["e"], "template": ["t"]}


@pytest.mark.parametrize(
    "body",
    [
        "",
        "not json",
        "[]",
        '{"Message": 7}',
        '{"eventType": "Bounce"}',
        json.dumps({"eventType": "Delivery", "mail": {"tags": {}}, "delivery": {"timestamp": "2026-11-25T00:00:00Z"}}),
        json.dumps({"eventType": "Delivery", "mail": {"tags": TAGS}, "delivery": {"timestamp": "yesterday"}}),
        json.dumps({"eventType": "Bounce", "mail": {"tags": TAGS, "messageId": "x"}, "bounce": []}),
    ],
)
def test_what_is_no_feedback_is_set_aside_without_a_word_of_it(
    town: Town, body: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with pytest.raises(Unreadable) as raised:
        town.biz.on_feedback(body)
    assert "yesterday" not in str(raised.value) + caplog.text


def test_no_address_is_logged(town: Town, told: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    town.biz.on_feedback(about(town, 0, "Bounce", **HARD))
    stray = json.loads(json.loads(about(town, 0, "Delivery"))["Message"])
    stray["mail"]["tags"]["about"] = ["nobody"]
    town.biz.on_feedback(json.dumps(stray))
    assert EMAIL not in caplog.text and "not known" in caplog.text
