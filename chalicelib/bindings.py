"""The portals with their neighbours bound to them: in this process where they are open here, else by the exchange.

What a portal needs of another room is imported and made when it is first used (`shared/later.py`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .shared.later import later

if TYPE_CHECKING:
    from .biz.definitions.catalogue import Catalogue as BusinessServices
    from .biz.documents.examination import Finding
    from .biz.ports import Scanner
    from .biz.service import Biz
    from .citizen.access.log import AccessLog
    from .citizen.access.ports import Receipts
    from .citizen.applications.ports import Cases
    from .citizen.consents.ports import Consents
    from .citizen.directory.ports import Source
    from .citizen.entitlements.catalogue import Catalogue as Rights
    from .citizen.entitlements.ports import AsksConsent
    from .citizen.miniapps.ports import Consumers
    from .citizen.service import Citizen
    from .citizen.wallet.issuers import Trusted
    from .neighbours import FiguresThroughGdx, FiguresToCatalogue
    from .shared.egress import Http
    from .shared.gdx_client import Gdx as AsksGdx
    from .shared.workdays import Calendar
    from .wiring import House


def citizen(house: House) -> Citizen:
    """The Citizen Portal."""
    from .citizen.service import Citizen

    parts = house.parts("citizen")
    gdx = house.asks_gdx("citizen", parts.keyring)
    return Citizen(
        parts,
        gdx=gdx,
        objects=house.objects("citizen-documents"),
        outside=house.outside("citizen"),
        access_log=later(lambda: _access_log(house, gdx)),
        receipts=later(lambda: _receipts(house)),
        licences=later(lambda: _licences(house)),
        cases=later(lambda: _cases(house)),
        consents=later(lambda: _consents(house)),
        consumers=later(lambda: _consumers(house, gdx)),
        rights=_rights,
        asks_consent=later(lambda: _asks_consent(house, "citizen", gdx)),
        figures=later(lambda: _figures(house, "citizen", gdx)),
        issuers=lambda: _issuers(house),
        requests=house.requests("citizen"),
        logins=house.settings.logins,
    )


def _access_log(house: House, gdx: AsksGdx) -> AccessLog:
    from .citizen.access.log import AccessLogByExchange

    return house.gdx.access_log if "gdx" in house.settings.platforms else AccessLogByExchange(gdx)


def _receipts(house: House) -> Receipts:
    from .citizen.access.ports import ReceiptsAtExchange

    return ReceiptsAtExchange(house.relay("gdx", house.settings.gdx_url))


def _licences(house: House) -> Source:
    from .citizen.directory.ports import LicencesAtBiz

    return LicencesAtBiz(house.relay("biz", house.settings.biz_url))


def _cases(house: House) -> Cases:
    from .citizen.applications.ports import CasesAtBiz

    return CasesAtBiz(house.relay("biz", house.settings.biz_url))


def _consents(house: House) -> Consents:
    from .citizen.consents.ports import ConsentsAtExchange

    return ConsentsAtExchange(house.relay("gdx", house.settings.gdx_url))


def _consumers(house: House, gdx: AsksGdx) -> Consumers:
    from .neighbours import ConsumersAtGdx, ConsumersThroughGdx

    return ConsumersAtGdx(lambda: house.gdx) if "gdx" in house.settings.platforms else ConsumersThroughGdx(gdx)


def _rights() -> Rights:
    from .citizen.entitlements.catalogue import shipped

    return shipped()


def _figures(house: House, room: str, gdx: AsksGdx) -> FiguresThroughGdx | FiguresToCatalogue:
    """The catalogue as a room publishes its own figures in it: in this process, or by the exchange."""
    from .neighbours import FiguresThroughGdx, FiguresToCatalogue

    if "opendata" in house.settings.platforms:
        return FiguresToCatalogue(lambda: house.opendata, house.member(room))
    return FiguresThroughGdx(gdx)


def _asks_consent(house: House, room: str, gdx: AsksGdx) -> AsksConsent:
    """Consents as a room asks people for them: in this process, or at the exchange's address as the room ithouse."""
    from .citizen.entitlements.ports import AsksAtExchange
    from .neighbours import AsksHere
    from .shared.gdx_client import GdxClient

    if isinstance(gdx, GdxClient):
        return AsksAtExchange(gdx.own)
    return AsksHere(lambda: house.gdx, house.member(room))


def biz(house: House) -> Biz:
    """The Biz Portal."""
    from .biz.service import Biz
    from .neighbours import (
        HomeThroughGdx,
        HomeToCitizen,
        LettersToCitizen,
        MailboxThroughGdx,
        PapersToCitizen,
        RegistersThroughGdx,
        WalletThroughGdx,
    )

    parts = house.parts("biz")
    gdx = house.asks_gdx("biz", parts.keyring)
    here = "citizen" in house.settings.platforms
    return Biz(
        parts,
        house.objects("biz-documents"),
        catalogue=_business_services,
        registers=RegistersThroughGdx(gdx),
        mailbox=later(lambda: LettersToCitizen(house.citizen)) if here else MailboxThroughGdx(gdx),
        wallet=later(lambda: PapersToCitizen(house.citizen)) if here else WalletThroughGdx(gdx),
        home=later(lambda: HomeToCitizen(house.citizen)) if here else HomeThroughGdx(gdx),
        calendar=_calendar,
        outside=house.outside("biz"),
        figures=_figures(house, "biz", gdx),
        examine=_examine,
        scanner=later(lambda: _scanner(house)) if house.settings.clamd else None,
    )


def _business_services() -> BusinessServices:
    from .biz.definitions.catalogue import shipped

    return shipped()


def _calendar() -> Calendar:
    from .shared.workdays import Calendar

    return Calendar.load()


def _examine(media_type: str, content: bytes) -> Finding:
    from .biz.documents.cage import caged

    return caged(media_type, content)


def _scanner(house: House) -> Scanner:
    from .biz.documents.clamd import Clamd

    return Clamd(house.settings.clamd)


def _issuers(house: House) -> list[Trusted]:
    """Whose credentials the portal can check: the Biz Portal's, in this process or at its public address."""
    from .citizen.wallet.issuers import Trusted
    from .shared.next_door import NextDoor
    from .shared.thai import Text

    name = Text(th="ระบบอำนวยความสะดวกทางธุรกิจ (Biz Portal)", en="Biz Portal")
    here = "biz" in house.settings.platforms
    way: Http = NextDoor(lambda: [house.rooms["biz"]]) if here else house.way_out
    address = house.settings.biz_url
    return [Trusted(f"{address}/biz", name, way, types=f"{address}/biz/v1/credential-types")]
