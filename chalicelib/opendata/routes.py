"""The room's addresses: CKAN's Action API and the stable download addresses of files."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from chalicelib.shared.errors import Unauthenticated
from chalicelib.shared.gdx_request import SignedGate
from chalicelib.shared.identity import CITIZEN, NOBODY, PUBLIC, Allow, Caller, officer
from chalicelib.shared.web import Admits, Call, Reply, Room

if TYPE_CHECKING:
    from .service import Catalogue

NOUNS = (
    "changefeed.routes",
    "page.routes",
    "dumps.routes",
    "exports.routes",
    "feeds.routes",
    "firewall.routes",
    "governance.routes",
    "importing.routes",
    "intake.routes",
    "jobs.routes",
    "joins.routes",
    "maps.routes",
    "recognition.routes",
    "quality.routes",
    "requests.routes",
    "rest.routes",
    "harvest.routes",
    "participation.routes",
    "tables.sql.routes",
    "usage.routes",
    "webhooks.routes",
)


class CkanGate:
    """CKAN's way of knowing a caller: the token raw or after `Bearer`; one that does not hold is no token."""

    def __init__(self, gate: Admits) -> None:
        self._gate = gate

    def admit(self, authorization: str | None, allow: Sequence[Allow]) -> Caller:
        """The caller; on a public route, nobody where the token does not hold."""
        token = (authorization or "").strip()
        if token and not token.lower().startswith("bearer "):
            token = f"Bearer {token}"
        try:
            return self._gate.admit(token or None, allow)
        except Unauthenticated:
            if all(rule.kind != "public" for rule in allow):
                raise
            return NOBODY


def routes(catalogue: Catalogue, gate: Admits) -> Room:
    """The room behind a gate."""
    from .users.gate import TokenGate

    room = Room("opendata", CkanGate(SignedGate(TokenGate(gate, lambda token: catalogue.tokens.caller(token)))))
    room.noun("actions", partial(_actions, room, catalogue))
    room.noun("dcat", partial(_descriptions, room, catalogue))
    room.noun("versions", partial(_versions, room, catalogue))
    room.nouns(__package__, NOUNS, catalogue)
    return room


def _actions(room: Room, catalogue: Catalogue) -> None:
    from . import actions as actions  # enters the actions
    from .access import STAFF_ROLES
    from .actions import http

    allow = (PUBLIC, CITIZEN, officer(*sorted(STAFF_ROLES)))
    http.hang(room, catalogue, allow)

    @room.get(
        "/dataset/{id}/resource/{rid}/download/{name}",
        allow=allow,
        credentials=http.credentials,
        status=302,
        summary="The file of a resource under its own name (redirect to a short-lived address)",
    )
    def download(call: Call) -> Reply:
        url = catalogue.resources.download(call.caller, call.params["id"], call.params["rid"])
        catalogue.counters.count(call.params["id"], "downloads")
        return Reply(None, headers={"Location": url})


def _descriptions(room: Room, catalogue: Catalogue) -> None:
    """RDF, and pages where a person asks at the same address."""
    from .dcat import routes as dcat
    from .page.service import Pages

    pages = Pages(catalogue)
    dcat.hang(room, catalogue, pages.dataset_page, pages.refusal)


def _versions(room: Room, catalogue: Catalogue) -> None:
    from .page.service import Pages
    from .page.versions import VersionPages
    from .versions import routes as versions

    versions.hang(room, catalogue, VersionPages(catalogue).page, Pages(catalogue).refusal)
