"""Everything around the platforms on one machine: people who log in, agencies that answer, a bank that pays.

The same for the laptop stack (the app in this process) and for the rehearsal (deployed packages behind a front).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from chalicelib.settings import ROOMS
from chalicelib.shared.egress import GuardedHttp, Http
from chalicelib.shared.ids import utc_now
from infra.local import personas, turning
from infra.local.agencies import Agency, Check, company_register, credit_register, person_register
from infra.local.bank import Bank
from infra.local.billers import billers
from infra.local.billers import endpoints as billers_at
from infra.local.calls import Calls
from infra.local.data_centre import DataCentre, endpoint_of, hosted_registers
from infra.local.desk import Desk
from infra.local.keys import EphemeralKey
from infra.local.oidc import CLIENT, DGA_LIKE, DIGITAL_ID_PATH, DIGITAL_ID_SECRET, Provider
from infra.local.oidc import PATH as OIDC_PATH
from infra.local.paths import Handler, Paths
from infra.local.pump import Depth
from infra.local.seed import Wishes
from infra.local.tokens import AUDIENCE, PersonTokens, SystemTokens

REGION = "ap-southeast-1"
BUCKET_SUFFIX = "local"
LOOPBACK = "127.0.0.0/8"


class Surroundings:
    """People, systems, agencies and a bank around one address.

    Args:
        address: where the platforms and `/local` are reached.
        check: how the agencies know the exchange.
        calls: the count of AWS calls shown at `/local/calls`.
        queues: tells how full the queues are.
        clock: tells the time (aware, UTC).
        http: how people's systems and the bank reach the platforms; plain HTTP on this machine if None.
        more: what else one can do under `/local`, by method and path.
    """

    def __init__(
        self,
        address: str,
        check: Check,
        calls: Calls,
        queues: Callable[[], Mapping[str, Depth]],
        clock: Callable[[], datetime] = utc_now,
        http: Http | None = None,
        more: Mapping[tuple[str, str], Handler] | None = None,
    ) -> None:
        self.address = address
        self.personas = personas.load()
        self.keys = {system.client_id: EphemeralKey() for system in self.personas if system.client_id}
        civil = person_register()
        self.agencies = (
            Agency(civil, check, {turning.SERVICE: turning.turning(civil.records)}),
            Agency(company_register(), check),
            Agency(credit_register(), check),
        )
        self.data_centre = DataCentre(hosted_registers(), check, billers(check, clock))
        http = http or GuardedHttp([LOOPBACK])
        people = PersonTokens(issuer(address), self.personas, clock)
        digital_id = PersonTokens(f"{address}{DIGITAL_ID_PATH}", self.personas, clock)
        systems = SystemTokens(self.keys, lambda: address, http, clock)
        self.bank = Bank(lambda: address, http, clock)
        self.paths = Paths(
            {
                **Desk(self.personas, people, systems, calls, queues).handlers,
                **Provider(people, self.personas, clock).handlers,
                **Provider(digital_id, self.personas, clock, DGA_LIKE).handlers,
                **self.bank.handlers,
                **(more or {}),
            }
        )

    @property
    def endpoints(self) -> dict[str, str]:
        """Where the agencies' systems answer, by subsystem id."""
        own = {agency.register.subsystem: agency.address for agency in self.agencies}
        hosted = {each.subsystem for each in hosted_registers()}
        billing = billers_at(self.data_centre.address)
        return own | billing | {each: self.data_centre.address + endpoint_of(each) for each in hosted}

    @property
    def wishes(self) -> Wishes:
        """What the seed must know of them."""
        person, company, credit = self.agencies
        return Wishes(
            personas=self.personas,
            jwks={client_id: key.jwks for client_id, key in self.keys.items()},
            addresses={
                "gdx": self.address,
                "citizen": self.address,
                "biz": self.address,
                "opendata": self.address,
                "dopa": person.address,
                "dbd": company.address,
                "ncb": credit.address,
                "agencies": self.data_centre.address,
            },
            bank_secret=self.bank.secret,
            login_secrets={"digital-id": DIGITAL_ID_SECRET},
        )

    def start(self) -> None:
        """Opens the agencies, each on a free port."""
        for agency in self.agencies:
            agency.start()
        self.data_centre.start()

    def stop(self) -> None:
        """Closes them."""
        for agency in self.agencies:
            agency.stop()
        self.data_centre.stop()


def issuer(address: str) -> str:
    """The test OpenID provider's identifier at an address."""
    return f"{address}{OIDC_PATH}"


CALLBACK = "http://127.0.0.1:3000/callback"
"""Where a front end on this machine takes people back."""


def logins(address: str) -> list[dict[str, Any]]:
    """Both test providers as the portal knows them: one found by discovery, one written out like DGA Digital ID."""
    other = f"{address}{DIGITAL_ID_PATH}"
    levels = {f"ial{level}": level for level in ("1.1", "1.2", "1.3", "2.1", "2.2", "2.3", "3")}
    ours = {
        "client_id": CLIENT,
        "algorithm": "ES256",
        "names_itself": True,
        "redirect_uris": [CALLBACK],
        "source": "infra/local/oidc.py",
        "verified": "design",
    }
    return [
        {
            **ours,
            "id": "test-id",
            "names": {"th": "ไทยดีทดสอบ (เครื่องนี้เท่านั้น)", "en": "Test login (this machine only)"},
            "issuer": issuer(address),
            "assurance": {"claims": ["acr"], "values": levels, "ask": {"2.3": "ial2.3"}},
        },
        {
            **ours,
            "template": "dga",
            "id": "digital-id",
            "names": {"th": "ดิจิทัลไอดีทดสอบ (เครื่องนี้เท่านั้น)", "en": "Test digital ID (this machine only)"},
            "issuer": other,
            "endpoints": {
                "authorization": f"{other}/authorize",
                "token": f"{other}/token",
                "jwks": f"{other}/jwks.json",
                "userinfo": f"{other}/userinfo",
                "end_session": f"{other}/endsession",
            },
            "after_logout": CALLBACK,
        },
    ]


def variables(environment: str, address: str, *, platforms: tuple[str, ...] = ROOMS) -> dict[str, str]:
    """The settings (`chalicelib.settings.VARIABLES`) of platforms reached at one address of this machine."""
    trusted = {"iss": issuer(address), "jwks_uri": f"{issuer(address)}/jwks.json", "audience": AUDIENCE}
    return {
        "KLANG_ENV": environment,
        "PLATFORMS": ",".join(platforms),
        "BASE_URL": address,
        "GDX_URL": address,
        "BIZ_URL": address,
        "CITIZEN_URL": address,
        "BUCKET_SUFFIX": BUCKET_SUFFIX,
        "ISSUERS": json.dumps([trusted]),
        "LOGINS": json.dumps(logins(address), ensure_ascii=False),
        "EGRESS_NETWORKS": LOOPBACK,
        "XROAD_SPELLING": "7.8",
        "MAIL_FROM": "notices@mail.klang.example",
        "CLAMD": "",
        "FUNCTIONS": "",
        "AWS_DEFAULT_REGION": REGION,
    }
