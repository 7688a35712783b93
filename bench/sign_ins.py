"""A crisis of the Citizen Portal on paper: 30 million sign-ins on one day, from what the code was counted to do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bench.counted import Cost, Watched
from chalicelib.citizen.cards import Card
from chalicelib.citizen.sessions.model import WHOLE
from chalicelib.citizen.sessions.tokens import LIVES
from chalicelib.citizen.sessions.upstream import SILENT, TIMEOUT
from chalicelib.shared.thai import Text
from infra.stages import API_MEMORY
from tests.citizen.portal import MALEE, Portal
from tests.citizen.sessions.provider import Doors
from tests.support.keys import LocalSigner

MESSAGES, CARDS = 10, 3
"""What the person who is counted has in the inbox and on the home page."""


@dataclass(frozen=True)
class SignInLoad:
    """How the day goes."""

    sign_ins: float = 30e6
    first_hour: float = 0.15
    minute_factor: float = 3.0
    homes: float = 2.0
    inboxes: float = 1.0
    stays_minutes: float = 25.0

    @property
    def mean(self) -> float:
        """Sign-ins per second over the whole day."""
        return self.sign_ins / 86_400

    @property
    def hour(self) -> float:
        """Sign-ins per second in the first hour."""
        return self.sign_ins * self.first_hour / 3600

    @property
    def peak(self) -> float:
        """Sign-ins per second in the busiest minute."""
        return self.hour * self.minute_factor

    @property
    def refreshes(self) -> float:
        """Refreshes for each sign-in: an access token lives ten minutes."""
        return self.stays_minutes * 60 / LIVES.total_seconds()


@dataclass(frozen=True)
class SignInAssumed:
    """Values of the world, none of them measured here."""

    own_ms: float = 6.0
    provider_ms: float = 300.0
    starts_per_second: float = 100.0
    kms_symmetric: float = 5_500.0
    log_bytes: int = 500


@dataclass(frozen=True)
class SignInsCounted:
    """What each step asks of AWS."""

    start: Cost
    finish: Cost
    refresh: Cost
    home: Cost
    inbox: Cost

    def steps(self, load: SignInLoad) -> list[tuple[str, Cost, float]]:
        """Each step, and how often it is taken for one sign-in."""
        return [
            ("begin a login", self.start, 1.0),
            ("finish it: a session", self.finish, 1.0),
            ("refresh", self.refresh, load.refreshes),
            (f"home page, {CARDS} cards", self.home, load.homes),
            (f"inbox page, {MESSAGES} messages", self.inbox, load.inboxes),
        ]


def count_sign_ins() -> SignInsCounted:
    """Counts, in memory; the provider answers at once."""
    table = Watched()
    doors = Doors(table=table)
    portal, signer = doors.portal, doors.portal.keyring.signer
    _furnish(portal, table)
    doors.session()  # the process has its keys and knows the provider

    def taken() -> Cost:
        if not isinstance(signer, LocalSigner):
            raise TypeError("the signatures of KMS are counted at the test's own signer")
        return Cost(tuple(table.requests), table.keys_read, table.read_units, tuple(table.written), signer.signed)

    def clear() -> None:
        table.clear()
        if isinstance(signer, LocalSigner):
            signer.signed = 0

    clear()
    begun = doors.start()
    start = taken()
    code = doors.one.enter(begun["authorization_url"])
    clear()
    grant = doors.finish(begun, code).json
    finish = taken()
    clear()
    token = doors.refresh(grant["refresh_token"]).json["access_token"]
    refresh = taken()
    doors.client.get("/citizen/v1/me/home", token=token)  # the token's key is known from then on
    costs = []
    for path in ("/citizen/v1/me/home", "/citizen/v1/me/inbox"):
        clear()
        if doors.client.get(path, token=token).status != 200:
            raise AssertionError(path)
        costs.append(taken())
    return SignInsCounted(start, finish, refresh, *costs)


def _furnish(portal: Portal, table: Watched) -> None:
    person = portal.citizen.hall.person(MALEE)
    for number in range(MESSAGES):
        if portal.message(id=f"m-{number}").status not in (200, 201):
            raise AssertionError("the inbox takes no message")
    for number in range(CARDS):
        card = Card(
            kind="bill",
            id=f"b-{number}",
            title=Text(th="ค่าไฟฟ้า เดือนพฤศจิกายน 2569", en="Electricity, November 2026"),
            at="2026-11-25T03:00:00.000+00:00",
            data={"amount": "512.25"},
            due=portal.citizen.hall.today(),
        )
        table.write([portal.citizen.hall.cards.put(person, card)], f"card-{number}")


@dataclass(frozen=True)
class Ends:
    """A limit: where it ends in sign-ins per second, why, and what is done."""

    name: str
    rate: float
    why: str
    done: str


@dataclass(frozen=True)
class SignInDay:
    """Everything together; quotas, prices and times of AWS are those of the exchange's model.

    Attributes:
        write_ms, read_ms: of DynamoDB.
        gateway, concurrency, table_writes: AWS's quotas.
        prices: US dollars by the names of `bench.scale.Prices`.
    """

    counted: SignInsCounted
    read_ms: float
    write_ms: float
    gateway: float
    concurrency: float
    table_writes: float
    kms_ecc: float
    prices: Mapping[str, float]
    load: SignInLoad = SignInLoad()
    assumed: SignInAssumed = SignInAssumed()

    @property
    def requests(self) -> float:
        """Requests for each sign-in over its whole life; the list of providers is kept by clients."""
        return sum(times for _, _, times in self.counted.steps(self.load))

    @property
    def write_units(self) -> float:
        """Write units for each sign-in."""
        return sum(cost.write_units * times for _, cost, times in self.counted.steps(self.load))

    @property
    def read_units(self) -> float:
        """Read units for each sign-in."""
        return sum(cost.read_units * times for _, cost, times in self.counted.steps(self.load))

    @property
    def signatures(self) -> float:
        """KMS signatures for each sign-in."""
        return sum(cost.signatures * times for _, cost, times in self.counted.steps(self.load))

    @property
    def seconds(self) -> float:
        """Lambda seconds for each sign-in, the provider's time among them."""
        waiting = sum(self._seconds(cost) * times for _, cost, times in self.counted.steps(self.load))
        return waiting + self.assumed.provider_ms / 1000

    @property
    def waiting(self) -> float:
        """Share of the processes that wait, at most, for a provider that is silent."""
        return TIMEOUT / (TIMEOUT + SILENT)

    def _seconds(self, cost: Cost) -> float:
        each = {"write": self.write_ms}
        return (self.assumed.own_ms + sum(each.get(name, self.read_ms) for name in cost.requests)) / 1000

    def ends(self) -> list[Ends]:
        """What ends first, second, third ..."""
        a = self.assumed
        found = [
            Ends(
                "API Gateway",
                self.gateway / self.requests,
                f"{self.gateway:,.0f} requests a second in the account, {self.requests:.1f} for each sign-in",
                "The quota is adjustable and has to be raised before an announced day. Beyond it people are answered "
                "429 at the door, before anything of ours is done. Fewer come again: a session lasts up to "
                f"{WHOLE.days} days and needs no provider.",
            ),
            Ends(
                "Lambda concurrency, the provider as usual",
                self.concurrency / self.seconds,
                f"{self.concurrency:,.0f} at once, {self.seconds * 1000:.0f} ms for each sign-in",
                "The quota is adjustable.",
            ),
            Ends(
                "Lambda concurrency, a provider silent",
                self.concurrency * (1 - self.waiting) / (self.seconds - a.provider_ms / 1000),
                f"a process that waited {TIMEOUT:.0f} s in vain does not ask again for {SILENT:.0f} s: at most "
                f"{self.waiting:.0%} of the {self.concurrency:,.0f} wait",
                "New logins at that provider are told to try again or to use the other; whoever is logged in notices "
                "nothing. What a provider itself can take is not known to us.",
            ),
            Ends(
                "Write units of the table",
                self.table_writes / self.write_units,
                f"{self.table_writes:,.0f} write units a second, {self.write_units:.0f} for each sign-in",
                "The quota is adjustable; the table is warmed before an announced day (warm throughput).",
            ),
        ]
        if self.signatures:
            found.append(
                Ends(
                    "KMS signatures",
                    self.kms_ecc / self.signatures,
                    f"{self.kms_ecc:,.0f} a second, {self.signatures:.0f} for each sign-in",
                    "A sign-in must not sign by KMS.",
                )
            )
        return sorted(found, key=lambda each: each.rate)

    def costs(self) -> Mapping[str, float]:
        """US dollars of the whole day, by service."""
        p, millions = self.prices, self.load.sign_ins / 1e6
        kept = sum(each.size for each in self.counted.finish.written if each.kind in ("SESSIONS", "SESSION"))
        months = WHOLE.days / 30
        return {
            "API Gateway (REST)": p["gateway_million"] * self.requests * millions,
            "DynamoDB, writes": p["write_units_million"] * self.write_units * millions,
            "DynamoDB, reads": p["read_units_million"] * self.read_units * millions,
            "DynamoDB, sessions and their history for a month": p["table_gb_month"] * kept * millions / 1e3 * months,
            "Lambda, time": p["lambda_gb_second"] * self.seconds * millions * 1e6 * API_MEMORY / 1024,
            "Lambda, requests": p["lambda_million"] * self.requests * millions,
            "KMS (ECC signatures)": p["kms_ecc_million"] * self.signatures * millions,
            "CloudWatch Logs": p["logs_gb"] * self.assumed.log_bytes * self.requests * millions / 1e3,
        }
