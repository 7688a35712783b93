"""What people and machines do on the four platforms, and what each such use asks of AWS, counted from the code.

Each use is carried out once so that the process knows what it keeps, and then once more, in memory; see
`bench.counted` for the units.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal, cast

from bench.counted import Cost, Counter, Watched
from bench.offers import Stream
from bench.sign_ins import count_sign_ins
from tests.biz.samples import food
from tests.biz.town import ANONG, MALEE
from tests.biz.town import Town as BizTown
from tests.citizen.bills.town import Town as BillTown
from tests.citizen.entitlements.town import furnished, newborn
from tests.citizen.offers.town import PENSION, MadeUpPeople, OfferTown
from tests.citizen.portal import Portal as Citizens
from tests.opendata.portal import Portal

Kind = Literal["read", "enter", "stay", "write", "later", "offer"]
"""read: it changes nothing. enter: signing in. stay: a session that goes on. write: a case, an exchange, money: one
waits for it and it must not be lost. later: a queue's work. offer: telling people of rights they did not ask for."""

ROWS = "province,population\n" + "\n".join(f"จังหวัด {number},{number * 997}" for number in range(500))
"""A small open table, as most are."""
TOLD = 40
"""People who are told of a right, to count what one takes."""


@dataclass(frozen=True)
class Use:
    """One thing that is done, from the request to its answer (or from the message to its end).

    Attributes:
        platform: whose function does it.
        name: what the page calls it.
        kind: see `Kind`.
        cost: what it asks of AWS.
        calls: requests that come in through API Gateway for it.
        providers: answers of registers or login providers that it waits for, one after another.
    """

    platform: str
    name: str
    kind: Kind
    cost: Cost
    calls: int = 1
    providers: int = 0

    @property
    def reads(self) -> int:
        """Requests to DynamoDB that only read."""
        return sum(request != "write" for request in self.cost.requests)

    @property
    def writes(self) -> int:
        """Transactions."""
        return sum(request == "write" for request in self.cost.requests)


def count_uses() -> list[Use]:
    """All of them, in memory; takes some seconds."""
    return [*_exchange(), *_open_data(), *_biz(), *_citizen()]


def _exchange() -> list[Use]:
    counter = Counter()
    token = counter.token()
    placed = counter.asynchronous()
    return [
        Use("gdx", "a synchronous exchange", "write", counter.synchronous(), providers=1),
        Use("gdx", "an exchange placed, carried out and fetched", "later", placed, calls=2, providers=1),
        Use("gdx", "an access token", "write", token),
    ]


def _taken(table: Watched, does: Callable[[], object]) -> Cost:
    """What something takes of a table."""
    table.clear()
    does()
    return Cost(tuple(table.requests), table.keys_read, table.read_units, tuple(table.written), 0)


def _open_data() -> list[Use]:
    with TemporaryDirectory() as folder:
        table = Watched()
        town = Portal(Path(folder), table=table)
        town.organization()
        town.dataset()
        resource = town.table_of("food-licences", ROWS.encode())
        town.settle()

        def search() -> None:
            town.result(town.ask("package_search", q="ใบอนุญาต"))

        def page() -> None:
            town.result(town.ask("package_show", id="food-licences"))

        def rows() -> None:
            town.result(town.ask("datastore_search", resource_id=resource, q="จังหวัด 7"))

        def publish() -> None:
            town.table_of("food-licences", ROWS.replace("997", "991").encode(), resource=resource)
            town.settle()

        for known in (search, page, rows):
            known()
        return [
            Use("opendata", "a search", "read", _taken(table, search)),
            Use("opendata", "a dataset's page", "read", _taken(table, page)),
            Use("opendata", "rows of a table", "read", _taken(table, rows)),
            Use("opendata", "a file published and taken in", "write", _taken(table, publish), calls=2),
        ]


def _biz() -> list[Use]:
    table = Watched()
    town = BizTown(table=table)
    town.filed()
    town.run_queue()
    answers = food()["tests"][0]["answers"]
    del answers["operator"]
    kept: dict[str, str] = {}

    def begin() -> None:
        kept["draft"] = town.open()

    def fill() -> None:
        town.ok(MALEE, "POST", f"/applications/{kept['draft']}/prefill")

    def save() -> None:
        town.patch(kept["draft"], answers)

    def send() -> None:
        town.send(kept["draft"], "site_map")

    def file() -> None:
        town.ok(MALEE, "POST", f"/applications/{kept['draft']}/submit")

    def look() -> None:
        town.ok(MALEE, "GET", "/applications")

    def decide() -> None:
        town.act(ANONG, kept["draft"], "accept")

    return [
        Use("biz", "an application opened", "write", _taken(table, begin)),
        Use("biz", "a form filled from registers", "write", _taken(table, fill), providers=1),
        Use("biz", "answers saved", "write", _taken(table, save), calls=2),
        Use("biz", "a document sent and examined", "write", _taken(table, send)),
        Use("biz", "an application filed", "write", _taken(table, file)),
        Use("biz", "one's own applications", "read", _taken(table, look)),
        Use("biz", "an officer's step", "write", _taken(table, decide)),
        Use("biz", "people told of what happened", "later", _taken(table, town.run_queue), calls=0),
    ]


def _citizen() -> list[Use]:
    signing_in = count_sign_ins()
    start, finish = signing_in.start, signing_in.finish
    entering = replace(
        finish,
        requests=start.requests + finish.requests,
        keys_read=start.keys_read + finish.keys_read,
        read_units=start.read_units + finish.read_units,
        written=start.written + finish.written,
    )
    return [
        Use("citizen", "a sign-in", "enter", entering, calls=2, providers=1),
        Use("citizen", "a session refreshed", "stay", signing_in.refresh),
        Use("citizen", "the home page", "read", signing_in.home),
        Use("citizen", "the inbox", "read", signing_in.inbox),
        _right(),
        *_bills(),
        _offer(),
    ]


def _right() -> Use:
    table = Watched()
    town = furnished(Citizens(table=table))
    newborn(town)
    return Use("citizen", "a right judged", "write", _taken(table, lambda: newborn(town)), providers=2)


def _bills() -> list[Use]:
    table = Watched()
    town = BillTown(table=table)
    town.biller.sends("B-0", "100.00", "2026-12-10")
    town.looked_up()
    kept: dict[str, dict[str, str]] = {}

    def show() -> None:
        town.biller.sends("B-1", "1234.50", "2026-12-10")
        (bill,) = [each for each in town.looked_up() if each["number"] == "B-1"]
        kept["qr"] = town.qr(str(bill["id"]))

    def paid() -> None:
        told = town.tells(town.notice(kept["qr"]))
        if told != "booked":
            raise AssertionError(told)

    return [
        Use("citizen", "a bill looked up, its QR made", "write", _taken(table, show), calls=2, providers=2),
        Use("citizen", "a payment booked", "write", _taken(table, paid), providers=1),
    ]


def _offer() -> Use:
    """One person told, with their part of the run's own rows: the difference of two runs."""
    costs = []
    for people in (TOLD, 2 * TOLD):
        table = Watched()
        town = OfferTown(PENSION, people=cast(MadeUpPeople, Stream(people)), table=table)
        town.runs.run(town.portal.now)
        town.pass_time(days=1)

        def run(town: OfferTown = town) -> None:
            for _ in range(3):  # a run is asked for each minute, and takes up what another left
                town.runs.run(town.portal.now)
                town.pass_time(minutes=6)

        costs.append(_taken(table, run))
    fewer, more = costs
    one = Cost(
        requests=more.requests[: max(1, round((len(more.requests) - len(fewer.requests)) / TOLD))],
        keys_read=(more.keys_read - fewer.keys_read) // TOLD,
        read_units=(more.read_units - fewer.read_units) // TOLD,
        written=more.written[: (len(more.written) - len(fewer.written)) // TOLD],
        signatures=0,
    )
    return Use("citizen", "somebody told of a right", "offer", one, calls=0, providers=1)


def main() -> None:
    """Prints them."""
    for use in count_uses():
        cost = use.cost
        told = [len(cost.requests), cost.keys_read, cost.read_units, len(cost.written), cost.write_units]
        print(json.dumps([use.platform, use.name, use.kind, *told, cost.signatures, cost.messages]))


if __name__ == "__main__":
    main()
