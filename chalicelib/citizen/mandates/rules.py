"""Who may act for whom, until when, and how a mandate lives and ends. Pure.

    agent:     offered -> held -> ended (by either side, at any time, without reasons: CCC s.827)
               offered -> declined (by who was asked) | ended (by who asked)
    guardian:  held -> ended (by the parent, or because the register says otherwise)

After its last day it is expired, in whichever of the first two states it was.

Law, none of it compared with the gazetted text: a person becomes sui juris on completing twenty years (CCC s.19), and
parents exercise parental power over a child until then (CCC s.1566, s.1567). The register does not say whether a court
took that power away, nor whether a father was married to the mother (CCC s.1546, s.1547); see docs/decisions/0040.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from chalicelib.shared.dataclass import dataclass
from chalicelib.shared.errors import Fault, Invalid, NotAllowed, NotFound, WrongState, not_found

from .model import Command, Kind, Mandate, Side, Status

SUI_JURIS = 20
"""Years; source: CCC s.19; verified: no."""
ALIVE = "alive"

_COMMANDS: Mapping[Command, tuple[tuple[Side, ...], tuple[Status, ...], Status]] = {
    "accept": (("actor",), ("offered",), "held"),
    "decline": (("actor",), ("offered",), "declined"),
    "end": (("person", "actor"), ("offered", "held"), "ended"),
}
"""Who gives a command, in which states, and what comes of it."""


@dataclass(frozen=True)
class Proof:
    """What the civil register says of a child for whom a parent may act."""

    name: str
    until: dt.date


def last_possible_day(today: dt.date) -> dt.date:
    """The last day that a mandate given today may have: a year on, less a day."""
    try:
        return today.replace(year=today.year + 1) - dt.timedelta(days=1)
    except ValueError:  # given on 29 February
        return dt.date(today.year + 1, 2, 28)


def check(*, person: str, actor: str, until: dt.date | None, today: dt.date) -> dt.date:
    """The last day of a mandate that somebody wants to give today.

    Raises:
        Invalid: with every fault.
    """
    faults = []
    if person == actor:
        faults.append(Fault("/whom", "ระบุเลขของผู้อื่น มอบหมายให้ตนเองไม่ได้", "Name another person; this is yourself."))
    last = last_possible_day(today)
    if until is None or not today <= until <= last:
        th, en = f"ระบุวันระหว่างวันนี้ถึง {last.isoformat()}", f"Choose a day from today until {last.isoformat()}."
        faults.append(Fault("/until", th, en))
    if faults or until is None:
        raise Invalid("การมอบหมายยังไม่ถูกต้อง", "The mandate is not valid yet; see errors.", faults)
    return until


def sui_juris_on(born: dt.date) -> dt.date:
    """The day on which a person completes twenty years; a missing leap day is 1 March (as in `shared.ages`)."""
    try:
        return born.replace(year=born.year + SUI_JURIS)
    except ValueError:
        return dt.date(born.year + SUI_JURIS, 3, 1)


def proof(record: Any, parent: str, today: dt.date) -> Proof | None:
    """What lets a parent act for the child of this record of the civil register, or None.

    Args:
        record: as the register answered, reduced to the agreed fields.
        parent: national id of who says that they are a parent.
        today: the day in Thailand.
    """
    if not isinstance(record, Mapping) or record.get("status") != ALIVE:
        return None
    if parent not in (record.get("mother_pid"), record.get("father_pid")):
        return None
    try:
        grown = sui_juris_on(dt.date.fromisoformat(str(record.get("birth_date"))))
    except ValueError:
        return None
    if today >= grown:
        return None
    name = " ".join(str(record[part]) for part in ("first_name_th", "last_name_th") if record.get(part))
    return Proof(name, grown - dt.timedelta(days=1))


def no_proof() -> NotAllowed:
    """The one answer to who is no parent, to a child that is grown, and to a number that nobody has."""
    return NotAllowed(
        "ทะเบียนราษฎรไม่แสดงว่าท่านเป็นบิดาหรือมารดาของผู้ที่ยังไม่บรรลุนิติภาวะตามเลขนี้ หากข้อมูลไม่ถูกต้อง โปรดติดต่อสำนักทะเบียน",
        "The civil register does not show you as a parent of a child under twenty with this number. "
        "If that is wrong, ask the registration office.",
    )


def standing(mandate: Mandate, today: dt.date) -> Status:
    """How it stands today."""
    if mandate.status in ("offered", "held") and today > mandate.until:
        return "expired"
    return mandate.status


def commands(mandate: Mandate, side: Side, today: dt.date) -> tuple[Command, ...]:
    """What somebody on that side may do to it today; a child does not end a parent's mandate."""
    if mandate.kind == "guardian" and side == "person":
        return ()
    now = standing(mandate, today)
    return tuple(command for command, (sides, states, _) in _COMMANDS.items() if side in sides and now in states)


def commanded(
    mandate: Mandate, command: Command, who: str, name: str, now: dt.datetime, today: dt.date
) -> tuple[Mandate, Side]:
    """The mandate after a command, and on which side of it whoever gave it stands.

    Raises:
        NotFound: they stand on neither side.
        NotAllowed: the command is the other side's.
        WrongState: it is not in a state for that, or its last day has passed.
    """
    side = mandate.side(who)
    if side is None:
        raise no_mandate()
    sides, states, then = _COMMANDS[command]
    if side not in sides or (mandate.kind == "guardian" and side == "person"):
        raise NotAllowed("รายการนี้เป็นของอีกฝ่ายหนึ่ง", "That is for the other side of the mandate to do.")
    if standing(mandate, today) not in states:
        raise WrongState("การมอบหมายนี้ทำรายการนี้ไม่ได้แล้ว", "The mandate is not in a state for that.")
    change: dict[str, object] = {"status": then}
    if command in ("accept", "decline"):
        change["answered_at"] = now
    if command == "accept":
        change["actor_name"] = name
    else:
        change |= {"ended_at": now, "ended_by": side}
    return mandate.model_copy(update=change), side


def may_act(mandate: Mandate, who: str, scopes: Sequence[str], today: dt.date) -> None:
    """Whether somebody may have a token of this mandate with these scopes.

    Raises:
        NotFound: the mandate is not theirs to act by.
        WrongState: it does not hold.
        Invalid: a scope that it does not have.
    """
    if mandate.side(who) != "actor":
        raise no_mandate()
    if standing(mandate, today) != "held":
        raise WrongState("การมอบหมายนี้ยังไม่มีผลหรือสิ้นสุดแล้ว", "The mandate does not hold, or has ended.")
    beyond = [place for place, scope in enumerate(scopes) if scope not in mandate.scopes]
    if beyond:
        faults = [Fault(f"/scopes/{place}", "การมอบหมายไม่รวมถึงเรื่องนี้", "The mandate lacks this.") for place in beyond]
        raise Invalid("ขอเกินกว่าที่ได้รับมอบหมาย", "You asked for more than you were given.", faults)


def giver(kind: Kind, person: str, actor: str) -> str:
    """Who brings a mandate about: its person, or the parent."""
    return actor if kind == "guardian" else person


def no_mandate() -> NotFound:
    """The answer to whoever stands on neither side, as to whoever made an id up."""
    return not_found("การมอบหมาย", "mandate")
