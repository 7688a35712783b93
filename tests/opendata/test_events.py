"""What the room does with its events and each minute: one that fails keeps no other from its work."""

from __future__ import annotations

import pytest

from chalicelib.shared.journal import NotYet
from tests.opendata.portal import Portal


class Broken(Exception):
    """A part of the room that does not work."""


def failing(error: type[Exception]) -> None:
    raise error


def test_a_sweep_that_fails_stops_no_other_and_is_heard_of(portal: Portal) -> None:
    ran: list[str] = []
    portal.catalogue.sweeps[:0] = [lambda _: failing(Broken)]
    portal.catalogue.sweeps.append(lambda _: ran.append("last"))
    with pytest.raises(Broken):
        portal.catalogue.sweep(portal.clock())
    assert ran == ["last"]


@pytest.mark.parametrize(("first", "second"), [(NotYet, Broken), (Broken, NotYet)])
def test_an_error_is_heard_of_although_another_waits(
    portal: Portal, first: type[Exception], second: type[Exception]
) -> None:
    heard: list[str] = []
    portal.catalogue.listen("opendata.organization.", lambda _: failing(first))
    portal.catalogue.listen("opendata.organization.", lambda _: failing(second))
    portal.catalogue.listen("opendata.organization.", lambda event: heard.append(event.type))
    portal.organization()
    (_, body) = portal.queues.waiting.pop()
    with pytest.raises(Broken):
        portal.catalogue.on_event(body)
    assert heard == ["opendata.organization.created"]


def test_an_event_stays_open_until_everybody_was_told(portal: Portal) -> None:
    away = [True]

    def listener(_: object) -> None:
        if away:
            away.pop()
            raise NotYet

    portal.catalogue.listen("opendata.organization.", listener)
    portal.organization()
    portal.settle()
    assert not away
    portal.now = portal.now.replace(hour=(portal.now.hour + 1) % 24)
    portal.catalogue.sweep(portal.clock())
    assert portal.queues.waiting, "the row is still open and sent again"
    portal.settle()
    portal.catalogue.sweep(portal.clock())
    assert not portal.queues.waiting
