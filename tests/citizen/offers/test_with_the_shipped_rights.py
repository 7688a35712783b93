"""The shipped definitions and the laptop's registers: who is told, by which questions, and for which purpose."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest

from chalicelib.citizen.entitlements.catalogue import shipped
from chalicelib.citizen.offers.model import Candidate, Watched
from chalicelib.citizen.offers.rights import PURPOSE, DefinedRights
from chalicelib.shared.errors import UpstreamFailed
from chalicelib.shared.thai import NationalId
from tests.citizen.portal import Portal

SEED = Path(__file__).parents[3] / "infra" / "seed"
PLOY, NAMSAI, PRASIT = NationalId("1990100021018"), NationalId("1990100027075"), NationalId("3990100023033")
WICHAI, KAMON = NationalId("1990100022022"), NationalId("3990100024048")
CIVIL, HOUSEHOLD = "TH/CENTRAL/DOPA/civil/person", "TH/CENTRAL/DCY/welfare/household"
GRANT = Watched("newborn-grant", event="birth-registered", parents=True)
OLD_AGE = Watched("old-age-allowance", age=60, before_days=90)
SIXTY = dt.date(2026, 12, 5)


@pytest.fixture
def portal() -> Portal:
    """A portal whose exchange knows what the laptop's registers know."""
    portal = Portal()
    people = json.loads((SEED / "registers.json").read_text(encoding="utf-8"))["people"]
    portal.gdx.records[CIVIL] = {each["pid"]: each for each in people}
    hosted = json.loads((SEED / "registers" / "entitlements.json").read_text(encoding="utf-8"))["registers"]
    for register in hosted:
        service = f"{register['subsystem']}/{register['service']}"
        portal.gdx.records[service] = {each[register["key"]]: each for each in register["records"]}
    return portal


def rights(portal: Portal) -> DefinedRights:
    return DefinedRights(shipped(), portal.gdx)


def test_what_is_watched_is_what_the_files_say() -> None:
    found = {(each.right, each.event or each.age) for each in rights(Portal()).watched(SIXTY)}
    assert {
        ("newborn-grant", "birth-registered"),
        ("social-security", "job-ended"),
        ("disability-allowance", "disability-card-issued"),
        ("old-age-allowance", 60),
    } <= found
    assert not {right for right, _ in found if right == "credit-bureau"}, "what may not be kept cannot be offered"


def test_a_birth_brings_the_grant_by_questions_that_say_why_they_are_asked(portal: Portal) -> None:
    look = rights(portal).look(GRANT, Candidate(PLOY, NAMSAI), SIXTY, "offer-1")
    assert (look.outcome, look.amount) == ("likely", "600")
    assert {each.service for each in look.receipts} == {CIVIL, HOUSEHOLD}
    assert {(each.purpose, each.case) for each in portal.gdx.asked} == {(PURPOSE, "offer-1")}
    told = json.dumps([list(each) for each in look.steps])
    assert "income" in told and "240000" not in told and PLOY not in told


def test_a_register_that_is_away_is_no_answer(portal: Portal) -> None:
    portal.gdx.down(HOUSEHOLD)
    with pytest.raises(UpstreamFailed):
        rights(portal).look(GRANT, Candidate(PLOY, NAMSAI), SIXTY, "offer-1")


def test_a_register_that_would_change_nothing_may_be_away(portal: Portal) -> None:
    portal.gdx.down(HOUSEHOLD)
    stranger = Candidate(WICHAI, NAMSAI)
    assert rights(portal).look(GRANT, stranger, SIXTY, "offer-1").outcome == "no", "he is no parent, whatever they earn"


def test_who_receives_it_already_is_left_alone(portal: Portal) -> None:
    portal.gdx.answering["TH/CENTRAL/CGD/welfare/old-age"] = _registered(portal)
    assert rights(portal).look(OLD_AGE, Candidate(PRASIT), SIXTY, "offer-1").outcome == "already"


def _registered(portal: Portal) -> Any:
    """An answer of the welfare register in which the allowance is paid, whatever its field is called."""
    definition = next(each for each in shipped().live(SIXTY) if each.id == "old-age-allowance")
    source = next(each for each in definition.inputs.values() if each.service == "TH/CENTRAL/CGD/welfare/old-age")
    sample = next(each for each in definition.tests if each.result == "already")
    record: dict[str, Any] = {}
    for code, fact in source.facts.items():
        if code in sample.facts:
            record[fact.pointer.lstrip("/")] = sample.facts[code]
    return lambda path, body: record


@pytest.mark.parametrize(
    ("born", "possible"), [(dt.date(1966, 12, 5), True), (dt.date(1966, 12, 6), False), (dt.date(1950, 1, 1), True)]
)
def test_the_cheap_look_asks_nobody(portal: Portal, born: dt.date, possible: bool) -> None:
    assert rights(portal).possible(OLD_AGE, Candidate(PRASIT, None, born), SIXTY) is possible
    assert portal.gdx.asked == []


def test_a_right_of_a_child_needs_a_child(portal: Portal) -> None:
    assert not rights(portal).possible(GRANT, Candidate(PLOY), SIXTY)
    assert not rights(portal).possible(OLD_AGE, Candidate(PRASIT, NAMSAI), SIXTY)


def test_a_disability_card_brings_the_allowance(portal: Portal) -> None:
    watched = Watched("disability-allowance", event="disability-card-issued")
    look = rights(portal).look(watched, Candidate(KAMON), SIXTY, "offer-1")
    assert look.outcome == "likely" and look.group.band == "45-59"


def test_the_words_of_every_watched_right_hold_no_gap(portal: Portal) -> None:
    here = rights(portal)
    for watched in here.watched(SIXTY):
        words = here.words(watched.right, SIXTY)
        assert words is not None
        for text in (*words.held.values(), *words.passed.values(), words.how):
            assert "–" not in text.th and "{" not in text.th, (watched.right, text.th)
    assert here.words("no-such-right", SIXTY) is None
