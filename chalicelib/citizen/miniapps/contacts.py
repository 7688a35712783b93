"""Mobile number and e-mail for mini-apps: those that the person confirmed as their own for being told."""

from __future__ import annotations

from ..channels.model import Address
from ..channels.store import ChannelRows
from ..model import Person
from .ports import Contact


class ConfirmedAddresses:
    """`ports.Contacts` from the channels.

    Args:
        rows: how people want to be told.
    """

    def __init__(self, rows: ChannelRows) -> None:
        self._rows = rows

    def contact(self, person: Person) -> Contact:
        """Addresses from which a code came back; one that was only typed in may be somebody else's."""
        wishes = self._rows.find(person)
        if wishes is None:
            return Contact()

        def confirmed(channel: Address) -> str | None:
            found = wishes.contact(channel)
            return None if found is None or found.verified_at is None else found.value

        return Contact(mobile=confirmed("sms"), email=confirmed("email"))
