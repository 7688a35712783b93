"""What the Biz Portal tells the exchange about who has connected."""

from __future__ import annotations

from collections import Counter

from chalicelib.biz.connections import ConnectedServices
from chalicelib.biz.definitions.catalogue import shipped
from chalicelib.shared.workdays import thai_date
from tests.biz.town import AGENCY, FOOD, Town


def test_services_are_told_by_the_agency_that_answers_for_them(town: Town) -> None:
    platform = ConnectedServices(town.biz.register)
    told = {each.agency: each for each in platform.connections(None).agencies}
    live = [service.agency for service in shipped().live(thai_date(town.now()))]
    assert {agency: each.count for agency, each in told.items()} == Counter(live)
    assert all(each.items == [] for each in told.values())
    (same,) = platform.connections(AGENCY).agencies
    assert (same.agency, same.count) == (AGENCY, len(same.items))
    assert FOOD in [each.id for each in same.items]
    assert platform.connections("TH/LOCAL/NOBODY").agencies == []


def test_a_service_that_is_not_live_yet_is_no_connection(town: Town) -> None:
    town.pass_time(days=-365 * 20)
    assert ConnectedServices(town.biz.register).connections(None).agencies == []
