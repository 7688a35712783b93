"""What a power of attorney may hold, how it lives and ends, and what it covers. Pure.

    offered -> accepted -> revoked (by the grantor) | resigned (by the agent)
    offered -> declined (by the agent) | revoked (by the grantor)

After its last day it is expired, in whichever of the first two states it was. Grantor and agent may each end it at any
time (CCC s.827), without reasons.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from chalicelib.shared.errors import Fault, Invalid, NotAllowed, NotFound, WrongState, not_found
from chalicelib.shared.thai import Text

if TYPE_CHECKING:
    from ..model import Act, Case, Power
    from .model import Command, Delegation, Side, Standing, Status

_COMMANDS: Mapping[Command, tuple[Side, tuple[Status, ...], Status]] = {
    "accept": ("agent", ("offered",), "accepted"),
    "decline": ("agent", ("offered",), "declined"),
    "revoke": ("grantor", ("offered", "accepted"), "revoked"),
    "resign": ("agent", ("accepted",), "resigned"),
}
"""Who gives a command, in which states, and what comes of it."""
EVENTS: Mapping[Status, str] = {status: f"biz.delegation.{status}" for status in ("offered", "accepted", "declined",
                                                                                  "revoked", "resigned")}  # fmt: skip
NAMES: Mapping[Act, Text] = {
    "fill": Text(th="เปิดและกรอกคำขอ", en="open and fill applications"),
    "file": Text(th="ยื่นคำขอ", en="file applications"),
    "pay": Text(th="ชำระค่าธรรมเนียม", en="pay the fee"),
    "withdraw": Text(th="ถอนคำขอ", en="withdraw applications"),
    "receive": Text(th="รับใบอนุญาตและใบเสร็จ", en="receive licence and receipt"),
    "reuse": Text(th="ใช้เอกสารของคำขอก่อนหน้า", en="use documents of earlier applications"),
}


def last_possible_day(today: dt.date) -> dt.date:
    """The last day that a power given today may have: a year on, less a day."""
    try:
        return today.replace(year=today.year + 1) - dt.timedelta(days=1)
    except ValueError:  # given on 29 February
        return dt.date(today.year + 1, 2, 28)


def check(
    *, grantor: str, agent: str, services: Sequence[str], until: dt.date, today: dt.date, known: Callable[[str], bool]
) -> None:
    """Whether such a power may be given today; raises Invalid with every fault."""
    faults = []
    if grantor == agent:
        faults.append(
            Fault("/agent", "มอบอำนาจให้ตนเองไม่ได้ โปรดระบุบุคคลอื่น", "Name another person; one cannot be one's own agent.")
        )
    last = last_possible_day(today)
    if not today <= until <= last:
        th, en = f"ต้องอยู่ระหว่างวันนี้ถึง {last.isoformat()}", f"Must be from today until {last.isoformat()} (a year)."
        faults.append(Fault("/until", th, en))
    for number, service in enumerate(services):
        if services.index(service) != number:
            faults.append(Fault(f"/services/{number}", "ระบุบริการนี้แล้ว", "This service stands in the list already."))
        elif not known(service):
            faults.append(Fault(f"/services/{number}", "ไม่มีบริการนี้", "There is no such service."))
    if faults:
        raise Invalid("หนังสือมอบอำนาจยังไม่ถูกต้อง", "The power of attorney is not valid; see errors.", faults)


def standing(delegation: Delegation, today: dt.date) -> Standing:
    """How it stands today."""
    if delegation.status in ("offered", "accepted") and today > delegation.until:
        return "expired"
    return delegation.status


def commands(delegation: Delegation, side: Side, today: dt.date) -> tuple[Command, ...]:
    """What somebody on that side may do to it today."""
    now = standing(delegation, today)
    return tuple(command for command, (whose, states, _) in _COMMANDS.items() if whose == side and now in states)


def commanded(
    delegation: Delegation, command: Command, person: str, name: str, now: dt.datetime, today: dt.date
) -> Delegation:
    """The power after a command.

    Raises:
        NotFound: the person stands on neither side of it.
        NotAllowed: the command is the other side's.
        WrongState: it is not in a state for that, or its last day has passed.
    """
    side = delegation.side(person)
    if side is None:
        raise no_delegation()
    whose, states, then = _COMMANDS[command]
    if side != whose:
        raise NotAllowed("คำสั่งนี้เป็นของอีกฝ่ายหนึ่ง", "That is for the other side of the power of attorney to do.")
    if standing(delegation, today) not in states:
        raise WrongState("หนังสือมอบอำนาจนี้ทำรายการนี้ไม่ได้แล้ว", "The power of attorney is not in a state for that.")
    change: dict[str, object] = {"status": then}
    if command in ("accept", "decline"):
        change["answered_at"] = now
    if command == "accept":
        change["agent_name"] = name
    else:
        change["ended_at"] = now
    return delegation.model_copy(update=change)


def covers(power: Power, service: str, juristic_id: str | None, today: dt.date) -> bool:
    """Whether a power reaches an application: its service, its party, the day.

    What a company gives does not reach its director's own matters, nor the other way round.
    """
    return (
        today <= power.until and juristic_id == power.juristic_id and (not power.services or service in power.services)
    )


def allowing(powers: Iterable[Power], case: Case, acts: Sequence[Act], today: dt.date) -> Power:
    """The power by which an agent may do one of these things to a case; none named: look at it.

    Raises:
        NotFound: no power reaches the case, which then does not exist for them.
        NotAllowed: one does, and none lets them do this.
    """
    reaching = [
        power
        for power in powers
        if power.grantor == case.owner and covers(power, case.service, case.juristic_id, today)
    ]
    if not reaching:
        raise not_found("คำขอ", "application")
    for power in reaching:
        if not acts or set(acts) & set(power.acts):
            return power
    raise beyond(NAMES[acts[0]])


def may_open(delegation: Delegation, person: str, service: str, juristic_id: str | None, today: dt.date) -> Power:
    """The power by which an agent opens an application for the grantor.

    Raises:
        NotFound: the person is not its agent.
        WrongState: it is not accepted, or has ended.
        NotAllowed: it does not reach that far.
        Invalid: it was given for another party than the application names.
    """
    if delegation.side(person) != "agent":
        raise no_delegation()
    must_be_live(delegation, today)
    if juristic_id != delegation.juristic_id:
        text = "ต้องเป็นผู้ยื่นตามหนังสือมอบอำนาจ", "The applicant must be the one who gave the power of attorney."
        raise Invalid(
            "ผู้ยื่นไม่ตรงกับหนังสือมอบอำนาจ", "The applicant is not who gave the power.", [Fault("/applicant", *text)]
        )
    power = delegation.power
    if not covers(power, service, juristic_id, today):
        raise NotAllowed("หนังสือมอบอำนาจไม่ครอบคลุมบริการนี้", "The power of attorney does not cover this service.")
    if "fill" not in power.acts:
        raise beyond(NAMES["fill"])
    return power


def must_be_live(delegation: Delegation, today: dt.date) -> None:
    """Raises WrongState for a power that is not accepted, or has ended."""
    now = standing(delegation, today)
    if now == "offered":
        raise WrongState("ยังไม่ได้ตอบรับหนังสือมอบอำนาจนี้", "The power of attorney is not accepted yet.")
    if now != "accepted":
        raise WrongState("หนังสือมอบอำนาจนี้สิ้นสุดแล้ว", "The power of attorney has ended.")


def beyond(what: Text) -> NotAllowed:
    """The refusal of what a power does not include."""
    return NotAllowed(
        f"หนังสือมอบอำนาจไม่รวมถึงการ{what.th}", f"The power of attorney does not let you {what.en}; ask the grantor."
    )


def no_delegation() -> NotFound:
    """The answer to whoever stands on neither side, as to whoever made an id up."""
    return not_found("หนังสือมอบอำนาจ", "power of attorney")
