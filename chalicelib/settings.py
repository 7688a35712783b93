"""Settings: the only file that reads the environment. Every name is mandatory; nothing is guessed.

A stage of `.chalice/config.json` sets exactly these variables; a guard test compares the two.
"""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

ROOMS = ("gdx", "opendata", "biz", "citizen")
LAPTOP = frozenset({"local", "test", "rehearsal"})
"""Environments that live on one machine; only there may an address be plain http or loopback."""

VARIABLES = ("KLANG_ENV", "PLATFORMS", "BASE_URL", "GDX_URL", "BUCKET_SUFFIX", "ISSUERS", "EGRESS_NETWORKS")


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
        bucket_suffix: `BUCKET_SUFFIX`; makes bucket names unique in the world.
        issuers: `ISSUERS`; JSON list of trusted OpenID providers of people.
        egress_networks: `EGRESS_NETWORKS`; private networks (CIDR, comma-separated) that calls to providers may
            enter; empty means public addresses only.
    """

    environment: str
    platforms: tuple[str, ...]
    region: str
    base_url: str
    gdx_url: str
    bucket_suffix: str
    issuers: tuple[Issuer, ...]
    egress_networks: tuple[str, ...]

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
        if not platforms or set(platforms) - set(ROOMS):
            raise BadSettings(f"PLATFORMS must name some of {', '.join(ROOMS)}")
        region = env.get("AWS_REGION") or env.get("AWS_DEFAULT_REGION")
        if not region:
            raise BadSettings("AWS_REGION is not set")
        settings = cls(
            environment=env["KLANG_ENV"],
            platforms=platforms,
            region=region,
            base_url=env["BASE_URL"],
            gdx_url=env["GDX_URL"],
            bucket_suffix=env["BUCKET_SUFFIX"],
            issuers=_issuers(env["ISSUERS"]),
            egress_networks=tuple(part for part in env["EGRESS_NETWORKS"].split(",") if part),
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
        if not self.environment.isidentifier():
            raise BadSettings("KLANG_ENV must be a plain word")
        if self.on_laptop:
            return
        for name, address in (
            ("BASE_URL", self.base_url),
            ("GDX_URL", self.gdx_url),
            *(("ISSUERS", part) for issuer in self.issuers for part in (issuer.iss, issuer.jwks_uri)),
        ):
            if not _public_https(address):
                raise BadSettings(f"{name} must be a public https address outside a laptop: {address}")
        for network in self.egress_networks:
            if ipaddress.ip_network(network).is_loopback:
                raise BadSettings("EGRESS_NETWORKS may not open loopback outside a laptop")


def _issuers(text: str) -> tuple[Issuer, ...]:
    try:
        return tuple(Issuer(**entry) for entry in json.loads(text))
    except (ValueError, TypeError) as error:
        raise BadSettings("ISSUERS must be a JSON list of {iss, jwks_uri, audience}") from error


def _public_https(address: str) -> bool:
    parts = urlsplit(address)
    host = parts.hostname or ""
    if parts.scheme != "https" or not host or host == "localhost" or "/local/" in f"{parts.path}/":
        return False
    try:
        return ipaddress.ip_address(host).is_global
    except ValueError:
        return "." in host
