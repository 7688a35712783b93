"""Who in this room offers something."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence

from chalicelib.shared.thai import Text

from ..appointments.offices import Offices
from ..bills.definition import BillerDefinition
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


PAYS: dict[str, tuple[str, Text]] = {
    "electricity": ("ค่าไฟฟ้า", Text(th="ดูและจ่ายค่าไฟฟ้าด้วย QR", en="See and pay electricity bills by QR")),
    "water": ("ค่าน้ำประปา", Text(th="ดูและจ่ายค่าน้ำประปาด้วย QR", en="See and pay water bills by QR")),
}
"""How people call what they pay for, and what one can do about it."""


class KnownBillers:
    """Whose bills can be paid."""

    def __init__(self, billers: Iterable[BillerDefinition]) -> None:
        self._billers = billers

    def services(self) -> Sequence[Service]:
        """See `ports.Source`."""
        return [
            Service(
                id=f"bill:{biller.id}",
                kind="bill",
                name=Text(th=f"{PAYS[biller.kind][0]} {biller.names.th}", en=f"{biller.names.en}: {biller.kind} bill"),
                about=PAYS[biller.kind][1],
                agency=biller.agency,
                category="home",
                words=(PAYS[biller.kind][0], biller.qr_name),
                path="/citizen/v1/billers",
            )
            for biller in self._billers
        ]


class OpenOffices:
    """Where one can make an appointment."""

    def __init__(self, offices: Offices) -> None:
        self._offices = offices

    def services(self) -> Sequence[Service]:
        """See `ports.Source`; a service without hours is not offered just now."""
        return [
            Service(
                id=f"appointment:{entry.id}/{desk.id}",
                kind="appointment",
                name=Text(th=f"นัดหมาย {desk.name.th}", en=f"Appointment: {desk.name.en}"),
                about=desk.about,
                agency=entry.agency,
                category=entry.office.category,
                channels=("counter",),
                words=(entry.office.name.th, entry.office.name.en),
                path=f"/citizen/v1/appointments/slots?office={entry.id}&service={desk.id}",
                offices=entry.office.address,
            )
            for entry in self._offices.all()
            for desk in entry.office.desks
            if desk.windows
        ]
