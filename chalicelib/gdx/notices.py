"""What the exchange tells a person, by way of their inbox in the Citizen Portal."""

from __future__ import annotations

from dataclasses import field
from typing import Protocol

from ..shared.dataclass import dataclass
from ..shared.gdx_client import Gdx
from ..shared.storage import Json
from ..shared.thai import Text

INBOX = "TH/CENTRAL/DGA/citizen/inbox"
CONSENTS = "TH/CENTRAL/DGA/citizen/consents"
PURPOSE = "data-notice"
SOURCE = "TH/CENTRAL/DGA"


@dataclass(frozen=True)
class Notice:
    """A message to a person.

    Attributes:
        id: the same id is one message, however often it is sent.
        title, body: plain text.
    """

    id: str
    title: Text = field(repr=False)
    body: Text = field(repr=False)

    def message(self) -> Json:
        """As the inbox takes it."""
        return {
            "id": self.id,
            "category": "data",
            "title": self.title.model_dump(),
            "body": self.body.model_dump(),
            "source": SOURCE,
        }


@dataclass(frozen=True)
class ConsentNews:
    """What became of a consent, for the portal's home page.

    Attributes:
        id: of the consent.
        seq: number of the event in its history: what comes late is older.
        state: what it became.
        until: when it ends by itself (ISO 8601).
        title: one line.
    """

    id: str
    seq: int
    state: str
    until: str
    title: Text = field(repr=False)

    def body(self) -> Json:
        """As the portal takes it."""
        return {
            "id": self.id,
            "seq": self.seq,
            "state": self.state,
            "until": self.until,
            "title": self.title.model_dump(),
        }


class Notices(Protocol):
    """Whoever tells people."""

    def consent(self, pid: str, news: ConsentNews) -> None:
        """Lets the portal know how a consent stands; a repeat changes nothing. Raises as `tell`."""
        ...

    def tell(self, pid: str, notice: Notice) -> None:
        """Hands a message over; a repeat with the same id changes nothing.

        Raises:
            Refusal: it was not taken; try again later.
        """
        ...


class NoticesThroughGdx:
    """By way of the exchange, as any member does.

    Args:
        gdx: the exchange as itself (`TH/CENTRAL/DGA/gdx`) asks it.
    """

    def __init__(self, gdx: Gdx) -> None:
        self._gdx = gdx

    def consent(self, pid: str, news: ConsentNews) -> None:
        """See `Notices.consent`."""
        once = f"{news.id}-{news.seq}"
        self._gdx.ask(CONSENTS, "POST", "/news", {"pid": pid, **news.body()}, PURPOSE, once=once)

    def tell(self, pid: str, notice: Notice) -> None:
        """See `Notices.tell`."""
        self._gdx.ask(INBOX, "POST", "/messages", {"pid": pid, **notice.message()}, PURPOSE, once=notice.id)
