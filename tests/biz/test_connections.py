"""What the Biz Portal tells the exchange about who has connected."""

from __future__ import annotations

from chalicelib.biz.connections import ConnectedServices
from tests.biz.town import AGENCY, FOOD, Town


def test_services_are_told_by_the_agency_that_answers_for_them(town: Town) -> None:
    platform = ConnectedServices(town.biz.register)
    (agency,) = platform.connections(None).agencies
    assert (agency.agency, agency.count, agency.items) == (AGENCY, 1, [])
    (same,) = platform.connections(AGENCY).agencies
    assert [each.id for each in same.items] == [FOOD]
    assert platform.connections("TH/LOCAL/NOBODY").agencies == []


def test_a_service_that_is_not_live_yet_is_no_connection(town: Town) -> None:
    town.pass_time(days=-365 * 20)
    assert ConnectedServices(town.biz.register).connections(None).agencies == []
