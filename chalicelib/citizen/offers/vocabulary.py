"""What agencies may tell of, and which member may tell it: the file `events.json`, read at start."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from chalicelib.shared.sourced import Member, Part, Said, Slug
from chalicelib.shared.thai import Text

FILE = Path(__file__).with_name("events.json")


class EventType(Part):
    """One kind of happening.

    Attributes:
        member: whose systems may tell of it.
        about_child: whether it must name the child that it is about.
        legal_basis: the law by which the agency tells.
    """

    type: Slug
    member: Member
    name: Text
    about_child: bool
    legal_basis: Said

    def may_come_from(self, client: str) -> bool:
        """Whether this system may tell of it."""
        return client.startswith(f"{self.member}/")


def event_types(file: Path = FILE) -> Mapping[str, EventType]:
    """All kinds by type.

    Raises:
        ValueError: the file is wrong, or names a type twice.
    """
    listed = [EventType.model_validate(entry) for entry in json.loads(file.read_text(encoding="utf-8"))["types"]]
    found = {each.type: each for each in listed}
    if len(found) != len(listed):
        raise ValueError("a type of event is there twice")
    return found
