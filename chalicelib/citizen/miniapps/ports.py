"""What mini-apps need of others, bound in wiring."""

from __future__ import annotations

from dataclasses import field
from typing import Literal, Protocol

from chalicelib.shared.dataclass import dataclass

from ..model import Person


@dataclass(frozen=True)
class Holder:
    """Whom a consumer key and its token stand for.

    Attributes:
        system: the subsystem, or None where the pair does not hold.
        wrong: which of the two does not hold.
    """

    system: str | None
    wrong: Literal["consumer", "token"] | None = None


class Consumers(Protocol):
    """The exchange's door for existing clients (`/ws/auth/validate`), which alone knows its keys and tokens."""

    def holder(self, consumer_key: str, token: str) -> Holder:
        """Whom they stand for.

        Raises:
            UpstreamFailed, Unavailable: the exchange does not answer; nothing is known.
        """
        ...


@dataclass(frozen=True)
class Contact:
    """How a person wants to be reached, as they said themself; None for what they did not say."""

    mobile: str | None = field(default=None, repr=False)
    email: str | None = field(default=None, repr=False)


class Contacts(Protocol):
    """The addresses that people gave the portal."""

    def contact(self, person: Person) -> Contact:
        """Those of a person."""
        ...
