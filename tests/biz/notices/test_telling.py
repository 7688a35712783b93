"""Notices by every way a person chose: each at most once, each with its proof, whatever breaks on the way."""

from __future__ import annotations

import logging

import pytest

from chalicelib.biz.notices import rules
from chalicelib.shared.messengers import NotTaken, Unclear, Undeliverable
from tests.support.outbox import Died

from ..town import ANONG, BUNDIT, MALEE, SOMCHAI, Town
from .people import EMAIL, NIGHT, everything_kept, proofs, reachable, states


def test_a_person_who_chose_nothing_is_told_in_the_inbox_alone(town: Town) -> None:
    case = town.filed()
    town.run_queue()
    assert states(town, case) == {"app": "delivered"}
    assert (town.outbox.mails, town.outbox.texts) == ([], [])


def test_a_step_goes_by_every_chosen_way_with_its_proof(town: Town) -> None:
    reachable(town, "app", "email", "sms")
    case = town.filed()
    town.run_queue()
    ((taken, mail),), ((phone, words),) = town.outbox.mails, town.outbox.texts
    assert (mail.to, phone) == (EMAIL, "+66812345678")
    assert mail.subject.startswith("ได้รับคำขอของท่านแล้ว: ใบอนุญาต")
    assert all(part in mail.text for part in (case, "เทศบาลตำบลแหลมงอบ", "https://klang.test", "กำลังตรวจความครบถ้วน"))
    assert case in words and "https://klang.test" in words and len(words) <= 4 * 67
    shown = {proof["channel"]: proof for proof in proofs(town, case)}
    assert {channel: proof["status"] for channel, proof in shown.items()} == {
        "app": "delivered", "email": "sent", "sms": "sent",
    }  # fmt: skip
    assert [step["status"] for step in shown["email"]["steps"]] == ["queued", "sent"]
    assert shown["email"]["steps"][1]["provider_id"] == taken
    assert (shown["sms"]["segments"], shown["email"]["segments"]) == (2, None)
    assert all(proof["template"] == "submitted" and proof["template_version"] == 1 for proof in shown.values())


def test_the_language_is_the_person_s(town: Town) -> None:
    reachable(town, "email", "sms", language="en")
    town.filed()
    town.run_queue()
    assert town.outbox.mails[0][1].subject.startswith("Your application was received: Licence for a food")
    assert "received" in town.outbox.texts[0][1]


def test_nothing_personal_goes_out_or_lies_open(town: Town, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    reachable(town, "app", "email", "sms")
    case = town.filed()
    town.outbox.failing = [Unclear("ReadTimeout"), NotTaken("Throttled")]
    with pytest.raises(NotTaken):
        town.run_queue()
    town.run_queue()
    said = [mail.text + mail.subject for _, mail in town.outbox.mails] + [words for _, words in town.outbox.texts]
    kept = everything_kept(town)
    for private in (MALEE, "มาลี", "ศรีสมุทร"):
        assert not [text for text in said if private in text]
    for private in (MALEE, EMAIL, "812345678", "081-234-5678"):
        assert private not in kept
        assert private not in caplog.text
        assert private not in str(proofs(town, case))


def test_a_message_that_comes_again_is_told_once(town: Town) -> None:
    reachable(town, "app", "email", "sms")
    town.filed()
    sent = list(town.post.sent)
    town.run_queue()
    for _, body in sent * 3:
        town.biz.on_event(body)
    assert (len(town.outbox.mails), len(town.outbox.texts), town.neighbours.deliveries) == (1, 1, 1)


def test_one_way_that_is_closed_does_not_hold_up_the_others(town: Town) -> None:
    reachable(town, "app", "email", "sms")
    case = town.filed()
    town.neighbours.broken = True
    body = town.post.sent[-1][1]
    with pytest.raises(ConnectionError):
        town.biz.on_event(body)
    assert (len(town.outbox.mails), len(town.outbox.texts)) == (1, 1)
    town.neighbours.broken = False
    town.biz.on_event(body)
    assert (len(town.outbox.mails), len(town.outbox.texts), town.neighbours.deliveries) == (1, 1, 1)
    assert states(town, case) == {"app": "delivered", "email": "sent", "sms": "sent"}


def test_what_the_provider_did_not_take_is_tried_again(town: Town) -> None:
    reachable(town, "email")
    case = town.filed()
    body = town.post.sent[-1][1]
    for _ in range(2):
        town.outbox.failing = [NotTaken("TooManyRequestsException")]
        with pytest.raises(NotTaken):
            town.biz.on_event(body)
    assert states(town, case)["email"] == "not_taken"
    town.biz.on_event(body)
    (email,) = [proof for proof in proofs(town, case) if proof["channel"] == "email"]
    assert [step["status"] for step in email["steps"]] == [
        "queued", "not_taken", "queued", "not_taken", "queued", "sent",
    ]  # fmt: skip
    assert len(town.outbox.mails) == 1


@pytest.mark.parametrize("channel", ["email", "sms"])
def test_a_process_that_dies_after_sending_never_sends_it_twice(town: Town, channel: str) -> None:
    reachable(town, channel)
    case = town.filed()
    body = town.post.sent[-1][1]
    town.outbox.lost = True
    with pytest.raises(Died):
        town.biz.on_event(body)
    town.biz.on_event(body)  # another may have it in hand: it is looked at again later
    assert states(town, case)[channel] == "queued"
    town.pass_time(minutes=5)
    town.biz.on_event(body)
    assert states(town, case)[channel] == "unclear"
    town.biz.on_event(body)
    assert len(town.outbox.mails) + len(town.outbox.texts) == 1


def test_an_answer_that_was_lost_is_not_asked_for_again(town: Town) -> None:
    reachable(town, "sms")
    case = town.filed()
    town.outbox.failing = [Unclear("ReadTimeoutError")]
    town.run_queue()
    town.pass_time(hours=1)
    town.biz.sweep(town.at)
    town.run_queue()
    assert (states(town, case)["sms"], town.outbox.texts) == ("unclear", [])


def test_a_number_that_is_none_is_not_used_any_more_and_the_person_is_told_in_the_inbox(town: Town) -> None:
    reachable(town, "sms")
    case = town.filed()
    town.outbox.failing = [Undeliverable("OptedOutException")]
    town.run_queue()
    assert states(town, case)["sms"] == "failed"
    assert town.ok(MALEE, "GET", "/preferences")["sms"]["spoilt"] == "refused"
    assert any("did not reach your address" in said for said in town.neighbours.bodies(MALEE))
    town.act(ANONG, case, "accept")
    town.run_queue()
    assert town.outbox.texts == []


def test_at_night_an_sms_waits_unless_a_term_hangs_on_it(town: Town) -> None:
    reachable(town, "email", "sms")
    case = town.filed()
    town.at = NIGHT
    town.run_queue()
    assert (len(town.outbox.mails), town.outbox.texts) == (1, [])
    town.pass_time(hours=1)
    town.biz.sweep(town.at)
    town.run_queue()
    assert (len(town.outbox.mails), town.outbox.texts) == (1, [])
    missing = {"items": [{"document": "site_map", "th": "ไม่ชัด", "en": "Unclear."}]}
    town.ok(ANONG, "POST", f"/applications/{case}/deficiencies", json=missing)
    town.run_queue()
    assert len(town.outbox.texts) == 1 and "ยังขาดข้อมูล" in town.outbox.texts[0][1]
    town.pass_time(hours=9)
    town.biz.sweep(town.at)
    town.run_queue()
    assert (len(town.outbox.mails), len(town.outbox.texts)) == (2, 2)


def test_a_day_has_its_limit_and_the_inbox_none(town: Town) -> None:
    reachable(town, "app", "sms")
    most = rules.PER_DAY["sms"]
    cases = [town.filed() for _ in range(most + 1)]
    town.run_queue()
    assert (len(town.outbox.texts), len(town.neighbours.letters)) == (most, most + 1)
    found = [states(town, case)["sms"] for case in cases]
    assert sorted(found) == ["sent"] * most + ["skipped"]
    town.pass_time(days=1)
    town.filed()
    town.run_queue()
    assert len(town.outbox.texts) == most + 1


def test_a_licence_s_notices_lie_with_its_case(town: Town) -> None:
    case, no = town.licensed()
    town.run_queue()
    reachable(town, "email", language="en")
    reasons = {"reasons": {"th": "ตรวจพบสิ่งผิดปกติ", "en": "Something was found."}}
    town.ok(BUNDIT, "POST", f"/licences/{no}/suspend", json=reasons)
    town.run_queue()
    ((_, mail),) = town.outbox.mails
    assert mail.subject.startswith("Your licence was suspended") and no in mail.text
    (email,) = [proof for proof in proofs(town, case) if proof["channel"] == "email"]
    assert (email["template"], email["reference"], email["legal"]) == ("suspended", no, True)


def test_proofs_are_for_the_applicant_and_the_agency_alone(town: Town) -> None:
    case = town.filed()
    town.run_queue()
    path = f"/applications/{case}/notices"
    assert [town.call(pid, "GET", path).status for pid in (MALEE, ANONG, SOMCHAI)] == [200, 200, 404]
    assert town.call(None, "GET", path).status == 401


def test_a_proof_tells_when_the_letter_was_opened(town: Town) -> None:
    case = town.filed()
    town.run_queue()
    (letter,) = town.neighbours.letters
    town.neighbours.read[letter] = "2026-11-25T04:00:00.000+00:00"
    (proof,) = proofs(town, case)
    assert (proof["status"], proof["steps"][-1]["at"]) == ("opened", "2026-11-25T04:00:00Z")
    town.neighbours.broken = True  # it is kept: the inbox is not asked again
    shown = town.ok(MALEE, "GET", f"/applications/{case}/notices")
    assert (shown["items"][0]["status"], shown["opened_known"]) == ("opened", True)


def test_when_the_inbox_does_not_answer_the_list_says_so(town: Town) -> None:
    case = town.filed()
    town.run_queue()
    town.neighbours.broken = True
    shown = town.ok(MALEE, "GET", f"/applications/{case}/notices")
    assert ([proof["status"] for proof in shown["items"]], shown["opened_known"]) == (["delivered"], False)


def test_a_notice_costs_a_read_and_a_write_for_each_way_more(town: Town) -> None:
    town.filed()
    town.memory.requests.clear()
    town.run_queue()
    # the outbox row; case and fact of the figures; the case, choice and proofs together; the proof; the case, for the
    # home page; the row closed
    told = ["get", "get_many", "write", "get", "write"]
    assert town.memory.requests == ["get", "get", "get", "write", *told]
