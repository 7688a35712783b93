"""`make new-service` writes a service that is complete as it is; `make check-service` tells what is wrong with one."""

from __future__ import annotations

import datetime as dt
import json
import re
from pathlib import Path

import pytest

from chalicelib.biz.definitions.catalogue import SHIPPED, read_definition
from scripts.new_service import AHEAD, TEMPLATE, main

from ..town import BUNDIT, MALEE, Town

TODAY = dt.date(2026, 11, 25)
NAME = "dog-licence"


def test_what_is_written_is_applied_for_as_it_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([NAME, "--into", str(tmp_path)], TODAY) == 0
    path = tmp_path / f"{NAME}.json"
    assert str(path) in capsys.readouterr().out
    made = read_definition(path)
    assert (made.id, made.version, made.effective_from) == (NAME, 1, TODAY + AHEAD)
    town = Town(tmp_path)
    assert town.call(None, "GET", f"/services/{NAME}").status == 404  # nobody applies before it was edited
    town.pass_time(days=AHEAD.days)
    asked = {"where": "laem_ngop", f"{NAME}.does_it": True, f"{NAME}.has_premises": True}
    guided = town.ok(None, "POST", "/guide", json={"answers": asked})["needed"]
    assert [each["open"]["answers"] for each in guided if each["service"] == NAME] == [{"has_premises": True}]
    case = town.open(MALEE, NAME)
    town.patch(case, {"name": "มาลี", "phone": "0812345678", "years": 3, "has_premises": True, "address": "88"})
    town.send(case, "site_map")
    town.ok(MALEE, "POST", f"/applications/{case}/submit")
    town.act(BUNDIT, case, "approve")
    assert town.ok(MALEE, "GET", f"/applications/{case}/quote")["total_baht"] == "300.00"
    assert town.pay(case).json == {"status": "booked"}
    assert town.ok(MALEE, "GET", f"/applications/{case}")["state"] == "issued"


def test_nothing_in_it_claims_to_be_verified() -> None:
    marked = re.findall(r'"verified": "(\w+)"', TEMPLATE.read_text(encoding="utf-8"))
    assert marked.count("design") == 1 and set(marked) == {"no", "design"}


def test_a_file_that_is_there_is_not_overwritten(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / f"{NAME}.json"
    path.write_text("mine", encoding="utf-8")
    assert main([NAME, "--into", str(tmp_path)], TODAY) == 2
    assert path.read_text(encoding="utf-8") == "mine"
    assert "is there already" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["Dog", "../dog", "x", "dog_licence", ""])
def test_a_name_that_is_none_is_refused(tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([name, "--into", str(tmp_path)], TODAY) == 2
    assert list(tmp_path.iterdir()) == []
    assert "/id:" in capsys.readouterr().err


def test_the_agency_is_the_one_that_was_named(tmp_path: Path) -> None:
    main([NAME, "--into", str(tmp_path), "--agency", "TH/LOCAL/TRAT"], TODAY)
    raw = json.loads((tmp_path / f"{NAME}.json").read_text(encoding="utf-8"))
    assert (raw["agency"], raw["fees"][0]["payee"]) == ("TH/LOCAL/TRAT", "TH/LOCAL/TRAT")


def test_a_file_is_checked_with_each_problem_at_its_place(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main([NAME, "--into", str(tmp_path)], TODAY)
    path = tmp_path / f"{NAME}.json"
    assert main(["--check", str(path)], TODAY) == 0
    path.write_text(path.read_text(encoding="utf-8").replace('"to": "payment"', '"to": "limbo"'), encoding="utf-8")
    capsys.readouterr()
    assert main(["--check", str(path)], TODAY) == 1
    assert capsys.readouterr().out == "/workflow/actions/approve: there is no state 'limbo'\n"
    assert main(["--check", str(SHIPPED / "food-establishment-licence.json")], TODAY) == 0
