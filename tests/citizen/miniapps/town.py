"""An agency with a mini-app, an operator who lets it in, and the calls of its own system."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

from chalicelib.citizen.miniapps.wire import PERSON
from chalicelib.shared.identity import Posting
from chalicelib.shared.ids import new_token
from chalicelib.shared.storage import Table
from tests.citizen.portal import MALEE, SOMCHAI, Portal
from tests.support.client import Answer

SYSTEM = "TH/LOCAL/LAEMNGOP/family"
OTHER = "TH/SOE/GSB/loans"
OPERATOR = "3990100006066"
APP = "laemngop-family"
CORE = "/ws/dga/czp/uat/v1/core"
FACTS = ("citizenId", "firstName", "lastName", "dateOfBirthString", "mobile", "email", "notification")


def described(**changes: Any) -> dict[str, Any]:
    """A mini-app as its agency's system describes it."""
    purpose = {"th": "เพื่อกรอกแบบให้ท่าน", "en": "To fill in the form for you"}
    return {
        "name": {"th": "ครอบครัวแหลมงอบ", "en": "Laem Ngop family"},
        "about": {"th": "นัดรับวัคซีนเด็กและศูนย์เด็กเล็ก", "en": "Vaccines and nurseries for children"},
        "category": "family",
        "start_url": "https://family.laemngop.example/start?from=portal",
        "origin": "https://family.laemngop.example",
        "wants": [{"name": name, "purpose": purpose} for name in FACTS],
        **changes,
    }


class Town:
    """The portal with a mini-app that people can use."""

    def __init__(self, table: Table | None = None) -> None:
        self.portal = Portal(table=table)
        self.client = self.portal.client
        self.system = self.portal.issuers.system(SYSTEM)
        self.stranger = self.portal.issuers.system(OTHER)
        self.operator = self.portal.issuers.person(OPERATOR, name="ธนา")
        posting = Posting("TH/CENTRAL/DGA", frozenset({"operator"}), "ธนา")
        self.portal.citizen.staff.post(self.portal.keyring.pseudonym(OPERATOR), posting, new_token())
        self.headers = self.portal.door.open("key-1", "token-1", SYSTEM)
        self.theirs = self.portal.door.open("key-2", "token-2", OTHER)
        self.portal.gdx.records[PERSON] = {
            SOMCHAI: {"first_name_th": "สมชาย", "last_name_th": "ใจดี", "birth_date": "1983-05-17"},
            MALEE: {"first_name_th": "มาลี", "last_name_th": "ใจงาม", "birth_date": "1982-01-02"},
        }

    def describe(self, id: str = APP, *, token: str | None = None, **changes: Any) -> Answer:
        """Registers it, or describes it anew."""
        return self.client.put(f"/citizen/v1/miniapps/{id}", json=described(**changes), token=token or self.system)

    def approve(self, id: str = APP) -> Answer:
        """The operator reads it and lets it in."""
        path = f"/citizen/v1/miniapps/{id}"
        etag = self.client.get(path, token=self.operator).headers["etag"]
        return self.client.post(f"{path}/approve", token=self.operator, headers={"If-Match": etag})

    def stop(self, id: str = APP, *, token: str | None = None) -> Answer:
        """Somebody takes it out."""
        path, who = f"/citizen/v1/miniapps/{id}", token or self.operator
        etag = self.client.get(path, token=who).headers.get("etag", '"v1"')
        reason = {"reason": {"th": "ข้อมูลรั่ว", "en": "A leak"}}
        return self.client.post(f"{path}/stop", token=who, json=reason, headers={"If-Match": etag})

    def open(self, **changes: Any) -> None:
        """It is there and approved."""
        assert self.describe(**changes).status == 200
        assert self.approve().status == 200

    def grant(self, *facts: str, token: str | None = None, id: str = APP) -> Answer:
        """A person chooses."""
        path = f"/citizen/v1/me/miniapps/{id}/grant"
        return self.client.put(path, json={"facts": list(facts)}, token=token or self.portal.somchai)

    def withdraw(self, token: str | None = None) -> Answer:
        """A person takes it back."""
        return self.client.delete(f"/citizen/v1/me/miniapps/{APP}/grant", token=token or self.portal.somchai)

    def launch(self, token: str | None = None, id: str = APP) -> Any:
        """A person opens it."""
        answer = self.client.post(f"/citizen/v1/me/miniapps/{id}/launch", token=token or self.portal.somchai)
        assert answer.status == 200, answer.text
        return answer.json

    def mtoken(self, token: str | None = None, id: str = APP) -> str:
        """The mToken of a launch."""
        return str(parse_qs(urlsplit(self.launch(token, id)["url"]).query)["mToken"][0])

    def deproc(self, mtoken: str, *, app: str = APP, headers: Any = None, **named: str) -> Answer:
        """The mini-app's system asks who opened it."""
        body = named or {"AppId": app, "MToken": mtoken}
        return self.client.post(f"{CORE}/shield/data/deproc", json=body, headers=headers or self.headers)

    def push(self, *data: Any, when: Any = None, headers: Any = None, app: str = APP) -> Answer:
        """The mini-app's system tells people something."""
        body = json.dumps({"appId": app, "data": list(data), "sendDateTime": when}).encode()
        return self.client.post(f"{CORE}/notification/push", body=body, headers=headers or self.headers)

    def user(self, token: str | None = None) -> str:
        """The person's name in the mini-app."""
        return str(self.deproc(self.mtoken(token)).json["result"]["userId"])

    def messages(self, token: str | None = None) -> list[Any]:
        """What lies in the inbox, after the queue ran."""
        self.portal.pump()
        return list(self.portal.inbox(token or self.portal.somchai)["items"])

    def later(self, **by: float) -> None:
        """Time passes, what goes by the clock runs, and everybody logs in again."""
        self.portal.now += timedelta(**by)
        self.portal.citizen.miniapps.delivering.sweep(self.portal.now)
        self.portal.citizen.services.links.sweep(self.portal.now)
        self.portal.somchai = self.portal.issuers.person(SOMCHAI)
        self.portal.malee = self.portal.issuers.person(MALEE)
        self.system = self.portal.issuers.system(SYSTEM)
        self.stranger = self.portal.issuers.system(OTHER)
        self.operator = self.portal.issuers.person(OPERATOR, name="ธนา")
