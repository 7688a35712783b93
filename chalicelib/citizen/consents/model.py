"""A consent as the exchange tells it, and the little that the portal itself keeps of one."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from chalicelib.shared.dataclass import dataclass
from chalicelib.shared.thai import Text

State = Literal["REQUESTED", "GIVEN", "REFUSED", "WITHDRAWN", "EXPIRED", "USED"]
Standing = Literal["asked", "given", "ended"]
Deed = Literal["give", "refuse", "withdraw"]


class Told(BaseModel):
    """Base of what the exchange tells; what a newer exchange says beside it is passed over."""

    model_config = ConfigDict(frozen=True, extra="ignore", defer_build=True)


class Named(Told):
    """Something with the words for it."""

    code: str
    th: str
    en: str


class Consent(Told):
    """A consent of the person, as `GET /gdx/v1/me/consents/{id}` shows it.

    Attributes:
        starts, ends: from when and until when data may pass (ISO 8601).
        mode: once, or repeatedly.
        data_life_days: days for which the receiver may keep what it got.
        ial: weakest login with which it may be given.
        who, source, why, what: who asks, whom, what for, and which fields, each in words.
        artefact: the consent as signed by the exchange, once given.
        version: for If-Match.
    """

    id: str
    state: State
    starts: str = Field(alias="from")
    ends: str = Field(alias="until")
    mode: Literal["once", "repeated"]
    data_life_days: int
    ial: str
    asked_at: str
    decided_at: str | None
    closed_at: str | None
    closed_by: str | None
    who: Named
    source: Named
    why: tuple[Named, ...]
    what: tuple[Named, ...]
    legal_basis: Text
    explained: Text
    withdrawing: Text
    artefact: str | None
    version: int


class ConsentPage(Told):
    """Some consents, and the exchange's cursor of the next page."""

    items: tuple[Consent, ...]
    next: str | None


@dataclass(frozen=True)
class News:
    """What the exchange tells the portal of a consent when something happened to it.

    Attributes:
        id: of the consent.
        seq: number of the event in the consent's own history: news may come late, twice and out of order.
        state: what it became.
        until: when it ends by itself.
        title: one line for the home page.
    """

    id: str
    seq: int
    state: State
    until: datetime
    title: Text


@dataclass(frozen=True)
class Notch:
    """How far the portal has heard of a consent.

    Attributes:
        seq: of the newest news.
        waits: whether a card on the home page asks for a decision.
        until: when it ends by itself (ISO 8601, UTC).
    """

    id: str
    seq: int
    waits: bool
    until: str
    version: int = 1
