"""What people read of it: titles, decision letters, letters about the licence itself, in both languages."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from chalicelib.biz.definitions.model import ServiceDefinition
from chalicelib.biz.licences import succession, telling
from chalicelib.biz.licences.model import Licence
from chalicelib.biz.licences.telling import Renewal
from chalicelib.shared.thai import Text
from tests.biz.samples import text
from tests.biz.town import MALEE

from .sample import CLERK, SignTown, signs

ANSWERS: dict[str, dict[str, Any]] = {
    "renew": {"width": 4},
    "amend": {"words": "ชา"},
    "cancel": {"reason": "เลิก"},
    "replace": {"loss": "หาย"},
}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (text("ต่ออายุทะเบียนป้าย", "Renew the Signboard registration"),) * 2,
        (text("ต่ออายุ", "Renew"), text("ต่ออายุ (ทะเบียนป้าย)", "Renew (Signboard registration)")),
    ],
)
def test_the_title_says_of_which_service(name: dict[str, str], expected: dict[str, str]) -> None:
    definition = ServiceDefinition.model_validate(signs(procedures__renew__name=name))
    assert definition.of("renew").name == Text(**expected)
    assert definition.of("new").name == definition.name


def filed(town: SignTown, procedure: str) -> tuple[str, str]:
    """The licence, and an application about it that waits for the decision."""
    no = town.sign()
    town.on("2027-10-01")
    case = town.begin(procedure, no)
    town.patch(case, ANSWERS[procedure])
    town.file(case)
    return no, case


@pytest.mark.parametrize(
    ("procedure", "move", "th", "en"),
    [
        ("renew", "approve", "อนุญาตให้ต่ออายุใบอนุญาตเลขที่ {}", "approves the renewal of licence {}."),
        ("amend", "approve", "อนุญาตให้แก้ไขเปลี่ยนแปลงใบอนุญาตเลขที่ {} ตามคำขอ", "approves the changes of licence {} that"),
        ("cancel", "accept", "อนุญาตให้ยกเลิกใบอนุญาตเลขที่ {} ตามคำขอ", "approves the cancellation of licence {}."),
        ("replace", "approve", "อนุญาตให้ออกใบแทนใบอนุญาตเลขที่ {}", "approves a new copy of licence {}."),
        ("renew", "refuse", "ไม่อนุญาตให้ต่ออายุใบอนุญาตเลขที่ {}", "refuses the renewal of licence {}."),
        ("cancel", "refuse", "ไม่อนุญาตให้ยกเลิกใบอนุญาตเลขที่ {}", "refuses the cancellation of licence {}."),
    ],
)
def test_the_decision_names_the_licence(town: SignTown, procedure: str, move: str, th: str, en: str) -> None:
    no, case = filed(town, procedure)
    town.act(CLERK, case, move, **({"reasons": text("ไม่ครบ", "Not whole.")} if move == "refuse" else {}))
    letters = {each.language: each.html for each in town.biz.desk.letters(town.case(case))}
    assert th.format(no) in letters["th"] and en.format(no) in letters["en"]
    assert ("22.00" in letters["th"]) == (procedure == "renew" and move == "approve"), "the fee, where one is due"
    assert ("ยังคงเดิม" in letters["th"]) == (move == "refuse")


def test_a_services_own_words_are_for_first_applications(town: SignTown) -> None:
    own = ServiceDefinition.model_validate(signs(letters={"approval": text("<p>ยินดีด้วย</p>", "<p>Congratulations</p>")}))
    assert own.of("new").letters and not own.of("renew").letters


LICENCE = Licence.model_validate(
    {
        "no": "SB-1", "service": "s", "service_version": 1, "agency": "TH/LOCAL/X", "case": "c", "owner": "o",
        "issued_on": "2026-11-25", "valid_until": "2027-11-24", "list_id": "s-2026", "index": 1, "public": {},
        "pid": "-", "claims": {}, "credential": "-",
    }
)  # fmt: skip
RENEW = Text(th="ต่ออายุทะเบียนป้าย", en="Renew the registration")
FIRST, LAST = dt.date(2027, 9, 25), dt.date(2027, 11, 24)


@pytest.mark.parametrize(
    ("name", "renewal", "th", "en"),
    [
        ("expiring", None, "ต้องยื่นคำขอใหม่", "apply anew before that day"),
        ("expiring", Renewal(RENEW, None, LAST), "ยื่น “ต่ออายุทะเบียนป้าย” ได้ที่พอร์ทัลนี้ ถึงวันที่ 24", "until 24 November 2027."),
        (
            "expiring",
            Renewal(RENEW, FIRST, LAST),
            "ตั้งแต่วันที่ 25 กันยายน",
            "from 25 September 2027 until 24 November 2027.",
        ),
        ("expiring", Renewal(RENEW, FIRST, dt.date(2027, 12, 24)), "อาจมีเงินเพิ่ม", "it may cost more"),
        ("expired", None, "หมดอายุแล้ว", "only with a new licence"),
        ("expired", Renewal(RENEW, FIRST, LAST), "หมดอายุแล้ว", "only with a new licence"),
        ("expired", Renewal(RENEW, FIRST, dt.date(2027, 12, 24)), "ยังยื่น “ต่ออายุทะเบียนป้าย”", "still apply for"),
        ("renewed", None, "ได้รับการต่ออายุ", "was renewed"),
        ("replaced", None, "ถูกแทนที่", "was replaced"),
        ("cancelled", None, "ถูกยกเลิก", "was cancelled"),
    ],
)
def test_the_holder_reads_what_to_do(name: str, renewal: Renewal | None, th: str, en: str) -> None:
    words = telling.letter(name, LICENCE, renewal)
    assert th in words.th and en in words.en
    assert "SB-1" in words.th and "  " not in words.th + words.en


def test_how_it_is_renewed_comes_from_what_is_offered_today() -> None:
    live = ServiceDefinition.model_validate(signs())
    assert telling.renewal_of(LICENCE, live) == Renewal(RENEW, FIRST, dt.date(2027, 12, 24))
    assert telling.renewal_of(LICENCE, None) is None
    assert telling.renewal_of(LICENCE.model_copy(update={"replaced_by": "SB-2"}), live) is None


@pytest.mark.parametrize("procedure", ANSWERS)
def test_notices_and_cards_say_what_is_applied_for(town: SignTown, procedure: str) -> None:
    _, case = filed(town, procedure)
    town.run_queue()
    title = town.ok(MALEE, "GET", f"/applications/{case}")["service_name"]
    subjects = {letter.subject.th for _, letter in town.neighbours.letters.values() if letter.about == case}
    assert subjects == {title["th"]}
    assert town.ok(MALEE, "GET", "/applications")["items"][0]["service_name"] == title


def test_never_ending_licences_have_no_last_day_to_name() -> None:
    rule = ServiceDefinition.model_validate(signs()).procedures["renew"]
    assert succession.days("renew", rule, dt.date.max)[1] == dt.date.max
    assert succession.out_of_time("cancel", rule, dt.date.max, dt.date(2027, 1, 1)) is None
