"""What every noun of the Biz room is."""

from __future__ import annotations

from typing import NewType

from pydantic import BaseModel, ConfigDict

CaseId = NewType("CaseId", str)


class Noun(BaseModel):
    """Base: immutable, nothing unknown."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)
