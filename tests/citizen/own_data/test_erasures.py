"""An erasure: shown, confirmed, done, whatever dies on the way; and afterwards nothing leads to the person."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from chalicelib.citizen.own_data.erasures import ERASED, Noted
from chalicelib.shared.storage import Key
from tests.citizen.own_data.test_exports import EXPORTS, Copying
from tests.gdx.exchange import MALEE, SOMCHAI
from tests.support.client import Answer

ERASURES = "/citizen/v1/me/erasures"


class Leaving(Copying):
    """A street on which people want to be forgotten."""

    def plan(self, token: str | None = None, key: str = "") -> Answer:
        """The first step."""
        headers = {"idempotency-key": key} if key else {}
        return self.portal.client.post(ERASURES, token=token or self.malee, headers=headers)

    def confirm(self, id: str, token: str | None = None, *, understood: Any = True, key: str = "") -> Answer:
        """The second step."""
        headers = {"idempotency-key": key} if key else {}
        path = f"{ERASURES}/{id}/confirm"
        return self.portal.client.post(
            path, token=token or self.malee, json={"understood": understood}, headers=headers
        )

    def stands(self, id: str, token: str | None = None) -> Answer:
        """How it stands."""
        return self.portal.client.get(f"{ERASURES}/{id}", token=token or self.malee)

    def live(self) -> None:
        """Malee uses the portal for a while."""
        self.portal.message(pid=MALEE)
        self.portal.message("m-2", pid=MALEE)
        self.portal.credential(self.portal.licence(), pid=MALEE)
        first = self.why().json["id"]
        self.answer(first)
        self.why()
        self.ask_copy()
        self.plan()
        self.decide(self.consent, "withdraw", match=None)
        self.settle()
        self.ask()
        self.portal.pump()

    def left(self) -> list[Key]:
        """Rows that still lead to Malee, but for those that vanish by themselves within days."""
        return self.portal.traces(MALEE)


@pytest.fixture
def leaving() -> Leaving:
    street = Leaving()
    street.live()
    return street


def finish(street: Leaving) -> None:
    """The queue works, some minutes go by, and it works again."""
    street.portal.pump()
    street.portal.citizen.erasures.sweep(street.portal.now)  # too early: nothing happens yet
    street.portal.now += timedelta(minutes=3)
    street.portal.citizen.erasures.sweep(street.portal.now)
    street.portal.pump()


def gone(street: Leaving) -> str:
    """An erasure that was confirmed and carried out; its number."""
    number = str(street.plan().json["id"])
    assert street.confirm(number).status == 202
    finish(street)
    return number


def test_first_it_is_shown_what_goes_and_what_stays_by_which_law(leaving: Leaving) -> None:
    planned = leaving.plan()
    assert planned.status == 201 and planned.json["state"] == "planned"
    parts = {part["name"]: part for part in planned.json["parts"]}
    assert {"inbox", "wallet", "activity", "questions", "consents", "exports", "sessions"} <= set(parts)
    kept = [keep for part in planned.json["parts"] for keep in part["keeps"]]
    assert all(keep["law"] and keep["what"]["th"] and keep["until"]["en"] for keep in kept)
    assert len(planned.json["outside"]) == 4
    assert leaving.portal.inbox(leaving.malee)["items"], "nothing is erased yet"


def test_afterwards_the_pages_are_empty_and_nothing_leads_to_the_person(leaving: Leaving) -> None:
    before = {name for name in leaving.portal.objects.kept if not name.startswith("incoming/")}
    assert leaving.left() and before
    number = gone(leaving)
    assert leaving.left() == []
    # for whoever restores a backup: whom to erase again, by the pseudonym alone, and which objects
    ((name, (body, _)),) = leaving.portal.objects.kept.items()
    noted = Noted.model_validate_json(body)
    pseudonym = leaving.portal.citizen.hall.parts.keyring.pseudonym(MALEE)
    assert (name, noted.person) == (f"{ERASED}{number}", pseudonym) and before <= set(noted.files)
    assert leaving.portal.inbox(leaving.malee) | {"items": [], "unread": 0} == leaving.portal.inbox(leaving.malee)
    for path in ("me/wallet", "me/activity", "me/questions", "me/exports"):
        assert leaving.portal.client.get(f"/citizen/v1/{path}", token=leaving.malee).json["items"] == [], path
    assert leaving.cards() == [] and leaving.agency().json["items"] == []
    done = leaving.stands(number).json
    assert done["state"] == "done" and done["parts"] == [] and done["done_at"]


KEPT = {"mandates": ("MANDATE#", "GIVER#"), "offers": ("OFFERS#",)}
"""Where lies what a part declares that it keeps."""


def test_whatever_the_person_did_only_what_was_declared_stays(leaving: Leaving) -> None:
    client, token = leaving.portal.client, leaving.malee
    paper = client.get("/citizen/v1/me/wallet", token=token).json["items"][0]["id"]
    etag = client.get("/citizen/v1/me", token=token).headers["etag"]
    deeds = [
        client.patch("/citizen/v1/me", token=token, json={"preferred_name": "มาลี"}, headers={"if-match": etag}),
        client.put("/citizen/v1/me/offers/preferences", token=token, json={"tell": False, "never": []}),
        client.post(f"/citizen/v1/me/wallet/{paper}/shares", token=token, json={"claims": []}),
        client.post(
            "/citizen/v1/me/mandates",
            token=token,
            json={"kind": "agent", "whom": SOMCHAI, "scopes": ["inbox"], "until": "2027-01-01"},
        ),
    ]
    assert [deed.status for deed in deeds] == [200, 200, 201, 201], [deed.text for deed in deeds]
    leaving.portal.pump()
    keeps = {part["name"] for part in leaving.plan().json["parts"] if part["keeps"]}
    allowed = tuple(beginning for name in keeps for beginning in KEPT.get(name, ()))
    gone(leaving)
    assert [key for key in leaving.left() if not key.pk.startswith(allowed)] == []


def test_others_lose_nothing(leaving: Leaving) -> None:
    other = leaving.portal.issuers.person("1101700230708")
    before = leaving.portal.message("m-9", pid="1101700230708").json
    gone(leaving)
    items = leaving.portal.inbox(other)["items"]
    assert [item["id"] for item in items] == [before["id"]]


def test_without_the_second_step_nothing_is_erased(leaving: Leaving) -> None:
    number = leaving.plan().json["id"]
    assert leaving.confirm(number, understood=False).status == 422
    assert leaving.confirm(number, leaving.somchai).status == leaving.stands(number, leaving.somchai).status == 404
    weak = leaving.portal.issuers.person(MALEE, ial="2.1")
    assert leaving.confirm(number, weak).json["type"].endswith("/assurance-too-low")
    son = leaving.portal.issuers.acting(MALEE, actor="citizen:son", scopes="profile inbox consents")
    assert leaving.confirm(number, son).status == leaving.plan(son).status == 403
    leaving.portal.now += timedelta(minutes=31)
    assert leaving.confirm(number).json["type"].endswith("/wrong-state")
    leaving.portal.pump()
    assert leaving.portal.inbox(leaving.malee)["items"]


def test_a_repeat_is_the_same_plan_and_the_same_end(leaving: Leaving) -> None:
    first = leaving.plan(key="k-1").json
    assert leaving.plan(key="k-1").json["id"] == first["id"]
    assert leaving.confirm(first["id"], key="c-1").status == 202
    assert leaving.confirm(first["id"], key="c-1").status == 202
    assert leaving.confirm(first["id"]).json["type"].endswith("/wrong-state")


class Died(Exception):
    """A process died."""


def test_wherever_it_dies_the_next_delivery_finishes_it(leaving: Leaving) -> None:
    number = leaving.plan().json["id"]
    leaving.confirm(number)
    (body,) = [body for queue, body in leaving.portal.post.sent if queue == "citizen-events"]
    memory, write = leaving.portal.memory, leaving.portal.memory.write
    deaths = 0
    for allowed in range(3, 400, 17):
        left = allowed

        def dying(changes: Any, token: str) -> None:
            nonlocal left
            left -= 1
            if left < 0:
                raise Died
            write(changes, token)

        memory.write = dying  # type: ignore[method-assign] # a process that dies at a write
        try:
            leaving.portal.citizen.on_event(body)
        except Died:
            deaths += 1
            memory.write = write  # type: ignore[method-assign] # the next process is whole
            continue
        break
    memory.write = write  # type: ignore[method-assign] # the next process is whole
    leaving.portal.citizen.on_event(body)
    assert deaths >= 2 and leaving.stands(number).json["state"] == "confirmed"
    finish(leaving)
    assert leaving.left() == [] and leaving.stands(number).json["state"] == "done"


def test_a_copy_that_is_being_made_goes_too(leaving: Leaving) -> None:
    leaving.portal.client.post(EXPORTS, token=leaving.malee)
    (asked,) = [body for queue, body in leaving.portal.post.sent if queue == "citizen-events"]
    leaving.portal.post.sent.clear()
    gone(leaving)
    leaving.portal.citizen.on_event(asked)
    assert all(name.startswith(ERASED) for name in leaving.portal.objects.kept) and leaving.left() == []


def test_whoever_comes_back_begins_anew(leaving: Leaving) -> None:
    gone(leaving)
    assert leaving.portal.message("m-1", pid=MALEE).status == 200
    (letter,) = leaving.portal.inbox(leaving.malee)["items"]
    assert letter["opened_at"] is None


def test_rights_are_told_with_their_law_and_how_far_it_was_checked(leaving: Leaving) -> None:
    shown = leaving.portal.client.get("/citizen/v1/me/rights", token=leaving.malee).json["items"]
    assert len(shown) == 6 and all(each["law"] and each["verified"] == "no" and each["text"]["th"] for each in shown)
