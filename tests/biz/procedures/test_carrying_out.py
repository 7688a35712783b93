"""What becomes of the licences: a renewed, changed, cancelled or copied one, and the one that follows it."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest

from chalicelib.shared import status_list
from tests.biz.samples import text
from tests.biz.town import COMPANY, MALEE, SOMCHAI

from .looking import WHY, chains_are_whole, claims_of, done, listed
from .sample import CLERK, SignTown, signs

# --- renewal


def test_a_renewed_licence_begins_after_the_old_one_which_lasts_until_then(town: SignTown) -> None:
    old = town.sign()
    town.on("2027-10-01")
    new = done(town, "renew", old, width=4)
    before, after = town.licence(old), town.licence(new)
    assert (before.status, before.replaced_by, before.look_at) == ("valid", new, None)
    assert (after.replaces, after.valid_from, after.valid_until) == (old, dt.date(2027, 11, 25), dt.date(2028, 11, 24))
    assert (after.answers, after.claims) == ({"words": "กาแฟ", "width": 4}, {"words": "กาแฟ", "width": 4})
    assert {listed(town, no) for no in (old, new)} == {status_list.Status.VALID}
    assert chains_are_whole(town, old, new)
    for day, expected in (
        ("2027-11-24", {old: "valid", new: "not_yet_valid"}),
        ("2027-11-25", {old: "expired", new: "valid"}),
    ):
        town.on(day)
        assert {no: town.ok(None, "GET", f"/verify/{no}")["status"] for no in (old, new)} == expected


def test_nobody_is_reminded_of_a_renewed_licence(town: SignTown) -> None:
    old = town.sign()
    town.on("2027-10-01")
    new = done(town, "renew", old)
    town.run_queue()
    town.neighbours.letters.clear()
    for day in ("2027-10-25", "2027-11-17", "2027-11-25", "2027-11-26"):
        town.on(day)
        town.biz.sweep(town.now())
        town.run_queue()
    assert town.neighbours.bodies(MALEE) == []
    assert town.licence(new).look_at == dt.date(2028, 9, 25)


def test_a_suspension_of_a_renewed_licence_brings_no_reminder_back(town: SignTown) -> None:
    old = town.sign()
    town.on("2027-10-01")
    done(town, "renew", old)
    town.ok(CLERK, "POST", f"/licences/{old}/suspend", json={**WHY, "until": "2027-10-05"})
    assert town.licence(old).look_at == dt.date(2027, 10, 6)
    town.on("2027-10-06")
    town.biz.sweep(town.now())
    licence = town.licence(old)
    assert (licence.status, licence.look_at) == ("valid", None)


def test_a_late_renewal_costs_more_and_begins_with_the_day_of_issue(town: SignTown) -> None:
    old = town.sign()
    town.on("2027-12-01")
    case = town.begin("renew", old)
    town.file(case)
    town.act(CLERK, case, "approve")
    quote = town.ok(MALEE, "GET", f"/applications/{case}/quote")
    assert [line["satang"] for line in quote["lines"]] == [1100, 200]
    town.on("2027-12-03")
    assert town.settle(case) == "booked"
    new = town.licence(town.case(case).licence or "")
    assert (new.valid_from, new.valid_until) == (dt.date(2027, 12, 3), dt.date(2028, 12, 2))
    assert town.licence(old).status == "valid", "it ended by its last day, not by the renewal"
    assert "nbf" not in claims_of(new.credential)


def test_a_renewal_filed_in_time_is_carried_out_after_its_days(tmp_path: Path) -> None:
    town = SignTown(tmp_path, definition=signs(procedures__renew__window__closes=5))
    old = town.sign()
    town.on("2027-11-29")
    case = town.begin("renew", old)
    town.file(case)
    town.on("2027-12-03")
    town.act(CLERK, case, "approve")
    assert town.settle(case) == "booked"


def test_where_the_new_one_holds_at_once_the_old_one_does_not(tmp_path: Path) -> None:
    town = SignTown(tmp_path, definition=signs(procedures__renew__begins="now"))
    old = town.sign()
    town.on("2027-10-01")
    new = done(town, "renew", old)
    assert town.licence(new).valid_from == dt.date(2027, 10, 1)
    assert (town.licence(old).status, listed(town, old)) == ("replaced", status_list.Status.INVALID)


def test_a_licence_is_renewed_once(town: SignTown) -> None:
    old = town.sign()
    town.on("2027-10-01")
    new = done(town, "renew", old)
    again = town.call(MALEE, "POST", "/applications", json={"procedure": "renew", "licence": old})
    assert again.status == 409 and new in again.text
    assert done(town, "amend", new, words="ชา") != new, "what is changed is the newer one"


# --- change, copy, cancellation


def test_a_changed_licence_is_replaced_at_once_and_keeps_its_last_day(town: SignTown) -> None:
    old = town.sign()
    town.on("2027-03-01")
    new = done(town, "amend", old, words="ชา")
    before, after = town.licence(old), town.licence(new)
    assert (before.status, before.replaced_by, before.look_at) == ("replaced", new, None)
    assert (after.replaces, after.valid_from, after.valid_until) == (old, dt.date(2027, 3, 1), before.valid_until)
    assert (after.claims["words"], before.claims["words"]) == ("ชา", "กาแฟ")
    assert (listed(town, old), listed(town, new)) == (status_list.Status.INVALID, status_list.Status.VALID)
    card = town.ok(None, "GET", f"/verify/{old}")
    assert (card["status"], card["status_since"], card["replaced_by"]) == ("replaced", "2027-03-01", new)
    assert town.ok(None, "GET", f"/licences?no={old}&status=replaced")["items"][0]["no"] == old
    assert chains_are_whole(town, old, new)
    assert [each["type"] for each in town.ok(MALEE, "GET", f"/licences/{old}")["history"]] == [
        "biz.licence.issued",
        "biz.licence.replaced",
    ]


def test_a_new_copy_holds_what_the_old_one_held(town: SignTown) -> None:
    old = town.sign()
    new = done(town, "replace", old, loss="หายไปกับน้ำ")
    before, after = town.licence(old), town.licence(new)
    assert (after.answers, after.claims, after.valid_until) == (before.answers, before.claims, before.valid_until)
    assert (before.status, listed(town, old)) == ("replaced", status_list.Status.INVALID)
    assert "หายไป" not in json.dumps(claims_of(after.credential), ensure_ascii=False)


def test_a_cancelled_licence_ends_with_a_letter_and_without_another_one(town: SignTown) -> None:
    old = town.sign()
    case = town.begin("cancel", old)
    town.patch(case, {"reason": "เลิกกิจการ"})
    town.file(case)
    card = town.act(CLERK, case, "accept")
    assert (card["state"], card["licence"], card["about"]) == ("ended", None, old)
    licence = town.licence(old)
    assert (licence.status, licence.look_at, licence.replaced_by) == ("cancelled", None, None)
    assert listed(town, old) is status_list.Status.INVALID
    letters = {each.language: each.html for each in town.biz.desk.letters(town.case(case))}
    assert f"อนุญาตให้ยกเลิกใบอนุญาตเลขที่ {old}" in letters["th"]
    assert f"approves the cancellation of licence {old}" in letters["en"]
    town.run_queue()
    assert "Cancelled." in town.neighbours.bodies(MALEE)
    assert town.ok(MALEE, "GET", f"/applications/{case}/timeline")["items"][-1]["name"]["en"] == "Licence cancelled"
    assert town.call(MALEE, "GET", f"/applications/{case}/credentials").status == 404
    assert not town.case(case).holds_licence
    assert town.call(MALEE, "POST", "/applications", json={"procedure": "amend", "licence": old}).status == 409


def test_a_change_of_what_was_renewed_begins_when_that_would_have(town: SignTown) -> None:
    old = town.sign()
    town.on("2027-10-01")
    renewed = done(town, "renew", old)
    changed = town.licence(done(town, "amend", renewed, words="ชา"))
    assert (changed.valid_from, changed.valid_until) == (dt.date(2027, 11, 25), dt.date(2028, 11, 24))
    assert town.licence(old).status == "valid"


def test_a_suspended_licence_can_be_given_back(town: SignTown) -> None:
    old = town.sign()
    town.ok(CLERK, "POST", f"/licences/{old}/suspend", json=WHY)
    case = town.begin("cancel", old)
    town.patch(case, {"reason": "เลิก"})
    town.file(case)
    town.act(CLERK, case, "accept")
    assert (town.licence(old).status, listed(town, old)) == ("cancelled", status_list.Status.INVALID)


def test_a_suspension_that_ran_out_before_any_sweep_is_no_hindrance(town: SignTown) -> None:
    old = town.sign()
    town.ok(CLERK, "POST", f"/licences/{old}/suspend", json={**WHY, "until": "2026-11-30"})
    town.on("2026-12-01")
    new = done(town, "amend", old, words="ชา")
    assert (town.licence(old).status, listed(town, old)) == ("replaced", status_list.Status.INVALID)
    assert [each.status for each in town.licence(old).changes] == ["suspended", "valid", "replaced"]
    assert listed(town, new) is status_list.Status.VALID


def test_another_director_renews_and_the_first_one_is_told(town: SignTown) -> None:
    old = town.sign(juristic_id=COMPANY)
    town.neighbours.records[COMPANY]["directors"].append({"pid": SOMCHAI, "name": "นายสมชาย ใจดี"})
    new = done(town, "amend", old, SOMCHAI, words="ชา")
    licence = town.licence(new)
    assert (licence.owner, licence.applicant, licence.juristic_id) == (
        town.keyring.pseudonym(SOMCHAI),
        "juristic",
        COMPANY,
    )
    town.run_queue()
    town.biz.sweep(town.now() + dt.timedelta(minutes=2))
    town.run_queue()
    assert f"Licence {old} was replaced by a new one, as a director of the company asked. New: {new}." in (
        town.neighbours.bodies(MALEE)
    )


# --- what its holder and others are shown


def test_the_card_says_what_may_be_done_and_from_when(town: SignTown) -> None:
    no = town.sign()
    shown = {each["procedure"]: each for each in town.ok(MALEE, "GET", f"/licences/{no}")["procedures"]}
    assert shown.keys() == {"renew", "amend", "cancel", "replace"}
    assert (shown["renew"]["open"], shown["renew"]["first"], shown["renew"]["last"]) == (
        False,
        "2027-09-25",
        "2027-12-24",
    )
    assert (shown["amend"]["open"], shown["amend"]["last"]) == (True, "2027-11-24")
    assert shown["renew"]["name"] == text("ต่ออายุทะเบียนป้าย", "Renew the registration")
    town.on("2027-12-01")
    late = town.ok(None, "GET", f"/verify/{no}")["procedures"]
    assert [(each["procedure"], each["open"]) for each in late] == [("renew", True)]
    town.on("2027-11-01")
    town.ok(CLERK, "POST", f"/licences/{no}/suspend", json=WHY)
    assert [each["procedure"] for each in town.ok(None, "GET", f"/licences?no={no}")["items"][0]["procedures"]] == [
        "cancel"
    ]


def test_what_begins_later_says_so_in_the_credential_on_the_page_and_offline(town: SignTown) -> None:
    old = town.sign()
    town.on("2027-10-01")
    new = town.licence(done(town, "renew", old))
    begins = int(dt.datetime(2027, 11, 24, 17, tzinfo=dt.UTC).timestamp())
    assert {claims_of(each)["nbf"] for each in (new.credential, new.slip)} == {begins}
    assert claims_of(new.credential)["replaces"] == old
    page = town.call(None, "GET", f"/verify/{new.no}?format=html&lang=th").text
    assert "ยังไม่ถึงวันเริ่มใช้" in page and "25 พฤศจิกายน พ.ศ. 2570" in page and old in page
    from chalicelib.biz.licences import verifier

    keys, issuer = town.biz.register.keys(), town.biz.register.issuer()["issuer"]
    with pytest.raises(verifier.Bad, match=r"not valid yet: valid from 2027-11-25T00:00\+07:00"):
        verifier.licence(new.slip, keys, issuer, begins - 1)
    assert verifier.licence(new.slip, keys, issuer, begins)["licence_no"] == new.no
    followed = town.call(None, "GET", f"/verify/{old}?format=html&lang=en").text
    assert f'Followed by licence number</dt><dd><a href="https://klang.test/biz/v1/verify/{new.no}' in followed


def test_the_paper_of_what_begins_later_can_be_drawn(town: SignTown) -> None:
    old = town.sign()
    town.on("2027-10-01")
    new = done(town, "renew", old)
    answer = town.call(None, "GET", f"/verify/{town.biz.register.token(new)}?format=pdf")
    assert answer.status == 200 and answer.response.body.startswith(b"%PDF-")
