"""The page that tells how to bundle licences keeps its word: its example is added by its file alone, and works."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from scripts.check_bundles import main

from ..town import MALEE, Town
from .restaurant import stands

PAGE = Path(__file__).parents[3] / "docs/how-to/bundle-licences.md"


def example() -> str:
    """The file that the page shows."""
    found = re.search(r"example: begin -->\n```json\n(.*?)```\n<!-- example: end", PAGE.read_text("utf-8"), re.DOTALL)
    assert found is not None
    return found[1]


def test_the_example_is_offered_by_its_file_alone(tmp_path: Path) -> None:
    (tmp_path / "open-a-shop.json").write_text(example(), encoding="utf-8")
    town = Town(bundles=[tmp_path])
    assert "open-a-shop" in [item["id"] for item in town.ok(None, "GET", "/bundle-offers")["items"]]
    body = {"bundle": "open-a-shop", "applicant": {"kind": "person"}, "answers": {"has_signboard": True}}
    begun = town.ok(MALEE, "POST", "/bundles", json=body)["id"]
    assert stands(town, begun) == {"register": "ready", "sign": "waits"}


def test_the_check_says_nothing_about_a_good_file_and_everything_about_a_bad_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good, bad = tmp_path / "good.json", tmp_path / "bad.json"
    good.write_text(example(), encoding="utf-8")
    bad.write_text(example().replace('"after": ["register"]', '"after": ["sign"]'), encoding="utf-8")
    assert (main([str(good)]), capsys.readouterr().out) == (0, "")
    assert main([str(bad)]) == 1
    assert "/members/sign/after: they wait for each other: sign -> sign" in capsys.readouterr().out
    assert main([]) == 0, "what is shipped is good"


def test_every_stand_is_told() -> None:
    text = PAGE.read_text(encoding="utf-8")
    for stand in ("not_needed", "ready", "waits", "held", "running", "licensed", "ended", "incomplete"):
        assert f"`{stand}`" in text or f"held: {stand}" in text
