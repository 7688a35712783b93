"""Texts in which nobody's number may stand: they are signed, indexed, logged and shown to others as they are."""

from __future__ import annotations

from pydantic import AfterValidator

from .problems import Bilingual
from .redaction import holds_id


def _names_nobody(text: str) -> str:
    if holds_id(text):
        raise Bilingual(
            "มีตัวเลขที่น่าจะเป็นเลขประจำตัวประชาชน โปรดลบออก", "Holds what looks like a national id; take it out."
        )
    return text


IMPERSONAL = AfterValidator(_names_nobody)
"""Refuses a text that holds a national id, in whatever spelling."""
