"""What callers send to the Biz room."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal, TypeVar

from pydantic import Field, RootModel, ValidationError, field_validator

from chalicelib.shared.problems import Bilingual, invalid_body
from chalicelib.shared.thai import is_juristic_id, is_national_id
from chalicelib.shared.web import Incoming, parse_json

from ..asked import PageQuery, ShortText, Words
from ..noun import ApplicantKind, Procedure

Body = TypeVar("Body", bound=Incoming)
MAX_FOUND_VALUE = 1000
"""Characters of a measured value, as JSON."""


class ApplicantBody(Incoming):
    """For whom the caller applies."""

    kind: ApplicantKind = Field(description="person: for oneself; juristic: for a company one directs")
    juristic_id: str | None = Field(default=None, description="13-digit number of the company")

    @field_validator("juristic_id")
    @classmethod
    def _is_number(cls, value: str | None) -> str | None:
        if value is not None and not is_juristic_id(value):
            raise Bilingual("เลขทะเบียนนิติบุคคลไม่ถูกต้อง", "Not a valid 13-digit juristic number.")
        return value


class OpenBody(Incoming):
    """A first application for a licence, or what is to be done with one."""

    service: Annotated[str, Field(max_length=63)] | None = Field(
        default=None, description="Id of the service; with a licence it may be left out"
    )
    applicant: ApplicantBody | None = Field(default=None, description="For whom; with a licence it may be left out")
    procedure: Procedure = Field(default="new", description="What is wanted; all but `new` are about a licence")
    licence: Annotated[str, Field(min_length=1, max_length=100)] | None = Field(
        default=None, description="Number of the licence"
    )
    delegation: Annotated[str, Field(min_length=1, max_length=64)] | None = Field(
        default=None, description="The power of attorney by which one applies for somebody else"
    )


class PatchBody(RootModel[dict[str, Any]]):
    """A JSON Merge Patch (RFC 7396) of the answers."""


class AnnounceBody(Incoming):
    """A file about to be sent."""

    code: Annotated[str, Field(max_length=63, description="Document code of the service")]
    file_name: Annotated[str, Field(min_length=1, max_length=200)]
    media_type: Annotated[str, Field(max_length=100)]
    size: Annotated[int, Field(ge=1, le=50 * 1024 * 1024, description="Exact number of bytes")]
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$", description="SHA-256 of the bytes, hex")]


class HeldBody(Incoming):
    """A document of an earlier case that shall stand in this one."""

    code: Annotated[str, Field(max_length=63, description="Document code of this service")]
    case: Annotated[str, Field(max_length=64, description="The earlier case")]
    document: Annotated[str, Field(max_length=64, description="The document in it")]


class DeficiencyBody(Incoming):
    """One thing to mend."""

    pointer: Annotated[str, Field(max_length=200)] | None = Field(default=None, description="Field of the form")
    document: Annotated[str, Field(max_length=63)] | None = Field(default=None, description="Document code")
    th: ShortText
    en: ShortText


class DeficienciesBody(Incoming):
    """The one list of what is missing."""

    items: Annotated[tuple[DeficiencyBody, ...], Field(min_length=1, max_length=50)]
    officer_omission: ShortText | None = Field(
        default=None, description="For a second list only: what the officer overlooked; reported to OPDC"
    )


class FindingBody(Incoming):
    """A word on one item of the checklist."""

    code: Annotated[str, Field(max_length=63)]
    passed: bool
    note: Annotated[str, Field(max_length=2000)] = ""
    value: Any = Field(default=None, description="What was measured or counted, where the checklist asks for it")
    photos: Annotated[tuple[Annotated[str, Field(max_length=64)], ...], Field(max_length=10)] = Field(
        default=(), description="Ids of photographs that were announced and sent before"
    )

    @field_validator("value")
    @classmethod
    def _is_small(cls, value: Any) -> Any:
        if len(json.dumps(value)) > MAX_FOUND_VALUE:
            raise Bilingual("ค่าที่วัดยาวเกินไป", "The value is too long.")
        return value


class PlaceBody(Incoming):
    """Where the inspector stood (WGS 84)."""

    lat: Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)]
    lon: Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]
    accuracy_m: Annotated[float, Field(ge=0, le=100_000, allow_inf_nan=False, description="Radius in metres")]


class PhotoBody(Incoming):
    """A photograph of an inspection, about to be sent."""

    file_name: Annotated[str, Field(min_length=1, max_length=200)]
    media_type: Literal["image/jpeg", "image/png"]
    size: Annotated[int, Field(ge=1, le=10 * 1024 * 1024, description="Exact number of bytes")]
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$", description="SHA-256 of the bytes, hex")]


class InspectionBody(Incoming):
    """The report of an inspection."""

    findings: Annotated[tuple[FindingBody, ...], Field(min_length=1, max_length=100)]
    summary: Annotated[str, Field(max_length=4000)] = ""
    place: PlaceBody | None = None


class ActionBody(Incoming):
    """An officer's move; a refusal needs reasons."""

    reasons: Words | None = None
    comment: Annotated[str, Field(min_length=1, max_length=4000)] | None = Field(
        default=None, description="For colleagues: kept as a note, never shown to the applicant"
    )


class OfficerBody(Incoming):
    """An officer to be recorded."""

    pid: str = Field(description="National id; kept only as a pseudonym")
    agency: Annotated[str, Field(pattern=r"^TH/[A-Z]+/[A-Z0-9_-]+$", max_length=120)]
    roles: tuple[
        Literal["intake", "inspector", "approver", "head", "oversight", "publisher", "finance", "operator"], ...
    ]
    name: Annotated[str, Field(min_length=1, max_length=200)]

    @field_validator("pid")
    @classmethod
    def _is_pid(cls, value: str) -> str:
        if not is_national_id(value):
            raise Bilingual("เลขประจำตัวประชาชนไม่ถูกต้อง", "Not a valid 13-digit national id.")
        return value


class CasesQuery(PageQuery):
    """A page of one's own applications, or of those that were acted on by a power of attorney."""

    delegation: Annotated[str, Field(min_length=1, max_length=64)] | None = Field(
        default=None, description="The power of attorney; absent: one's own applications"
    )


class ManualQuery(Incoming):
    """How the manual is wanted."""

    format: Literal["json", "html"] | None = Field(default=None, description="Absent: as the Accept header says")
    procedure: Procedure | None = Field(default=None, description="Only this one; absent: all that the service offers")
    lang: Literal["th", "en"] | None = Field(default=None, description="Of the page; absent: as Accept-Language says")


def parsed(model: type[Body], raw: bytes) -> Body:
    """A body that the route took raw (its signature covers the bytes), read as strictly as any other.

    Raises:
        Malformed, Invalid: see `shared.web.parse_json` and `shared.problems.invalid_body`.
    """
    try:
        return model.model_validate_json(json.dumps(parse_json(raw)))
    except ValidationError as error:
        raise invalid_body(error) from None
