"""The command line."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

import infra.operate
from chalicelib.settings import ROOMS

from . import events, exchange, keys, offers, queues, restoring, search, shedding, staff, watching
from .command import Asked, Command, NotDone, house_of

if TYPE_CHECKING:
    from boto3.session import Session

GROUPS = (staff, keys, events, queues, exchange, offers, search, restoring, watching, shedding)
COMMANDS: dict[str, Command] = {command.name: command for group in GROUPS for command in group.COMMANDS}


def parser() -> argparse.ArgumentParser:
    """How a command is typed."""
    root = argparse.ArgumentParser(prog="python -m infra.operate", description=infra.operate.__doc__)
    root.add_argument("stage", help="e.g. prod-gdx, or `local`")
    chosen = root.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for command in COMMANDS.values():
        one = chosen.add_parser(command.name, help=command.help, description=command.help)
        one.add_argument("--room", choices=ROOMS, help="needed where a stage opens several platforms")
        for flag, options in (command.options or {}).items():
            one.add_argument(flag, **options)
    return root


def run(arguments: list[str], session: Session | None = None, given: Iterable[str] = sys.stdin) -> Any:
    """Does what the command line says; returns what to print.

    Raises:
        NotDone: it cannot be meant like that, or it did not work.
    """
    options = parser().parse_args(arguments)
    command = COMMANDS[options.command]
    house = house_of(options.stage, session)
    opened = house.settings.platforms
    wanted = options.room or (opened[0] if len(opened) == 1 else None)
    if wanted is None:
        raise NotDone(f"say which: --room {'|'.join(opened)}")
    if wanted not in opened:
        raise NotDone(f"{options.stage} does not open {wanted}")
    if command.room is not None and wanted != command.room:
        raise NotDone(f"{command.name} is for one platform alone: --room {command.room}")
    return command.do(Asked(house, wanted, options, lambda: "".join(given), session))


def main() -> int:
    """Exit status 0, or 1 with the reason on stderr."""
    try:
        print(json.dumps(run(sys.argv[1:]), indent=2, ensure_ascii=False))
    except (NotDone, BotoCoreError, ClientError) as reason:
        print(reason, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
