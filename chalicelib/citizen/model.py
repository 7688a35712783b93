"""What every noun of the room is made of."""

from __future__ import annotations

from typing import Annotated, NewType

from pydantic import BaseModel, ConfigDict, Field

Person = NewType("Person", str)
"""The room's pseudonym of a person (`Keyring.pseudonym`)."""

SELF = "TH/CENTRAL/DGA/citizen"
"""The room as a member of the exchange, and as a sender of its own messages."""

ID_PATTERN = r"^[0-9A-Za-z._:-]{1,80}$"

Pid = Annotated[str, Field(pattern=r"^[0-9]{13}$", description="National id of the person", repr=False)]
"""A national id in a body that comes through the exchange; its check digit is looked at by `rules.checked_pid`."""


class Noun(BaseModel):
    """Base of what the room keeps: immutable; a misspelt name is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)
