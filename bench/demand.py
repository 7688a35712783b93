"""How much is asked of the four platforms, today and in a crisis, and what the account can take: all stated inputs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bench.scale import Load
from infra.package.template import BURST, RATE

TIMES = (1, 10, 100)
"""Today, a bad week, a crisis."""

SIGN_INS_TODAY = 300_000
"""A day; a hundred times that is the day of `bench.sign_ins`."""

FILINGS_YEAR = 2_000_000
"""Applications filed with the Biz Portal in a year."""

VISITS_DAY = 250_000
"""Visits of the catalogue, people's and machines', on a working day."""

PEAK_TO_MEAN = 10.7
"""The busiest minute over the mean of the year: that of the exchange (`bench.scale`), taken for all."""


def busiest() -> Mapping[str, float]:
    """Uses per second in today's busiest minute, by the name of the use (`bench.uses`)."""
    load = Load()
    exchanges = load.peak
    filings = FILINGS_YEAR / (load.office_days * load.office_hours * 3600) * load.minute_factor
    visits = VISITS_DAY / (load.office_hours * 3600) * load.minute_factor
    entering = SIGN_INS_TODAY * 0.15 / 3600 * 3  # as on the day of `bench.sign_ins`: the first hour, its busiest minute
    return {
        "a synchronous exchange": exchanges * (1 - load.asynchronous),
        "an exchange placed, carried out and fetched": exchanges * load.asynchronous,
        "an access token": exchanges / 100,
        "a search": visits * 0.5,
        "a dataset's page": visits,
        "rows of a table": visits * 0.3,
        "a file published and taken in": 0.05,
        "an application opened": filings * 1.5,
        "a form filled from registers": filings * 1.5,
        "answers saved": filings * 6,
        "a document sent and examined": filings * 3,
        "an application filed": filings,
        "one's own applications": filings * 5,
        "an officer's step": filings * 4,
        "people told of what happened": filings * 2,
        "a sign-in": entering,
        "a session refreshed": entering * 2.5,
        "the home page": entering * 2,
        "the inbox": entering,
        "a right judged": entering * 0.1,
        "a bill looked up, its QR made": entering * 0.05,
        "a payment booked": entering * 0.05,
        "somebody told of a right": 1.0,
    }


OWN_MS: Mapping[str, float] = {
    "a search": 20.0,
    "rows of a table": 60.0,
    "a file published and taken in": 900.0,
    "a document sent and examined": 400.0,
    "a sign-in": 12.0,
}
"""Klang's own time where it is not the 6 ms of an ordinary request (`bench/RESULTS.md`, `SEARCH.md`, `TABLES.md`)."""


@dataclass(frozen=True)
class Account:
    """What one AWS account and region can take, and how the platforms are set up in it.

    Attributes:
        gateway, gateway_burst: requests a second over all APIs, and in one moment.
        method, method_burst: of each method of a stage (API Gateway applies a stage's throttling to methods).
        concurrency: Lambdas at once.
        starts: new Lambda environments a second for each function (1,000 in ten seconds).
        start_ms: a cold start.
        warm_writes, warm_reads: units a second that each platform's table takes at once. A new on-demand table has
            4,000 and 12,000; it takes twice its earlier peak, and grows slowly beyond that.
        kms: signatures a second.
        provisioned: environments that stand ready before the load comes, by platform.
        reserved: Lambdas that a platform's API keeps for itself and can have at most, by platform; the others share
            what is left.
        shed: a lower throttle of every method of a kind (`bench.uses`), set in a crisis.
        offers: whether people are told of rights meanwhile.
    """

    name: str
    gateway: float = 10_000
    gateway_burst: float = 5_000
    method: float = RATE
    method_burst: float = BURST
    concurrency: int = 1_000
    starts: float = 100
    start_ms: float = 900
    warm_writes: float = 4_000
    warm_reads: float = 12_000
    kms: float = 300
    provisioned: Mapping[str, int] = field(default_factory=dict)
    reserved: Mapping[str, int] = field(default_factory=dict)
    shed: Mapping[str, float] = field(default_factory=dict)
    offers: bool = True


AS_GIVEN = Account("as AWS gives it")
RESERVED = {"gdx": 250, "biz": 150, "citizen": 400, "opendata": 100}
"""Of the thousand that AWS gives an account; a hundred are left to what takes the queues."""

LEVERS = {"read": 60.0, "enter": 60.0}
"""What `infra.operate <stage> shed` is told in the simulation: readers, and people who sign in, a second and method."""

SHED = Account("as AWS gives it, levers pulled", reserved=RESERVED, shed=LEVERS, offers=False)
"""Each platform keeps Lambdas for itself, reading and signing in are throttled, nobody is told of rights."""

PREPARED = Account(
    "prepared",
    gateway=60_000,
    gateway_burst=10_000,
    method=20_000,
    method_burst=20_000,
    concurrency=10_000,
    provisioned={"gdx": 400, "biz": 200, "opendata": 300, "citizen": 2_500},
    warm_writes=120_000,
    warm_reads=80_000,
    kms=5_000,
)
"""With the quotas and the warm tables that `docs/how-to/deploy.md` tells to ask for before an announced day."""


@dataclass(frozen=True)
class World:
    """What is outside AWS and in its services' answers, in milliseconds; none of it measured here."""

    read: float = 8
    write: float = 15
    sign: float = 15
    provider: float = 150
    spread: float = 0.5
    """Sigma of a provider's lognormal answers."""
    sdk_attempts: int = 4
    client_retries: int = 2
    """How often a refused person or program comes again, after one to four seconds."""
    gateway_ms: float = 10
    own: Mapping[str, float] = field(default_factory=lambda: OWN_MS)
