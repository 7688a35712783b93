"""What happens in a life and what one can do then: `life_events.json`, resolved against what is offered today."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from pydantic import TypeAdapter

from chalicelib.shared.dataclass import dataclass

from .listing import Directory
from .model import LifeEvent, Service

FILE = Path(__file__).with_name("life_events.json")
SHOWN = 12
"""Entries of one life event at most."""


@dataclass(frozen=True)
class Happening:
    """A life event with what one can do today."""

    event: LifeEvent
    services: tuple[Service, ...]


def happenings(directory: Directory) -> list[Happening]:
    """All life events in the order of the file."""
    listing = directory.listing()
    by_id = {service.id: service for service in listing.services}
    found = []
    for event in shipped_events():
        services = {each: by_id[each] for each in event.services if each in by_id}
        for words in event.looks_for:
            for service in directory.search(words, listing)[:3]:
                services.setdefault(service.id, service)
        found.append(Happening(event, tuple(services.values())[:SHOWN]))
    return found


@cache
def shipped_events() -> tuple[LifeEvent, ...]:
    """The life events that come with the code; a test judges the file."""
    read = json.loads(FILE.read_text(encoding="utf-8"))["events"]
    return tuple(TypeAdapter(list[LifeEvent]).validate_python(read))
