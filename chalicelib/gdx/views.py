"""What several nouns of the exchange say alike to the outside."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from ..shared.impersonal import IMPERSONAL
from ..shared.problems import Bilingual
from ..shared.web import Outgoing
from .ids import BadId

Name = Annotated[str, Field(min_length=1, max_length=200), IMPERSONAL]
Words = Annotated[str, Field(min_length=1, max_length=500), IMPERSONAL]


class Registered(Outgoing):
    """What a registration did."""

    id: str
    changed: bool = Field(description="False when exactly this was registered before")


def checked(parse: Any, text: str) -> str:
    """An id as text, parsed; for the validators of bodies that name one."""
    try:
        return str(parse(text))
    except BadId as error:
        raise Bilingual("ไม่ใช่รหัสในศูนย์แลกเปลี่ยนข้อมูลนี้", f"Not an id of this exchange: {error}.") from None
