"""Thirty million sign-ins on one day, on paper: what a sign-in asks of AWS, and what ends first."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bench.scale import Assumed, Limits, Prices
from bench.sign_ins import SignInDay
from bench.sign_ins_page import day_of, sign_ins
from tests.citizen.sessions.provider import Doors
from tests.support.keys import LocalSigner


@pytest.fixture(scope="module")
def day() -> SignInDay:
    return day_of(Limits(), Assumed(), Prices())


def test_nothing_of_it_asks_kms(day: SignInDay) -> None:
    assert day.signatures == 0 and not any(each.name.startswith("KMS") for each in day.ends())
    signing = replace(day.counted, finish=replace(day.counted.finish, signatures=1))
    ends = replace(day, counted=signing).ends()
    assert (ends[0].name, ends[0].rate) == ("KMS signatures", 300)


def test_the_room_signs_no_token_with_its_kms_key() -> None:
    doors = Doors()
    doors.refresh(doors.session()["refresh_token"])
    signer = doors.portal.keyring.signer
    assert isinstance(signer, LocalSigner) and signer.signed == 0


def test_what_each_step_asks_of_the_table(day: SignInDay) -> None:
    counted = day.counted
    assert counted.start.requests == ("write",) and counted.finish.requests == ("write", "write")
    assert counted.refresh.requests == ("get_many", "write")
    assert len(counted.home.requests) <= 2 and counted.home.written == ()
    assert counted.start.write_units + counted.finish.write_units <= 12 and counted.refresh.write_units <= 4


def test_more_people_cost_more_and_end_nothing_sooner(day: SignInDay) -> None:
    twice = replace(day, load=replace(day.load, sign_ins=day.load.sign_ins * 2))
    assert sum(twice.costs().values()) == pytest.approx(2 * sum(day.costs().values()))
    assert [each.rate for each in twice.ends()] == [each.rate for each in day.ends()]
    text = "\n".join(sign_ins(day, 33.0))
    assert "30 million sign-ins" in text and f"{sum(day.costs().values()) * 33:,.0f}" in text


def test_a_silent_provider_never_takes_all_processes(day: SignInDay) -> None:
    assert day.waiting <= 0.25
