"""What the room keeps of a person: messages and credentials."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, NewType

from pydantic import Field

from chalicelib.shared.thai import Text
from chalicelib.shared.web import Incoming

Person = NewType("Person", str)
"""The room's pseudonym of a person (`Keyring.pseudonym`)."""

Category = Literal["application", "payment", "licence", "entitlement", "data", "notice"]

ID_PATTERN = r"^[0-9A-Za-z._:-]{1,80}$"


class NewMessage(Incoming):
    """A message as its sender gives it."""

    id: str = Field(
        pattern=ID_PATTERN, description="The sender's own id; the same id is one message, however often sent"
    )
    category: Category = Field(description="What it is about; people choose their channels by it")
    title: Text = Field(description="One line, Thai and English")
    body: Text = Field(description="Plain text, Thai and English")
    case: str | None = Field(default=None, max_length=80, description="The sender's case number")
    source: str = Field(min_length=1, max_length=200, description="The agency that speaks, e.g. TH/LOCAL/LAEMNGOP")


class NewCredential(Incoming):
    """A credential as its issuer gives it."""

    id: str = Field(pattern=ID_PATTERN, description="The issuer's own id; the same id is one credential")
    credential: str = Field(min_length=1, max_length=65_536, description="SD-JWT VC with all its disclosures")
    kind: str = Field(pattern=r"^[a-z][a-z0-9-]{0,39}$", description="What it is: licence, receipt, certificate ...")


@dataclass(frozen=True)
class Message:
    """A message in a person's inbox.

    Attributes:
        id: of this room; made of the sender and the sender's id.
        served_at: when it was put here: from then on it counts as served.
        opened_at: when the person first opened it, or None.
        content: title and body, sealed.
        mark: tells whether a repeat has the same content, without giving it away.
    """

    id: str
    sender: str
    source: str
    category: Category
    case: str | None
    served_at: str
    content: str = field(repr=False)
    mark: str
    opened_at: str | None = None
    chain: tuple[int, str] = (0, "")
    version: int = 1


@dataclass(frozen=True)
class Paper:
    """A credential in a person's wallet.

    Attributes:
        id: of this room; made of the issuer and the issuer's id.
        content: the SD-JWT VC with all disclosures, sealed.
        mark: as in `Message`.
    """

    id: str
    sender: str
    kind: str
    received_at: str
    content: str = field(repr=False)
    mark: str
    chain: tuple[int, str] = (0, "")
    version: int = 1
