"""What is remembered of accepted documents, so that no one has to send again what the state holds (LFA 2558)."""

from __future__ import annotations

import datetime as dt

from pydantic import Field

from ..noun import Noun


class Held(Noun):
    """An accepted document of one of a person's cases."""

    case: str
    document: str
    code: str
    service: str
    juristic_id: str | None = Field(description="For which company it was sent; null: for the person")
    media_type: str
    size: int
    sha256: str
    sent_at: dt.datetime

    file_name: str = Field(repr=False)


class Offer(Held):
    """A held document that the applicant may attach instead of sending it again."""

    for_code: str = Field(description="The document of this service for which it may stand")
