"""Papers of Malee, as issuers give them, and codes for them."""

from __future__ import annotations

import datetime as dt
from typing import Any

from chalicelib.shared import credentials
from chalicelib.shared.credentials import StatusReference
from tests.citizen.portal import Portal, Voice
from tests.support.tokens import NOW

ME = "/citizen/v1/me"
PAGE = {"Accept": "text/html,application/xhtml+xml"}


def licence(portal: Portal, *, signer: Voice | None = None, days: int = 365, **changes: Any) -> str:
    """A licence that its issuer can revoke: place 3 of its list."""
    given: dict[str, Any] = {
        "vct": "https://klang.example/credentials/food-licence",
        "signer": signer or portal.issuer,
        "issued_at": NOW,
        "expires_at": NOW + dt.timedelta(days=days),
        "status": StatusReference(uri=f"{portal.site.address}/lists/1", idx=3),
        **changes,
    }
    claims = {"number": "1/2569", "holder": "มาลี ใจงาม", "address": "<b>แหลมงอบ</b>", "kept": {"th": "ใช่", "en": "yes"}}
    return credentials.issue(claims, ["holder", "address", "kept"], **given)


def held(portal: Portal, credential: str | None = None, id: str = "c-1", kind: str = "licence") -> str:
    """A paper in Malee's wallet; its id."""
    answer = portal.credential(credential or licence(portal), id=id, kind=kind)
    assert answer.status == 200, answer.text
    made: str = answer.json["id"]
    return made


def share(portal: Portal, paper: str, token: str | None = None, key: str | None = None, **changes: Any) -> Any:
    """A code for a paper."""
    given = {"claims": ["holder"], "lives_minutes": 10, "for": "ตลาดนัด", **changes}
    headers = {} if key is None else {"Idempotency-Key": key}
    return portal.client.post(f"{ME}/wallet/{paper}/shares", token=token or portal.malee, json=given, headers=headers)


def code_of(portal: Portal, paper: str, **changes: Any) -> str:
    """The code itself."""
    answer = share(portal, paper, **changes)
    assert answer.status == 201, answer.text
    made: str = answer.json["code"]
    return made


def use(portal: Portal, code: str, **headers: str) -> Any:
    """Somebody uses a code."""
    return portal.client.post(f"/citizen/v1/shares/{code}", headers=headers)
