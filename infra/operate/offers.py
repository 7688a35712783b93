"""Standing still with offers of rights: the first thing to give up in a crisis."""

from __future__ import annotations

from chalicelib.citizen.offers.pausing import Pause
from chalicelib.shared.errors import Refusal
from chalicelib.wiring import House

from .command import Command, NotDone


def offers_stand(house: House, *, still: bool) -> bool:
    """Stops everything new about offers of rights, or lets it go on; whether they stand still now.

    Raises:
        NotDone: they do already.
    """
    pausing = house.citizen.offering.pausing
    if not still:
        pausing.go_on()
        return False
    try:
        pausing.stop(Pause(house.clock().isoformat(), "operator", "operator"))
    except Refusal as refusal:
        raise NotDone(str(refusal)) from None
    return True


COMMANDS = (
    Command(
        "pause-offers",
        "tell nobody anything new about rights",
        lambda asked: {"paused": offers_stand(asked.house, still=True)},
        room="citizen",
    ),
    Command(
        "resume-offers",
        "go on telling people of their rights",
        lambda asked: {"paused": offers_stand(asked.house, still=False)},
        room="citizen",
    ),
)
