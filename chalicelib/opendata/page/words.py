"""Every text of the pages, in Thai and in English; dates, sizes and the terms of the national standard as well.

The texts stand in `data/words.json` ([Thai, English] by key), the English of the standard's Thai terms in
`data/terms.json`; the Thai terms are what is stored.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Literal

from chalicelib.shared.thai import format_date

Language = Literal["th", "en"]
_DATA = Path(__file__).parent / "data"


@cache
def texts() -> Mapping[str, tuple[str, str]]:
    """All texts: (Thai, English) by key."""
    loaded = json.loads((_DATA / "words.json").read_text(encoding="utf-8"))
    return {key: (pair[0], pair[1]) for key, pair in loaded.items()}


@cache
def terms() -> Mapping[str, str]:
    """The English of Thai terms."""
    loaded: Mapping[str, str] = json.loads((_DATA / "terms.json").read_text(encoding="utf-8"))
    return loaded


class Words:
    """The words of one language.

    Args:
        language: which.
    """

    def __init__(self, language: Language) -> None:
        self.language: Language = language

    @property
    def other(self) -> Language:
        """The other language."""
        return "th" if self.language == "en" else "en"

    def __call__(self, key: str, **values: object) -> str:
        """A text with its values put in."""
        text = texts()[key][self.language == "en"]
        for name, value in values.items():
            text = text.replace(f"{{{name}}}", str(value))
        return text

    def __contains__(self, key: object) -> bool:
        return key in texts()

    def number(self, key: str, count: int, **values: object) -> str:
        """A text about so many things; English says one of them in its own way."""
        one = f"{key}_one"
        return self(one if count == 1 and one in texts() else key, count=f"{count:,}", **values)

    def term(self, value: str) -> str:
        """A term of the standard in this language; what is no term stays as it is."""
        return value if self.language == "th" else terms().get(value, value)

    def day(self, moment: str, *, short: bool = False) -> str:
        """The day of an ISO time, in the Buddhist Era in Thai; "" for none."""
        try:
            day = date.fromisoformat(moment[:10])
        except ValueError:
            return ""
        return format_date(day, self.language, "short" if short else "long")

    def size(self, size: int | None) -> str:
        """Bytes as people say them; "" for none."""
        if size is None:
            return ""
        amount, unit = float(size), "B"
        for larger in ("kB", "MB", "GB"):
            if amount < 1000:
                break
            amount, unit = amount / 1000, larger
        return f"{amount:.0f} {unit}" if amount >= 10 or unit == "B" else f"{amount:.1f} {unit}"
