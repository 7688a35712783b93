"""Clause 4: who has connected what, told from values and through the exchange's own eyes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

import pytest

from chalicelib.gdx.ids import MemberId
from chalicelib.gdx.insight.duties import MEND, AtExchange, obliged, of_exchange, of_platform
from chalicelib.gdx.insight.obligations import FRESH, STALE
from chalicelib.gdx.model import Member
from chalicelib.shared.connections import AgencyConnections, Connected, Connections
from chalicelib.shared.errors import Unavailable
from tests.gdx.exchange import BIZ, Exchange
from tests.support.client import Answer

PATH = "/gdx/v1/obligations"
LAEMNGOP = "TH/LOCAL/LAEMNGOP"
DATASET = Connected(id="d1", title_th="ตลาดน้ำ", title_en="floating-markets")


class Platform:
    """A platform that a test fills, and may silence."""

    def __init__(self, found: Mapping[str, list[Connected]]) -> None:
        self.found = dict(found)
        self.silent = False
        self.asked: list[str | None] = []

    def connections(self, agency: str | None) -> Connections:
        self.asked.append(agency)
        if self.silent:
            raise Unavailable("ไม่ตอบ", "The platform is away.")
        wanted = self.found if agency is None else {agency: self.found[agency]} if agency in self.found else {}
        agencies = [AgencyConnections(agency=each, count=len(items), items=items) for each, items in wanted.items()]
        return Connections(agencies=agencies)


@pytest.fixture
def exchange() -> Exchange:
    exchange = Exchange()
    exchange.service.obligations.know("biz", Platform({}))
    return exchange


@pytest.fixture
def datasets(exchange: Exchange) -> Platform:
    platform = Platform({LAEMNGOP: [DATASET]})
    exchange.service.obligations.know("opendata", platform)
    return platform


def of(exchange: Exchange, agency: str = LAEMNGOP) -> Answer:
    return exchange.client.get(f"{PATH}/{agency}")


def states(answer: Answer) -> dict[str, str]:
    return {each["platform"]: each["state"] for each in answer.json["platforms"]}


def test_an_agency_sees_what_it_has_and_what_it_owes(exchange: Exchange, datasets: Platform) -> None:
    answer = of(exchange)
    assert answer.status == 200
    assert states(answer) == {"gdx": "connected", "opendata": "connected", "biz": "missing", "citizen": "missing"}
    assert answer.json["complete"] is False
    told = {each["platform"]: each for each in answer.json["platforms"]}
    assert told["opendata"]["items"] == [DATASET.model_dump()]
    assert told["gdx"]["parts"]["subsystems"] == 1 and told["gdx"]["parts"]["asking"] >= 2
    assert told["biz"]["missing"] == [MEND["biz"].model_dump()]
    assert told["gdx"]["as_of"] is not None


def test_anybody_may_read_it_and_it_may_be_kept_for_a_while(exchange: Exchange, datasets: Platform) -> None:
    assert exchange.client.get(PATH).headers["cache-control"] == "public, max-age=300"
    assert of(exchange).headers["cache-control"] == "public, max-age=300"


def test_every_obliged_agency_is_listed_once(exchange: Exchange, datasets: Platform) -> None:
    seen: list[str] = []
    cursor = ""
    while True:
        page = exchange.client.get(f"{PATH}?limit=4{cursor}").json
        seen += [each["agency"] for each in page["items"]]
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"
    members = exchange.client.get("/gdx/v1/members").json["items"]
    expected = sorted(each["id"] for each in members if "/PARTNER/" not in each["id"] and each["id"].startswith("TH/"))
    assert seen == expected
    assert exchange.client.get(f"{PATH}?cursor=bm9uc2Vuc2U").status == 400


@pytest.mark.parametrize("agency", ["TH/PARTNER/NCB", "TH/CENTRAL/NOBODY", "TH/NOCLASS/X", "XX/CENTRAL/DGA"])
def test_who_owes_nothing_is_not_there(exchange: Exchange, datasets: Platform, agency: str) -> None:
    assert of(exchange, agency).status == 404


def test_an_agency_with_nothing_is_told_to_begin(exchange: Exchange, datasets: Platform) -> None:
    answer = of(exchange, "TH/REGIONAL/TRAT")
    assert set(states(answer).values()) == {"missing"}
    gdx = answer.json["platforms"][0]
    assert gdx["missing"] == [MEND["gdx/subsystem"].model_dump(), MEND["gdx/agreement"].model_dump()]


def test_a_suspended_agreement_is_no_connection(exchange: Exchange, datasets: Platform) -> None:
    before = of(exchange).json["platforms"][0]["parts"]["asking"]
    assert exchange.agree(state="SUSPENDED").status == 200
    exchange.pass_time(seconds=FRESH.total_seconds() + 1)
    assert of(exchange).json["platforms"][0]["parts"]["asking"] == before - 1


def test_a_platform_is_asked_seldom_and_its_answer_dated(exchange: Exchange, datasets: Platform) -> None:
    first = exchange.client.get(PATH).json["items"][0]["platforms"][1]["as_of"]
    exchange.pass_time(minutes=5)
    assert exchange.client.get(PATH).json["items"][0]["platforms"][1]["as_of"] == first
    assert datasets.asked == [None]
    exchange.pass_time(minutes=6)
    assert exchange.client.get(PATH).json["items"][0]["platforms"][1]["as_of"] > first


def test_a_silent_platform_leaves_what_was_known_and_is_unknown_in_the_end(
    exchange: Exchange, datasets: Platform
) -> None:
    assert states(of(exchange))["opendata"] == "connected"
    datasets.silent = True
    exchange.pass_time(seconds=FRESH.total_seconds() + 1)
    assert states(of(exchange))["opendata"] == "connected"
    exchange.pass_time(seconds=STALE.total_seconds())
    answer = of(exchange)
    assert states(answer)["opendata"] == "unknown"
    asked = len(datasets.asked)
    exchange.client.get(PATH)  # at once again: it is not pestered
    assert len(datasets.asked) == asked
    datasets.silent = False
    exchange.pass_time(minutes=1)
    assert states(of(exchange))["opendata"] == "connected"


def test_a_platform_elsewhere_is_asked_as_a_member_of_the_exchange() -> None:
    exchange = Exchange()
    found = Connections(agencies=[AgencyConnections(agency=LAEMNGOP, count=1, items=[DATASET])])
    exchange.providers.reply(value=found.model_dump())
    answer = of(exchange)
    assert states(answer)["opendata"] == states(answer)["biz"] == "connected"
    rows = [row["leaf"] for row in exchange.rows("EXCHANGE#")]
    assert {(row["consumer"], row["purpose"]) for row in rows} == {("TH/CENTRAL/DGA/gdx", "clause-4-report")}
    assert {row["service"] for row in rows} == {f"{BIZ}/connections", "TH/CENTRAL/DGA/opendata/connections"}


def test_nonsense_of_a_platform_is_no_answer() -> None:
    exchange = Exchange()
    exchange.providers.reply(value={"agencies": [{"agency": LAEMNGOP, "count": -1}]})
    answer = of(exchange)
    assert states(answer)["opendata"] == "unknown"
    assert answer.json["complete"] is False  # nothing of it serves people: that is missing, whatever biz says


def test_unknown_is_not_complete_and_not_incomplete() -> None:
    assert of_platform("biz", None) == ("unknown", None, [])
    assert of_platform("biz", 2) == ("connected", 2, [])
    assert of_platform("biz", 0) == ("missing", 0, [MEND["biz"]])


@pytest.mark.parametrize(
    ("there", "state", "owed"),
    [
        (AtExchange(0, 0, 0, 0, 0), "missing", 2),
        (AtExchange(1, 0, 0, 0, 0), "missing", 1),
        (AtExchange(1, 1, 0, 0, 0), "connected", 0),
        (AtExchange(1, 0, 1, 0, 0), "connected", 0),
        (AtExchange(0, 1, 0, 1, 0), "missing", 1),
    ],
)
def test_the_exchange_counts_once_data_may_pass(there: AtExchange, state: str, owed: int) -> None:
    found, _, missing = of_exchange(there)
    assert (found, len(missing)) == (state, owed)


def test_partners_and_the_sandbox_owe_nothing() -> None:
    def member(text: str) -> Member:
        return Member(MemberId.parse(text), "ชื่อ", "name")

    assert obliged(member("TH/LOCAL/LAEMNGOP"))
    assert not obliged(member("TH/PARTNER/NCB"))
    assert not obliged(member("TH-TEST/CENTRAL/DOPA"))


def test_memory_is_shorter_than_what_is_believed_of_a_silent_platform() -> None:
    assert timedelta(0) < FRESH < STALE
