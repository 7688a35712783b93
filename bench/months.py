"""What a month of the four platforms costs, and what the servers would cost that CKAN and X-Road ask for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bench.demand import PEAK_TO_MEAN, World, busiest
from bench.scale import Prices
from bench.uses import Use
from infra import provision
from infra.functions import HANDLERS
from infra.stages import API_MEMORY

MONTH = 365 * 86_400 / 12
"""Seconds."""


@dataclass(frozen=True)
class MonthPrices:
    """US dollars, as in `bench.scale.Prices`, for what the exchange alone does not need."""

    transfer_gb: float = 0.12
    backup_gb_month: float = 0.228
    key_month: float = 1.0
    alarm_month: float = 0.10
    dashboard_month: float = 3.0
    queue_million: float = 0.40


@dataclass(frozen=True)
class MonthAssumed:
    """Values that nobody counted.

    Attributes:
        answer_kb: what goes out for a request, compressed.
        rows_kb: the same for a page of rows.
        log_bytes: log lines of a request or a message.
        kept_months: how long what is written lies in the table, on average, after a year.
        taken_puts, taken_gets: of S3, for a published file; a page of rows takes one GET.
    """

    answer_kb: float = 6
    rows_kb: float = 30
    log_bytes: float = 900
    kept_months: float = 12
    taken_puts: float = 8
    taken_gets: float = 6


def seconds_of(use: Use, world: World) -> float:
    """How long a use holds a Lambda."""
    own = world.own.get(use.name, 6.0) + 6.0 * max(0, use.calls - 1)
    waits = use.reads * world.read + use.writes * world.write + use.cost.signatures * world.sign
    return (own + waits + use.providers * world.provider) / 1000


def monthly(uses: Sequence[Use], times: int) -> dict[str, float]:
    """US dollars of a month by platform, at so many times today's load; `always` is what costs without any load."""
    world, rates = World(), busiest()
    costs = dict.fromkeys((use.platform for use in uses), 0.0)
    for use in uses:
        number = rates[use.name] / PEAK_TO_MEAN * MONTH * times
        costs[use.platform] += number * _one(use, world)
    return {**costs, "always": _always()}


def _one(use: Use, world: World) -> float:
    """US dollars for one use."""
    p, more, assumed = Prices(), MonthPrices(), MonthAssumed()
    cost = use.cost
    written = sum(each.size * (1 + len(each.indexes)) for each in cost.written)
    memory = (API_MEMORY if use.calls else HANDLERS["citizen"]["citizen_events"].memory) / 1024
    kilobytes = assumed.rows_kb if use.name == "rows of a table" else assumed.answer_kb * use.calls
    dollars = use.calls * p.gateway_million / 1e6
    dollars += max(1, use.calls) * p.lambda_million / 1e6 + seconds_of(use, world) * memory * p.lambda_gb_second
    dollars += (cost.read_units * p.read_units_million + cost.write_units * p.write_units_million) / 1e6
    dollars += written / 1e9 * (p.table_gb_month + more.backup_gb_month) * assumed.kept_months
    dollars += cost.signatures * p.kms_ecc_million / 1e6
    dollars += (cost.messages + (use.kind == "later")) * 3 * more.queue_million / 1e6  # sent, received, deleted
    dollars += max(1, use.calls) * assumed.log_bytes / 1e9 * p.logs_gb + kilobytes / 1e6 * more.transfer_gb
    if use.name == "a file published and taken in":
        dollars += (assumed.taken_puts * p.s3_put_million + assumed.taken_gets * p.s3_get_million) / 1e6
    if use.name == "rows of a table":
        dollars += p.s3_get_million / 1e6
    return dollars


def _always() -> float:
    """Keys, alarms and dashboards of the template, whatever the load."""
    more, types = MonthPrices(), [each.type for each in provision.load_template().resources.values()]
    return (
        types.count("AWS::KMS::Key") * more.key_month
        + types.count("AWS::CloudWatch::Alarm") * more.alarm_month
        + types.count("AWS::CloudWatch::Dashboard") * more.dashboard_month
    )


@dataclass(frozen=True)
class Servers:
    """What the two products ask for by their own documents, and what such servers cost.

    Attributes:
        members: agencies that exchange; each has a security server of its own in X-Road's architecture.
        security_server, central_server: dollars an hour for what their installation guides call the minimum
            recommended: two cores with 4 GB (t3.medium) and with 2 GB (t3.small).
        per_core: exchanges a second that a core of a security server carries: 110 on 32 cores (X-Road issue 1321).
        core: dollars an hour for one more core (c5).
        piece: dollars an hour for each piece of CKAN (m5.large); its documents give no sizes. Its guide for high
            availability names two front ends, a PostgreSQL with its standby, and Solr as master and slave.
        pieces: those that are there whatever the load, and a Redis, besides the front ends.
        front_end: requests a second that one front end answers; assumed.
        balancer: dollars an hour.
        disk_gb_month, disk_gb: of each server.
    """

    members: int = 300
    security_server: float = 0.0528
    central_server: float = 0.0264
    per_core: float = 110 / 32
    core: float = 0.049
    piece: float = 0.12
    pieces: int = 5
    front_end: float = 15.0
    balancer: float = 0.0252
    disk_gb_month: float = 0.096
    disk_gb: float = 50.0

    def xroad(self, times: int) -> float:
        """US dollars of a month: a security server for each member, two central servers, more cores where needed."""
        rates = busiest()
        exchanges = (rates["a synchronous exchange"] + rates["an exchange placed, carried out and fetched"]) * times
        needed = 2 * exchanges / self.per_core  # each goes through two servers
        more = max(0.0, needed - 2 * self.members)
        hourly = self.members * self.security_server + 2 * self.central_server + more * self.core
        return hourly * MONTH / 3600 + (self.members + 2) * self.disk_gb * self.disk_gb_month

    def ckan(self, times: int) -> float:
        """US dollars of a month: front ends for the busiest minute, and the pieces behind them, which do not grow."""
        rates = busiest()
        asked = sum(rates[name] for name in ("a search", "a dataset's page", "rows of a table")) * times
        fronts = max(2, -(-asked // self.front_end))
        hourly = (fronts + self.pieces) * self.piece + self.balancer
        return hourly * MONTH / 3600 + (fronts + self.pieces) * self.disk_gb * self.disk_gb_month


def compared(uses: Sequence[Use], times: int, servers: Servers | None = None) -> Mapping[str, tuple[float, float]]:
    """US dollars of a month: Klang's exchange beside X-Road's servers, Klang's catalogue beside CKAN's."""
    ours, theirs = monthly(uses, times), servers or Servers()
    return {"gdx": (ours["gdx"], theirs.xroad(times)), "opendata": (ours["opendata"], theirs.ckan(times))}
