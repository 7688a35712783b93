"""Everything about offers put together, and what of it goes on each minute."""

from __future__ import annotations

import datetime as dt

from chalicelib.shared.errors import AlreadyThere, TooMany
from chalicelib.shared.journal import NotYet
from chalicelib.shared.measures import measure
from chalicelib.shared.thai import Text

from ..hall import Hall
from ..inbox.model import NewMessage
from ..inbox.service import Inbox
from ..model import SELF, Person
from .fairness import Fairness
from .news import NewsDesk
from .pausing import Pausing
from .ports import Figures, People, Rights
from .rules import SHARDS
from .runs import Runs
from .service import Offers
from .store import Counters, OfferRows
from .telling import Telling
from .vocabulary import event_types


class Offering:
    """The offers of the room.

    Attributes:
        offers: as people have them.
        news: what agencies tell.
        runs: rights that come with an age.
        fairness: the figures.
        pausing: the switch that stops what is new.
    """

    def __init__(self, hall: Hall, inbox: Inbox, rights: Rights, people: People, figures: Figures) -> None:
        table, keyring = hall.parts.table, hall.parts.keyring
        rows = OfferRows(table, keyring)
        telling = Telling(hall, rows, rights)
        self.pausing = Pausing(table)
        self.offers = Offers(hall, rows, rights, telling, Messages(inbox))
        self.news = NewsDesk(hall, rows, rights, telling, self.pausing, event_types())
        self.runs = Runs(hall, rows, rights, telling, self.pausing, people, self.news)
        self.fairness = Fairness(hall, Counters(table), rights, figures)
        hall.hear("citizen.offer-news.", self.news.heard)
        hall.sweeps.append(self.sweep)

    def sweep(self, now: dt.datetime) -> None:
        """Each minute: ends of offers and waiting reports, a part at a time; the day's run; the day's figures."""
        part = int(now.timestamp()) // 60 % SHARDS
        self.offers.end(now, part)
        pause = self.pausing.now()
        measure("OffersPaused", 0 if pause is None else 1, platform="citizen")
        if pause is None:
            self.news.resume(part)
            self.runs.run(now)
        self.fairness.run(now)


class Messages:
    """`ports.Tells` by the room's inbox."""

    def __init__(self, inbox: Inbox) -> None:
        self._inbox = inbox

    def __call__(self, person: Person, *, id: str, title: Text, body: Text, source: str) -> None:
        """See `Tells`.

        Raises:
            NotYet: the person was told enough today.
        """
        message = NewMessage(id=id, category="entitlement", title=title, body=body, source=source)
        try:
            self._inbox.tell(person, message, sender=SELF)
        except AlreadyThere:  # told before, when the definition was worded otherwise
            return
        except TooMany:
            raise NotYet("the inbox took enough for today") from None
