"""A service that an agency's own system works on is guided to like any other, and it is told where the form is."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ..linked.hotel import SERVICE, definition, elsewhere
from ..samples import text
from ..test_manual import HTML, Tags
from ..town import Town

GUIDE: dict[str, Any] = {
    "questions": ["business", "rooms"],
    "needed": {"required": ["rooms"], "properties": {"rooms": {"exclusiveMinimum": 8}, "business": {}}},
    "because": text("ที่พักเกิน 8 ห้องต้องมีใบอนุญาต", "More than 8 rooms need a licence."),
    "prefills": {"rooms": "/hotel/rooms"},
    "source": "test",
    "verified": "page",
    "tests": [
        {"answers": {"business": ["lodging"], "rooms": 12}, "needed": True},
        {"answers": {"business": ["food"]}, "needed": False},
    ],
}
ASKED = "business=lodging&rooms=12"


def town_of(directory: Path, raw: dict[str, Any]) -> Town:
    (directory / "hotel.json").write_text(json.dumps({**raw, "guide": GUIDE}), encoding="utf-8")
    return Town(directory)


def needed(town: Town) -> Any:
    said = town.ok(None, "GET", f"/guide?{ASKED}")
    return next(each for each in said["needed"] if each["service"] == SERVICE)


@pytest.mark.parametrize(("raw", "mode"), [(definition(), "receive"), (elsewhere(), "hand_over")])
def test_it_is_told_where_the_form_is_filled_in(tmp_path: Path, raw: dict[str, Any], mode: str) -> None:
    town = town_of(tmp_path, raw)
    found = needed(town)
    assert found["linked"] == mode
    assert found["open"]["answers"] == ({"hotel": {"rooms": 12}} if mode == "receive" else {})
    assert found["fees"][0]["baht"] == "960.00"
    for path in (f"/guide?{ASKED}&lang=en", f"/services/{SERVICE}/manual?lang=en"):
        html = town.call(None, "GET", path, headers=HTML).text
        Tags(html)
        assert ("own site" in html) is (mode == "hand_over")
    steps = town.ok(None, "GET", f"/services/{SERVICE}/manual")["steps"]
    assert {"th": "ระบบของหน่วยงาน", "en": "the agency's own system"} in [who for step in steps for who in step["by"]]


def test_an_amount_that_the_agency_may_lower_is_told_as_the_most(tmp_path: Path) -> None:
    town = town_of(tmp_path, definition({"fee": "at_most"}))
    fee = needed(town)["fees"][0]
    assert (fee["baht"], fee["at_most"]) == (None, "960.00")
    said = town.ok(None, "GET", f"/guide?{ASKED}")
    assert not said["cost"]["complete"]
    assert (
        "at most <strong>960.00 baht</strong>" in town.call(None, "GET", f"/guide?{ASKED}&lang=en", headers=HTML).text
    )
    manual = town.call(None, "GET", f"/services/{SERVICE}/manual?lang=en", headers=HTML).text
    assert "These are the most that the agency may ask" in manual
