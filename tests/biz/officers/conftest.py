"""The town with an overseer and a head of office in it."""

from __future__ import annotations

import pytest

from tests.biz.town import AGENCY, THANA, Town

OVERSEER, HEAD, INTAKE = "1990100002021", "3100600445635", "1990100005055"


@pytest.fixture
def town() -> Town:
    """A Biz room in memory; OPDC reads its mailbox, and the agency has a head and one more intake officer."""
    made = Town()
    for pid, agency, roles in (
        (OVERSEER, "TH/CENTRAL/OPDC", ["oversight"]),
        (HEAD, AGENCY, ["head"]),
        (INTAKE, AGENCY, ["intake"]),
    ):
        body = {"pid": pid, "agency": agency, "roles": roles, "name": "เจ้าหน้าที่"}
        made.ok(THANA, "POST", "/officers", json=body)
    return made
