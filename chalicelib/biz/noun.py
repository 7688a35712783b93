"""What every noun of the Biz room is, and words that most of them use."""

from __future__ import annotations

from typing import Literal, NewType

from pydantic import BaseModel, ConfigDict

CaseId = NewType("CaseId", str)
ApplicantKind = Literal["person", "juristic"]
Procedure = Literal["new", "renew", "amend", "cancel", "replace"]


class Noun(BaseModel):
    """Base: immutable, nothing unknown."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)
