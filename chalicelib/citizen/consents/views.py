"""What goes in and out of consents."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import AwareDatetime, Field

from chalicelib.shared.thai import Text
from chalicelib.shared.web import Incoming, Outgoing

from ..model import ID_PATTERN, Pid
from . import rules, words
from .model import Consent, Named, News, State
from .rules import Sorted


class WordsView(Outgoing):
    """Something with the words for it."""

    code: str
    th: str
    en: str

    @classmethod
    def of(cls, named: Named) -> WordsView:
        """The view of one."""
        return cls(code=named.code, th=named.th, en=named.en)


class OwnConsentView(Outgoing):
    """A consent in plain words: who asks, whom, for what, what for, until when, and what follows from a no."""

    id: str
    standing: Literal["asked", "given", "ended"] = Field(description="Waiting for you, in force, or over")
    state: State
    state_words: Text
    summary: Text = Field(description="The whole question in a sentence or two")
    who: WordsView = Field(description="Who would receive the data")
    source: WordsView = Field(description="Where it would come from")
    what: list[WordsView] = Field(description="Which data; empty: only whether something matches")
    why: list[WordsView] = Field(description="What for")
    legal_basis: Text
    how_often: Text
    starts: str = Field(serialization_alias="from")
    ends: str = Field(serialization_alias="until")
    if_you_refuse: Text
    how_to_withdraw: Text
    explained: Text = Field(description="The exchange's own full text, to which a consent is given")
    needs_ial: str = Field(description="The weakest login with which it may be given")
    asked_at: str
    decided_at: str | None
    closed_at: str | None
    closed_by: str | None = Field(description="person or consumer, once withdrawn")
    artefact: str | None = Field(description="JWT (typ gdx-consent+jwt) signed by the exchange, once given")
    version: int = Field(description="As in the ETag; send it as If-Match to give or refuse")

    @classmethod
    def of(cls, consent: Consent) -> OwnConsentView:
        """The view of one."""
        return cls(
            id=consent.id,
            standing=rules.standing(consent.state),
            state=consent.state,
            state_words=words.STATES[consent.state],
            summary=words.asked(consent),
            who=WordsView.of(consent.who),
            source=WordsView.of(consent.source),
            what=[WordsView.of(each) for each in consent.what],
            why=[WordsView.of(each) for each in consent.why],
            legal_basis=consent.legal_basis,
            how_often=words.how_often(consent),
            starts=consent.starts,
            ends=consent.ends,
            if_you_refuse=words.NOT_GIVING,
            how_to_withdraw=consent.withdrawing,
            explained=consent.explained,
            needs_ial=consent.ial,
            asked_at=consent.asked_at,
            decided_at=consent.decided_at,
            closed_at=consent.closed_at,
            closed_by=consent.closed_by,
            artefact=consent.artefact,
            version=consent.version,
        )


class OwnConsents(Outgoing):
    """All of a person's consents, each list newest first."""

    asked: list[OwnConsentView] = Field(description="Waiting for your decision")
    given: list[OwnConsentView] = Field(description="In force; each can be withdrawn")
    ended: list[OwnConsentView] = Field(description="Refused, withdrawn, used up or run out")
    more_ended: int = Field(description="Older ended ones that are not shown; the export has them all")

    @classmethod
    def of(cls, found: Sorted) -> OwnConsents:
        """The view of them."""
        lists = (found.asked, found.given, found.ended)
        asked, given, ended = ([OwnConsentView.of(each) for each in some] for some in lists)
        return cls(asked=asked, given=given, ended=ended, more_ended=found.more_ended)


class ConsentNews(Incoming):
    """What the exchange tells of a consent."""

    pid: Pid
    id: str = Field(pattern=ID_PATTERN, description="Id of the consent")
    seq: int = Field(ge=1, description="Number of the event in the consent's history")
    state: State
    until: AwareDatetime
    title: Text

    def news(self) -> News:
        """As the service knows it."""
        until: datetime = self.until
        return News(self.id, self.seq, self.state, until, self.title)


class NewsTaken(Outgoing):
    """News that was heard; a repeat answers the same."""

    id: str
