"""A model of the exchange under load, worked out from stated inputs and from what the code was counted to do; the page
tells of the other platforms, too (`bench.simulate`).

`python -m bench.scale` writes `docs/scale.md`; a test compares the two, so that the page cannot tell old numbers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bench.counted import Cost, Counter
from chalicelib.gdx.transparency.sealer import BATCH, BUDGET
from infra.stages import API_MEMORY

PAGE = Path(__file__).resolve().parent.parent / "docs" / "scale.md"
SEALED = 100
"""Exchanges that are sealed to count what sealing takes for each."""


@dataclass(frozen=True)
class Load:
    """How much there is to do."""

    per_year: float = 35e6
    office_share: float = 0.8
    office_days: int = 245
    office_hours: float = 8.0
    minute_factor: float = 3.0
    crisis: float = 100.0
    largest_agreement: float = 0.3
    asynchronous: float = 0.1

    @property
    def mean(self) -> float:
        """Exchanges per second over the whole year."""
        return self.per_year / (365 * 86400)

    @property
    def office(self) -> float:
        """Exchanges per second in office hours."""
        return self.per_year * self.office_share / (self.office_days * self.office_hours * 3600)

    @property
    def peak(self) -> float:
        """Exchanges per second in the busiest minute."""
        return self.office * self.minute_factor


@dataclass(frozen=True)
class Assumed:
    """Values of the world, none of them measured here."""

    sign_ms: float = 15.0
    read_ms: float = 8.0
    write_ms: float = 15.0
    own_ms: float = 5.0
    provider_ms: float = 150.0
    slow_provider_ms: float = 5_000.0
    item_per_second: float = 100.0
    seal_step_s: float = 1.5
    log_bytes: int = 900
    tokens_each: float = 100.0


@dataclass(frozen=True)
class Limits:
    """AWS's default quotas in one account and region."""

    kms_ecc: float = 300.0
    gateway: float = 10_000.0
    concurrency: float = 1_000.0
    table_writes: float = 40_000.0
    partition_writes: float = 1_000.0


@dataclass(frozen=True)
class Prices:
    """US dollars, Asia Pacific (Singapore), on demand, without free tiers; and Baht for a dollar."""

    baht: float = 33.0
    gateway_million: float = 4.25
    lambda_million: float = 0.20
    lambda_gb_second: float = 0.0000166667
    write_units_million: float = 0.7125
    read_units_million: float = 0.1425
    table_gb_month: float = 0.285
    kms_ecc_million: float = 15.0
    sqs_million: float = 0.40
    s3_put_million: float = 5.0
    s3_get_million: float = 0.40
    logs_gb: float = 0.70


@dataclass(frozen=True)
class Counted:
    """What the code asks of AWS."""

    synchronous: Cost
    asynchronous: Cost
    token: Cost
    sealing: Cost

    @property
    def seal_units(self) -> float:
        """Write units of sealing one exchange."""
        return self.sealing.of_kind("EXCHANGE") / SEALED

    @property
    def write_units(self) -> float:
        """Write units of one synchronous exchange from the request to the sealed log."""
        return self.synchronous.write_units + self.seal_units

    @property
    def signatures(self) -> float:
        """Signatures by KMS for one synchronous exchange, its part of an access token aside."""
        return self.synchronous.signatures

    @property
    def item_bytes(self) -> int:
        """Bytes that one exchange leaves behind in the table and its indexes, once sealed."""
        leaf, line = (self._size(kind) for kind in ("EXCHANGE", "SUBJECT"))
        return leaf * 3 + line  # the leaf lies in the table and in two indexes

    def _size(self, kind: str) -> int:
        return next(each.size for each in self.synchronous.written if each.kind == kind)


def count() -> Counted:
    """Counts, in memory."""
    counter = Counter()
    return Counted(
        synchronous=counter.synchronous(),
        token=counter.token(),
        sealing=counter.sealing(SEALED),
        asynchronous=counter.asynchronous(),
    )


@dataclass(frozen=True)
class Bottleneck:
    """Something that ends at a number of exchanges per second.

    Attributes:
        rate: where it ends, of the whole exchange.
        need: how much it must take today; a hundred times that in a crisis.
    """

    name: str
    rate: float
    need: float
    why: str
    done: str


@dataclass(frozen=True)
class Model:
    """Everything together."""

    counted: Counted
    load: Load = Load()
    assumed: Assumed = Assumed()
    limits: Limits = Limits()
    prices: Prices = Prices()

    @property
    def duration(self) -> float:
        """Seconds that one synchronous exchange holds a Lambda."""
        a = self.assumed
        signing = self.counted.signatures * a.sign_ms
        return (a.own_ms + a.read_ms + a.write_ms + signing + a.provider_ms) / 1000

    @property
    def slow_duration(self) -> float:
        """The same, when the provider takes as long as it may."""
        return self.duration + (self.assumed.slow_provider_ms - self.assumed.provider_ms) / 1000

    @property
    def crisis_peak(self) -> float:
        """Exchanges per second in the busiest minute of a crisis."""
        return self.load.peak * self.load.crisis

    @property
    def seal_rate(self) -> float:
        """Leaves per second that one sealer seals: steps that fit into its part of each minute."""
        return int(BUDGET.total_seconds() / self.assumed.seal_step_s) * BATCH / 60

    def costs(self) -> Mapping[str, float]:
        """US dollars per million synchronous exchanges, by service."""
        c, p, a = self.counted, self.prices, self.assumed
        tokens = 1 / a.tokens_each
        seal = c.sealing
        puts = 10 / BATCH
        return {
            "KMS (ECC signatures)": p.kms_ecc_million * (c.signatures + tokens * c.token.signatures),
            "DynamoDB, writes": p.write_units_million * (c.write_units + tokens * c.token.write_units),
            "DynamoDB, reads": p.read_units_million
            * (c.synchronous.read_units + seal.read_units / SEALED + tokens * c.token.read_units),
            "DynamoDB, storage for a year": self.storage_year(),
            "Lambda, time": p.lambda_gb_second * 1e6 * self.duration * API_MEMORY / 1024,
            "Lambda, requests": p.lambda_million * (1 + tokens),
            "API Gateway (REST)": p.gateway_million * (1 + tokens),
            "S3 (sealing)": p.s3_put_million * puts,
            "CloudWatch Logs": a.log_bytes * 1e6 / 1e9 * p.logs_gb,
        }

    def storage_year(self) -> float:
        """US dollars for keeping what a million exchanges leave behind, table and indexes, for a year."""
        return self.counted.item_bytes * 1e6 / 1e9 * self.prices.table_gb_month * 12

    def million(self) -> float:
        """US dollars per million synchronous exchanges."""
        return sum(self.costs().values())

    def bottlenecks(self) -> list[Bottleneck]:
        """What ends first, second, third ...: the least room in a crisis first."""
        from bench.bottlenecks import found

        return sorted(found(self), key=lambda each: each.rate / each.need)


def main() -> None:
    """Writes the page."""
    from bench.scale_page import page
    from bench.simulate_page import read_runs
    from bench.uses import count_uses

    PAGE.write_text(page(Model(count()), count_uses(), read_runs()), encoding="utf-8")
    print(f"written: {PAGE}")


if __name__ == "__main__":
    main()
