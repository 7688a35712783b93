"""The room's addresses: CKAN's Action API and the stable download addresses of files."""

from __future__ import annotations

from collections.abc import Sequence

from chalicelib.shared.errors import Unauthenticated
from chalicelib.shared.gdx_request import SignedGate
from chalicelib.shared.identity import CITIZEN, NOBODY, PUBLIC, Allow, Caller, officer
from chalicelib.shared.web import Admits, Call, Reply, Room

from . import actions as actions  # enters the actions
from .access import STAFF_ROLES
from .actions import http
from .changefeed import routes as changefeed
from .dcat import routes as dcat
from .dumps import routes as dumps
from .exports import routes as exports
from .feeds import routes as feeds
from .firewall import routes as firewall
from .governance import routes as governance
from .harvest import routes as harvest
from .importing import routes as importing
from .intake import routes as intake
from .jobs import routes as jobs
from .joins import routes as joins
from .maps import routes as maps
from .page import routes as page
from .page.versions import VersionPages
from .participation import routes as participation
from .quality import routes as quality
from .recognition import routes as recognition
from .requests import routes as requests
from .rest import routes as rest
from .service import Catalogue
from .tables.sql import routes as sql
from .usage import routes as usage
from .users.gate import TokenGate
from .versions import routes as versions
from .webhooks import routes as webhooks

ALLOW = (PUBLIC, CITIZEN, officer(*sorted(STAFF_ROLES)))


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
    room = Room("opendata", CkanGate(SignedGate(TokenGate(gate, lambda token: catalogue.tokens.caller(token)))))

    http.hang(room, catalogue, ALLOW)

    @room.get(
        "/dataset/{id}/resource/{rid}/download/{name}",
        allow=ALLOW,
        credentials=http.credentials,
        status=302,
        summary="The file of a resource under its own name (redirect to a short-lived address)",
    )
    def download(call: Call) -> Reply:
        url = catalogue.resources.download(call.caller, call.params["id"], call.params["rid"])
        catalogue.counters.count(call.params["id"], "downloads")
        return Reply(None, headers={"Location": url})

    changefeed.hang(room, catalogue)
    pages = page.hang(room, catalogue)
    dcat.hang(room, catalogue, pages.dataset_page, pages.refusal)
    dumps.hang(room, catalogue)
    exports.hang(room, catalogue)
    feeds.hang(room, catalogue)
    firewall.hang(room, catalogue)
    governance.hang(room, catalogue)
    importing.hang(room, catalogue)
    intake.hang(room, catalogue)
    jobs.hang(room, catalogue)
    joins.hang(room, catalogue)
    maps.hang(room, catalogue)
    recognition.hang(room, catalogue)
    quality.hang(room, catalogue)
    requests.hang(room, catalogue)
    rest.hang(room, catalogue)
    harvest.hang(room, catalogue)
    participation.hang(room, catalogue)
    sql.hang(room, catalogue)
    usage.hang(room, catalogue)
    versions.hang(room, catalogue, VersionPages(catalogue).page, pages.refusal)
    webhooks.hang(room, catalogue)
    return room
