"""A request for data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from chalicelib.shared.dataclass import dataclass

State = Literal[
    "requestdata_wait_steward",
    "requestdata_wait_council",
    "requestdata_wait_maintainer_notify",
    "requestdata_wait_received",
    "requestdata_received",
    "requestdata_reject",
]
Purpose = Literal["ขอใช้ในโครงการ", "ขอใช้ในหน่วยงาน", ""]
"""The national `request_type`: for a project, or for an agency; empty for a person's own use."""


@dataclass(frozen=True)
class Request:
    """What somebody asks for.

    Attributes:
        author: `Caller.label`: a pseudonym, shown to nobody.
        organization: id of whoever is asked, "" while nobody is.
        purpose: what it is wanted for, in words.
        request_type: see `Purpose`.
        dataset: id of the dataset that answers it, "" for none yet.
        reason: of the last step, for the person.
        checked_by: `Caller.label` of the steward.
        hidden: {at, reason} while a moderator keeps it from the public, else None.
        chain: sequence and hash of its last event.
    """

    id: str
    title: str
    description: str
    purpose: str
    request_type: Purpose
    organization: str
    author: str
    created: str
    changed: str
    state: State = "requestdata_wait_steward"
    dataset: str = ""
    reason: str = ""
    checked_by: str = ""
    hidden: Mapping[str, str] | None = None
    chain: tuple[int, str] = (0, "")
    version: int = 1

    @property
    def open(self) -> bool:
        """Whether somebody must still act."""
        return self.state not in ("requestdata_received", "requestdata_reject")


@dataclass(frozen=True)
class Taken:
    """One step that was taken: what the public may read of it."""

    id: str
    at: str
    step: str
    before: State
    after: State
    reason: str = ""
