"""One thing that one can do, wherever it is done."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from pydantic import Field

from chalicelib.shared.dataclass import dataclass
from chalicelib.shared.sourced import Part, Slug
from chalicelib.shared.thai import Text

from ..model import Noun

Kind = Literal["entitlement", "bill", "licence", "miniapp", "link", "appointment"]
Channel = Literal["online", "app", "counter", "phone", "post"]


class Service(Noun):
    """An entry of the list.

    Attributes:
        id: `kind:` and the id that the thing has there.
        words: further words under which people look for it.
        path: where it is in this API or at the Biz Portal, or None for a link.
        url: where it is elsewhere (https), for a link.
        answers: whether a link answered when it was last asked; None for what was never asked.
    """

    id: str
    kind: Kind
    name: Text
    about: Text
    agency: str
    category: str
    channels: tuple[Channel, ...] = ("online",)
    words: tuple[str, ...] = ()
    path: str | None = None
    url: str | None = None
    hours: Text | None = None
    offices: Text | None = None
    answers: bool | None = None


class Link(Noun):
    """An agency's own service elsewhere, as the agency describes it."""

    name: Text
    about: Text
    url: str = Field(max_length=1_000)
    category: Slug
    channels: tuple[Channel, ...] = Field(min_length=1, max_length=5)
    words: tuple[str, ...] = Field(default=(), max_length=30)
    hours: Text | None = None
    offices: Text | None = None


@dataclass(frozen=True)
class LinkEntry:
    """A link in the register.

    Attributes:
        system: the system that registered it.
        failed: how often in a row its address did not answer.
        asked_at: when it was last asked.
    """

    id: str
    system: str
    link: Link
    failed: int = 0
    asked_at: dt.datetime | None = None
    chain: tuple[int, str] = (0, "")
    version: int = 1

    @property
    def agency(self) -> str:
        """The member whose link it is."""
        return self.system.rsplit("/", 1)[0]


class WordGroup(Part):
    """Words that people use for one thing; whoever looks for one finds the others."""

    words: tuple[Annotated[str, Field(min_length=2, max_length=60)], ...] = Field(min_length=2)


class LifeEvent(Part):
    """Something that happens in a life, and what one can do then.

    Attributes:
        services: ids of entries, in the order in which they are shown; what is not offered today is left out.
        looks_for: what else fits, found by search.
    """

    id: Slug
    name: Text
    about: Text
    services: tuple[str, ...] = ()
    looks_for: tuple[str, ...] = ()
