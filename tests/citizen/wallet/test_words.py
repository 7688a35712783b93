"""Whoever looks at a paper reads it in their own language, in its issuer's words; without those, as it was signed."""

from __future__ import annotations

import json
from typing import Any

import pytest

from chalicelib.citizen.bills.receipts import TYPE, VCT
from chalicelib.citizen.wallet.issuers import MOST_TYPES, TYPE_FRESH, TYPE_PAUSE, Issuers, Trusted
from chalicelib.shared.credential_types import NOTHING, Claim, metadata
from chalicelib.shared.egress import HttpAnswer
from chalicelib.shared.jose import IssuerKey
from chalicelib.shared.thai import Text
from tests.citizen.portal import MALEE, Portal
from tests.citizen.wallet.papers import ME, PAGE, code_of, held, licence, use

FOOD = "https://klang.example/credentials/food-licence"
ASKED = "/types?vct=https%3A%2F%2Fklang.example%2Fcredentials%2Ffood-licence"
NAME = Text(th="ใบอนุญาตขายอาหาร", en="Food licence")
HOLDER = Text(th="ผู้รับใบอนุญาต", en="Licence holder")
NUMBER = Text(th="เลขที่ใบอนุญาต", en="Licence number")
HOSTILE = "<script>alert(1)</script>"


def words(name: Text = NAME, holder: Text = HOLDER) -> bytes:
    """What the issuer says of its licence."""
    claims = [Claim("holder", holder, "always"), Claim("number", NUMBER, values={"1/2569": Text(th="หนึ่ง", en="one")})]
    return metadata(FOOD, name, claims).model_dump_json().encode()


def seen(portal: Portal, language: str = "th") -> str:
    """The page on which somebody sees the paper with its holder."""
    answer = use(portal, code_of(portal, held(portal)), **{**PAGE, "Accept-Language": language})
    assert answer.status == 200, answer.text
    page: str = answer.text
    return page


def mine(portal: Portal) -> Any:
    """The paper in its owner's wallet."""
    found = portal.client.get(f"{ME}/wallet/{held(portal, id='c-mine')}", token=portal.malee)
    assert found.status == 200, found.text
    return found.json


@pytest.mark.parametrize("language", ["th", "en"])
def test_a_paper_is_read_in_the_readers_language(portal: Portal, language: Any) -> None:
    portal.site.types[FOOD] = words()
    page = seen(portal, language)
    for text in (NAME, HOLDER, NUMBER, Text(th="หนึ่ง", en="one")):
        assert f">{text.pick(language)}<" in page
    assert ">holder<" not in page and FOOD not in page
    assert portal.site.asked.count(ASKED) == 1


def test_the_owner_and_machines_get_both_languages_beside_the_codes(portal: Portal) -> None:
    portal.site.types[FOOD] = words()
    paper = mine(portal)
    assert (paper["vct"], paper["name"]) == (FOOD, NAME.model_dump())
    assert paper["labels"] == {"holder": HOLDER.model_dump(), "number": NUMBER.model_dump()}
    assert paper["claims"]["number"] == "1/2569"
    listed = portal.client.get(f"{ME}/wallet", token=portal.malee).json["items"]
    assert [each["labels"] for each in listed] == [paper["labels"]]
    found = portal.client.post("/citizen/v1/verify", json={"presentation": licence(portal)}).json
    assert (found["name"], found["labels"]) == (paper["name"], paper["labels"])
    assert portal.site.asked.count(ASKED) == 1, "once per type and process"


@pytest.mark.parametrize(
    "answer",
    [
        HttpAnswer(404),
        HttpAnswer(500),
        HttpAnswer(200, {}, b"no json"),
        HttpAnswer(200, {}, b"[" * 50_000),
        HttpAnswer(200, {}, b"[]"),
        HttpAnswer(200, {}, b'{"vct": "another", "name": "x"}'),
        HttpAnswer(
            200, {}, json.dumps({"vct": FOOD, "name": 1, "display": {"a": 1}, "claims": [1, {"path": 2}]}).encode()
        ),
        HttpAnswer(200, {}, words(name=Text(th="x" * 10_000_000, en="x"))),
    ],
    ids=lambda each: f"{each.status}-{each.body[:12]!r}-{len(each.body)}",
)
def test_without_words_of_its_issuer_a_paper_is_shown_as_it_was_signed(portal: Portal, answer: HttpAnswer) -> None:
    portal.site.wrong[f"{portal.site.address}{ASKED}"] = answer
    page = seen(portal)
    assert ">holder<" in page and f">{FOOD}<" in page and "มาลี ใจงาม" in page
    paper = mine(portal)
    assert (paper["name"], paper["labels"]) == (None, {})
    assert portal.site.asked.count(ASKED) == 1


def test_an_issuer_that_is_away_takes_nothing_from_the_owners_wallet(portal: Portal) -> None:
    portal.site.away = True
    for number in range(3):  # three types
        held(portal, licence(portal, vct=f"urn:klang:{number}"), id=f"c-{number}")
    listed = portal.client.get(f"{ME}/wallet", token=portal.malee).json["items"]
    assert [each["labels"] for each in listed] == [{}, {}, {}]
    assert len(portal.site.asked) == 1, "a page waits for it once"


def test_words_are_words_and_never_a_part_of_the_page(portal: Portal) -> None:
    portal.site.types[FOOD] = words(Text(th=HOSTILE, en=HOSTILE), Text(th=f"\u202e{HOSTILE}" + "ก" * 5_000, en="x"))
    page = seen(portal)
    assert "<script" not in page and page.count("&lt;script&gt;") == 2
    assert "\u202e" not in page and "ก" * 200 not in page


def test_nobody_is_asked_about_a_paper_that_does_not_hold(portal: Portal) -> None:
    token, *parts = licence(portal).split("~")
    found = portal.client.post(
        "/citizen/v1/verify", json={"presentation": f"{token[:-6]}AAAAAA~{'~'.join(parts)}"}
    ).json
    assert (found["verdict"], found["name"], found["labels"]) == ("false", None, {})
    assert not [path for path in portal.site.asked if path.startswith("/types")]


def test_what_is_known_is_kept_for_a_while_and_outlives_its_issuers_absence(portal: Portal) -> None:
    seconds = [0.0]
    site = portal.site
    issuers = Issuers([Trusted(site.address, NAME, site, types=f"{site.address}/types")], lambda: seconds[0])
    assert issuers.described(site.address, FOOD) == NOTHING
    site.types[FOOD] = words()
    assert issuers.described(site.address, FOOD) == NOTHING
    seconds[0] += TYPE_PAUSE
    assert issuers.described(site.address, FOOD).name == NAME
    seconds[0] += TYPE_FRESH - 1
    assert issuers.described(site.address, FOOD).name == NAME and len(site.asked) == 2
    site.away = True
    seconds[0] += 1
    for _ in range(3):
        assert issuers.described(site.address, FOOD).name == NAME
    assert len(site.asked) == 3
    site.away = False
    seconds[0] += TYPE_PAUSE
    for number in range(MOST_TYPES + 5):
        issuers.described(site.address, f"urn:{number}")
    assert len(issuers._types) <= MOST_TYPES
    before = len(site.asked)
    assert issuers.described("https://evil.example", FOOD) == NOTHING
    assert issuers.described(site.address, "x" * 301) == NOTHING
    assert len(site.asked) == before
    assert issuers.described(site.address, "\ud800") == NOTHING, "no text at all, and no fault"


def test_the_portals_own_receipts_have_words_without_a_question(portal: Portal) -> None:
    own = IssuerKey("https://citizen.klang.test/citizen", portal.keyring.signer)
    claims = [each.path[0] for each in TYPE.claims]
    receipt = licence(portal, signer=own, status=None, vct=VCT)  # type: ignore[arg-type]  # any signer
    portal.credential(receipt, id="r-1", pid=MALEE, kind="receipt")
    (paper,) = portal.client.get(f"{ME}/wallet?kind=receipt", token=portal.malee).json["items"]
    assert paper["name"] == {"th": "ใบเสร็จรับเงินค่าบริการ", "en": "Receipt for a bill"}
    public = portal.client.get(f"/citizen/v1/credential-types?vct={VCT}")
    assert [each["path"][0] for each in public.json["claims"]] == claims
    assert all({words["locale"] for words in each["display"]} == {"th", "en"} for each in public.json["claims"])
    assert portal.client.get("/citizen/v1/credential-types?vct=urn:nobody").status == 404
    assert portal.site.asked == []
