"""What goes in and out of the log's routes."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import Field

from ...shared.web import Incoming, Outgoing
from .openings import Counts, Opening
from .receipts import Receipt
from .witnesses import Witness

Place = Annotated[int, Field(ge=0, lt=2**63)]


class InclusionQuery(Incoming):
    """Which entry, and in which tree."""

    index: Place
    size: Place | None = None


class ConsistencyQuery(Incoming):
    """Between which two trees."""

    from_: Place = Field(alias="from")
    to: Place | None = None


class ProofQuery(Incoming):
    """By which checkpoint."""

    witnessed: bool = Field(default=False, description="By the newest checkpoint that a witness has cosigned")


class ProofView(Outgoing):
    """Hashes of a proof."""

    size: int = Field(description="Entries of the tree that the proof leads to")
    hashes: list[str] = Field(description="base64, in the order of RFC 6962")

    @classmethod
    def of(cls, size: int, hashes: Sequence[bytes]) -> ProofView:
        """The view of one."""
        return cls(size=size, hashes=[base64.b64encode(each).decode() for each in hashes])


class CountsView(Outgoing):
    """Covert accesses in the log."""

    size: int
    total: int = Field(description="Covert accesses among the first `size` entries")
    opened: int = Field(description="Those whose day is over: GET /gdx/v1/log/sealed/{id}")
    hidden: int

    @classmethod
    def of(cls, counts: Counts) -> CountsView:
        """The view of them."""
        return cls(size=counts.size, total=counts.total, opened=counts.opened, hidden=counts.hidden)


class OpeningView(Outgoing):
    """A covert access whose time has come."""

    entry: str
    leaf_text: str
    cover_salt: str = Field(description="base64url(SHA-256(cover_salt || leaf_text)) is `sealed` of the entry")
    index: int
    proof: str

    @classmethod
    def of(cls, opening: Opening) -> OpeningView:
        """The view of one."""
        return cls(
            entry=opening.entry_text,
            leaf_text=opening.leaf_text,
            cover_salt=opening.salt,
            index=opening.index,
            proof=opening.proof,
        )


class PutWitness(Incoming):
    """A witness to enter or change."""

    vkey: str = Field(max_length=400, description="C2SP verifier key of type 0x04")
    name_th: str = Field(min_length=1, max_length=200)
    name_en: str = Field(min_length=1, max_length=200)
    active: bool = True


class WitnessView(Outgoing):
    """A witness."""

    vkey: str
    name_th: str
    name_en: str
    active: bool

    @classmethod
    def of(cls, witness: Witness) -> WitnessView:
        """The view of one."""
        return cls(vkey=str(witness.key), name_th=witness.name_th, name_en=witness.name_en, active=witness.active)


class WitnessList(Outgoing):
    """All witnesses."""

    items: list[WitnessView]


class PostCosignature(Incoming):
    """A witness's cosignature of the newest checkpoint."""

    size: Place = Field(description="Entries of the tree that was cosigned")
    cosignature: str = Field(max_length=1000, description="The signature line: — <name> <base64>")


class ReceiptView(Outgoing):
    """A receipt for a party of the exchange."""

    receipt: str = Field(
        description="JWT (typ gdx-receipt+jwt), made with the exchange; its `leaf` is the RFC 6962 hash of `entry`"
    )
    leaf: dict[str, Any]
    leaf_text: str
    entry: str = Field(description="What stands in the log: leaf_text, or for a covert access the commitment to it")
    cover_salt: str | None = Field(description="Of that commitment: SHA-256(cover_salt || leaf_text)")
    request_salt: str = Field(description="SHA-256(salt || METHOD path?query LF body) is leaf.request")
    answer_salt: str = Field(description="SHA-256(salt || body) is leaf.answer")
    index: int | None = Field(description="Place in the log; null until it is sealed, within minutes")
    proof: str | None = Field(description="C2SP tlog-proof by the newest checkpoint; null until then")

    @classmethod
    def of(cls, found: Receipt) -> ReceiptView:
        """The view of one."""
        return cls(
            receipt=found.token,
            leaf={**found.leaf.__dict__, "fields": list(found.leaf.fields)},
            leaf_text=found.leaf_text,
            entry=found.entry_text,
            cover_salt=found.cover_salt,
            request_salt=found.request_salt,
            answer_salt=found.answer_salt,
            index=found.index,
            proof=found.proof,
        )
