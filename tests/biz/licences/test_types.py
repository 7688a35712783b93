"""Every credential of the room and all of its claims have a name in Thai and in English, for whoever asks."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from chalicelib.biz.definitions.catalogue import shipped
from chalicelib.biz.definitions.model import ServiceDefinition
from chalicelib.biz.licences.issuance import RECEIPT_VCT, SLIP_VCT
from chalicelib.citizen.wallet.issuers import Issuers, Trusted
from chalicelib.citizen.wallet.papers import opened
from chalicelib.shared.credential_types import read
from chalicelib.shared.next_door import NextDoor
from chalicelib.shared.thai import Text

from ..samples import food
from ..town import MALEE, Town

CATALOGUE = shipped()
SHIPPED = [CATALOGUE.version(one, number) for one in CATALOGUE.ids() for number in CATALOGUE.versions(one)]
FOOD_VCT = "urn:klang:licence:food-establishment:1"


def type_of(town: Town, vct: str) -> Any:
    return town.ok(None, "GET", f"/credential-types?vct={quote(vct, safe='')}")


def spoken(document: Any) -> dict[str, dict[str, str]]:
    """Claim -> locale -> label."""
    return {
        claim["path"][0]: {each["locale"]: each["label"] for each in claim["display"]} for claim in document["claims"]
    }


@pytest.mark.parametrize("definition", SHIPPED, ids=lambda each: f"{each.id}-{each.version}")
def test_every_shipped_service_names_its_credential_and_each_claim(town: Town, definition: ServiceDefinition) -> None:
    rule = definition.credential
    found = type_of(town, rule.vct)
    assert found["vct"] == rule.vct
    assert {each["locale"]: each["name"] for each in found["display"]} == {"th": rule.name.th, "en": rule.name.en}
    labels = spoken(found)
    assert labels.keys() >= rule.claims.keys() | {"licence_no", "agency", "agency_name", "licence_name", "replaces"}
    assert all(label.keys() == {"th", "en"} and all(label.values()) for label in labels.values())
    assert {claim["path"][0] for claim in found["claims"] if claim["sd"] == "always"} == set(rule.sd)
    read_back = read(json.dumps(found).encode(), rule.vct)
    assert read_back.labels.keys() == labels.keys()


def test_what_is_issued_holds_no_claim_without_a_name(town: Town) -> None:
    case, no = town.licensed()
    held = town.ok(MALEE, "GET", f"/applications/{case}/credentials")
    for credential, vct in ((held["licence"], FOOD_VCT), (held["receipt"], RECEIPT_VCT)):
        content = opened(credential)
        labels = spoken(type_of(town, vct))
        assert content.vct == vct and content.claims.keys() <= labels.keys(), no
    assert spoken(type_of(town, SLIP_VCT))["licence_no"]["th"] == "เลขที่เอกสาร"


def test_the_citizens_wallet_reads_them_where_it_reads_the_keys(town: Town) -> None:
    trusted = Trusted(
        "https://klang.test/biz",
        Text(th="ก", en="a"),
        NextDoor(lambda: [town.room]),
        types="https://klang.test/biz/v1/credential-types",
    )
    found = Issuers([trusted]).described("https://klang.test/biz", FOOD_VCT)
    assert found.name == CATALOGUE.version("food-establishment-licence", 1).credential.name
    assert found.labels["house_no"] == Text(th="บ้านเลขที่", en="House number")
    assert found.values["establishment_kind"]


def test_values_that_are_codes_have_names(town: Town) -> None:
    (kind,) = [each for each in type_of(town, FOOD_VCT)["claims"] if each["path"] == ["establishment_kind"]]
    assert kind["values"] and all(len(each["display"]) == 2 for each in kind["values"])


def test_an_unknown_type_is_not_there_and_none_is_a_fault(town: Town) -> None:
    assert town.call(None, "GET", "/credential-types?vct=urn:nobody").status == 404
    assert town.call(None, "GET", "/credential-types").status == 422
    assert town.call(None, "GET", f"/credential-types?vct={'x' * 301}").status == 422
    known = town.call(None, "GET", f"/credential-types?vct={FOOD_VCT}")
    assert known.headers["cache-control"] == "public, max-age=300"


def version(number: int, begins: str, label: str, vct: str = FOOD_VCT) -> dict[str, Any]:
    """A later version of the food licence whose name for a claim differs."""
    changed = food()
    changed |= {"version": number, "effective_from": begins, "effective_to": None}
    changed["credential"]["vct"] = vct
    changed["form"]["hints"]["/premises/district"]["label"] = {"th": "อำเภอ", "en": label}
    return changed


def test_of_versions_that_share_a_type_the_newest_live_one_counts_and_an_old_type_stays(tmp_path: Path) -> None:
    for each in (
        version(2, "2026-11-01", "second"),
        version(3, "2099-01-01", "third"),
        version(4, "2026-11-02", "fourth", "urn:klang:licence:food-establishment:2"),
    ):
        (tmp_path / f"{each['version']}.json").write_text(json.dumps(each), encoding="utf-8")
    town = Town(tmp_path)
    assert spoken(type_of(town, FOOD_VCT))["district"]["en"] == "second"
    assert spoken(type_of(town, "urn:klang:licence:food-establishment:2"))["district"]["en"] == "fourth"
    catalogue = shipped().and_of(tmp_path)
    old = catalogue.issuing(FOOD_VCT, dt.date(2000, 1, 1))
    assert old is not None and old.version == 3, "none is live: what was given stays, and the newest names it"
