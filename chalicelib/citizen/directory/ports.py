"""What the list needs of others, bound in wiring."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from chalicelib.shared.errors import UpstreamFailed
from chalicelib.shared.relay import Own, Relay

from .model import Service


class Source(Protocol):
    """Somebody who offers services of one kind."""

    def services(self) -> Sequence[Service]:
        """What is offered today.

        Raises:
            UpstreamFailed, Unavailable: it cannot be told now.
        """
        ...


class LicencesAtBiz:
    """The Biz Portal's public list of services, read as anybody may.

    Args:
        relay: the way there.
    """

    def __init__(self, relay: Relay) -> None:
        self._relay = relay

    def services(self) -> list[Service]:
        """See `Source.services`."""
        found = self._relay.call(Own("", "th"), "GET", "/biz/v1/services").value
        try:
            return [
                Service(
                    id=f"licence:{card['id']}",
                    kind="licence",
                    name=card["name"],
                    about=card["summary"],
                    agency=card["agency"],
                    category="business",
                    words=(card["agency_name"]["th"], card["agency_name"]["en"]),
                    path=f"/biz/v1/services/{card['id']}",
                )
                for card in found["items"]
            ]
        except (KeyError, TypeError, ValueError):
            raise UpstreamFailed("ศูนย์กลางธุรกิจตอบไม่ถูกต้อง", "The Biz Portal answered nonsense.") from None
