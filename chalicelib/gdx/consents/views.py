"""What goes in and out of consents."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, Field, field_validator, model_validator

from ...shared.problems import Bilingual
from ...shared.storage import Json
from ...shared.thai import Text, is_national_id
from ...shared.web import Incoming, Outgoing, as_json
from ..ids import ServiceId
from ..views import checked
from . import words
from .artefact import terms_hash
from .book import Kept, KeptPage
from .model import Mode, Named
from .rules import Asked

Code = Annotated[str, Field(min_length=1, max_length=64)]
Pointer = Annotated[str, Field(max_length=200)]


class PostConsent(Incoming):
    """A person's consent to ask for."""

    pid: str = Field(description="National id of the person; it is not kept in the clear")
    service: str = Field(description="e.g. TH/PARTNER/NCB/credit/report")
    purposes: list[Code] = Field(min_length=1, max_length=20, description="Codes of the agreement's purposes")
    fields: list[Pointer] | None = Field(
        default=None, max_length=200, description="JSON Pointers of the agreement; null for all of them"
    )
    starts: AwareDatetime | None = Field(default=None, alias="from", description="Null for at once")
    ends: AwareDatetime = Field(alias="until", description="At most 366 days after the begin")
    mode: Literal["once", "repeated"] = "once"
    data_life_days: int = Field(ge=0, le=3660, description="How many days you will keep what you get")
    ial: Literal["2.1", "2.2", "2.3", "3"] = Field(
        default="2.1", description="The weakest login with which the person may give it"
    )

    @field_validator("pid")
    @classmethod
    def _pid(cls, text: str) -> str:
        if not is_national_id(text):
            raise Bilingual("เลขประจำตัวประชาชนไม่ถูกต้อง", "Not a valid 13-digit national id.")
        return text

    @field_validator("service")
    @classmethod
    def _service(cls, text: str) -> str:
        return checked(ServiceId.parse, text)

    @model_validator(mode="after")
    def _some_field(self) -> PostConsent:
        if self.fields == []:
            raise Bilingual("ต้องระบุรายการข้อมูลอย่างน้อยหนึ่งรายการ", "Name at least one field, or leave fields out.")
        return self

    def asked(self) -> Asked:
        """As the rules know it."""
        return Asked(
            service=ServiceId.parse(self.service),
            purposes=tuple(self.purposes),
            fields=None if self.fields is None else tuple(self.fields),
            starts=self.starts,
            ends=self.ends,
            mode=Mode(self.mode),
            data_life_days=self.data_life_days,
            ial=self.ial,
        )


class Paging(Incoming):
    """Which part of a list."""

    cursor: str | None = Field(default=None, max_length=1000)
    limit: int = Field(default=20, ge=1, le=100)


class NamedView(Outgoing):
    """Something with the words for it."""

    code: str
    th: str
    en: str

    @classmethod
    def of(cls, named: Named) -> NamedView:
        """The view of one."""
        return cls(code=named.code, th=named.th, en=named.en)


class ConsentView(Outgoing):
    """A consent as the system that asked for it sees it: without the person."""

    id: str
    state: Literal["REQUESTED", "GIVEN", "REFUSED", "WITHDRAWN", "EXPIRED", "USED"]
    consumer: str
    service: str
    agreement: str
    purposes: list[str]
    fields: list[str]
    starts: str = Field(serialization_alias="from")
    ends: str = Field(serialization_alias="until")
    mode: Literal["once", "repeated"]
    data_life_days: int
    ial: str
    asked_at: str
    decided_at: str | None
    closed_at: str | None
    closed_by: str | None = Field(description="person or consumer, once withdrawn")
    used_by: str | None = Field(description="The exchange that used a consent for once up")
    terms: str = Field(description="SHA-256 of the words that the person was shown")
    artefact: str | None = Field(description="JWT (typ gdx-consent+jwt) signed by the exchange, once given")
    version: int = Field(description="As in the ETag")

    @classmethod
    def of(cls, kept: Kept) -> ConsentView:
        """The view of one."""
        return cls(**_common(kept))


class MyConsentView(ConsentView):
    """A consent as the person sees it: with who, what, why, by which law, until when, and how to withdraw, in words."""

    who: NamedView
    source: NamedView
    why: list[NamedView]
    what: list[NamedView]
    legal_basis: Text
    explained: Text
    withdrawing: Text

    @classmethod
    def of(cls, kept: Kept) -> MyConsentView:
        """The view of one."""
        terms = kept.consent.terms
        return cls(
            **_common(kept),
            who=NamedView.of(terms.consumer),
            source=NamedView.of(terms.provider),
            why=[NamedView.of(purpose) for purpose in terms.purposes],
            what=[NamedView.of(named) for named in terms.fields],
            legal_basis=Text(th=terms.legal_basis[0], en=terms.legal_basis[1]),
            explained=words.explained(terms),
            withdrawing=words.WITHDRAWING,
        )


class MyConsents(Outgoing):
    """Some of a person's consents: the present ones come after those that were replaced."""

    items: list[MyConsentView]
    next: str | None

    @classmethod
    def of(cls, page: KeptPage) -> MyConsents:
        """The view of a page."""
        return cls(items=[MyConsentView.of(kept) for kept in page.items], next=page.next)


def for_consumer(kept: Kept) -> Json:
    """What a repeat of a system's command is answered."""
    answer: Json = as_json(ConsentView.of(kept))
    return answer


def for_person(kept: Kept) -> Json:
    """What a repeat of a person's command is answered."""
    answer: Json = as_json(MyConsentView.of(kept))
    return answer


def _common(kept: Kept) -> dict[str, Any]:
    consent, terms = kept.consent, kept.consent.terms
    return {
        "id": consent.id,
        "state": kept.state.value,
        "consumer": str(consent.consumer),
        "service": str(consent.service),
        "agreement": consent.agreement,
        "purposes": [purpose.code for purpose in terms.purposes],
        "fields": [named.code for named in terms.fields],
        "starts": terms.starts.isoformat(),
        "ends": terms.ends.isoformat(),
        "mode": terms.mode.value,
        "data_life_days": terms.data_life_days,
        "ial": terms.ial,
        "asked_at": consent.asked_at.isoformat(),
        "decided_at": _text(consent.decided_at),
        "closed_at": _text(consent.closed_at),
        "closed_by": consent.closed_by,
        "used_by": consent.used_by,
        "terms": terms_hash(consent),
        "artefact": consent.artefact,
        "version": kept.version,
    }


def _text(time: datetime | None) -> str | None:
    return None if time is None else time.isoformat()
