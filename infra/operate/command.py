"""What a command of the operator is, and in which house it is done."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from chalicelib.settings import Settings
from chalicelib.wiring import House, open_house
from infra.local.surroundings import variables
from infra.rehearsal.practice import known as all_stages
from infra.stages import REGION, Stage

if TYPE_CHECKING:
    from boto3.session import Session

LOCAL = "local"
_LAPTOP = "http://127.0.0.1:8000"


class NotDone(Exception):
    """The command cannot be carried out; the text says why, without personal data."""


@dataclass(frozen=True)
class Asked:
    """One command as it was asked for.

    Attributes:
        house: the rooms of the stage, opened with the operator's rights.
        room: the platform that is meant.
        options: the command's own options.
        given: reads standard input, where what must not stand in a shell's history comes from.
        session: the operator's own boto3 session; None: as the environment says.
    """

    house: House
    room: str
    options: argparse.Namespace
    given: Callable[[], str]
    session: Session | None = None


@dataclass(frozen=True)
class Command:
    """What can be asked for.

    Attributes:
        name: as it is typed.
        help: one line.
        do: carries it out; returns what to print.
        room: the only platform that it is for; None: for each.
        options: its options by flag, as `add_argument` takes them.
    """

    name: str
    help: str
    do: Callable[[Asked], Any]
    room: str | None = None
    options: Mapping[str, Mapping[str, Any]] | None = None


def house_of(stage: str, session: Session | None = None, known: Mapping[str, Stage] | None = None) -> House:
    """The rooms of a stage, as its own functions open them, but with the operator's rights.

    Raises:
        NotDone: there is no such stage.
    """
    there = all_stages() if known is None else known
    if stage != LOCAL and stage not in there:
        raise NotDone(f"no stage {stage}; there are: {', '.join((*there, LOCAL))}")
    chosen = variables(LOCAL, _LAPTOP) if stage == LOCAL else there[stage].variables()
    return open_house(Settings.from_env({**chosen, "AWS_REGION": REGION}), session=session)
