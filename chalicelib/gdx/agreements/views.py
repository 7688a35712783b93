"""What goes out of `/gdx/v1/negotiations` and `/gdx/v1/agreements`."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from pydantic import Field

from ...shared.journal import Event
from ...shared.web import Outgoing
from ..model import Agreement
from .bodies import PredicateView, PurposeView, Terms, Wording
from .ledger import Kept
from .model import Negotiation, Party
from .rules import moves
from .seals import proven, token_of
from .terms import digest

_Order = Literal["agreed", "ordered"]


class SealView(Outgoing):
    """A signature."""

    party: str = Field(description="consumer, provider or exchange")
    kid: str
    at: str


class SealProof(SealView):
    """A signature with all that is needed to check it offline."""

    token: str = Field(description="Compact JWS")
    jwk: dict[str, str] = Field(description="The public key that it was checked with")


class NegotiationView(Outgoing):
    """A negotiation."""

    id: str
    revision: int = Field(description="Of the negotiation; also the ETag")
    agreement: str
    version: int = Field(description="Of the agreement: 1, then one more with each amendment")
    state: str
    order: Literal["agreed", "ordered"]
    consumer: str
    service: str
    offered_by: str = Field(description="consumer, provider or exchange: whose terms these are")
    terms: Terms
    terms_text: str = Field(description="Canonical JSON (RFC 8785): what the parties sign")
    terms_sha256: str
    document_hash: str | None
    signatures: list[SealView]
    suspended_by: str | None
    because: Wording | None = Field(description="Why it is suspended or was ended")
    possible: list[str] = Field(description="What the caller may do now")
    begun_at: str
    changed_at: str

    @classmethod
    def of(cls, kept: Kept, viewer: Party) -> NegotiationView:
        """The view of one, for one of its parties or an operator."""
        negotiation, agreement = kept.negotiation, kept.negotiation.agreement
        because = agreement.suspended_because or negotiation.ended_because
        return cls(
            id=negotiation.id,
            revision=kept.version,
            agreement=agreement.id,
            version=agreement.version,
            state=negotiation.state.value,
            order=_order(agreement),
            consumer=str(agreement.consumer),
            service=str(agreement.service),
            offered_by=negotiation.offered_by.value,
            terms=Terms.of(agreement),
            terms_text=negotiation.terms,
            terms_sha256=digest(negotiation.terms),
            document_hash=agreement.document_hash,
            signatures=[
                SealView(party=party.value, kid=str(seal.jwk["kid"]), at=seal.at)
                for party, seal in negotiation.seals.items()
            ],
            suspended_by=None if negotiation.suspended_by is None else negotiation.suspended_by.value,
            because=_words(because),
            possible=sorted(moves(negotiation, viewer)),
            begun_at=negotiation.begun_at,
            changed_at=negotiation.changed_at,
        )


class NegotiationCard(Outgoing):
    """A negotiation in a list."""

    id: str
    state: str
    consumer: str
    service: str
    offered_by: str
    changed_at: str

    @classmethod
    def of(cls, negotiation: Negotiation) -> NegotiationCard:
        """The card of one."""
        return cls(
            id=negotiation.id,
            state=negotiation.state.value,
            consumer=str(negotiation.agreement.consumer),
            service=str(negotiation.agreement.service),
            offered_by=negotiation.offered_by.value,
            changed_at=negotiation.changed_at,
        )


class NegotiationPage(Outgoing):
    """A page of negotiations, newest first."""

    items: list[NegotiationCard]
    next: str | None


class Happening(Outgoing):
    """One event; `hash` covers it and the hash of the one before."""

    seq: int
    at: str
    type: str
    by: str
    state: str
    because: Wording | None
    hash: str
    prev: str

    @classmethod
    def of(cls, event: Event) -> Happening:
        """The view of one; people of the exchange are not named."""
        because: Any = event.data["because"]
        return cls(
            seq=event.seq,
            at=event.at,
            type=event.type,
            by="operator" if event.by.startswith("officer") else event.by,
            state=str(event.data["state"]),
            because=None if because is None else Wording(**because),
            hash=event.hash,
            prev=event.prev,
        )


class History(Outgoing):
    """All that happened in a negotiation, oldest first."""

    items: list[Happening]


class AgreementView(Outgoing):
    """An agreement as its parties see it."""

    id: str
    version: int
    state: str
    order: Literal["agreed", "ordered"] = Field(description="Agreed by both, or ordered by law (legal_basis)")
    consumer: str
    service: str
    endpoints: list[dict[str, str]]
    fields: list[str]
    predicates: list[PredicateView]
    purposes: list[PurposeView]
    legal_basis_th: str
    legal_basis_en: str
    valid_from: date
    valid_until: date
    daily_quota: int
    rate_per_minute: int | None
    daily_bytes: int | None
    retention_days: int | None
    consent: bool
    preview: bool
    document_hash: str | None
    suspended_because: Wording | None

    @classmethod
    def of(cls, agreement: Agreement) -> AgreementView:
        """The view of one."""
        return cls(**_shown(agreement))


class Agreements(Outgoing):
    """A system's agreements."""

    items: list[AgreementView]


class SignedAgreement(AgreementView):
    """An agreement with its signatures, for whoever must prove it later."""

    terms_text: str = Field(description="Canonical JSON (RFC 8785): what was signed")
    terms_sha256: str
    signatures: list[SealProof]
    proven: bool = Field(description="All signatures that it needs are there and hold")

    @classmethod
    def signed(cls, negotiation: Negotiation, now: datetime) -> SignedAgreement:
        """The view of one, with its signatures checked now."""
        return cls(
            **_shown(negotiation.agreement),
            terms_text=negotiation.terms,
            terms_sha256=digest(negotiation.terms),
            signatures=[
                SealProof(
                    party=party.value,
                    kid=str(seal.jwk["kid"]),
                    at=seal.at,
                    token=token_of(seal, negotiation.terms),
                    jwk=dict(seal.jwk),
                )
                for party, seal in negotiation.seals.items()
            ],
            proven=proven(negotiation, now),
        )


def _shown(agreement: Agreement) -> dict[str, Any]:
    terms = Terms.of(agreement)
    aside = {"endpoints", "legal_basis"}
    return {
        **{name: getattr(terms, name) for name in Terms.model_fields if name not in aside},
        "id": agreement.id,
        "version": agreement.version,
        "state": agreement.state.value,
        "order": _order(agreement),
        "consumer": str(agreement.consumer),
        "service": str(agreement.service),
        "endpoints": [{"method": endpoint.method, "path": endpoint.path} for endpoint in agreement.endpoints],
        "legal_basis_th": agreement.legal_basis[0],
        "legal_basis_en": agreement.legal_basis[1],
        "document_hash": agreement.document_hash,
        "suspended_because": _words(agreement.suspended_because),
    }


def _order(agreement: Agreement) -> _Order:
    return "agreed" if agreement.order == "agreed" else "ordered"


def _words(because: tuple[str, str] | None) -> Wording | None:
    return None if because is None else Wording(th=because[0], en=because[1])
