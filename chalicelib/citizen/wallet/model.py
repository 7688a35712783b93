"""A credential, as its issuer gives it and as it is kept, and the one-time codes by which others may see it."""

from __future__ import annotations

import datetime as dt
from dataclasses import field
from typing import Literal

from pydantic import Field

from chalicelib.shared.dataclass import dataclass
from chalicelib.shared.journal import Head
from chalicelib.shared.web import Incoming

from ..model import ID_PATTERN, Noun

KIND = r"^[a-z][a-z0-9-]{0,39}$"


class NewCredential(Incoming):
    """A credential as its issuer gives it."""

    id: str = Field(pattern=ID_PATTERN, description="The issuer's own id; the same id is one credential")
    credential: str = Field(min_length=1, max_length=65_536, description="SD-JWT VC with all its disclosures")
    kind: str = Field(pattern=KIND, description="What it is: licence, receipt, certificate ...")


@dataclass(frozen=True)
class Paper:
    """A credential in a person's wallet.

    Attributes:
        id: of this room; made of the issuer and the issuer's id.
        content: the SD-JWT VC with all disclosures, sealed.
        mark: tells whether a repeat has the same content, without giving it away.
        hidden: whether the person took it out of the wallet.
    """

    id: str
    sender: str
    kind: str
    received_at: str
    content: str = field(repr=False)
    mark: str
    hidden: bool = False
    chain: tuple[int, str] = (0, "")
    version: int = 1


class Share(Noun):
    """A one-time code by which whoever has it sees a paper once.

    Attributes:
        id: the beginning of the SHA-256 of the code; the code itself is kept nowhere.
        person, paper: whose, and of what.
        sealed: the presentation, the chosen claims and the holder's own note.
    """

    id: str
    person: str
    paper: str
    sealed: str = Field(repr=False)
    made_at: dt.datetime
    until: dt.datetime
    state: Literal["open", "used", "revoked"] = "open"
    used_at: dt.datetime | None = None
    head: Head = Head()
    version: int = 1
