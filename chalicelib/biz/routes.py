"""All routes of the Biz room."""

from __future__ import annotations

from chalicelib.shared.gdx_request import SignedGate
from chalicelib.shared.web import Room

from . import routes_public
from .bundles import routes as routes_bundles
from .cases import routes_applicant, routes_case
from .definitions import routes as routes_definitions
from .delegations import routes as routes_delegations
from .guide import routes as routes_guide
from .licences import routes as routes_licences
from .linked import routes as routes_linked
from .notices import routes as routes_notices
from .officers import routes as routes_officer
from .officers import routes_delays
from .payments import routes as routes_payments
from .service import Biz


def routes(biz: Biz) -> Room:
    """The room with its routes, by caller: everybody, applicants, readers of one case, officers."""
    room = Room("biz", SignedGate(biz.gate))
    routes_public.add(room, biz)
    routes_guide.add(room, biz)
    routes_applicant.add(room, biz)
    routes_case.add(room, biz)
    routes_delegations.add(room, biz)
    routes_officer.add(room, biz)
    routes_definitions.add(room, biz)
    routes_notices.add(room, biz)
    routes_delays.add(room, biz)
    routes_licences.add(room, biz)
    routes_payments.add(room, biz)
    routes_bundles.add(room, biz)
    routes_linked.add(room, biz)
    return room
