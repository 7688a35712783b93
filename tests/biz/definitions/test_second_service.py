"""A newcomer adds a service by following docs/how-to/add-a-service.md: one JSON file, no code, and applies for it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from chalicelib.biz.definitions.catalogue import Unpublishable, read_definition

from ..town import BUNDIT, MALEE, Town

PAGE = Path(__file__).parents[3] / "docs" / "how-to" / "add-a-service.md"


@pytest.fixture
def example() -> str:
    """The JSON of the page."""
    text = PAGE.read_text(encoding="utf-8")
    found = re.search(r"<!-- example: begin -->\n```json\n(.*?)```\n<!-- example: end -->", text, re.DOTALL)
    assert found
    return found[1]


def test_the_example_of_the_page_is_applied_for_without_code(tmp_path: Path, example: str) -> None:
    (tmp_path / "signboard-notice.json").write_text(example, encoding="utf-8")
    town = Town(tmp_path)
    assert "signboard-notice" in [item["id"] for item in town.ok(None, "GET", "/services")["items"]]

    case = town.open(MALEE, "signboard-notice")
    town.ok(MALEE, "POST", f"/applications/{case}/prefill")
    town.patch(case, {"words": "ครัวกลาง", "width_cm": 100, "height_cm": 300})
    assert town.ok(MALEE, "GET", f"/applications/{case}/quote")["total_baht"] == "300.00"
    assert town.ok(MALEE, "POST", f"/applications/{case}/submit")["due"] == "2026-12-04"
    town.act(BUNDIT, case, "approve")
    assert town.pay(case).json == {"status": "booked"}
    town.run_queue()
    licence = town.ok(MALEE, "GET", f"/applications/{case}")["licence"]
    shown = town.ok(None, "GET", f"/verify/{licence}")
    assert (shown["status"], shown["claims"]) == ("valid", {"words": "ครัวกลาง"})
    assert "คู่มือสำหรับประชาชน" in town.call(None, "GET", "/services/signboard-notice/manual?format=html").text


def test_a_mistake_is_told_before_anybody_can_apply(tmp_path: Path, example: str) -> None:
    path = tmp_path / "signboard-notice.json"
    path.write_text(example.replace('"fee": "300.00"', '"fee": "250.00"'), encoding="utf-8")
    with pytest.raises(Unpublishable) as refused:
        read_definition(path)
    assert refused.value.problems == ("/tests/0: (one by three metres: 60 units of 500 cm2) costs 300.00, not 250.00",)


def test_cases_stay_on_the_version_under_which_they_were_opened(tmp_path: Path, example: str) -> None:
    (tmp_path / "one.json").write_text(example, encoding="utf-8")
    second = json.loads(example) | {"version": 2, "effective_from": "2026-12-01"}
    second["tables"]["per_unit"][0]["value"] = "50"
    second["tests"][0]["fee"] = "3000.00"
    second["tests"][1]["fee"] = "500.00"
    (tmp_path / "two.json").write_text(json.dumps(second), encoding="utf-8")
    town = Town(tmp_path)
    old = town.open(MALEE, "signboard-notice")
    town.pass_time(days=10)
    new = town.open(MALEE, "signboard-notice")
    for case, version, total in ((old, 1, "300.00"), (new, 2, "3000.00")):
        town.patch(case, {"words": "ครัวกลาง", "width_cm": 100, "height_cm": 300})
        assert town.ok(MALEE, "GET", f"/applications/{case}")["service_version"] == version
        assert town.ok(MALEE, "GET", f"/applications/{case}/quote")["total_baht"] == total


def test_a_service_without_a_fee_issues_at_once(tmp_path: Path, example: str) -> None:
    free = json.loads(example)
    free["fees"][0]["expr"] = {"*": [0, {"rate": "per_unit"}]}
    for case in free["tests"][:2]:
        case["fee"] = "0"
    (tmp_path / "free.json").write_text(json.dumps(free), encoding="utf-8")
    town = Town(tmp_path)
    case = town.open(MALEE, "signboard-notice")
    town.ok(MALEE, "POST", f"/applications/{case}/prefill")
    town.patch(case, {"words": "ครัวกลาง", "width_cm": 100, "height_cm": 300})
    town.ok(MALEE, "POST", f"/applications/{case}/submit")
    done = town.act(BUNDIT, case, "approve")
    assert (done["state"], done["licence"] is not None) == ("registered", True)
    town.run_queue()
    assert [paper.kind for _, paper in town.neighbours.papers.values()] == ["licence"]
