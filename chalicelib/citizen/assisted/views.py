"""What officers and people send about visits, and what each of them sees."""

from __future__ import annotations

import datetime as dt

from pydantic import Field, field_validator

from chalicelib.shared.problems import Bilingual
from chalicelib.shared.thai import Text, is_national_id
from chalicelib.shared.web import Incoming, Outgoing

from ..access.words import words_of
from ..mandates.model import Scope
from ..mandates.views import Scopes, ScopeView, all_different, scopes_of
from ..mandates.words import SCOPES
from .model import Ender, How, Purpose, Status, Visit
from .rules import DISPUTE_WITHIN
from .words import CODE_SENT, PURPOSES


class VisitBody(Incoming):
    """Whom an officer wants to help, with what. Nothing is chosen beforehand."""

    pid: str = Field(description="13-digit national id of the person at the counter; shown to nobody", repr=False)
    purpose: Purpose
    scopes: Scopes

    @field_validator("pid")
    @classmethod
    def _is_pid(cls, value: str) -> str:
        if not is_national_id(value):
            raise Bilingual("เลขประจำตัวประชาชนไม่ถูกต้อง", "Not a valid 13-digit national id.")
        return value

    _different = field_validator("scopes")(all_different)


class DeskCode(Incoming):
    """The code that the desk shows; it binds the visit to who stands there."""

    code: str = Field(min_length=8, max_length=9, pattern=r"^[0-9A-Za-z]{4}-?[0-9A-Za-z]{4}$")


class OneTimeCode(Incoming):
    """The code that the person was sent and reads to the officer."""

    code: str = Field(pattern=r"^[0-9]{6}$")


class DisputeBody(Incoming):
    """This was not me."""

    words: str = Field(default="", max_length=500, description="For the officer's supervisor; may be left out")


class SettleBody(Incoming):
    """What a supervisor found, for the person."""

    answer: Text


class DisputesQuery(Incoming):
    """Whose disputes or figures; an operator names an agency, a supervisor has their own."""

    agency: str | None = Field(default=None, max_length=80)
    cursor: str | None = Field(default=None, max_length=2_000, description="`next` of the page before")
    limit: int = Field(default=20, ge=1, le=100)


class VisitsMonth(Incoming):
    """Which month's figures."""

    agency: str | None = Field(default=None, max_length=80)
    month: str = Field(pattern=r"^[0-9]{4}-(0[1-9]|1[0-2])$", description="e.g. 2026-12 (Thailand)")


class VisitPurpose(Outgoing):
    """What a visit is for."""

    code: Purpose
    name: Text


class VisitCard(Outgoing):
    """A visit as its officer sees it: before a confirmation it is the same whoever was named."""

    id: str
    version: int
    status: Status
    purpose: VisitPurpose
    scopes: tuple[ScopeView, ...]
    made_at: dt.datetime
    confirm_by: dt.datetime = Field(description="Without a confirmation until then it lapses")
    confirmed_at: dt.datetime | None
    how: How | None = Field(description="login: by the person's own; code: sent to their telephone or e-mail")
    ends_at: dt.datetime | None
    ended_at: dt.datetime | None
    ended_by: Ender | None
    person_name: str | None = Field(description="While the visit is open, where the person's login told it")


class VisitOpened(VisitCard):
    """A new visit with what the desk shows to the person."""

    desk_code: str = Field(description="The person enters it where they are logged in")
    qr: str = Field(description="The same for the camera of the portal's app: id and code, as text of a QR code")


class VisitPage(Outgoing):
    """An officer's own visits, newest first."""

    items: list[VisitCard]
    next: str | None


class CodeAsked(Outgoing):
    """The one answer to every request for a code, whether or not anything can be sent."""

    message: Text = CODE_SENT


class HelpDeed(Outgoing):
    """Something that was done in the person's name."""

    what: Text
    scope: ScopeView | None


class HelpView(Outgoing):
    """A visit as the person sees it whom it concerns."""

    id: str
    version: int
    status: Status
    officer_name: str
    agency: str
    purpose: VisitPurpose
    scopes: tuple[ScopeView, ...]
    made_at: dt.datetime
    confirm_by: dt.datetime
    confirmed_at: dt.datetime | None
    how: How | None
    ends_at: dt.datetime | None
    ended_at: dt.datetime | None
    ended_by: Ender | None
    disputable_until: dt.datetime | None = Field(description="Until then the person may say: this was not me")
    disputed_at: dt.datetime | None
    settled_at: dt.datetime | None
    answer: Text | None = Field(description="The supervisor's")


class HelpWithDeeds(HelpView):
    """One visit with what was done."""

    did: tuple[HelpDeed, ...]


class HelpPage(Outgoing):
    """Visits that concern a person, newest first."""

    items: list[HelpView]
    next: str | None


class DisputeView(Outgoing):
    """A disputed visit for a supervisor; the person is not named."""

    id: str
    officer: str = Field(description="The room's name for the officer")
    officer_name: str
    agency: str
    purpose: VisitPurpose
    how: How | None
    confirmed_at: dt.datetime | None
    ended_at: dt.datetime | None
    disputed_at: dt.datetime | None
    settled_at: dt.datetime | None
    words: str = Field(description="The person's own")


class DisputePage(Outgoing):
    """Disputed visits of an agency that wait for an answer, oldest first."""

    items: list[DisputeView]
    next: str | None


class VisitFigure(Outgoing):
    """How many visits of a purpose came to this."""

    purpose: VisitPurpose
    what: str = Field(description="made, open, refused, lapsed, ended or disputed; a visit counts in each that it was")
    count: int


class VisitFigures(Outgoing):
    """Visits of an agency in a month, without persons."""

    agency: str
    month: str
    items: list[VisitFigure]


def purpose_of(code: Purpose) -> VisitPurpose:
    """A purpose with its words."""
    return VisitPurpose(code=code, name=PURPOSES[code])


_SAME = ("id", "version", "status", "made_at", "confirm_by", "confirmed_at", "how", "ends_at", "ended_at", "ended_by")


def _common(visit: Visit) -> dict[str, object]:
    same = {name: getattr(visit, name) for name in _SAME}
    return {**same, "purpose": purpose_of(visit.purpose), "scopes": scopes_of(visit.scopes)}


def card(visit: Visit) -> VisitCard:
    """A visit for its officer."""
    name = visit.person_name if visit.status == "open" and visit.person_name else None
    return VisitCard.model_validate({**_common(visit), "person_name": name})


def opened(visit: Visit, code: str) -> VisitOpened:
    """A new visit for its officer."""
    return VisitOpened.model_validate({**card(visit).model_dump(), "desk_code": code, "qr": f"{visit.id}.{code}"})


def _help(visit: Visit) -> dict[str, object]:
    same = ("officer_name", "agency", "disputed_at", "settled_at", "answer")
    began = visit.confirmed_at is not None and visit.disputed_at is None
    until = visit.ended_at + DISPUTE_WITHIN if began and visit.ended_at is not None else None
    return {**_common(visit), **{name: getattr(visit, name) for name in same}, "disputable_until": until}


def help_of(visit: Visit) -> HelpView:
    """A visit in a person's list."""
    return HelpView.model_validate(_help(visit))


def help_whole(visit: Visit, did: list[tuple[str, str]]) -> HelpWithDeeds:
    """A visit with what was done."""
    deeds = tuple(HelpDeed(what=words_of(what), scope=_scope(scope)) for what, scope in did)
    return HelpWithDeeds.model_validate({**_help(visit), "did": deeds})


def dispute_of(visit: Visit) -> DisputeView:
    """A disputed visit for a supervisor."""
    same = ("id", "officer", "officer_name", "agency", "how", "confirmed_at", "ended_at", "disputed_at", "settled_at")
    values = {name: getattr(visit, name) for name in same}
    return DisputeView.model_validate({**values, "purpose": purpose_of(visit.purpose), "words": visit.dispute})


def _scope(code: str) -> ScopeView | None:
    found: Scope | None = next((scope for scope in SCOPES if scope == code), None)
    return None if found is None else scopes_of((found,))[0]
