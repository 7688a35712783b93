"""How registers lie in the table.

| pk | sk | what |
|---|---|---|
| `REGISTERS` | name | the register, titled as in its latest version, with the list of its versions |
| `REGISTER#{name}#{version}` | `PART#000` | entries of a version by their codes; the first part has its titles |
| `REGISTER#{name}` | `EVT#{seq}` | its history |
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from ...shared.storage import Json, Key
from ..ids import MemberId
from .model import Register, Version

ALL = "REGISTERS"


def register_key(name: str) -> Key:
    """Where a register lies."""
    return Key(ALL, name)


def part_key(name: str, version: int, part: int) -> Key:
    """Where one part of a version's entries lies."""
    return Key(f"REGISTER#{name}#{version}", f"PART#{part:03}")


def history_pk(name: str) -> str:
    """The partition of a register's history."""
    return f"REGISTER#{name}"


def register_json(register: Register) -> Json:
    """A register as stored."""
    return {
        "title_th": register.title_th,
        "title_en": register.title_en,
        "owner": str(register.owner),
        "source": register.source,
        "parents": register.parents,
        "versions": [
            [each.effective_from.isoformat(), each.published_at, each.entries, each.digest, list(each.starts)]
            for each in register.versions
        ],
    }


def register_from(name: str, data: Mapping[str, Any]) -> Register:
    """A register as read."""
    return Register(
        name=name,
        title_th=data["title_th"],
        title_en=data["title_en"],
        owner=MemberId.parse(data["owner"]),
        source=data["source"],
        parents=data["parents"],
        versions=tuple(
            Version(number, date.fromisoformat(effective), published, entries, digest, tuple(starts))
            for number, (effective, published, entries, digest, starts) in enumerate(data["versions"], start=1)
        ),
    )
