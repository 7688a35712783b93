"""What agencies tell: taken once, looked at, and forgotten; a register that is away is no answer."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any, Literal

import pytest

from chalicelib.citizen.offers.model import Group, Look, Watched
from chalicelib.citizen.offers.pausing import Pause
from chalicelib.citizen.offers.views import NewReport
from chalicelib.citizen.offers.vocabulary import EventType, event_types
from chalicelib.shared.errors import AlreadyThere, Invalid, NotAllowed, UpstreamFailed
from tests.citizen.offers.town import CARE, GRANT, OfferTown, likely, pid
from tests.citizen.portal import MALEE
from tests.support.tokens import NOW

DOPA, CHILD = "TH/CENTRAL/DOPA/civil", pid(700)


def report(**changes: Any) -> Any:
    """A birth, as the view would read it."""
    given = {"id": "b-1", "type": "birth-registered", "time": NOW.isoformat(), "pid": MALEE, "subject": CHILD}
    return NewReport.model_validate_json(json.dumps({**given, **changes}))


def test_a_birth_brings_one_offer_one_card_and_one_message() -> None:
    town = OfferTown(GRANT)
    town.offering.news.take(DOPA, report(person={"province": "ตราด", "birth_date": "1999-06-03", "sex": "F"}))
    town.pump()
    malee = town.person(MALEE)
    (offer,) = town.offers.all_of(malee)
    assert (offer.right, offer.reason, offer.state, offer.amount) == ("grant", "birth-registered", "open", "600")
    assert offer.group == ("23", "18-29", "F")
    _, cards = town.hall.cards.page(malee)
    (card,) = cards
    assert (card.kind, card.id, card.title.en) == ("offer", offer.id, "You may have a right: The grant")
    assert len(town.told()) == 1


def test_however_often_it_is_sent_a_person_is_told_once() -> None:
    town = OfferTown(GRANT)
    for number in range(3):
        first = town.offering.news.take(DOPA, report())
        town.pump()
        again = town.offering.news.take(DOPA, report(id=f"b-{number}-other-id"))
        town.pump()
        assert first != again
    assert len(town.told()) == 1 and len(town.offers.all_of(town.person(MALEE))) == 1
    assert town.rights.looked == [MALEE], "who was told is not looked at again"
    assert town.counts() == {("grant", ("-", "-", "-")): {"waiting": 1}}


def test_another_child_is_another_occasion() -> None:
    town = OfferTown(GRANT)
    for number, child in enumerate((CHILD, pid(701))):
        town.offering.news.take(DOPA, report(id=f"b-{number}", subject=child))
        town.pump()
    assert len(town.told()) == 2


def test_the_same_id_with_other_content_is_refused() -> None:
    town = OfferTown(GRANT)
    town.offering.news.take(DOPA, report())
    with pytest.raises(AlreadyThere):
        town.offering.news.take(DOPA, report(subject=pid(701)))


@pytest.mark.parametrize("client", ["TH/CENTRAL/SSO/insured", "TH/CENTRAL/DOPAX/civil", "TH/CENTRAL/DOPA"])
def test_only_the_agency_whose_matter_it_is_may_tell(client: str) -> None:
    town = OfferTown(GRANT)
    with pytest.raises(NotAllowed):
        town.offering.news.take(client, report())
    with pytest.raises(NotAllowed):
        town.offering.news.take(DOPA, report(type="rocket-launched"))
    assert town.portal.memory.requests.count("write") == 0


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"time": (NOW + dt.timedelta(days=1)).isoformat()}, "/time"),
        ({"time": (NOW - dt.timedelta(days=367)).isoformat()}, "/time"),
        ({"subject": None}, "/subject"),
        ({"subject": "1234567890123"}, "/subject"),
        ({"pid": "1234567890123"}, "/pid"),
    ],
)
def test_what_is_wrong_is_named_and_not_repeated(changes: dict[str, Any], field: str) -> None:
    town = OfferTown(GRANT)
    with pytest.raises(Invalid) as refused:
        town.offering.news.take(DOPA, report(**changes))
    assert [fault.pointer for fault in refused.value.faults] == [field]
    assert "1234567890123" not in str(refused.value)
    assert town.portal.memory.requests.count("write") == 0


def test_an_event_about_nobody_else_names_nobody_else() -> None:
    town = OfferTown(Watched("dole", event="job-ended"))
    with pytest.raises(Invalid):
        town.offering.news.take("TH/CENTRAL/SSO/insured", report(type="job-ended"))
    town.offering.news.take("TH/CENTRAL/SSO/insured", report(type="job-ended", subject=None))
    town.pump()
    assert len(town.told()) == 1


def test_after_the_look_nothing_of_the_report_is_left() -> None:
    town = OfferTown(GRANT)
    name = town.offering.news.take(DOPA, report())
    rows = town.portal.memory._items
    (key,) = [key for key in rows if key.sk == "NEWS"]
    assert rows[key][0].data["content"] is not None
    town.pump()
    assert rows[key][0].data["content"] is None and key.pk == f"OFFER-NEWS#{name}"
    everything = json.dumps([[*key, item.data, dict(item.indexes)] for key, (item, _) in rows.items()])
    assert MALEE not in everything and CHILD not in everything
    assert "grant" not in json.dumps([item.data for key, (item, _) in rows.items() if "COUNT" not in key.pk])


def test_a_register_that_is_away_delays_and_never_decides() -> None:
    town = OfferTown(GRANT, CARE)
    town.rights.away.add(MALEE)
    town.offering.news.take(DOPA, report())
    town.pump()
    assert town.told() == [] and town.counts() == {}
    town.pass_time(minutes=10)
    town.minute()
    assert town.told() == []
    town.rights.away.clear()
    town.pass_time(hours=2)
    town.minute()
    assert len(town.told()) == 2
    town.pass_time(hours=2)
    looked = len(town.rights.looked)
    town.minute()
    assert len(town.rights.looked) == looked, "it is done"


def test_what_was_decided_is_not_asked_again_while_another_register_is_away() -> None:
    town = OfferTown(GRANT, CARE)

    def one_is_away(watched: Watched, candidate: Any) -> Look:
        if watched.right == "care":
            raise UpstreamFailed("ทะเบียนไม่ตอบ", "away", retry_after=60)
        return Look("no", candidate.group)

    town.rights.outcome = one_is_away
    town.offering.news.take(DOPA, report())
    town.pump()
    assert len(town.rights.looked) == 2
    town.rights.outcome = likely
    town.pass_time(hours=2)
    town.minute()
    assert len(town.rights.looked) == 3 and len(town.told()) == 1


@pytest.mark.parametrize("outcome", ["already", "no"])
def test_who_receives_it_or_has_no_right_is_not_told(outcome: Literal["already", "no"]) -> None:
    town, told = OfferTown(GRANT), Look(outcome, Group())
    town.rights.outcome = lambda watched, candidate: told
    town.offering.news.take(DOPA, report())
    town.pump()
    assert town.told() == [] and town.counts() == {}


def test_while_offers_are_paused_reports_wait_and_are_looked_at_afterwards() -> None:
    town = OfferTown(GRANT)
    town.offering.pausing.stop(Pause(NOW.isoformat(), "operator:thana", "crisis"))
    for number in range(3):
        town.offering.news.take(DOPA, report(id=f"b-{number}", subject=pid(700 + number)))
    town.pump()
    for _ in range(20):
        town.minute()
    assert town.rights.looked == []
    with pytest.raises(AlreadyThere):
        town.offering.pausing.stop(Pause(NOW.isoformat(), "operator:thana", "crisis"))
    town.offering.pausing.go_on()
    town.offering.pausing.go_on()
    for _ in range(17):
        town.minute()
    assert len(town.told()) == 3 and len(town.rights.looked) == 3


def test_an_empty_report_row_is_ignored() -> None:
    town = OfferTown(GRANT)
    town.offering.news.take(DOPA, report())
    bodies = list(town.portal.post.sent)
    town.pump()
    town.portal.post.sent += bodies  # the queue delivers again
    town.pump()
    assert len(town.rights.looked) == 1


def test_the_file_of_events_is_sound() -> None:
    types = event_types()
    assert set(types) == {"birth-registered", "job-ended", "disability-card-issued"}
    for each in types.values():
        assert isinstance(each, EventType) and each.legal_basis.source
    assert types["birth-registered"].about_child and not types["job-ended"].about_child
