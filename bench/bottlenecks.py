"""Where the exchange ends, one limit after the other, and what is done about each."""

from __future__ import annotations

from collections.abc import Iterator

from bench.scale import SEALED, Bottleneck, Model
from chalicelib.gdx.rules import QUOTA_SHARDS
from chalicelib.gdx.store import SEAL_SHARDS
from chalicelib.gdx.transparency.sealer import BATCH, BUDGET


def found(model: Model) -> Iterator[Bottleneck]:
    """All of them."""
    yield from _signing(model)
    yield from _largest_agreement(model)
    yield from _sealing(model)
    yield from _quotas(model)


def _signing(model: Model) -> Iterator[Bottleneck]:
    signatures, quota = model.counted.signatures, model.limits.kms_ecc
    if signatures == 0:
        return
    yield Bottleneck(
        "KMS signatures",
        quota / signatures,
        model.load.peak,
        f"{quota:,.0f} operations with ECC keys per second in the account, {signatures:.0f} for each exchange "
        "(the request to the provider, the receipt)",
        "The quota is adjustable and has to be raised before a launch (`docs/how-to/deploy.md`). A signature that is "
        "throttled is tried again by the SDK; in the end the exchange fails, and nothing is handed out.",
    )


def _largest_agreement(model: Model) -> Iterator[Bottleneck]:
    counted, share = model.counted, model.load.largest_agreement
    seen = counted.synchronous.of_index("by_consumer") + counted.sealing.of_index("by_consumer") / SEALED
    each = model.assumed.item_per_second
    if seen:
        yield Bottleneck(
            "Index `by_consumer` of the largest agreement",
            model.limits.partition_writes / seen / share,
            model.load.peak,
            f"all leaves of one agreement and day have one key in that index, which takes "
            f"{model.limits.partition_writes:,.0f} write units a second; {seen:.0f} for each exchange (recorded, then "
            f"sealed); the largest agreement has {share:.0%} of all exchanges",
            "An index that cannot follow slows the table's writes down: the SDK tries again, then the exchange "
            "is refused "
            "with 503. More keys (an hour, a shard) would lift it.",
        )
    yield Bottleneck(
        "Counters of the largest agreement",
        each * QUOTA_SHARDS / share,
        model.load.peak,
        f"an item takes about {each:.0f} transactions a second before they meet (TransactionConflict); {QUOTA_SHARDS} "
        "counters for each agreement and day",
        "Exchanges begin at different counters (by their ids), and one that meets another is tried again with jitter. "
        "Beyond that rate an agreement needs more counters (`QUOTA_SHARDS`).",
    )


def _sealing(model: Model) -> Iterator[Bottleneck]:
    counted = model.counted
    opened = counted.synchronous.of_index("open") + counted.sealing.of_index("open") / SEALED
    yield Bottleneck(
        "The sealer, over a working day",
        model.seal_rate,
        model.load.office,
        f"one sealer, {BATCH} leaves in a step of {model.assumed.seal_step_s} s, {BUDGET.total_seconds():.0f} "
        "s of each "
        "minute",
        "It may lag behind a peak; the pipeline stops only when the oldest open leaf is four hours old, and "
        "an alarm comes "
        "long before. Larger steps (`BATCH`) or a longer part of the minute (`BUDGET`) lift it; two sealers do not.",
    )
    yield Bottleneck(
        "Index `open`",
        model.limits.partition_writes * SEAL_SHARDS / opened,
        model.load.peak,
        f"{SEAL_SHARDS} keys of {model.limits.partition_writes:,.0f} write units a second, {opened:.0f} for "
        "each exchange "
        "(in, then out)",
        "Leaves are spread over the keys by their ids; more keys are a constant (`SEAL_SHARDS`).",
    )


def _quotas(model: Model) -> Iterator[Bottleneck]:
    limits, peak = model.limits, model.load.peak
    yield Bottleneck(
        "Lambda concurrency, providers as usual",
        limits.concurrency / model.duration,
        peak,
        f"by Little's law: {limits.concurrency:,.0f} at once, {model.duration * 1000:.0f} ms each",
        "The quota is adjustable.",
    )
    yield Bottleneck(
        "Lambda concurrency, all providers slow",
        limits.concurrency / model.slow_duration,
        peak,
        f"{limits.concurrency:,.0f} at once, {model.slow_duration:.1f} s each",
        "A service's own timeout bounds how long a slow provider holds a Lambda, an agreement's rate per "
        "minute how many; "
        "what can wait goes the asynchronous way, which holds none while it waits.",
    )
    yield Bottleneck(
        "Write units of the table",
        limits.table_writes / model.counted.write_units,
        peak,
        f"{limits.table_writes:,.0f} on-demand write units a second, {model.counted.write_units:.0f} for each exchange",
        "The quota is adjustable. An on-demand table serves at once twice what it served before; it is "
        "warmed before an "
        "announced peak (warm throughput).",
    )
    yield Bottleneck(
        "API Gateway",
        limits.gateway,
        peak,
        f"{limits.gateway:,.0f} requests a second in the account",
        "The quota is adjustable; the stages' own throttles lie below it.",
    )
