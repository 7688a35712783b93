"""What people say of a dataset, on its page: stars, reuses and comments that its publisher shows, and the answers."""

from __future__ import annotations

from collections.abc import Sequence

from chalicelib.shared.dataclass import dataclass

from ..participation.model import Contribution, Ratings
from .files import safe
from .markdown import cut
from .words import Words

SHOWN = 4
"""Of the latest; the API tells all."""
LENGTH = 280


@dataclass(frozen=True)
class Voice:
    """One reuse or comment; `address` and `title` are those of a reuse."""

    at: str
    text: str
    title: str = ""
    address: str = ""
    reply: str = ""


@dataclass(frozen=True)
class Voices:
    """What is shown: "4.5 of 5 (12 people)" or "", and the latest voices."""

    rating: str
    voices: Sequence[Voice]


def voices(contributions: Sequence[Contribution], ratings: Ratings, words: Words) -> Voices:
    """The part of the page; a reuse whose address will not do is told without it."""
    rating = ""
    if ratings.average is not None:
        rating = words("voices_rating", average=f"{ratings.average:.1f}", count=ratings.count)
    return Voices(rating, [_voice(each) for each in contributions])


def _voice(each: Contribution) -> Voice:
    content = each.content
    url = str(content.get("url") or "")
    return Voice(
        at=each.created,
        text=cut(str(content.get("text") or content.get("description") or ""), LENGTH),
        title=cut(str(content.get("title") or ""), 120),
        address=url if safe(url) else "",
        reply=cut(each.reply["text"], LENGTH) if each.reply else "",
    )
