"""The page tells the truth: its example is accepted, and every act is in its table."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import get_args

from chalicelib.biz.delegations.rules import NAMES
from chalicelib.biz.model import Act

from ..town import MALEE, SOMCHAI, Town
from .deeds import command, opened

PAGE = (Path(__file__).parents[3] / "docs" / "how-to" / "act-for-another.md").read_text(encoding="utf-8")


def test_the_example_is_given_accepted_and_used(town: Town) -> None:
    example = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)[0]
    deed = town.ok(MALEE, "POST", "/delegations", json=json.loads(example))["id"]
    command(town, SOMCHAI, deed, "accept")
    assert town.ok(SOMCHAI, "GET", f"/applications/{opened(town, deed)}")["by_agent"]


def test_every_act_is_explained() -> None:
    told = re.findall(
        r"^\| `([a-z]+)` \| (?!.*shown to nobody)", PAGE.partition("| act |")[2].partition("\n## ")[0], re.M
    )
    assert set(told) == set(get_args(Act)) == set(NAMES)
