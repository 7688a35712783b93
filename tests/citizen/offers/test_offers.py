"""Offers as a person has them: read with reasons, put off, refused, taken up, ended; each in one request or two."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace

import pytest

from chalicelib.citizen.offers.model import Candidate, Look, Offer, State, Watched
from chalicelib.citizen.offers.words import asked_of, message, reason_of
from chalicelib.shared.errors import Invalid, NotFound, WrongState
from chalicelib.shared.identity import Caller
from chalicelib.shared.ids import new_id, new_token
from chalicelib.shared.journal import Once, Replayed
from chalicelib.shared.thai import NationalId
from tests.citizen.offers.test_news import CHILD, DOPA, report
from tests.citizen.offers.town import CARE, GRANT, OfferTown, pid
from tests.citizen.portal import MALEE, SOMCHAI


def once(key: str = "") -> Once:
    return Once(key or new_id(), "f", new_token())


def caller(town: OfferTown, number: str = MALEE) -> Caller:
    return Caller("citizen", id=town.person(number), pid=NationalId(number), ial="2.3")


@pytest.fixture
def town() -> OfferTown:
    """Malee has been told of the grant."""
    town = OfferTown(GRANT, CARE)
    town.rights.list = [GRANT]
    town.offering.news.take(DOPA, report())
    town.pump()
    town.rights.list = [GRANT, CARE]
    return town


def the_offer(town: OfferTown) -> Offer:
    (offer,) = town.offers.all_of(town.person(MALEE))
    return offer


def cards(town: OfferTown) -> int:
    return len(town.hall.cards.page(town.person(MALEE))[1])


def total(town: OfferTown) -> dict[str, int]:
    """The counters of the grant, all groups together."""
    found: dict[str, int] = {}
    for (right, _), cells in town.counts().items():
        for name, count in cells.items():
            if right == "grant":
                found[name] = found.get(name, 0) + count
    return {name: count for name, count in found.items() if count}


def deeds(town: OfferTown) -> list[str]:
    rows = town.portal.memory._items.items()
    return sorted(item.data["what"] for key, (item, _) in rows if key.pk == f"LOG#{town.person(MALEE)}")


def test_another_person_s_offer_does_not_exist(town: OfferTown) -> None:
    offer, somchai = the_offer(town), caller(town, SOMCHAI)
    for name in (offer.id, "0" * 32, "short", "x" * 5000):
        with pytest.raises(NotFound):
            town.offers.one(town.person(SOMCHAI), name)
        with pytest.raises(NotFound):
            town.offers.refuse(once(), somchai, name, "this")
        with pytest.raises(NotFound):
            town.offers.later(once(), somchai, name)
    assert the_offer(town) == offer


def test_put_off_it_leaves_the_home_page_and_stands(town: OfferTown) -> None:
    assert cards(town) == 1
    town.portal.memory.requests.clear()
    town.offers.later(once(), caller(town), the_offer(town).id)
    assert town.portal.memory.requests.count("write") == 1
    assert (cards(town), the_offer(town).state, total(town)) == (0, "later", {"waiting": 1})
    town.offers.later(once(), caller(town), the_offer(town).id)
    town.offers.refuse(once(), caller(town), the_offer(town).id, "this")
    with pytest.raises(WrongState):
        town.offers.later(once(), caller(town), the_offer(town).id)


def test_refused_this_time_it_may_come_again_for_another_child(town: OfferTown) -> None:
    town.offers.refuse(once(), caller(town), the_offer(town).id, "this")
    assert (cards(town), the_offer(town).state, total(town)) == (0, "refused", {"refused": 1})
    assert deeds(town) == ["offer.refused"]
    town.rights.list = [GRANT]
    town.offering.news.take(DOPA, report(id="b-2"))  # the same child once more
    town.pump()
    assert len(town.told()) == 1
    town.offering.news.take(DOPA, report(id="b-3", subject=pid(701)))
    town.pump()
    assert len(town.told()) == 2


def test_refused_for_ever_it_never_comes_again_and_the_rest_does(town: OfferTown) -> None:
    town.offers.refuse(once(), caller(town), the_offer(town).id, "right")
    assert deeds(town) == ["offer.never"] and town.offers.wishes(town.person(MALEE)).never == {"grant"}
    looked = len(town.rights.looked)
    town.offering.news.take(DOPA, report(id="b-3", subject=pid(701)))
    town.pump()
    assert len(town.rights.looked) == looked + 1, "only the other right is looked at"
    assert {offer.right for offer in town.offers.all_of(town.person(MALEE))} == {"grant", "care"}
    assert total(town) == {"refused": 1, "untold": 1}
    mine = next(each for each in town.offers.all_of(town.person(MALEE)) if each.right == "grant")
    assert town.offers.refuse(once(), caller(town), mine.id, "right").state == "refused"
    assert deeds(town) == ["offer.never"]


def test_this_time_can_become_for_ever(town: OfferTown) -> None:
    town.offers.refuse(once(), caller(town), the_offer(town).id, "this")
    town.offers.refuse(once(), caller(town), the_offer(town).id, "right")
    assert town.offers.wishes(town.person(MALEE)).never == {"grant"}
    assert total(town) == {"refused": 1} and deeds(town) == ["offer.never", "offer.refused"]


def test_a_repeat_with_the_same_key_is_answered_as_before(town: OfferTown) -> None:
    offer = the_offer(town)
    town.offers.refuse(once("k"), caller(town), offer.id, "this", lambda after: {"state": after.state})
    with pytest.raises(Replayed) as replayed:
        town.hall.parts.journal.read(once("k"))
    assert replayed.value.answer == {"state": "refused"}


def test_all_telling_can_be_turned_off_and_on_in_one_step(town: OfferTown) -> None:
    me = caller(town)
    town.portal.memory.requests.clear()
    assert town.offers.wish(once(), me, False, []).tell is False
    assert town.portal.memory.requests == ["get", "write"]
    assert town.offers.wish(once(), me, False, []).tell is False
    town.offering.news.take(DOPA, report(id="b-9", subject=pid(702)))
    town.pump()
    assert len(town.told()) == 1 and total(town) == {"waiting": 1, "untold": 1}
    assert town.offers.wish(once(), me, True, ["care"]).never == {"care"}
    town.offering.news.take(DOPA, report(id="b-10", subject=pid(703)))
    town.pump()
    assert len(town.told()) == 2 and deeds(town) == ["offers.off", "offers.on"]
    with pytest.raises(Invalid) as refused:
        town.offers.wish(once(), me, True, ["no-such-right"])
    assert [fault.pointer for fault in refused.value.faults] == ["/never"]


def test_wishes_changed_between_the_look_and_the_telling_are_heeded(town: OfferTown) -> None:
    me, outcome = caller(town), town.rights.outcome

    def meanwhile(watched: Watched, candidate: Candidate) -> Look:
        town.offers.wish(once(), me, False, [])
        return outcome(watched, candidate)

    town.rights.list, town.rights.outcome = [GRANT], meanwhile
    town.offering.news.take(DOPA, report(id="b-4", subject=pid(704)))
    town.pump()
    assert len(town.told()) == 1 and total(town) == {"waiting": 1, "untold": 1}


@pytest.mark.parametrize("before", ["open", "later", "refused", "lapsed"])
def test_taken_up_however_it_stood(town: OfferTown, before: State) -> None:
    offer = the_offer(town)
    match before:
        case "later":
            town.offers.later(once(), caller(town), offer.id)
        case "refused":
            town.offers.refuse(once(), caller(town), offer.id, "this")
        case "lapsed":
            lapse(town)
        case _:
            pass
    for _ in range(2):
        town.offers.taken_up(town.person(MALEE), "grant", "2026-11-26T03:00:00Z")
    assert (the_offer(town).state, total(town), cards(town)) == ("taken_up", {"taken_up": 1}, 0)


def lapse(town: OfferTown) -> None:
    town.pass_time(days=181)
    for shard in range(16):
        town.offers.end(town.portal.now, shard)


def test_one_application_takes_up_one_offer(town: OfferTown) -> None:
    town.rights.list = [GRANT]
    town.offering.news.take(DOPA, report(id="b-3", subject=pid(701)))
    town.pump()
    for _ in range(3):
        town.offers.taken_up(town.person(MALEE), "grant", "2026-11-26T03:00:00Z")
    assert total(town) == {"taken_up": 1, "waiting": 1}
    town.offers.taken_up(town.person(MALEE), "grant", "2026-11-27T03:00:00Z")
    assert total(town) == {"taken_up": 2}


@pytest.mark.parametrize("which", [CHILD, pid(701)])
def test_of_several_children_the_one_applied_for_is_taken_up(town: OfferTown, which: str) -> None:
    town.rights.list = [GRANT]
    town.offering.news.take(DOPA, report(id="b-3", subject=pid(701)))
    town.pump()
    me, child = town.person(MALEE), town.person(which)
    for _ in range(2):
        town.offers.taken_up(me, "grant", "2026-11-26T03:00:00Z", child)
    taken = [offer.id for offer in town.offers.all_of(me) if offer.state == "taken_up"]
    assert taken == [town.rows.id_of(me, "grant", f"birth-registered.{child}")]


def test_who_applied_without_being_told_is_counted_as_found_alone() -> None:
    town = OfferTown(GRANT)
    for _ in range(2):
        town.offers.taken_up(town.person(MALEE), "grant", "2026-11-26T03:00:00Z")
    town.offers.taken_up(town.person(MALEE), "grant", "2026-12-26T03:00:00Z")
    assert total(town) == {"alone": 1} and town.offers.all_of(town.person(MALEE)) == []


def test_who_did_not_want_to_be_told_and_applied_is_no_longer_missed(town: OfferTown) -> None:
    other = OfferTown(GRANT)
    other.offers.wish(once(), caller(other), False, [])
    other.offering.news.take(DOPA, report())
    other.pump()
    assert total(other) == {"untold": 1}
    other.offers.taken_up(other.person(MALEE), "grant", "2026-11-26T03:00:00Z")
    assert total(other) == {"alone": 1}


def test_after_its_time_it_lapses_once(town: OfferTown) -> None:
    offer = the_offer(town)
    town.pass_time(days=180)
    assert sum(town.offers.end(town.portal.now, shard) for shard in range(16)) == 0
    town.pass_time(days=1)
    assert sum(town.offers.end(town.portal.now, shard) for shard in range(16)) == 1
    assert sum(town.offers.end(town.portal.now, shard) for shard in range(16)) == 0
    assert (cards(town), total(town), the_offer(town).state) == (0, {"lapsed": 1}, "lapsed")
    with pytest.raises(WrongState):
        town.offers.refuse(once(), caller(town), offer.id, "this")


def test_the_message_says_what_why_how_and_how_not_to_be_told(town: OfferTown) -> None:
    offer = the_offer(town)
    words = town.offers.words_of(offer)
    assert words is not None
    title, body = message(offer, words)
    assert title.en == "You may have a right: The grant"
    for part in (
        "600 baht a month",
        "birth of your child",
        "civil/person",
        "What do you earn?",
        "Apply here",
        "If you do not want",
    ):
        assert part in body.en
    for part in ("600", "แจ้งเกิด", "ไม่ต้องการให้บอกอีก", "พ.ศ. 2570"):
        assert part in body.th


def test_reasons_and_questions_have_words_whatever_they_are(town: OfferTown) -> None:
    offer = the_offer(town)
    assert reason_of(replace(offer, reason="age-60")).en == "the age of 60 is reached"
    assert reason_of(replace(offer, reason="something-new")).en.startswith("an agency")
    assert "nothing else" in asked_of(replace(offer, receipts=())).en


def test_a_definition_that_ended_leaves_the_offer_readable(town: OfferTown) -> None:
    town.rights.list = []
    assert town.offers.words_of(the_offer(town)) is None


def test_a_copy_holds_everything_and_an_erasure_takes_it_away(town: OfferTown) -> None:
    malee = town.person(MALEE)
    holding = town.hall.holdings["offers"]
    assert holding.export(town.person(SOMCHAI)) is None
    copy = holding.export(malee)
    assert json.loads(json.dumps(copy))["offers"][0]["right"] == "grant"
    town.offers.wish(once(), caller(town), False, [])
    for _ in range(2):
        holding.erase(malee)
    assert town.offers.all_of(malee) == [] and cards(town) == 0 and total(town) == {"lapsed": 1}
    assert town.offers.wishes(malee).tell is False, "their wish not to be told protects them"
    assert not [key for key in town.portal.memory._items if key.pk.startswith("OFFER#")]


def test_the_day_until_which_it_reminds_is_told_in_both_calendars(town: OfferTown) -> None:
    assert the_offer(town).until == dt.date(2026, 11, 25) + dt.timedelta(days=180)
    assert CHILD not in repr(the_offer(town)) and MALEE not in repr(the_offer(town))
