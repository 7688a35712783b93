"""When what the engine tells is news, and what the home page then shows. Pure."""

from __future__ import annotations

import re

from chalicelib.shared.thai import Text

from ..cards import Card
from .model import Application

_ID = re.compile(r"[0-9a-f]{32}")
DRAFT = Text(th="ร่างคำขอ ยังไม่ได้ยื่น", en="A draft, not filed yet")


def is_case_id(text: str) -> bool:
    """Whether this can be an id of the engine at all; anything else is not even asked about."""
    return _ID.fullmatch(text) is not None


def told(there: Application | None, news: Application) -> Application | None:
    """The application as it stands after the engine told of it; None where that is no news.

    Messages come twice, late and out of order: only a later version of the case is news.
    """
    if there is None:
        return news
    if news.case_version <= there.case_version:
        return None
    kept = {
        "entitlement": there.entitlement,
        "subject": there.subject,
        "since": there.since,
        "card": there.card,
        "version": there.version + 1,
    }
    return news.model_copy(update=kept)


def opened(there: Application | None, fresh: Application) -> Application | None:
    """The application as it stands after the person opened it here; None where all of it is known."""
    if there is None:
        return fresh
    if there.entitlement is not None:
        return None
    return there.model_copy(
        update={"entitlement": fresh.entitlement, "subject": fresh.subject, "version": there.version + 1}
    )


def card_of(application: Application) -> Card:
    """Its card on the home page; the next version of the one that stands there."""
    return Card(
        kind="case",
        id=application.id,
        title=application.name,
        at=application.at,
        due=application.due,
        data={
            "state": application.state.model_dump(),
            "turn": application.turn,
            "filed": application.filed,
            "agency": application.agency,
            "agency_name": application.agency_name.model_dump(),
        },
        version=application.card + 1,
    )
