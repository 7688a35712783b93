"""How a list goes on."""

from __future__ import annotations

from pydantic import Field

from chalicelib.shared.web import Incoming


class Paging(Incoming):
    """Where a list goes on."""

    cursor: str | None = Field(default=None, max_length=2_000, description="`next` of the page before")
    limit: int = Field(default=20, ge=1, le=100)
