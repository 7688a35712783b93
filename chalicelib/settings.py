"""Settings: the only file that reads the environment. Every name is mandatory; nothing is guessed.

A stage of `.chalice/config.json` sets exactly these variables; a guard test compares the two.
"""

from __future__ import annotations

import ipaddress
import json
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import urlsplit

ROOMS = ("gdx", "opendata", "biz", "citizen")
LAPTOP = frozenset({"local", "test", "rehearsal"})
"""Environments that live on one machine; only there may an address be plain http or loopback."""

VARIABLES = (
    "KLANG_ENV",
    "PLATFORMS",
    "BASE_URL",
    "GDX_URL",
    "BIZ_URL",
    "CITIZEN_URL",
    "BUCKET_SUFFIX",
    "ISSUERS",
    "LOGINS",
    "EGRESS_NETWORKS",
    "XROAD_SPELLING",
    "MAIL_FROM",
    "CLAMD",
    "FUNCTIONS",
)
XROAD_SPELLINGS = ("7.7", "7.8")
"""Releases of X-Road whose names of errors the exchange can speak; they differ in spelling alone."""

_PRIVATE_NAMES = frozenset({"localhost", "local", "internal", "localdomain", "lan", "home", "test"})
_OWN_NETWORKS = tuple(
    ipaddress.ip_network(text) for text in ("127.0.0.0/8", "169.254.0.0/16", "::1/128", "fe80::/10", "::ffff:0:0/96")
)
"""Lambda's own runtime interface and the metadata services are there: never a provider."""


def traced() -> bool:
    """Whether X-Ray records the call that runs: Lambda's runtime client sets this variable anew for each."""
    return "Sampled=1" in os.environ.get("_X_AMZN_TRACE_ID", "")


class BadSettings(Exception):
    """The process must not start: a variable is missing or not allowed in this environment."""


@dataclass(frozen=True)
class Issuer:
    """An OpenID provider whose access tokens are believed (e.g. ThaID, DGA Digital ID).

    Attributes:
        iss: its issuer identifier, exactly as in the tokens.
        jwks_uri: where its public keys are.
        audience: the `aud` that its tokens for Klang carry.
    """

    iss: str
    jwks_uri: str
    audience: str


@dataclass(frozen=True)
class Settings:
    """What this process is and where its neighbours are.

    Attributes:
        environment: `KLANG_ENV`; part of every table, queue and bucket name.
        platforms: `PLATFORMS`; the rooms that this process opens.
        region: the AWS region.
        base_url: `BASE_URL`; public address of this API, no trailing slash.
        gdx_url: `GDX_URL`; public address of the exchange (equals `base_url` where GDX is open here).
        biz_url: `BIZ_URL`; public address of the Biz Portal (equals `base_url` where it is open here).
        citizen_url: `CITIZEN_URL`; public address of the Citizen Portal (equals `base_url` where it is open here),
            whose access tokens all rooms believe.
        bucket_suffix: `BUCKET_SUFFIX`; makes bucket names unique in the world.
        issuers: `ISSUERS`; JSON list of trusted OpenID providers of people.
        logins: `LOGINS`; JSON list of the providers at which the Citizen Portal logs people in: public values only, as
            `chalicelib/citizen/sessions/providers.py` reads them.
        egress_networks: `EGRESS_NETWORKS`; private networks (CIDR, comma-separated) that calls to providers may
            enter; empty means public addresses only.
        xroad_spelling: `XROAD_SPELLING`; the X-Road release whose spelling of error types the exchange speaks.
        mail_from: `MAIL_FROM`; the address in whose name notices go out; its domain is a verified identity of SES.
        clamd: `CLAMD`; `host:port` of the malware scanner of applicants' documents, or empty where there is none.
        functions: `FUNCTIONS`; beginning of the names of this stage's Lambda functions, or empty where they are called
            in this process.
    """

    environment: str
    platforms: tuple[str, ...]
    region: str
    base_url: str
    gdx_url: str
    biz_url: str
    citizen_url: str
    bucket_suffix: str
    issuers: tuple[Issuer, ...]
    logins: tuple[Mapping[str, Any], ...]
    egress_networks: tuple[str, ...]
    xroad_spelling: str
    mail_from: str
    clamd: str
    functions: str

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> Settings:
        """Reads and checks the environment.

        Raises:
            BadSettings: names the variable and what is wrong with it.
        """
        missing = [name for name in VARIABLES if name not in env]
        if missing:
            raise BadSettings(f"missing environment variables: {', '.join(missing)}")
        platforms = tuple(name for name in env["PLATFORMS"].split(",") if name)
        if not platforms or set(platforms) - set(ROOMS) or len(set(platforms)) != len(platforms):
            raise BadSettings(f"PLATFORMS must name some of {', '.join(ROOMS)}, each once")
        region = env.get("AWS_REGION") or env.get("AWS_DEFAULT_REGION")
        if not region:
            raise BadSettings("AWS_REGION is not set")
        settings = cls(
            environment=env["KLANG_ENV"],
            platforms=platforms,
            region=region,
            base_url=env["BASE_URL"],
            gdx_url=env["GDX_URL"],
            biz_url=env["BIZ_URL"],
            citizen_url=env["CITIZEN_URL"],
            bucket_suffix=env["BUCKET_SUFFIX"],
            issuers=_issuers(env["ISSUERS"]),
            logins=_logins(env["LOGINS"]),
            egress_networks=tuple(part for part in env["EGRESS_NETWORKS"].split(",") if part),
            xroad_spelling=env["XROAD_SPELLING"],
            mail_from=env["MAIL_FROM"],
            clamd=env["CLAMD"],
            functions=env["FUNCTIONS"],
        )
        settings._check()
        return settings

    @property
    def on_laptop(self) -> bool:
        """True only in the environments of one machine."""
        return self.environment in LAPTOP

    def table(self, room: str) -> str:
        """Name of a room's table."""
        return f"klang-{self.environment}-{room}"

    def queue(self, name: str) -> str:
        """Name of a queue."""
        return f"klang-{self.environment}-{name}"

    def bucket(self, purpose: str) -> str:
        """Name of a bucket."""
        return f"klang-{self.environment}-{purpose}-{self.bucket_suffix}"

    def key_alias(self, room: str, use: str) -> str:
        """KMS alias of a room's key; `use` is `data` or `signing`."""
        return f"alias/klang-{self.environment}-{room}-{use}"

    def _check(self) -> None:
        if not re.fullmatch(r"[a-z][a-z0-9]{1,15}", self.environment):
            raise BadSettings("KLANG_ENV must be one plain word in lower case")
        if self.xroad_spelling not in XROAD_SPELLINGS:
            raise BadSettings(f"XROAD_SPELLING must be one of {', '.join(XROAD_SPELLINGS)}")
        if self.clamd and not _is_place(self.clamd):
            raise BadSettings("CLAMD must be host:port, or empty")
        if not re.fullmatch(r"([a-z][a-z0-9-]{1,62})?", self.functions):
            raise BadSettings("FUNCTIONS must be the beginning of functions' names, or empty")
        if not re.fullmatch(r"[a-z0-9._-]{1,64}@([a-z0-9-]{1,63}\.)+[a-z]{2,63}", self.mail_from):
            raise BadSettings("MAIL_FROM must be a plain e-mail address in lower case")
        try:
            opened = [ipaddress.ip_network(network) for network in self.egress_networks]
        except ValueError as error:
            raise BadSettings("EGRESS_NETWORKS must be CIDR networks, comma-separated") from error
        if self.on_laptop:
            return
        for name, address in (
            ("BASE_URL", self.base_url),
            ("GDX_URL", self.gdx_url),
            ("BIZ_URL", self.biz_url),
            ("CITIZEN_URL", self.citizen_url),
            *(("ISSUERS", part) for issuer in self.issuers for part in (issuer.iss, issuer.jwks_uri)),
            *(("LOGINS", part) for login in self.logins for part in _addresses(login)),
        ):
            if not _public_https(address):
                raise BadSettings(f"{name} must be a public https address outside a laptop: {address}")
        for network in opened:
            if any(network.version == own.version and network.overlaps(own) for own in _OWN_NETWORKS):
                raise BadSettings("EGRESS_NETWORKS may not open loopback or link-local addresses outside a laptop")


def _issuers(text: str) -> tuple[Issuer, ...]:
    try:
        issuers = tuple(Issuer(**entry) for entry in json.loads(text))
        if all(isinstance(value, str) and value for issuer in issuers for value in asdict(issuer).values()):
            return issuers
    except (ValueError, TypeError, RecursionError):
        pass
    raise BadSettings("ISSUERS must be a JSON list of {iss, jwks_uri, audience}")


def _logins(text: str) -> tuple[Mapping[str, Any], ...]:
    try:
        logins = json.loads(text)
    except (ValueError, RecursionError):
        logins = None
    if not isinstance(logins, list) or not all(isinstance(login, dict) for login in logins):
        raise BadSettings("LOGINS must be a JSON list of objects")
    return tuple(logins)


def _addresses(value: Any) -> Iterator[str]:
    """Every address in a login provider's values, however deep."""
    if isinstance(value, str):
        if re.match(r"\s*[A-Za-z][A-Za-z0-9+.-]*:/", value):
            yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from _addresses(part)
    elif isinstance(value, list):
        for part in value:
            yield from _addresses(part)


def _is_place(text: str) -> bool:
    """Whether a text is a host, or an IPv6 address in brackets, and a port."""
    found = re.fullmatch(r"([A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\]):([0-9]{1,5})", text)
    return found is not None and 0 < int(found[2]) < 65536


def _public_https(address: str) -> bool:
    """Whether an address is https, and its host a name of the public DNS or a public address in its plain spelling."""
    try:
        parts = urlsplit(address)
        host = (parts.hostname or "").rstrip(".")
        port = parts.port
    except ValueError:
        return False
    if parts.scheme != "https" or port == 0 or parts.username is not None or "/local/" in f"{parts.path}/":
        return False
    try:
        return ipaddress.ip_address(host).is_global
    except ValueError:
        pass
    labels = host.split(".")
    # a last label that starts with a digit is an address in disguise: 127.1, 0x7f.1 (WHATWG URL, "ends in a number")
    named = len(labels) > 1 and all(re.fullmatch(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?", label) for label in labels)
    return named and labels[-1][0].isalpha() and labels[-1] not in _PRIVATE_NAMES
