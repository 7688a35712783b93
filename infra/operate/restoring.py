"""Putting a table or a bucket back to what it was."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from infra.restore import erased, objects
from infra.restore.tables import NotRestored, Restoring

from .command import Asked, Command, NotDone

WHEN = {"--at": {"help": "the time to go back to, e.g. 2026-11-30T09:00:00+07:00", "required": True}}
PARTITIONS = {"--begins": {"help": "only partitions whose key begins so, e.g. CASE#", "default": ""}}


def moment(text: str) -> datetime:
    """A time that was typed.

    Raises:
        NotDone: it is none, or it has no offset.
    """
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise NotDone(f"{text} is no time; write 2026-11-30T09:00:00+07:00") from None
    if at.tzinfo is None:
        raise NotDone(f"{text} says no offset; write 2026-11-30T09:00:00+07:00")
    return at.astimezone(UTC)


def _restoring(asked: Asked) -> Restoring:
    begins = getattr(asked.options, "begins", "")
    return Restoring(asked.house.clients.dynamodb, asked.house.settings.table(asked.room), begins)


def restore_table(asked: Asked) -> dict[str, Any]:
    """Restores the table beside itself and tells how the two differ.

    Raises:
        NotDone: it cannot be restored like that.
    """
    at, restoring = moment(asked.options.at), _restoring(asked)
    _done(lambda: restoring.set_aside(at))
    return restoring.compare(asked.house.clock()).told()


def put_back(asked: Asked) -> dict[str, Any]:
    """Writes what differs as it was, and erases again what was erased since.

    Raises:
        NotDone: no restored table stands aside, its own history is broken, or nobody knows what was erased.
    """
    house, room, restoring = asked.house, asked.room, _restoring(asked)
    gone = _done(lambda: erased.since(house, room, moment(asked.options.at)))
    found = _done(lambda: restoring.put_back(house.clock(), remove_new=asked.options.remove_new))
    return {**found.told(), "erased_again": erased.again(house, room, gone), "erased_but_came_back": gone.came_back}


def restore_bucket(asked: Asked) -> dict[str, Any]:
    """Puts objects back to what they were.

    Raises:
        NotDone: the bucket is not one of the room's, or nobody knows what was erased.
    """
    purpose, at = asked.options.bucket, moment(asked.options.at)
    if purpose != asked.room and not purpose.startswith(f"{asked.room}-"):
        raise NotDone(f"{purpose} is no bucket of {asked.room}")
    house, bucket = asked.house, asked.house.settings.bucket(purpose)
    gone = _done(lambda: erased.since(house, asked.room, at))
    done = objects.restore(house.clients.s3, bucket, asked.options.prefix, at)
    return {**asdict(done), "erased_again": erased.again(house, asked.room, gone)}


def _done(do: Any) -> Any:
    try:
        return do()
    except NotRestored as reason:
        raise NotDone(str(reason)) from None


def _lost(asked: Asked) -> dict[str, str]:
    return {"restored_from": _done(_restoring(asked).make_again)}


def _drop(asked: Asked) -> dict[str, bool]:
    _done(_restoring(asked).drop)
    return {"dropped": True}


COMMANDS = (
    Command("restore-table", "restore a table beside itself, compare", restore_table, options={**WHEN, **PARTITIONS}),
    Command(
        "put-back",
        "write what differs as it was then",
        put_back,
        options={
            **WHEN,
            **PARTITIONS,
            "--remove-new": {"help": "take rows away that were made since", "action": "store_true"},
        },
    ),
    Command("drop-restored", "delete the restored table that stands aside", _drop),
    Command("restore-lost-table", "make a deleted table again, as it was at its deletion", _lost),
    Command(
        "restore-bucket",
        "put objects back to what they were",
        restore_bucket,
        options={
            **WHEN,
            "--bucket": {"help": "its purpose, e.g. biz-documents", "required": True},
            "--prefix": {"help": "only objects whose key begins so", "default": ""},
        },
    ),
)
