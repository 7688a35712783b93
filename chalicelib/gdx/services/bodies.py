"""What comes in at the routes of services."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AwareDatetime, Field, JsonValue, field_validator, model_validator

from ...shared.problems import Bilingual
from ...shared.web import Incoming
from ..ids import MemberId, ServiceId
from ..model import Service, Window
from ..views import Name, Words, checked


class Notice(Incoming):
    """Why a service is switched off."""

    th: Words
    en: Words


class PostService(Incoming):
    """A service to register, or a new description of one. Either `document`, or `from` where the provider serves it."""

    id: str = Field(description="e.g. TH/CENTRAL/DOPA/civil/person")
    title_th: Name
    title_en: Name
    document: dict[str, JsonValue] | None = Field(default=None, description="OpenAPI 3 description")
    source: str | None = Field(
        default=None,
        alias="from",
        max_length=200,
        pattern=r"^(/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)+$",
        description="Path at the subsystem's endpoint from which the description is taken, e.g. /openapi.json",
    )
    timeout: float = Field(default=10.0, ge=0.5, le=25.0, description="Seconds that the exchange waits")
    subject: str | None = Field(
        default=None, max_length=200, description="JSON Pointer into the request body to the national id asked about"
    )
    notice: Notice | None = Field(default=None, description="Switched off for now; left out: as it is")

    @field_validator("id")
    @classmethod
    def _id(cls, text: str) -> str:
        return checked(ServiceId.parse, text)

    @model_validator(mode="after")
    def _one_of_two(self) -> PostService:
        if (self.document is None) == (self.source is None):
            raise Bilingual("ระบุ document หรือ from อย่างใดอย่างหนึ่ง", "Give either document or from.")
        return self

    def service(self, document: dict[str, Any] | None = None) -> Service:
        """As the directory keeps it; `document` is what was taken from the source."""
        notice = None if self.notice is None else (self.notice.th, self.notice.en)
        return Service(
            id=ServiceId.parse(self.id),
            title_th=self.title_th,
            title_en=self.title_en,
            document=(document or {}) if self.document is None else self.document,
            timeout=self.timeout,
            subject=self.subject,
            notice=notice,
            source=self.source,
        )


class DryRun(Incoming):
    """Whether anything is to be written."""

    dry_run: bool = Field(default=False, description="Only tell what would happen")


class WindowBody(Incoming):
    """A time for which a service is away."""

    begins: AwareDatetime = Field(alias="from")
    ends: AwareDatetime = Field(alias="until")
    th: Words
    en: Words

    def window(self) -> Window:
        """As the directory keeps it."""
        return Window(self.begins, self.ends, self.th, self.en)


class PutMaintenance(Incoming):
    """All planned absences, in place of those before; an empty list takes them back."""

    windows: Annotated[list[WindowBody], Field(max_length=20)]


class FindServices(Incoming):
    """What to look for."""

    q: str = Field(default="", max_length=100, description="Words in titles, agencies and descriptions")
    member: str | None = Field(default=None, description="Only services of this member")
    cursor: str | None = Field(default=None, max_length=1000)
    limit: int = Field(default=50, ge=1, le=100)

    @field_validator("member")
    @classmethod
    def _member(cls, text: str | None) -> str | None:
        return None if text is None else checked(MemberId.parse, text)


class Between(Incoming):
    """Two versions."""

    old: int = Field(alias="from", ge=1)
    new: int = Field(alias="to", ge=1)
