"""Every way out of the product that goes where somebody else says, as that somebody would use it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from chalicelib.citizen.sessions.providers import LoginProvider
from chalicelib.citizen.sessions.upstream import Upstream
from chalicelib.citizen.wallet.issuers import Issuers, Trusted
from chalicelib.gdx.ids import MemberId, SubsystemId
from chalicelib.gdx.model import Member
from chalicelib.opendata.harvest.remote import Away, Broken, Remote
from chalicelib.opendata.links.asking import Asker, Lost
from chalicelib.shared.access_tokens import fetched_jwks
from chalicelib.shared.credentials import StatusReference
from chalicelib.shared.egress import GuardedHttp, HttpAnswer, Unreachable, downloads
from chalicelib.shared.errors import Refusal
from chalicelib.shared.thai import Text
from tests.biz.linked.hotel import Hotels
from tests.citizen.miniapps.town import Town as Portals
from tests.gdx.exchange import OFFICE, Exchange
from tests.gdx.services.register import CIVIL, ENTRY
from tests.hostile.payloads.addresses import EVERY, NAMES, PUBLIC
from tests.hostile.payloads.recorder import Names
from tests.opendata.portal import Portal
from tests.support.memory import MemoryTable
from tests.support.tokens import NOW

START = "https://good.example/to/"
"""A good address that sends whoever asks to another one: its number in the list."""


class Gate:
    """The guarded way out, but for a good site that redirects and agrees to webhooks.

    Attributes:
        agrees: whether `https://good.example` agrees to what it is asked, without a connection.
    """

    def __init__(self) -> None:
        self.agrees = False
        self._guarded = GuardedHttp()

    def send(
        self, method: str, url: str, *, headers: Mapping[str, str], body: bytes | None = None, timeout: float = 10.0
    ) -> HttpAnswer:
        return self._played(url) or self._guarded.send(method, url, headers=headers, body=body, timeout=timeout)

    def fetch(self, method: str, url: str, **given: Any) -> HttpAnswer:
        """As `Downloads.fetch`."""
        return self._played(url) or self._guarded.fetch(method, url, **given)

    def _played(self, url: str) -> HttpAnswer | None:
        if url.startswith(START):
            number = url.removeprefix(START).rstrip("/").split("/")[0]
            return HttpAnswer(302, {"location": EVERY[int(number)] if number.isdecimal() else url})
        return HttpAnswer(200, {"webhook-allowed-origin": "*"}) if self.agrees else None


Go = Callable[[str], object]
"""Uses the way once for an address."""
Way = Callable[[Gate, Names, Path], Go]

ENDED = (Refusal, Unreachable, Away, Broken, Lost, ValueError)
"""How it ends where nothing was reached: the address was refused, or the way out said no."""


def _system(exchange: Exchange) -> Callable[[str], None]:
    def lives(url: str) -> None:
        exchange.pass_time(seconds=3601)  # what a process remembers of the directory, and the doctor's visits
        civil = SubsystemId.parse(CIVIL)
        found = exchange.service.directory.subsystem_now(civil)
        assert found is not None
        exchange.service.directory.register_subsystem(replace(found, endpoint=url), "test")

    return lives


def provider(gate: Gate, names: Names, folder: Path) -> Go:
    """The exchange calls an agency's system."""
    exchange = Exchange(http=gate)
    lives = _system(exchange)

    def go(url: str) -> object:
        lives(url)
        return exchange.r1()

    return go


def description(gate: Gate, names: Names, folder: Path) -> Go:
    """The exchange fetches a service's description from its provider."""
    exchange = Exchange(http=gate)
    lives = _system(exchange)
    body = {name: value for name, value in ENTRY.items() if name != "document"} | {"from": "/openapi.json"}

    def go(url: str) -> object:
        lives(url)
        return exchange.client.post("/gdx/v1/services", token=exchange.token(CIVIL), json=body)

    return go


def doctor(gate: Gate, names: Names, folder: Path) -> Go:
    """The doctor of the exchange tries a system."""
    exchange = Exchange(http=gate)
    lives = _system(exchange)

    def go(url: str) -> object:
        lives(url)
        return exchange.client.post("/gdx/v1/doctor", token=exchange.token(CIVIL), json={})

    return go


def exchange_webhook(gate: Gate, names: Names, folder: Path) -> Go:
    """A system of a member, for whom the whole hostile zone was approved, sets its webhook."""
    exchange = Exchange(http=gate)
    member = Member(MemberId.parse("TH/LOCAL/LAEMNGOP"), "แหลมงอบ", "Laem Ngop", ("evil.example", "good.example"))
    exchange.service.directory.register_member(member, "test")
    exchange.pass_time(seconds=31)

    def go(url: str) -> object:
        given = {"url": url, "events": ["gdx.exchange.*"]}
        return exchange.client.put("/gdx/v1/webhook", token=exchange.token(OFFICE), json=given)

    return go


def dataset_webhook(gate: Gate, names: Names, folder: Path) -> Go:
    """Somebody follows a dataset by a webhook."""
    portal = Portal(folder)
    portal.network.serve = lambda method, url, headers, body: gate.send(method, url, headers=headers, body=body)
    headers = {"Authorization": f"Bearer {portal.reader}"}
    return lambda url: portal.client.post("/opendata/v1/webhooks", json={"url": url}, headers=headers)


def harvest(gate: Gate, names: Names, folder: Path) -> Go:
    """A source is harvested, with the redirects that it answers."""
    portal = Portal(folder)
    portal.tick = timedelta(minutes=1)
    remote = Remote(gate, MemoryTable(), portal.clock, "https://data.klang.test")
    return lambda url: remote.fetch(url, "*/*")


def harvest_source(gate: Gate, names: Names, folder: Path) -> Go:
    """A publisher enters a source and starts a run."""
    from tests.opendata.harvest.town import Town

    town = Town(folder)
    town.serve(lambda method, url, headers, body: gate.send(method, url, headers=headers, body=body))
    given = {"kind": "ckan", "title": "บัญชีข้อมูล", "organization": "laemngop"}

    def go(url: str) -> object:
        made = town.ask("POST", "/opendata/v1/harvest/sources", {**given, "url": url})
        return town.harvest(str(made.json["id"])) if made.status == 201 else made

    return go


def link(gate: Gate, names: Names, folder: Path) -> Go:
    """A link of a dataset is looked at."""
    asker = Asker(downloads(gate), lambda host: True, "https://data.klang.test")
    return asker.look


def mirrored_link(gate: Gate, names: Names, folder: Path) -> Go:
    """A link of a dataset is fetched whole."""
    folder.mkdir()
    asker = Asker(downloads(gate), lambda host: True, "https://data.klang.test")
    return lambda url: asker.fetch(url, {}, folder / "mirror", 1 << 20)


def linked_service(gate: Gate, names: Names, folder: Path) -> Go:
    """An agency's own system for a licence is told of a case; its registered name turns."""
    folder.mkdir()
    town = Hotels(folder)
    object.__setattr__(town.biz.parts, "http", gate)
    names.give("hotel.laemngop.go.th", PUBLIC)
    town.handed()

    def go(url: str) -> object:
        turned = [rounds for name, rounds in NAMES.items() if f"//{name}/" in url]
        if not turned and url != "https://good.example/x":
            return None  # no address of a definition: those that are none have tests in tests/biz/linked/test_lint.py
        names.give("hotel.laemngop.go.th", *(turned[0] if turned else (PUBLIC,)))
        town.pass_time(minutes=61)
        town.biz.parts.journal.sweep(town.now())
        town.run_queue()
        return None

    return go


def service_link(gate: Gate, names: Names, folder: Path) -> Go:
    """A link in the portal's list of services is asked whether it is still there."""
    town = Portals()
    object.__setattr__(town.portal.parts, "http", gate)
    text = {"th": "บริการ", "en": "A service"}
    given = {"name": text, "about": text, "category": "travel", "channels": ["online"], "words": [], "hours": text}

    def go(url: str) -> object:
        answer = town.client.put("/citizen/v1/links/a-link", json={**given, "url": url}, token=town.system)
        town.later(days=1, minutes=2)
        return answer

    return go


def issuer(gate: Gate, names: Names, folder: Path) -> Go:
    """Keys, status lists and names of types of an issuer of credentials."""

    def go(url: str) -> object:
        trusted = Trusted(url, Text(th="ก", en="a"), gate, types=url)
        issuers = Issuers([trusted])
        issuers.described(url, "urn:x:1")
        with suppress(*ENDED):
            issuers.status(trusted, StatusReference(uri=url, idx=0), NOW)
        return issuers.keys(trusted)

    return go


def key_set(gate: Gate, names: Names, folder: Path) -> Go:
    """Keys of whoever signs access tokens."""
    return lambda url: fetched_jwks(gate, url)()


def login(gate: Gate, names: Names, folder: Path) -> Go:
    """A login provider, and the addresses that its discovery document could name."""

    more = {"redirect_uris": ["https://citizen.klang.test/x"], "verified": "design", "source": "x"}

    def go(url: str) -> object:
        given = {"id": "a-login", "names": {"th": "ก", "en": "a"}, "issuer": url, "client_id": "me"}
        made = LoginProvider.model_validate(given | more)
        return Upstream(made, gate, secret=lambda: "", assertion=lambda me, to: "").endpoints()

    return go


WAYS: dict[str, Way] = {
    each.__name__: each
    for each in (
        *(provider, description, doctor, exchange_webhook, dataset_webhook, harvest, harvest_source, link),
        *(mirrored_link, linked_service, service_link, issuer, key_set, login),
    )
}
MODULES = {
    "chalicelib/gdx/provider.py": "provider",
    "chalicelib/gdx/services/fetching.py": "description",
    "chalicelib/gdx/onboarding/doctor.py": "doctor",
    "chalicelib/gdx/webhooks/service.py": "exchange_webhook",
    "chalicelib/opendata/webhooks/service.py": "dataset_webhook",
    "chalicelib/opendata/harvest/remote.py": "harvest",
    "chalicelib/opendata/links/asking.py": "link",
    "chalicelib/biz/linked/deliveries.py": "linked_service",
    "chalicelib/citizen/directory/links.py": "service_link",
    "chalicelib/citizen/wallet/issuers.py": "issuer",
    "chalicelib/shared/access_tokens.py": "key_set",
    "chalicelib/citizen/sessions/upstream.py": "login",
}
"""Who sends requests to addresses of others, and by which way it is tried."""
OWN = {
    "chalicelib/shared/relay.py": "the platforms' own addresses, from the settings",
    "chalicelib/shared/gdx_client.py": "the exchange's address, from the settings",
    "chalicelib/opendata/search/opensearch.py": "the search engine's address, from the settings",
    "chalicelib/opendata/tables/sql/sandbox.py": "addresses of our own buckets, which our catalogue signed",
    "chalicelib/shared/egress.py": "the guard itself",
    "chalicelib/shared/way_out.py": "the guard as it stands when it is used",
}
