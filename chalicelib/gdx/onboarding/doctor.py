"""The doctor tries what an exchange would do with an agency's system, and what a stranger might; it says what to mend.

It asks only the system's own endpoint, which operators approved, through the same guarded way out as every exchange. It
hands out nothing that the agency does not know: of an answer only its status, time and fit are told.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

from ...shared.egress import HttpAnswer, Unreachable
from ...shared.errors import Refusal, TooMany, not_found
from ...shared.ids import new_token
from ...shared.jose import base64url
from ...shared.storage import Count, Table, WriteRefused
from ..contract import Contract, document_hash, operations
from ..directory import Directory
from ..directory.rules import usable_keys
from ..ids import ServiceId, SubsystemId
from ..model import Service, Subsystem
from ..refusals import InconsistentResponse
from ..services.fetching import Fetching
from . import advice, advice_services, store
from .model import Finding

VISITS = 30
"""How often a system may be examined in an hour."""
PATIENCE = 3.0
"""Seconds that one try waits; a system that needs more would be too slow as a service too."""
TIME_IN_ALL = timedelta(seconds=20)
"""After so long nothing more is tried: the answer must reach the caller through the API's own limit of 29 s."""
SOON = timedelta(days=30)
SKEW_WARN, SKEW_FAIL = 5, 30
"""Seconds that an agency's clock may be off: signed requests live for a minute."""
STRANGER = "doctor-stranger"
"""Code of the system in whose name a signature is made that the examined one must not accept."""


class Doctor:
    """Examines systems.

    Args:
        directory: where they answer, and what they offer.
        fetching: signs and sends what is tried.
        table: counts the visits.
        clock: tells the time.
    """

    def __init__(self, directory: Directory, fetching: Fetching, table: Table, clock: Callable[[], datetime]) -> None:
        self._directory = directory
        self._fetching = fetching
        self._table = table
        self._clock = clock

    def examine(self, identifier: SubsystemId) -> list[Finding]:
        """What is well with a system and what is not.

        Raises:
            NotFound: there is no such system.
            TooMany: it was examined too often in this hour.
        """
        system = self._directory.subsystem_now(identifier)
        if system is None:
            raise not_found("ระบบ", "subsystem")
        now = self._clock()
        self._count(identifier, now)
        services = self._directory.services(identifier)
        return [*_of_itself(system, now), *self._from_outside(system, services, now + TIME_IN_ALL)]

    def _count(self, identifier: SubsystemId, now: datetime) -> None:
        ends = int((now + timedelta(hours=2)).timestamp())
        try:
            self._table.write([Count(store.doctor_key(identifier, now), 1, VISITS, ends)], new_token())
        except WriteRefused:
            raise TooMany(
                "ตรวจระบบนี้ครบจำนวนครั้งต่อชั่วโมงแล้ว",
                "This system was examined too often in this hour.",
                retry_after=3600,
            ) from None

    def _from_outside(self, system: Subsystem, services: list[Service], until: datetime) -> Iterator[Finding]:
        if system.endpoint is None:
            yield advice.no_endpoint(offers=bool(services))
            return
        began = self._clock()
        try:
            answer = self._try(system.endpoint, "GET", "/", None)
        except Unreachable as error:
            yield advice.unreachable(error.reason)
            return
        yield advice.reached(self._clock() - began, slow=timedelta(seconds=PATIENCE / 2))
        yield advice.encryption(system.endpoint.startswith("https://"))
        yield advice.redirect(300 <= answer.status < 400)
        yield _clock_of(answer, self._clock())
        for service in services:
            if self._clock() >= until:
                yield advice_services.no_time(service.id.code)
                continue
            yield from self._of_service(system.endpoint, service)

    # -- one service -----------------------------------------------------------------------------

    def _of_service(self, endpoint: str, service: Service) -> Iterator[Finding]:
        probe = _probe(service)
        yield self._description(service)
        yield advice_services.no_probe(service.id.code) if probe is None else self._probed(endpoint, service, probe)
        yield self._signature(endpoint, service, probe or "")

    def _description(self, service: Service) -> Finding:
        code = service.id.code
        if service.source is None:
            return advice_services.no_source(code)
        try:
            document, faults = self._directory.fill(self._fetching.document(service.id, service.source))
        except Refusal as refusal:
            told = refusal.faults[0] if refusal.faults else refusal
            return advice_services.no_description(code, told.th, told.en)
        return advice_services.description(code, same=not faults and document_hash(document) == service.document_hash)

    def _probed(self, endpoint: str, service: Service, path: str) -> Finding:
        code = service.id.code
        try:
            answer = self._try(endpoint, "GET", f"/{code}{path}", self._signed(service.id, path))
        except Unreachable as error:
            return advice_services.probe_unreachable(code, error.reason)
        if not 200 <= answer.status < 300:
            return advice_services.probe_status(code, answer.status)
        media = answer.headers.get("content-type", "").split(";")[0].strip().lower()
        if media != "application/json" and not media.endswith("+json"):
            return advice_services.probe_fits(code)
        try:
            value = json.loads(answer.body)
            Contract(service.document).check("GET", path or "/", answer.status, media, value)
        except InconsistentResponse as refusal:
            return advice_services.probe_misfits(code, refusal.th, refusal.en)
        except (ValueError, RecursionError):
            return advice_services.probe_misfits(code, "ไม่ใช่ JSON", "it is no JSON")
        return advice_services.probe_fits(code)

    def _signature(self, endpoint: str, service: Service, path: str) -> Finding:
        """Whether the system believes requests that do not come from the exchange, or are meant for others."""
        member = service.id.subsystem.member
        good = self._signed(service.id, path)
        tries: Mapping[str, str | None] = {
            "unsigned": None,
            "forged": f"{good.rpartition('.')[0]}.{base64url(bytes(64))}",
            "misdirected": self._signed(service.id, path, SubsystemId(member, STRANGER)),
        }
        statuses: dict[str, int] = {}
        for name, token in tries.items():
            try:
                statuses[name] = self._try(endpoint, "GET", f"/{service.id.code}{path}", token).status
            except Unreachable as error:
                return advice_services.signature_unreachable(service.id.code, error.reason)
        return advice_services.signature(service.id.code, statuses)

    def _signed(self, service: ServiceId, path: str, audience: SubsystemId | None = None) -> str:
        return self._fetching.signed(service, "GET", path, audience=audience)

    def _try(self, endpoint: str, method: str, path: str, token: str | None) -> HttpAnswer:
        headers = {"accept": "application/json"} | ({} if token is None else {"authorization": f"Bearer {token}"})
        return self._fetching.http.send(method, f"{endpoint}{path}", headers=headers, timeout=PATIENCE)


def _of_itself(system: Subsystem, now: datetime) -> Iterator[Finding]:
    """What the directory alone tells."""
    yield advice.active(system.active)
    keys = usable_keys(system.jwks, now)
    ends = [key.get("exp") for key in keys]
    lasting = any(end is None or end > (now + SOON).timestamp() for end in ends)
    yield advice.keys(len(keys), lasting=lasting)


def _clock_of(answer: HttpAnswer, now: datetime) -> Finding:
    try:
        told = parsedate_to_datetime(answer.headers["date"])
        off = round(abs((now - told).total_seconds()))
    except (KeyError, ValueError, TypeError):
        return advice.no_date()
    return advice.clock(off, little=SKEW_WARN, most=SKEW_FAIL)


def _probe(service: Service) -> str | None:
    """Path of the operation that the description offers for trying: `x-gdx-probe: true` at a GET without parameters."""
    for method, path, operation in operations(service.document):
        if method == "GET" and operation.get("x-gdx-probe") is True and "{" not in path:
            return "" if path == "/" else path
    return None
