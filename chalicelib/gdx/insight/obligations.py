"""Who has connected what to the four central platforms (clause 4), put together for everybody to see.

The exchange knows its own part and, by the agreements with the Citizen Portal, who serves people there; the open-data
catalogue and the Biz Portal are asked. What was learned is remembered for `FRESH` and told with its time; a platform
that does not answer leaves what was known for `STALE`, and is `unknown` after that.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from pydantic import ValidationError

from ...shared.connections import Connected, Connections, Platform
from ...shared.cursors import Cursors
from ...shared.dataclass import dataclass
from ...shared.errors import Refusal, UpstreamFailed, not_found
from ...shared.gdx_client import Gdx
from ...shared.thai import Text
from ..directory import Directory
from ..ids import MemberId, SubsystemId
from ..model import Agreement, Member, Subsystem
from ..rules import in_force
from .duties import PLATFORMS, AtExchange, PlatformName, State, obliged, of_exchange, of_platform

log = logging.getLogger("klang.gdx")

FRESH = timedelta(minutes=10)
STALE = timedelta(hours=6)
ROLL = timedelta(minutes=1)
CITIZEN = SubsystemId.parse("TH/CENTRAL/DGA/citizen")
PURPOSE = "clause-4-report"
ASKED: tuple[PlatformName, ...] = ("opendata", "biz")
"""Platforms that are asked; of the others the exchange knows itself."""


@dataclass(frozen=True)
class Standing:
    """How an agency stands with one platform.

    Attributes:
        count: things connected there, or None when it is not known.
        parts: the same by kind, where the exchange knows it.
        items: what they are, where one agency was asked for.
        missing: what is to be done.
        as_of: when this was learned.
    """

    platform: PlatformName
    state: State
    count: int | None
    parts: Mapping[str, int]
    items: tuple[Connected, ...]
    missing: tuple[Text, ...]
    as_of: datetime | None


@dataclass(frozen=True)
class Duty:
    """An agency with its four platforms."""

    member: Member
    standings: tuple[Standing, ...]


class ThroughExchange:
    """A platform behind the exchange: its service `connections`, asked as any member asks.

    Args:
        gdx: the exchange, as itself.
        service: the service's id.
    """

    def __init__(self, gdx: Gdx, service: str) -> None:
        self._gdx = gdx
        self._service = service

    def connections(self, agency: str | None) -> Connections:
        """See `shared.connections.Platform`."""
        body: dict[str, Any] = {} if agency is None else {"agency": agency}
        answer = self._gdx.ask(self._service, "POST", "/find", body, PURPOSE)
        try:
            return Connections.model_validate(answer.value)
        except ValidationError:
            raise UpstreamFailed("แพลตฟอร์มตอบไม่ถูกต้อง", "The platform's answer is not what was agreed.") from None


class Obligations:
    """The state of clause 4.

    Args:
        directory: members, systems, services, agreements.
        platforms: those that are asked, by name.
        cursors: of the list.
        clock: tells the time.
    """

    def __init__(
        self,
        directory: Directory,
        platforms: Mapping[PlatformName, Platform],
        cursors: Cursors,
        clock: Callable[[], datetime],
    ) -> None:
        self._directory = directory
        self._platforms = dict(platforms)
        self._cursors = cursors
        self._clock = clock
        self._counts: dict[PlatformName, tuple[datetime, Mapping[str, int]]] = {}
        self._tried: dict[PlatformName, datetime] = {}
        self._exchange: dict[MemberId, tuple[datetime, AtExchange]] = {}
        self._members: tuple[datetime, list[Member | Subsystem]] | None = None

    def know(self, name: PlatformName, platform: Platform) -> None:
        """A platform that is open in this process is asked directly."""
        self._platforms[name] = platform

    def page(self, cursor: str | None, limit: int) -> tuple[list[Duty], str | None]:
        """Obliged agencies in the order of their ids, and the cursor of the next page.

        Raises:
            Malformed: the cursor.
        """
        after = self._cursors.read(cursor, ("obligations",))
        everyone = self._everyone()
        left = [each for each in _agencies(everyone) if after is None or str(each.id) > after]
        shown = left[:limit]
        duties = [self._duty(member, everyone, {}) for member in shown]
        last = str(shown[-1].id) if len(left) > limit else None
        return duties, self._cursors.make(last, ("obligations",))

    def of(self, agency: MemberId) -> Duty:
        """One agency, with what is connected by name.

        Raises:
            NotFound: no such member, or clause 4 does not oblige it.
        """
        everyone = self._everyone()
        member = next((each for each in _agencies(everyone) if each.id == agency), None)
        if member is None:
            raise not_found("หน่วยงานนี้ในรายชื่อหน่วยงานที่ต้องเชื่อมต่อ", "agency among those that must connect")
        named = {name: self._named(name, str(agency)) for name in ASKED}
        return self._duty(member, everyone, named)

    def _everyone(self) -> list[Member | Subsystem]:
        """The directory, read at most once a minute: this is public, and the directory is long."""
        now = self._clock()
        if self._members is None or now - self._members[0] > ROLL:
            self._members = (now, self._directory.everyone())
        return self._members[1]

    def _duty(
        self,
        member: Member,
        everyone: list[Member | Subsystem],
        named: Mapping[PlatformName, tuple[Connected, ...]],
    ) -> Duty:
        learned, there = self._at_exchange(member, everyone)
        standings = []
        for name in PLATFORMS:
            parts: dict[str, int] = {}
            as_of: datetime | None = learned
            if name == "gdx":
                state, count, missing = of_exchange(there)
                kinds = ("subsystems", "services", "asking", "answering")
                parts = {kind: getattr(there, kind) for kind in kinds}
            elif name == "citizen":
                state, count, missing = of_platform(name, there.to_people)
            else:
                known = self._known(name)
                as_of = None if known is None else known[0]
                state, count, missing = of_platform(name, None if known is None else known[1].get(str(member.id), 0))
            items = named.get(name, ())
            standings.append(Standing(name, state, count, parts, items, tuple(missing), as_of))
        return Duty(member, tuple(standings))

    def _at_exchange(self, member: Member, everyone: list[Member | Subsystem]) -> tuple[datetime, AtExchange]:
        now = self._clock()
        known = self._exchange.get(member.id)
        if known is not None and now - known[0] <= FRESH:
            return known
        systems = [
            each.id for each in everyone if isinstance(each, Subsystem) and each.id.member == member.id and each.active
        ]
        asking = [each for system in systems for each in self._in_force(self._directory.agreements_of(system), now)]
        answering = [
            each for system in systems for each in self._in_force(self._directory.agreements_with(system), now)
        ]
        there = AtExchange(
            subsystems=len(systems),
            services=sum(len(self._directory.services(system)) for system in systems),
            asking=len(asking),
            answering=len(answering),
            to_people=sum(each.service.subsystem == CITIZEN for each in asking),
        )
        self._exchange[member.id] = (now, there)
        return now, there

    @staticmethod
    def _in_force(agreements: list[Agreement], now: datetime) -> list[Agreement]:
        return [each for each in agreements if in_force(each, now)]

    def _known(self, name: PlatformName) -> tuple[datetime, Mapping[str, int]] | None:
        """Counts of a platform by agency, or None when it did not say for too long."""
        now = self._clock()
        known = self._counts.get(name)
        if known is not None and now - known[0] <= FRESH:
            return known
        tried = self._tried.get(name)
        if tried is None or now - tried > timedelta(seconds=30):
            self._tried[name] = now
            try:
                found = self._platforms[name].connections(None)
            except Refusal as refusal:
                log.warning("a platform does not say what is connected", extra={"platform": name, "slug": refusal.slug})
            else:
                known = (now, {each.agency: each.count for each in found.agencies})
                self._counts[name] = known
        return known if known is not None and now - known[0] <= STALE else None

    def _named(self, name: PlatformName, agency: str) -> tuple[Connected, ...]:
        try:
            found = self._platforms[name].connections(agency)
        except Refusal:
            return ()
        return tuple(item for each in found.agencies for item in each.items)


def _agencies(everyone: list[Member | Subsystem]) -> list[Member]:
    return sorted(
        (each for each in everyone if isinstance(each, Member) and obliged(each)), key=lambda each: str(each.id)
    )
