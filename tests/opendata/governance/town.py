"""The portal with the people of one municipality: an editor, a steward, two publishers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from chalicelib.shared.identity import Posting
from chalicelib.shared.ids import new_token
from tests.opendata.portal import AGENCY, METADATA, Portal
from tests.support.client import Answer
from tests.support.keys import local_keyring

EDITOR, STEWARD, SECOND = "1990100010016", "1990100010024", "1990100010032"


class Municipality(Portal):
    """Laem Ngop, its organisation entered."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.editor = self.person(EDITOR, "editor")
        self.steward = self.person(STEWARD, "steward")
        self.second = self.person(SECOND, "publisher")
        self.owner = self.organization()

    def person(self, pid: str, *roles: str, agency: str = AGENCY) -> str:
        """Somebody who is posted; answers their token."""
        posting = Posting(agency, frozenset(roles), "เจ้าหน้าที่")
        self.catalogue.staff.post(local_keyring().pseudonym(pid), posting, new_token())
        return self.issuers.person(pid)

    def draft(self, name: str = "waste-points", token: str | None = None, **changes: Any) -> str:
        """A private dataset with everything; answers its id."""
        given = {**METADATA, "name": name, "owner_org": "laemngop", "private": True, **changes}
        made = self.result(self.act("package_create", token or self.editor, **given))
        return str(made["id"])

    def stand(self, id: str, token: str) -> Answer:
        """Where a dataset stands."""
        return self.client.get(f"/opendata/v1/datasets/{id}/governance", headers={"Authorization": f"Bearer {token}"})

    def step(self, id: str, step: str, token: str, *, etag: str | None = None, **more: Any) -> Answer:
        """A step, on what the caller reads first unless `etag` is given."""
        version = etag or self.stand(id, token).headers.get("etag", '"v1"')
        headers = {"Authorization": f"Bearer {token}", "If-Match": version, "Accept-Language": "en"}
        if key := more.pop("key", None):
            headers["Idempotency-Key"] = key
        body = {"step": step, **more}
        return self.client.post(f"/opendata/v1/datasets/{id}/governance", json=body, headers=headers)
