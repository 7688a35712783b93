"""What configuration is made of: immutable parts, names, and claims about the world that say where they come from."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from .thai import Text

Verified = Literal["gazette", "page", "title", "design", "no"]
"""`gazette` compared with the law's text, `page` stated by a public page of an authority, `title` seen in titles only,
`design` our own decision, `no` not checked."""

Slug = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{1,62}$")]
Code = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,62}$")]
Pointer = Annotated[str, Field(pattern=r"^(/[^/]+)+$", max_length=200)]
Member = Annotated[str, Field(pattern=r"^TH/[A-Z]+/[A-Z0-9_-]+(/[A-Za-z0-9_-]+)*$", max_length=120)]


class Part(BaseModel):
    """Base of everything in a definition: immutable, and a misspelt name is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, defer_build=True)


class Sourced(Part):
    """A claim about the world."""

    source: str = Field(min_length=1, description="Where the value comes from")
    verified: Verified = Field(description="How far it was checked")

    @property
    def is_verified(self) -> bool:
        """Whether an authority's page or the gazette says so (our own decisions need no proof)."""
        return self.verified in ("gazette", "page", "design")


class Said(Sourced):
    """A sentence in both languages with its source."""

    text: Text


class RateRow(Sourced):
    """A value that holds from one day to another."""

    from_: dt.date = Field(alias="from")
    to: dt.date | None = None
    value: str = Field(pattern=r"^[0-9]{1,9}(\.[0-9]{1,4})?$", description="A decimal number as text")
    name: Text | None = Field(default=None, description="What it is a rate of; absent: as the fee is called")
    unit: Literal["baht", "percent"] = Field(default="baht", description="How it is shown; no formula heeds it")
