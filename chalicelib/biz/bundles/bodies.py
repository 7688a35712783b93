"""What callers send for bundles."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from chalicelib.shared.web import Incoming

from ..cases.bodies import ApplicantBody
from .model import MAX_MEMBERS

Patch = dict[str, Any]


class FillBody(Incoming):
    """Changes of answers, each a JSON Merge Patch (RFC 7396)."""

    answers: Patch = Field(default_factory=dict, description="Of the shared answers")
    members: Annotated[dict[Annotated[str, Field(max_length=63)], Patch], Field(max_length=MAX_MEMBERS)] = Field(
        default_factory=dict, description="Of what single members ask beside them: member -> patch"
    )


class OpenBody(FillBody):
    """A bundle to be begun."""

    bundle: Annotated[str, Field(max_length=63)]
    applicant: ApplicantBody
