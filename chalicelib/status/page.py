"""The page of the status: one column, no script, the state in words beside its colour."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from ..shared import press
from ..shared.thai import Language, Text
from ..shared.workdays import BANGKOK
from . import words
from .views import StatusAnswer

TEMPLATES = Path(__file__).with_name("templates")


def page(told: StatusAnswer, language: Language) -> str:
    """The page in a language."""

    def said(text: Text) -> str:
        return text.en if language == "en" else text.th

    def moment(at: datetime) -> str:
        there = at.astimezone(BANGKOK)
        year = there.year if language == "en" else there.year + 543
        return f"{there.day}/{there.month}/{year} {there:%H:%M}"

    other = "th" if language == "en" else "en"
    made: str = (
        press.environment(TEMPLATES)
        .get_template("status.html")
        .render(
            told=told,
            language=language,
            other=other,
            style=press.style(TEMPLATES),
            said=said,
            moment=moment,
            w=lambda name: said(words.PAGE[name]),
            states=words.STATES,
            kinds=words.KINDS,
        )
    )
    return made
