"""What rings, and what everybody is told."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import boto3

from chalicelib.shared.errors import NotFound
from infra.stages import REGION
from infra.watching.told import states

from .command import Asked, Command, NotDone

LONGEST = 1000
"""Characters of an announcement in one language."""


def alarms(asked: Asked) -> dict[str, Any]:
    """The alarms of a platform, as CloudWatch has them."""
    session = asked.session or boto3.session.Session(region_name=REGION)
    return states(session.client("cloudwatch"), asked.house.settings.environment, asked.room)


def announce(asked: Asked) -> dict[str, str]:
    """Tells everybody on `/status`; returns the announcement's id.

    Raises:
        NotDone: a text is missing or too long, or the times are not two moments in their order.
    """
    given = asked.options
    texts = {"--th": given.th.strip(), "--en": given.en.strip()}
    for flag, text in texts.items():
        if not 0 < len(text) <= LONGEST or not text.replace("\n", " ").isprintable():
            raise NotDone(f"{flag} must be text of at most {LONGEST} characters")
    now = asked.house.clock()
    begins = now if given.begins is None else _moment("--from", given.begins)
    ends = _moment("--until", given.until)
    if ends <= max(begins, now):
        raise NotDone("--until must be later than --from, and not over")
    board = asked.house.board(asked.room)
    return {"announced": board.announce(given.kind, texts["--th"], texts["--en"], begins, ends)}


def withdraw(asked: Asked) -> dict[str, str]:
    """Takes an announcement back.

    Raises:
        NotDone: there is none of that id.
    """
    try:
        asked.house.board(asked.room).withdraw(asked.options.id)
    except NotFound as refusal:
        raise NotDone(str(refusal)) from None
    return {"withdrawn": asked.options.id}


def _moment(flag: str, text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = datetime.min
    if moment.tzinfo is None:
        raise NotDone(f"{flag} must be a time with its zone, e.g. 2026-12-05T22:00:00+07:00")
    return moment


COMMANDS = (
    Command("alarms", "tell which alarms ring, and what the runbook says of each", alarms),
    Command(
        "announce",
        "tell everybody of maintenance or an incident, on /status",
        announce,
        options={
            "--kind": {"choices": ("maintenance", "incident"), "default": "maintenance"},
            "--th": {"required": True, "help": "the words in Thai"},
            "--en": {"required": True, "help": "the words in English"},
            "--from": {"dest": "begins", "help": "when it begins (ISO 8601 with a zone); now, if not given"},
            "--until": {"required": True, "help": "when it ends; it is not shown any longer then"},
        },
    ),
    Command("withdraw", "take an announcement back", withdraw, options={"--id": {"required": True, "help": "its id"}}),
)
