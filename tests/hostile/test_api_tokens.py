"""Forged API tokens before every operation of the catalogue, and good ones before every operation of other rooms."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from chalicelib.opendata.users.rules import PREFIX
from chalicelib.shared.gdx_request import SIGNED
from chalicelib.shared.web import Call, Reply, Request, Response, Room, Route
from tests.hostile.doors import INSIDE, Doors
from tests.hostile.forged_api_tokens import Made, forged, made
from tests.hostile.test_forgeries import refused
from tests.opendata.portal import Portal

HEADERS = ("authorization", "x-ckan-api-key")
WHO = "X-Who"


class Catalogue:
    """All doors, those of the catalogue behind the gate of a catalogue that made API tokens."""

    def __init__(self, portal: Portal) -> None:
        self.portal = portal
        self.tokens: Made = made(portal)
        self.doors = Doors()
        self.room = Room("opendata", portal.room.gate)
        self.own = {name for name, (room, _) in self.doors.doors.items() if room.name == "opendata"}

    def asked(self, name: str, token: str) -> Response:
        """Who one is behind a door of the catalogue."""
        route: Route = replace(self.doors.doors[name][1], handler=_who)
        return self.room.answer(route, Request(route.method, route.path, headers={"authorization": f"Bearer {token}"}))

    def wrong(self, name: str, token: str) -> str | None:
        """What is wrong with the answer to a token that does not hold, or None."""
        answer = self.asked(name, token)
        allow = self.doors.doors[name][1].allow
        if any(rule.kind == "public" for rule in allow) or list(allow) == [SIGNED]:
            # as CKAN does it: who shows no good token is nobody in particular
            return (
                None
                if (answer.status, answer.headers.get(WHO)) == (INSIDE, "")
                else f"{name}: {answer.status} as somebody"
            )
        if answer.status != 401:
            return f"{name}: {answer.status}"
        return (
            None if 'error="invalid_token"' in answer.headers.get("WWW-Authenticate", "") else f"{name}: no challenge"
        )


def _who(call: Call) -> Reply:
    return Reply(None, status=INSIDE, headers={WHO: call.caller.id})


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Catalogue]:
    folder: Path = tmp_path_factory.mktemp("tables")
    yield Catalogue(Portal(folder))


def test_no_forged_api_token_opens_anything(catalogue: Catalogue) -> None:
    texts = [text for _, text in forged(catalogue.tokens)]
    assert len(texts) >= 50 and all(text.startswith(PREFIX) for text in texts)
    found = [what for name in sorted(catalogue.own) for text in texts if (what := catalogue.wrong(name, text))]
    assert found == []
    assert len(catalogue.own) >= 100


def test_in_other_rooms_even_a_good_one_is_no_token(catalogue: Catalogue) -> None:
    others = sorted(catalogue.doors.doors.keys() - catalogue.own)
    found = [what for name in others if (what := refused(catalogue.doors, name, f"Bearer {catalogue.tokens.good}"))]
    assert found == [] and len(others) >= 350


def test_a_token_that_is_taken_is_seen(catalogue: Catalogue) -> None:
    name = "POST /api/3/action/{name}"
    answer = catalogue.asked(name, catalogue.tokens.good)
    assert (answer.status, answer.headers[WHO]) == (INSIDE, catalogue.tokens.user)
    assert catalogue.wrong(name, catalogue.tokens.good) is not None


def test_an_action_refuses_or_takes_one_for_nobody(catalogue: Catalogue) -> None:
    """Through the real actions, in both headers: nothing is written, nothing of the user's is shown, never a 5xx."""
    portal = catalogue.portal
    for text in [text for name, text in forged(catalogue.tokens) if not name.startswith(("secret,", "id,"))]:
        for header in HEADERS:
            shown = portal.client.post("/api/3/action/user_show", json={}, headers={header: text})
            written = portal.client.post("/api/3/action/api_token_create", json={"user": catalogue.tokens.user,
                                         "name": "x"}, headers={header: text})  # fmt: skip
            assert (shown.status, written.status) == (409, 403), text[:60]
            assert catalogue.tokens.user not in shown.text
