"""The room's addresses: `/citizen/v1/me` for people, `/citizen/v1/provider` for what comes through the exchange.

Each noun hangs its own.
"""

from __future__ import annotations

from chalicelib.shared.gdx_request import SignedGate
from chalicelib.shared.web import Room

from .access import routes as access
from .applications import routes as applications
from .appointments import routes as appointments
from .assisted import routes as assisted
from .bills import routes as bills
from .channels import routes as channels
from .consents import routes as consents
from .directory import routes as directory
from .entitlements import routes as entitlements
from .home import routes as home
from .inbox import routes as inbox
from .mandates import routes as mandates
from .miniapps import routes as miniapps
from .offers import routes as offers
from .own_data import routes as own_data
from .profile import routes as profile
from .service import Citizen
from .sessions import routes as sessions
from .wallet import routes as wallet

NOUNS = (
    sessions,
    profile,
    mandates,
    assisted,
    home,
    inbox,
    channels,
    wallet,
    entitlements,
    offers,
    applications,
    bills,
    miniapps,
    appointments,
    directory,
    consents,
    access,
    own_data,
)


def routes(citizen: Citizen) -> Room:
    """The room behind its gate."""
    room = Room("citizen", SignedGate(citizen.gate))
    for noun in NOUNS:
        noun.add(room, citizen)
    return room
