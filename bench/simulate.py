"""A discrete-event simulation of the four platforms in one AWS account: which limit is met first, who is served.

`python -m bench.simulate` runs every load in every account and writes `bench/simulated.json`, which `bench.scale` puts
into `docs/scale.md`; a test runs some again and compares.
Requests come by a Poisson process and are carried through API Gateway's buckets, Lambda's concurrency, the tables'
units and the signatures of KMS, each as AWS documents it. What a use asks for is counted from the code (`bench.uses`).

Where there are many, one simulated request stands for `weight` of them and every limit is divided by it. Small systems
queue and refuse a little earlier than large ones, so this errs on the dark side.
"""

from __future__ import annotations

import json
import math
import random
from collections import Counter
from collections.abc import Generator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, get_args

import simpy

from bench.demand import AS_GIVEN, PREPARED, SHED, TIMES, Account, World, busiest
from bench.uses import Kind, Use, count_uses

RUNS = Path(__file__).with_name("simulated.json")
KINDS: tuple[Kind, ...] = get_args(Kind)
ROOMS = ("gdx", "opendata", "biz", "citizen")
SECONDS = 60.0
"""How long the busiest minute is simulated."""
RAMP = 10.0
"""Seconds in which the load grows from today's to its full height before that: the flood of an announcement."""
MOST = 60_000
"""Requests that are simulated at most; a higher load is simulated by weight."""
OFFER_SECONDS = 0.4
"""What one of the eight side-by-side looks of an offer's run takes."""
SIDE_BY_SIDE = 8

Process = Generator[Any, Any, Any]


class Bucket:
    """A token bucket: `rate` tokens a second, `burst` at most."""

    def __init__(self, env: simpy.Environment, rate: float, burst: float) -> None:
        self._env = env
        self.rate, self.burst = rate, burst
        self._tokens, self._at = burst, 0.0

    def take(self, tokens: float) -> bool:
        """Takes them, or nothing."""
        now = self._env.now
        self._tokens = min(self.burst, self._tokens + (now - self._at) * self.rate)
        self._at = now
        if self._tokens < min(tokens, self.burst):
            return False
        self._tokens -= tokens
        return True


class Function:
    """One Lambda function's environments."""

    def __init__(self, env: simpy.Environment, account: Account, platform: str, weight: float) -> None:
        self.idle = round(account.provisioned.get(platform, 0) / weight)
        self.starts = Bucket(env, account.starts / weight, account.starts * 10 / weight)


@dataclass
class Tally:
    """What became of one use."""

    asked: int = 0
    served: int = 0
    refusals: Counter[str] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)

    @property
    def share(self) -> float:
        """How many of those who asked were served in the end."""
        return self.served / self.asked if self.asked else 1.0

    def at(self, percent: int) -> float:
        """A percentile of the seconds that the served waited, their own tries included."""
        if not self.seconds:
            return math.nan
        return sorted(self.seconds)[min(len(self.seconds) - 1, len(self.seconds) * percent // 100)]


@dataclass
class Run:
    """One simulated minute.

    Attributes:
        times: of today's load.
        first: the limit that was met first, and when (seconds after the load began to grow).
        limits: how often each limit refused or held something up.
        most: Lambdas at once, at most.
    """

    account: Account
    times: int
    weight: float
    tallies: dict[str, Tally]
    uses: Sequence[Use]
    first: tuple[str, float] | None = None
    limits: Counter[str] = field(default_factory=Counter)
    most: int = 0

    def share(self, kind: str, platform: str | None = None) -> float:
        """How many of a kind were served, on one platform or on all; not a number where nobody asked."""
        chosen = [self.tallies[use.name] for use in self.uses if use.kind == kind and platform in (None, use.platform)]
        asked = sum(tally.asked for tally in chosen)
        return sum(tally.served for tally in chosen) / asked if asked else math.nan

    def worst(self, kind: str, percent: int = 95) -> float:
        """The largest percentile of seconds among the uses of a kind."""
        values = [self.tallies[use.name].at(percent) for use in self.uses if use.kind == kind]
        return max((value for value in values if not math.isnan(value)), default=math.nan)


class Refused(Exception):
    """A limit said no; its name."""


class Simulation:
    """One account under one load."""

    def __init__(self, uses: Sequence[Use], account: Account, times: int, world: World, seed: int) -> None:
        rates = {name: rate * times for name, rate in busiest().items()}
        expected = sum(rates[use.name] for use in uses if use.kind != "offer") * (SECONDS + RAMP)
        self.weight = weight = max(1.0, expected / MOST)
        self.env = env = simpy.Environment()
        self.random = random.Random(seed)  # noqa: S311 # the same minute in every run
        self.account, self.times, self.world, self.rates = account, times, world, rates
        self.uses = uses
        self.gateway = Bucket(env, account.gateway / weight, account.gateway_burst / weight)
        self.methods = {use.name: [self._method(use, call) for call in range(use.calls)] for use in uses}
        self.functions = {use.platform: Function(env, account, use.platform, weight) for use in uses}
        # an on-demand table keeps unused units of five minutes for a burst; here none, for the table may be busy before
        self.writes = {name: Bucket(env, *(2 * [account.warm_writes / weight])) for name in self.functions}
        self.reads = {name: Bucket(env, *(2 * [account.warm_reads / weight])) for name in self.functions}
        self.kms = Bucket(env, account.kms / weight, account.kms / weight)
        self.room = {name: max(1.0, lambdas / weight) for name, lambdas in account.reserved.items()}
        self.room[""] = max(1.0, (account.concurrency - sum(account.reserved.values())) / weight)
        self.busy: Counter[str] = Counter()
        self.run = Run(account, times, weight, {use.name: Tally() for use in uses}, uses)

    def _method(self, use: Use, call: int) -> Bucket:
        """Each call of a use is a method of its own; of several only the first is shed: who began may end."""
        rate, burst = self.account.method, self.account.method_burst
        if use.kind in self.account.shed and call == 0:
            rate = burst = self.account.shed[use.kind]
        return Bucket(self.env, rate / self.weight, burst / self.weight)

    def simulate(self) -> Run:
        """The minute, and what was begun in it to its end."""
        for use in self.uses:
            self.env.process(self._offers(use) if use.kind == "offer" else self._arrivals(use))
        self.env.run(until=RAMP + SECONDS + 30)
        return self.run

    def _arrivals(self, use: Use) -> Process:
        full = self.rates[use.name] / self.weight
        while self.env.now < RAMP + SECONDS:
            grown = min(1.0, self.env.now / RAMP)
            rate = full * (grown + (1 - grown) / self.times)
            yield self.env.timeout(self.random.expovariate(rate))
            self.env.process(self._somebody(use) if use.calls else self._message(use))

    def _somebody(self, use: Use) -> Process:
        """A person or a program, who comes again when refused."""
        tally, begun = self.run.tallies[use.name], self.env.now
        tally.asked += 1
        for attempt in range(self.world.client_retries + 1):
            if attempt:
                yield self.env.timeout(self.random.uniform(1, 2) * 2 ** (attempt - 1))
            try:
                for call in range(use.calls):
                    yield from self._request(use, call)
            except Refused as refused:
                tally.refusals[str(refused)] += 1
                continue
            tally.served += 1
            tally.seconds.append(self.env.now - begun)
            return

    def _request(self, use: Use, call: int) -> Process:
        """One request through the gateway; what the use asks of AWS is done by its last."""
        self._must(self.methods[use.name][call].take(1), "the stage's throttling")
        self._must(self.gateway.take(1), "API Gateway, the account's rate")
        yield self.env.timeout(self.world.gateway_ms / 1000)
        yield from self._invoked(use, last=call == use.calls - 1)

    def _message(self, use: Use) -> Process:
        """A queue's message: it comes again until it is done, so it is late and not lost."""
        tally, begun = self.run.tallies[use.name], self.env.now
        tally.asked += 1
        while self.env.now < RAMP + SECONDS + 25:
            try:
                yield from self._invoked(use, last=True)
            except Refused as refused:
                tally.refusals[str(refused)] += 1
                yield self.env.timeout(self.random.uniform(2, 6))
                continue
            tally.served += 1
            tally.seconds.append(self.env.now - begun)
            return

    def _invoked(self, use: Use, *, last: bool) -> Process:
        function = self.functions[use.platform]
        # what takes a queue is another function than the API, and has no part in what that keeps for itself
        share = use.platform if use.platform in self.room and use.calls else ""
        name = f"Lambda, what {share} keeps" if share else "Lambda, concurrency of the account"
        self._must(self.busy[share] + 1 <= self.room[share], name)
        if function.idle:
            function.idle -= 1
            cold = False
        else:
            self._must(function.starts.take(1), "Lambda, new environments a second")
            cold = True
        self.busy[share] += 1
        self.run.most = max(self.run.most, round(self.busy.total() * self.weight))
        try:
            if cold:
                yield self.env.timeout(self.account.start_ms / 1000)
            yield from self._work(use) if last else self._light()
        finally:
            self.busy[share] -= 1
            function.idle += 1

    def _light(self) -> Process:
        yield self.env.timeout((self.world.own.get("", 6.0) + self.world.read) / 1000)

    def _work(self, use: Use) -> Process:
        world, cost = self.world, use.cost
        yield self.env.timeout(world.own.get(use.name, 6.0) / 1000)
        for _ in range(use.reads):
            units = cost.read_units / max(1, use.reads)
            yield from self._asked(self.reads[use.platform], units, world.read, f"the table of {use.platform}, reads")
        for _ in range(use.providers):
            yield self.env.timeout(self.random.lognormvariate(math.log(world.provider / 1000), world.spread))
        for _ in range(cost.signatures):
            yield from self._asked(self.kms, 1, world.sign, "KMS, signatures")
        for _ in range(use.writes):
            units = cost.write_units / use.writes
            yield from self._asked(
                self.writes[use.platform], units, world.write, f"the table of {use.platform}, writes"
            )

    def _asked(self, bucket: Bucket, units: float, milliseconds: float, name: str) -> Process:
        """A call of AWS by the SDK, which tries a throttled one again with growing pauses."""
        for attempt in range(self.world.sdk_attempts):
            if bucket.take(units):
                yield self.env.timeout(milliseconds / 1000)
                return
            self._met(name)
            yield self.env.timeout(self.random.uniform(0, 2**attempt))
        raise Refused(name)

    def _offers(self, use: Use) -> Process:
        """One sweep tells people of rights, some at a time; it waits where the table does."""
        tally = self.run.tallies[use.name]
        while self.account.offers and self.env.now < RAMP + SECONDS:
            yield self.env.timeout(OFFER_SECONDS)
            tally.asked += SIDE_BY_SIDE
            try:
                yield from self._asked(
                    self.writes[use.platform],
                    use.cost.write_units * SIDE_BY_SIDE / self.weight,
                    self.world.write,
                    f"the table of {use.platform}, writes",
                )
            except Refused as refused:
                tally.refusals[str(refused)] += SIDE_BY_SIDE
                continue
            tally.served += SIDE_BY_SIDE

    def _must(self, granted: bool, name: str) -> None:
        if not granted:
            self._met(name)
            raise Refused(name)

    def _met(self, name: str) -> None:
        self.run.limits[name] += 1
        if self.run.first is None:
            self.run.first = (name, self.env.now)


def accounts(times: int) -> tuple[Account, ...]:
    """The accounts that are tried at a load; what differs in levers only, where something is short."""
    return (AS_GIVEN, SHED, PREPARED) if times > 1 else (AS_GIVEN,)


def simulated(uses: Sequence[Use], account: Account, times: int, seed: int = 1) -> dict[str, Any]:
    """One run as it is written down: shares served, seconds waited, limits met."""
    run = Simulation(uses, account, times, World(), seed).simulate()
    kinds = [(platform, kind) for platform in ROOMS for kind in KINDS]
    return {
        "account": account.name,
        "times": times,
        "weight": round(run.weight, 2),
        "served": {f"{p} {k}": round(run.share(k, p), 4) for p, k in kinds if not math.isnan(run.share(k, p))},
        "p95": {k: round(run.worst(k), 2) for k in KINDS if not math.isnan(run.worst(k))},
        "first": None if run.first is None else [run.first[0], round(run.first[1], 1)],
        "limits": [[name, round(count * run.weight)] for name, count in run.limits.most_common()],
        "at_once": run.most,
    }


def main() -> None:
    """Runs all and writes them down."""
    uses = count_uses()
    done = [simulated(uses, account, times) for times in TIMES for account in accounts(times)]
    RUNS.write_text(json.dumps(done, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    for each in done:
        print(f"{each['times']}x {each['account']}: {each['served']}, first {each['first']}")
    print(f"written: {RUNS}; now python -m bench.scale")


if __name__ == "__main__":
    main()
