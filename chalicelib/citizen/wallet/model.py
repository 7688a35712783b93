"""A credential, as its issuer gives it and as it is kept."""

from __future__ import annotations

from dataclasses import dataclass, field

from pydantic import Field

from chalicelib.shared.web import Incoming

from ..model import ID_PATTERN


class NewCredential(Incoming):
    """A credential as its issuer gives it."""

    id: str = Field(pattern=ID_PATTERN, description="The issuer's own id; the same id is one credential")
    credential: str = Field(min_length=1, max_length=65_536, description="SD-JWT VC with all its disclosures")
    kind: str = Field(pattern=r"^[a-z][a-z0-9-]{0,39}$", description="What it is: licence, receipt, certificate ...")


@dataclass(frozen=True)
class Paper:
    """A credential in a person's wallet.

    Attributes:
        id: of this room; made of the issuer and the issuer's id.
        content: the SD-JWT VC with all disclosures, sealed.
        mark: tells whether a repeat has the same content, without giving it away.
    """

    id: str
    sender: str
    kind: str
    received_at: str
    content: str = field(repr=False)
    mark: str
    chain: tuple[int, str] = (0, "")
    version: int = 1
