"""Every operation while a service that the house stands on is away, or its clock is wrong."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from chalicelib.shared.ids import utc_now
from chalicelib.shared.web import Response, Route
from tests.hostile.owning import FIXED, OWNERS, bodies
from tests.hostile.played import Params, Played, operations_of
from tests.support.faults import Faults, Kind

SERVICES = ("dynamodb", "kms", "s3", "sqs")
NEEDED_BY_MOST = ("dynamodb", "kms")
CLOCKS = {"clock 2 h slow": timedelta(hours=-2), "clock 2 days fast": timedelta(days=2)}
LATER = timedelta(minutes=1)
"""After an outage: one round of the schedules."""
WRITES = frozenset({"TransactWriteItems", "PutObject", "SendMessage", "SendMessageBatch"})
_RANKS: Mapping[int, int] = {401: 5, 403: 4, 422: 3, 400: 3, 415: 3, 404: 2}
"""How far a request got, by its status: the fewer the further; what wanted to write got through."""


@dataclass(frozen=True)
class Ask:
    """One request to one operation."""

    operation: str
    params: Params
    who: str
    body: Any = None


@dataclass(frozen=True)
class Cell:
    """What an operation answered while something was away.

    Attributes:
        struck: the AWS calls that were made in vain, without the SDK's repeats.
        written: rows that were written all the same.
    """

    operation: str
    away: str
    reply: Response
    struck: Sequence[str]
    written: Sequence[str]

    def __str__(self) -> str:
        return f"{self.operation} without {self.away}: {self.reply.status} {list(self.struck)} {list(self.written)}"


@dataclass
class Matrix:
    """All cells.

    Attributes:
        asks: the request that gets furthest, and what it needs when nothing is away, by operation.
        cells: the answers.
        strangers: answers to whom an operation does not admit.
        recovered: answers a minute later in the same process.
        wrong_times: answers by a wrong clock.
    """

    asks: Mapping[str, tuple[Ask, frozenset[str]]]
    cells: list[Cell] = field(default_factory=list)
    strangers: list[Cell] = field(default_factory=list)
    recovered: list[Cell] = field(default_factory=list)
    wrong_times: list[Cell] = field(default_factory=list)


class Asking:
    """Asks while services, or operations of them, are away.

    Args:
        played: the town.
        layer: the faults, which strike as this says.

    Attributes:
        shift: by how much the clock of the process is wrong.
    """

    def __init__(self, played: Played, layer: Faults) -> None:
        self.played = played
        self._layer = layer
        self.shift = timedelta()
        self._away: frozenset[str] = frozenset()
        self._count = 0
        layer.pick = self._pick

    def _pick(self, service: str, operation: str, _: int) -> Kind:
        return "drop" if service in self._away or operation in self._away else "ok"

    def restart(self, shift: timedelta = timedelta()) -> None:
        """From now on a process is asked that has nothing in memory; everybody has just logged in.

        Args:
            shift: by how much its clock is wrong; may be changed while it runs.
        """
        self.shift = timedelta()  # by a wrong clock nobody could log in
        self.played.here.restart()
        self.played.here.loaded.house.clock = lambda: utc_now() + self.shift
        self.played = replace(self.played, operations=operations_of(self.played.here))
        self.played.log_in()
        self.shift = shift

    def ask(self, ask: Ask, name: str = "", *away: str) -> Cell:
        """The answer while these are away. Each request comes from an address of its own: paces are not the matter."""
        self._away = frozenset(away)
        self._layer.trace.clear()
        self._layer.slept.clear()
        self._count += 1
        headers = {"if-match": '"v1"', "idempotency-key": f"outage-{self._count}"}
        address = f"198.51.{self._count // 250 % 250}.{self._count % 250}"
        with self.played.writes() as written:
            reply = self.played.ask(ask.operation, ask.params, ask.who, body=ask.body, headers=headers, address=address)
        self._away = frozenset()
        return Cell(ask.operation, name, reply, self._in_vain(), [] if "dynamodb" in away else list(written))

    def needed(self) -> frozenset[str]:
        """The services that the last request asked."""
        return frozenset(service for service, _, _ in self._layer.trace)

    def _in_vain(self) -> list[str]:
        """Calls, not attempts: each pause stands before an attempt at the same."""
        struck = [operation for _, operation, kind in self._layer.trace if kind != "ok"]
        for _ in self._layer.slept:
            struck.pop()
        return struck


def filled(asking: Asking) -> Matrix:
    """Asks every operation, with everything away that it needs, then again when all is well."""
    operations = list(asking.played.operations)
    made = Matrix({operation: _furthest(asking, operation) for operation in operations})
    for away in SERVICES:
        asking.restart()
        if away == "dynamodb":
            _know_issuers(asking, made)
        asked = [ask for ask, needs in made.asks.values() if _concerns(asking.played, ask, needs, away)]
        made.cells += [asking.ask(ask, away, away) for ask in asked]
        if away in NEEDED_BY_MOST:
            made.strangers += [asking.ask(ask, away, away) for ask in _strangers(asking.played, made)]
        asking.shift = LATER
        made.recovered += [asking.ask(ask, away) for ask in asked]
    for name, wrong in CLOCKS.items():
        asking.restart(wrong)
        reads = [ask for ask, _ in made.asks.values() if not _route(asking.played, ask.operation).writes]
        made.wrong_times += [asking.ask(ask, name) for ask in reads]
    asking.restart()
    return made


def _concerns(played: Played, ask: Ask, needs: frozenset[str], away: str) -> bool:
    """Whether an operation may need a service: queues come after the write, so each that writes may."""
    writes = _route(played, ask.operation).writes
    return away in NEEDED_BY_MOST or away in needs or (away == "sqs" and writes)


def _know_issuers(asking: Asking, made: Matrix) -> None:
    """Lets the process read the issuers' keys, or nobody would come further than to the gate."""
    for kind in ("citizen", "system", "officer"):
        asking.ask(next(ask for ask, _ in made.asks.values() if OWNERS.get(ask.who) == kind))


def _furthest(asking: Asking, operation: str) -> tuple[Ask, frozenset[str]]:
    """The request that gets furthest in while nothing can be written."""
    best: tuple[int, Ask, frozenset[str]] | None = None
    for ask in _candidates(asking.played, operation):
        cell = asking.ask(ask, "", *WRITES)
        rank = 0 if cell.struck else _RANKS.get(cell.reply.status, 1)
        if best is None or rank < best[0]:
            best = rank, ask, asking.needed()
        if rank <= 1:
            break
    assert best is not None
    return best[1], best[2]


def _candidates(played: Played, operation: str) -> Iterator[Ask]:
    """Owners at what is theirs first, then one caller of each kind at what nobody has."""
    things = [(thing.params, thing.owner) for thing in played.things if thing.operation == operation][:2]
    allowed = {rule.kind for rule in _route(played, operation).allow}
    nothing = tuple(FIXED.get(name, ("0" * 32,))[0] for name in played.names(operation))
    callers = ["nobody"] if "public" in allowed else [who for who, kind in OWNERS.items() if kind in allowed]
    for body in bodies(operation, 2):
        for params, who in [*things, *((nothing, who) for who in callers)]:
            yield Ask(operation, params, who, body)


def _strangers(played: Played, made: Matrix) -> Iterator[Ask]:
    """Somebody whom an operation does not admit: a kind of caller that its rules do not name."""
    for operation, (ask, _) in made.asks.items():
        kinds = {rule.kind for rule in _route(played, operation).allow}
        others = [
            who for who, kind in OWNERS.items() if kind not in kinds and not (kind == "officer" and "citizen" in kinds)
        ]
        if others and "public" not in kinds:
            yield replace(ask, who=others[0])


def _route(played: Played, operation: str) -> Route:
    return played.operations[operation][1]


def defined(reply: Response) -> bool:
    """Whether its caller can act upon an answer: 5xx only as "come again", in a form that is known."""
    headers = _headers(reply)
    if reply.status < 500:
        return True
    if "x-road-error" in headers:  # 500 whatever went wrong (X-Road message protocol for REST)
        return reply.status == 500
    return reply.status in (502, 503, 504) and int(headers.get("retry-after", "0")) > 0


def settled(reply: Response) -> bool:
    """Whether a 500 of the exchange is about the request, as for a service that nobody has, and no outage."""
    return "retry-after" not in (headers := _headers(reply)) and "x-road-error" in headers


def _headers(reply: Response) -> Mapping[str, str]:
    return {name.lower(): value for name, value in reply.headers.items()}
