"""What goes in and out of copies, erasures and rights."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from chalicelib.shared.thai import Text
from chalicelib.shared.web import Incoming, Outgoing

from . import words
from .erasures import Planned
from .model import Erasure, Export


class ExportView(Outgoing):
    """A copy of everything."""

    id: str
    state: Literal["asked", "ready"]
    asked_at: str
    ready_at: str | None
    size: int | None = Field(description="Bytes")
    url: str | None = Field(description="Where to fetch it, for five minutes; ask again for a new address")

    @classmethod
    def of(cls, export: Export, url: str | None = None) -> ExportView:
        """The view of one."""
        return cls(
            id=export.id,
            state=export.state,
            asked_at=export.asked_at,
            ready_at=export.ready_at,
            size=export.size,
            url=url,
        )


class ExportList(Outgoing):
    """A person's copies, newest first."""

    items: list[ExportView]


class KeptView(Outgoing):
    """Something that a law makes the room keep."""

    what: Text
    law: str
    verified: str = Field(description="How far the law was checked; no: not compared with its text")
    until: Text


class ErasedPart(Outgoing):
    """A part of what the room holds, and what of it would stay."""

    name: str
    title: Text
    keeps: list[KeptView]

    @classmethod
    def of(cls, part: Planned) -> ErasedPart:
        """The view of one."""
        keeps = [KeptView(what=k.what, law=k.source, verified=k.verified, until=k.until) for k in part.keeps]
        return cls(name=part.name, title=part.title, keeps=keeps)


class ErasureView(Outgoing):
    """An erasure: planned, confirmed, or done."""

    id: str
    state: Literal["planned", "confirmed", "done"]
    confirm_until: str = Field(description="Until when a plan can be confirmed")
    parts: list[ErasedPart] = Field(description="What goes, and what of it stays by which law; empty once it is done")
    outside: list[Text] = Field(description="What an erasure here does not reach")
    last_look_at: str | None = Field(
        description="Once all is erased: when it is looked through a last time, for letters still on their way"
    )
    done_at: str | None

    @classmethod
    def of(cls, erasure: Erasure, parts: list[Planned]) -> ErasureView:
        """The view of one."""
        shown = [] if erasure.state == "done" else [ErasedPart.of(part) for part in parts]
        return cls(
            id=erasure.id,
            state=erasure.state,
            confirm_until=erasure.until,
            parts=shown,
            outside=list(words.OUTSIDE),
            last_look_at=erasure.again,
            done_at=erasure.done_at,
        )


class ConfirmErasure(Incoming):
    """The second step."""

    understood: bool = Field(description="That what is erased cannot be had back")


class RightView(Outgoing):
    """A right that the law gives, and where it is used."""

    text: Text
    law: str
    verified: str = Field(description="How far the law was checked; no: not compared with its text")


class RightsView(Outgoing):
    """All of them."""

    items: list[RightView]

    @classmethod
    def shown(cls) -> RightsView:
        """What the law gives."""
        return cls(items=[RightView(text=r.text, law=r.source, verified=r.verified) for r in words.RIGHTS])
