"""What several of the room's nouns are asked with: a page of a list, a text in both languages."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from chalicelib.shared.thai import Text
from chalicelib.shared.web import Incoming

ShortText = Annotated[str, Field(min_length=1, max_length=2000)]


class Words(Incoming):
    """A text in both languages."""

    th: ShortText
    en: ShortText

    def text(self) -> Text:
        """As the room keeps it."""
        return Text(th=self.th, en=self.en)


class PageQuery(Incoming):
    """A page of a list."""

    cursor: Annotated[str, Field(max_length=2000)] | None = None
    limit: Annotated[int, Field(ge=1, le=100)] = 20
