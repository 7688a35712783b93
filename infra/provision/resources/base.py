"""What every resource module works with: the cloud it talks to, and what it answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError

from infra.provision.shapes import Shape


@dataclass(frozen=True)
class Cloud:
    """Where to put things: a way to get clients, and whose account and region it is.

    `aliases` maps a key's logical id to its alias, for a KMS key has no name of its own by which a second run
    could find it.
    """

    client: Callable[[str], Any]
    account: str
    region: str
    partition: str = "aws"
    aliases: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Made:
    """A resource in place: what `Ref` and `GetAtt` answer for it, and what this run did to it (empty:
    nothing).
    """

    ref: str
    attributes: Mapping[str, str] = field(default_factory=dict)
    changes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Handler:
    """How one resource type is put in place; `shape` lists every property that `make` honours."""

    shape: Shape
    make: Callable[[Cloud, str, dict[str, Any]], Made]


def code_of(error: ClientError) -> str:
    """The service's error code."""
    return str(error.response.get("Error", {}).get("Code", ""))


def covers(actual: Any, wanted: Any) -> bool:
    """Whether everything in `wanted` is in `actual`; services add defaults and ids of their own, which are no
    difference.
    """
    if isinstance(wanted, dict):
        return isinstance(actual, dict) and all(
            key in actual and covers(actual[key], item) for key, item in wanted.items()
        )
    if isinstance(wanted, list):
        return isinstance(actual, list) and len(actual) == len(wanted) and all(map(covers, actual, wanted))
    return bool(actual == wanted)
