"""A counter: an officer, a person who needs help, and what they do with each other."""

from __future__ import annotations

from typing import Any

from chalicelib.shared.identity import Posting
from chalicelib.shared.ids import new_token
from tests.citizen.portal import MALEE, Portal
from tests.support.client import Answer

JINTANA, SUPERVISOR, STRANGER = "3990100025052", "3990100003032", "1990100004041"
LAEMNGOP = "TH/LOCAL/LAEMNGOP"
DESK, MINE = "/citizen/v1/assistance", "/citizen/v1/me/assistance"
DISPUTES = "/citizen/v1/assistance-disputes"


class Counter:
    """Jintana's counter; Malee stands before it."""

    def __init__(self, portal: Portal) -> None:
        self.portal = portal
        self.jintana = self.hire(JINTANA, "assistant")
        self.malee = portal.malee

    def hire(self, pid: str, role: str, agency: str = LAEMNGOP) -> str:
        """A token of an officer with a posting."""
        pseudonym = self.portal.keyring.pseudonym(pid)
        self.portal.citizen.staff.post(pseudonym, Posting(agency, frozenset({role}), "จินตนา เอื้อเฟื้อ"), new_token())
        return self.portal.issuers.person(pid, name="จินตนา เอื้อเฟื้อ")

    def open(self, pid: str = MALEE, token: str | None = None, **changes: Any) -> Answer:
        """The officer opens a visit."""
        body = {"pid": pid, "purpose": "rights", "scopes": ["profile"], **changes}
        return self.portal.client.post(DESK, token=token or self.jintana, json=body)

    def desk(self, id: str, what: str, json: Any = None) -> Answer:
        """The officer does something with a visit."""
        return self.portal.client.post(f"{DESK}/{id}/{what}", token=self.jintana, json=json)

    def person(self, id: str, what: str, json: Any = None, token: str | None = None) -> Answer:
        """The person does something with it."""
        return self.portal.client.post(f"{MINE}/{id}/{what}", token=token or self.malee, json=json)

    def begun(self, **changes: Any) -> str:
        """A visit that Malee confirmed by her own login."""
        visit = self.open(**changes).json
        done = self.person(visit["id"], "confirm", {"code": visit["desk_code"]})
        assert done.status == 200, done.text
        return str(visit["id"])

    def acting(self, id: str, *scopes: str) -> str:
        """A token with which the officer acts."""
        got = self.desk(id, "token", {"scopes": list(scopes or ("profile",))})
        assert got.status == 200, got.text
        return str(got.json["access_token"])

    def log(self, pid: str = MALEE) -> list[dict[str, Any]]:
        """A person's log, oldest first."""
        person = self.portal.keyring.pseudonym(pid)
        return [dict(item.data) for item in self.portal.table.query(f"LOG#{person}", limit=100).items]

    def letters(self) -> list[Any]:
        """Malee's messages, newest first."""
        self.portal.pump()
        found: list[Any] = self.portal.inbox(self.malee)["items"]
        return found
