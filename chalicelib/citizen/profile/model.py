"""What the portal knows of a person, each value with where it comes from and since when."""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal

from pydantic import Field

from chalicelib.shared.journal import Head
from chalicelib.shared.thai import Language

from ..model import Noun

Register = Literal["name", "birth_date", "address"]
"""What is asked of the civil register; nothing else of its answer is kept."""
Declared = Literal["preferred_name", "language", "letters_address"]
"""What a person declares themself. Telephone and e-mail belong to the channels."""


class PostalAddress(Noun):
    """Where letters shall go."""

    house_no: str = Field(min_length=1, max_length=40)
    moo: str = Field(default="", max_length=10)
    road: str = Field(default="", max_length=100)
    subdistrict: str = Field(min_length=1, max_length=100)
    district: str = Field(min_length=1, max_length=100)
    province: str = Field(min_length=1, max_length=100)
    postal_code: str = Field(pattern=r"^[0-9]{5}$")


class Own(Noun):
    """A value that the person declared."""

    value: str | PostalAddress = Field(repr=False)
    at: dt.datetime


class FromRegister(Noun):
    """What the civil register said, at one time."""

    values: dict[Register, Any] = Field(repr=False)
    at: dt.datetime = Field(description="When the exchange recorded the answer")
    receipt: str


class Profile(Noun):
    """All of it; nothing is there before the person declares or asks for something."""

    owner: str
    version: int = 0
    declared: dict[Declared, Own] = Field(default_factory=dict, repr=False)
    civil: FromRegister | None = Field(default=None, repr=False)
    head: Head = Head()

    @property
    def language(self) -> Language | None:
        """In which language the person wants to be written to, if they said so."""
        found = self.declared.get("language")
        return None if found is None else ("en" if found.value == "en" else "th")
