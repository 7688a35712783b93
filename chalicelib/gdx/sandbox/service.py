"""Joining the sandbox, and its registers' answers."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from ...shared.dataclass import dataclass
from ...shared.errors import AlreadyThere, Fault, Invalid, NotAllowed, TooMany, not_found
from ...shared.gdx_request import GdxRequest, GdxRequests
from ...shared.identity import Caller
from ...shared.ids import new_token
from ...shared.storage import Count, Create, Item, Key, Table, WriteRefused, key_of
from ...shared.web import Reply, Request
from ..agreements.standing import Standing
from ..directory import Directory
from ..evidence import Voice
from ..ids import SANDBOX, MemberClass, MemberId, ServiceId, SubsystemId
from ..model import BANGKOK, Agreement, Member, Subsystem
from ..services.describing import Services
from . import agreements, behaviours, companies, people
from .numbers import COMPANIES, PEOPLE, is_sandbox_company, is_sandbox_person

MEMBERS_EACH = 3
"""Members of the sandbox that one person or one agency's system may make."""

DEVELOPER = "DEV-"
"""What the code of a member begins with that a person made for themselves: nobody may pass for an agency."""


@dataclass(frozen=True)
class Joined:
    """What somebody who joined may call."""

    client: SubsystemId
    agreements: tuple[Agreement, ...]


class Sandbox:
    """The sandbox.

    Args:
        directory: where its members are registered.
        services: what they offer.
        standing: what has been agreed.
        table: the room's table; `SANDBOX#{member}` / `OWNER` says who made a member, `SANDBOX-MEMBERS#{who}` / `1` how
            many somebody has made.
        voice: the exchange's own voice: its registers check that requests come from it.
        base_url: the exchange's address.
        clock: tells the time.
        sleep: waits, where a register is slow on purpose.
    """

    def __init__(
        self,
        directory: Directory,
        services: Services,
        standing: Standing,
        table: Table,
        voice: Voice,
        base_url: str,
        clock: Callable[[], datetime],
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._directory = directory
        self._services = services
        self._standing = standing
        self._table = table
        self._base_url = base_url
        self._clock = clock
        self.sleep = sleep
        self._requests = {
            system: GdxRequests(base_url, str(system), voice.jwks, clock)
            for system in (agreements.CIVIL, agreements.JURISTIC)
        }

    def today(self) -> date:
        """The Thai day."""
        return self._clock().astimezone(BANGKOK).date()

    # -- joining ---------------------------------------------------------------------------------

    def open(self, by: str) -> int:
        """Registers the sandbox's own members, systems and services; how many of them changed."""
        changed = 0
        for member in agreements.MEMBERS:
            changed += self._directory.register_member(member, by)
        for system in agreements.systems(self._base_url):
            changed += self._directory.register_subsystem(system, by)
        for service in agreements.services():
            changed += self._services.describe(service, by).changed
        return changed

    def join(self, caller: Caller, member: Member, system: Subsystem) -> Joined:
        """Registers a member and a system of it, with agreements for everything that the sandbox offers.

        Each step may be repeated: whoever was cut off joins again, which also changes names and keys.

        Raises:
            Invalid: not a member of the sandbox, or keys that cannot be used.
            NotAllowed: this caller may not make this member.
            AlreadyThere: somebody else made it.
            TooMany: the caller has made as many as one may.
        """
        _check_member(caller, member.id)
        if self._directory.service(agreements.PERSON) is None:
            self.open("sandbox")
        self._claim(caller, member.id)
        by = caller.label
        self._directory.register_member(member, by)
        self._directory.register_subsystem(system, by)
        offered = (agreements.PERSON, agreements.COMPANY)
        made = tuple(agreements.agreement(system.id, service, self.today()) for service in offered)
        for each in made:
            self._standing.order(each, by)
        return Joined(system.id, made)

    def _claim(self, caller: Caller, member: MemberId) -> None:
        key = Key(f"SANDBOX#{member}", "OWNER")
        there = self._table.get(key)
        if there is None:
            made = Count(Key(f"SANDBOX-MEMBERS#{caller.label}", "1"), 1, MEMBERS_EACH)
            try:
                self._table.write([Create(Item(key, {"by": caller.label})), made], new_token())
            except WriteRefused as refused:
                if any(key_of(change) == made.key for change, _ in refused.failed):
                    raise _too_many() from None
                there = self._table.get(key)
        if there is not None and there.data["by"] != caller.label and caller.kind != "officer":
            raise AlreadyThere("มีผู้ใช้รหัสสมาชิกนี้แล้ว โปรดเลือกรหัสอื่น", "Somebody else has this member id; choose another.")

    # -- answering -------------------------------------------------------------------------------

    def vouched(self, service: ServiceId) -> Callable[[Request], GdxRequest]:
        """The check that a request to a register of the sandbox comes from the exchange."""
        return self._requests[service.subsystem].of(service.code)

    def person(self, pid: str) -> Reply:
        """What the civil register answers about a person; raises Invalid, NotFound, Unavailable."""
        if not is_sandbox_person(pid):
            raise not_of_the_sandbox("/pid")
        who = people.found(pid)
        if who is None:
            raise not_found("บุคคลในทะเบียนจำลอง", "person in the simulated register")
        return self._behave(who.number, PEOPLE, people.record(who, self.today()))

    def company(self, identifier: str) -> Reply:
        """What the register of juristic persons answers about a company; raises like `person`."""
        if not is_sandbox_company(identifier):
            raise not_of_the_sandbox("/juristic_id")
        which = companies.found(identifier)
        if which is None:
            raise not_found("นิติบุคคลในทะเบียนจำลอง", "company in the simulated register")
        return self._behave(which.number, COMPANIES, companies.record(which, self.today()))

    def _behave(self, number: int, among: int, record: Mapping[str, Any]) -> Reply:
        return behaviours.behave(behaviours.of(number, among), record, self.sleep)


def not_of_the_sandbox(pointer: str) -> Invalid:
    """The number is not one of the sandbox's: it may be a real one, so it is not looked at any further."""
    return Invalid(
        "ระบบทดลองรับเฉพาะเลขสมมติของระบบทดลอง ห้ามส่งเลขจริง",
        "The sandbox takes its own invented numbers only; never send a real one.",
        [Fault(pointer, "ไม่ใช่เลขของระบบทดลอง", "Not a number of the sandbox.")],
    )


def _check_member(caller: Caller, member: MemberId) -> None:
    if member.instance != SANDBOX:
        fault = Fault("/member", f"ต้องขึ้นต้นด้วย {SANDBOX}", f"Must begin with {SANDBOX}.")
        raise Invalid("เข้าร่วมระบบทดลองไม่ได้", "This is no member of the sandbox.", [fault])
    if member in {each.id for each in agreements.MEMBERS}:
        raise NotAllowed("สมาชิกนี้เป็นของระบบทดลองเอง", "This member is the sandbox's own.")
    if caller.kind == "officer":
        return
    if caller.kind == "system":
        if str(member) == f"{SANDBOX}/{(caller.agency or '').partition('/')[2]}":
            return
        raise NotAllowed("เข้าร่วมในชื่อหน่วยงานของตนเท่านั้น", "A system joins under the class and code of its own agency.")
    if member.member_class is not MemberClass.PARTNER or not member.code.startswith(DEVELOPER):
        raise NotAllowed(
            "บุคคลเข้าร่วมได้ในชื่อ TH-TEST/PARTNER/DEV-… เท่านั้น", "A person joins as TH-TEST/PARTNER/DEV-… only."
        )


def _too_many() -> TooMany:
    return TooMany("สร้างสมาชิกทดลองครบจำนวนแล้ว", f"You have made {MEMBERS_EACH} members of the sandbox already.")
