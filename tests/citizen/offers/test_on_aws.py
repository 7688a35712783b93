"""The same on DynamoDB: transactions of a whole part, the index of ends, counters, and a lost answer."""

from __future__ import annotations

import itertools

from chalicelib.citizen.offers.pausing import Pause
from chalicelib.citizen.offers.telling import TOGETHER
from chalicelib.shared.aws.dynamo import DynamoTable
from tests.citizen.offers.test_offers import caller, once
from tests.citizen.offers.town import PENSION, MadeUpPeople, OfferTown, pid, somebody
from tests.support.cloud import local_cloud
from tests.support.faults import Kind, faults
from tests.support.tokens import NOW

PEOPLE = TOGETHER + 3


def test_a_run_a_refusal_an_end_and_the_figures() -> None:
    with local_cloud(["citizen"]) as session:
        client = session.client("dynamodb")
        table = DynamoTable(lambda: client, "klang-test-citizen", sleep=lambda _: None)
        town = OfferTown(PENSION, people=MadeUpPeople(*map(somebody, range(PEOPLE))), table=table)
        town.people.size = PEOPLE
        town.runs.run(town.portal.now)
        town.pass_time(days=1)

        written = itertools.count()

        def lost_once(service: str, operation: str, number: int) -> Kind:
            """Of every transaction the first answer is lost, and the SDK sends it again."""
            return "lost" if operation == "TransactWriteItems" and next(written) % 2 == 0 else "ok"

        with faults(lost_once) as seen:
            town.runs.run(town.portal.now)
        assert "lost" in {kind for _, _, kind in seen.trace}
        town.pass_time(minutes=10)
        town.runs.run(town.portal.now)
        town.pump()
        for number in range(PEOPLE):
            person = town.person(pid(number))
            (offer,) = town.offers.all_of(person)
            assert [card.id for card in town.hall.cards.page(person)[1]] == [offer.id]
            assert town.portal.citizen.inbox.page(person, None, 5).unread == 1
        me = caller(town, pid(1))
        town.offers.refuse(once(), me, town.offers.all_of(town.person(pid(1)))[0].id, "right")
        town.offers.taken_up(town.person(pid(2)), "pension", "2026-11-27T03:00:00Z")
        town.pass_time(days=181)
        ended = sum(town.offers.end(town.portal.now, shard) for shard in range(16))
        assert ended == PEOPLE - 2
        totals: dict[str, int] = {}
        for cells in town.counts().values():
            for name, count in cells.items():
                totals[name] = totals.get(name, 0) + count
        assert totals == {"refused": 1, "taken_up": 1, "lapsed": PEOPLE - 2}
        town.offering.fairness.publish("2026-11")
        assert town.offering.fairness.report(None)[0] == "2026-11"
        town.offering.pausing.stop(Pause(NOW.isoformat(), "operator", "operator"))
        assert town.offering.pausing.now() is not None
        town.offering.pausing.go_on()
