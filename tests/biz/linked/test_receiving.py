"""Applications handed to an agency's own system, and moved by its signed word."""

from __future__ import annotations

from pathlib import Path

import pytest

from ..town import MALEE
from .hotel import Hotels

MISSING = {"items": [{"pointer": "/hotel/rooms", "th": "ไม่ตรงกับแบบแปลน", "en": "Not as in the plan."}]}


@pytest.fixture
def town(tmp_path: Path) -> Hotels:
    return Hotels(tmp_path)


def test_from_filing_to_the_licence(town: Hotels) -> None:
    case = town.handed()
    town.run_queue()
    assert town.system.told() == [("filed", case)]
    asked = town.pushed(f"/cases/{case}/deficiencies", MISSING)
    assert (asked["state"], asked["turn"]) == ("returned", "applicant")
    town.patch(case, {"hotel": {"rooms": 10}})
    town.ok(MALEE, "POST", f"/applications/{case}/submit")
    town.pushed(f"/cases/{case}/actions", {"action": "accept"})
    town.pushed(f"/cases/{case}/actions", {"action": "approve", "fee": {"licence": "800.00"}})
    assert town.pay(case).json == {"status": "booked"}
    town.run_queue()
    assert [what for what, _ in town.system.told()] == ["filed", "filed", "paid", "licensed"]
    shown = town.ok(MALEE, "GET", f"/applications/{case}")
    assert (shown["state"], shown["paid"]) == ("licensed", True)
    assert town.ok(None, "GET", f"/verify/{shown['licence']}")["status"] == "valid"
    by = [each["by"] for each in town.ok(MALEE, "GET", f"/applications/{case}/timeline")["items"]]
    assert set(by) == {"applicant", "officer", "system"}
    assert "Hotel licence" in " ".join(letter.subject.en for _, letter in town.neighbours.letters.values())
