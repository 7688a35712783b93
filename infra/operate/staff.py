"""Postings: who may do what in a room."""

from __future__ import annotations

from pydantic import Field, ValidationError

from chalicelib.shared.identity import Posting
from chalicelib.shared.ids import new_id, new_token
from chalicelib.shared.journal import Once
from chalicelib.shared.thai import is_national_id
from chalicelib.shared.web import Incoming
from chalicelib.wiring import House

from .command import Asked, Command, NotDone


class Appointment(Incoming):
    """Who gets which posting; comes by standard input, so that no national id stands in a shell's history."""

    pid: str = Field(repr=False)
    agency: str = Field(min_length=1)
    roles: list[str]
    name: str = Field(min_length=1)


def appoint(house: House, room: str, appointment: Appointment) -> None:
    """Gives a person a posting in a room; no roles take it away.

    Raises:
        NotDone: not a national id, or the room has no staff.
    """
    if not is_national_id(appointment.pid):
        raise NotDone("the check digit of the national id is wrong")
    posting = Posting(appointment.agency, frozenset(appointment.roles), appointment.name)
    match room:
        case "gdx":
            house.gdx.operators.appoint(appointment.pid, posting)
        case "opendata":
            pseudonym = house.parts(room).keyring.pseudonym(appointment.pid)
            house.opendata.staff.post(pseudonym, posting, new_token())
        case "biz":
            once = Once(new_id(), "", new_token(), claimed=False)
            house.biz.enlist(once, appointment.pid, posting.agency, sorted(posting.roles), posting.name)
        case "citizen":
            pseudonym = house.parts(room).keyring.pseudonym(appointment.pid)
            house.citizen.staff.post(pseudonym, posting, new_token())
        case _:
            raise NotDone(f"{room} has no staff")


def _appoint(asked: Asked) -> dict[str, str]:
    try:
        appointment = Appointment.model_validate_json(asked.given())
    except ValidationError as error:
        wrong = sorted({".".join(map(str, fault["loc"])) or "the whole" for fault in error.errors()})
        raise NotDone(f"send JSON with pid, agency, roles and name; wrong: {', '.join(wrong)}") from None
    appoint(asked.house, asked.room, appointment)
    return {"appointed": asked.room}


COMMANDS = (Command("appoint", "give a person a posting (JSON on standard input)", _appoint),)
