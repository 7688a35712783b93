"""Who in this room offers something."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence

from ..entitlements.catalogue import Catalogue
from ..miniapps.register import Register
from .links import Links
from .model import Service


class Rights:
    """The rights that can be checked."""

    def __init__(self, rights: Catalogue, today: Callable[[], dt.date]) -> None:
        self._rights = rights
        self._today = today

    def services(self) -> Sequence[Service]:
        """See `ports.Source`."""
        return [
            Service(
                id=f"entitlement:{right.id}",
                kind="entitlement",
                name=right.name,
                about=right.summary,
                agency=right.agency,
                category=right.category,
                words=(right.agency_name.th, right.agency_name.en, right.who.th, right.who.en),
                path=f"/citizen/v1/entitlements/{right.id}",
            )
            for right in self._rights.live(self._today())
        ]


class OpenMiniApps:
    """The mini-apps that people can use."""

    def __init__(self, register: Register) -> None:
        self._register = register

    def services(self) -> Sequence[Service]:
        """See `ports.Source`."""
        return [
            Service(
                id=f"miniapp:{each.id}",
                kind="miniapp",
                name=app.name,
                about=app.about,
                agency=each.agency,
                category=app.category,
                channels=("app",),
                path=f"/citizen/v1/me/miniapps/{each.id}",
            )
            for each, app in self._register.open()
        ]


class KnownLinks:
    """Agencies' own services elsewhere."""

    def __init__(self, links: Links) -> None:
        self._links = links

    def services(self) -> Sequence[Service]:
        """See `ports.Source`."""
        return [
            Service(
                id=f"link:{entry.id}",
                kind="link",
                name=entry.link.name,
                about=entry.link.about,
                agency=entry.agency,
                category=entry.link.category,
                channels=entry.link.channels,
                words=entry.link.words,
                url=entry.link.url,
                hours=entry.link.hours,
                offices=entry.link.offices,
                answers=None if entry.asked_at is None else entry.failed < 2,
            )
            for entry in self._links.all()
        ]
