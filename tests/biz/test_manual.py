"""The public manual says what the definition says of every procedure, in both languages; unchecked facts are marked."""

from __future__ import annotations

import base64
import hashlib
import itertools
import re
from html.parser import HTMLParser
from typing import Any

import pytest

from chalicelib.biz.definitions.catalogue import SHIPPED
from chalicelib.biz.definitions.procedures import FOLLOWING
from chalicelib.biz.laws import load
from chalicelib.biz.manual.content import manual
from chalicelib.biz.manual.page import page
from chalicelib.biz.pages.sheet import Sheet
from chalicelib.biz.pages.wording import WORDS
from chalicelib.shared.errors import NotFound
from chalicelib.shared.web import Request

from .samples import definition, small, text
from .town import FOOD, Town

HTML = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
SERVICES = sorted(path.stem for path in SHIPPED.glob("*.json"))
THAI = re.compile("[\u0e00-\u0e7f]")


class Tags(HTMLParser):
    """Reads a page as strictly as a screen reader would wish it to be."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(html)
        self.close()
        assert self.open == []
        self._check()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in ("meta", "input", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open and data.strip():
            self.words.append(data.strip())

    def all(self, tag: str) -> list[dict[str, str | None]]:
        """The attributes of every such element."""
        return [attributes for name, attributes in self.tags if name == tag]

    def _check(self) -> None:
        levels = [int(tag[1]) for tag, _ in self.tags if re.fullmatch("h[1-6]", tag)]
        assert levels.count(1) == 1
        assert levels[0] == 1
        assert all(after - before <= 1 for before, after in itertools.pairwise(levels)), "no level is skipped"
        ids = [attributes["id"] for _, attributes in self.tags if attributes.get("id")]
        assert len(ids) == len(set(ids)), "an id is there once"
        for _, attributes in self.tags:
            named = [
                *(attributes.get("aria-labelledby") or "").split(),
                *(attributes.get("aria-describedby") or "").split(),
                *([attributes["for"]] if attributes.get("for") else []),
                *([(attributes["href"] or "")[1:]] if (attributes.get("href") or "").startswith("#") else []),
            ]
            assert set(named) <= set(ids), "what is referred to is there"
        labelled = {attributes.get("for") for attributes in self.all("label")}
        for field in self.all("input"):
            assert field.get("type") == "hidden" or field["id"] in labelled
        assert not {tag for tag, _ in self.tags} & {"script", "img", "link", "iframe", "object"}


def shown(town: Town, service: str, language: str, **query: str) -> str:
    asked = "&".join(f"{name}={value}" for name, value in {"lang": language, **query}.items())
    answer = town.call(None, "GET", f"/services/{service}/manual?{asked}", headers=HTML)
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    return answer.text


@pytest.fixture(scope="module")
def calm() -> Town:
    """A town that no test changes."""
    return Town()


@pytest.mark.parametrize("language", ["th", "en"])
@pytest.mark.parametrize("service", SERVICES)
def test_every_manual_is_a_sound_page_in_one_language(calm: Town, service: str, language: str) -> None:
    html = shown(calm, service, language)
    tags = Tags(html)
    assert f'<html lang="{language}">' in html
    if language == "en":
        body = [words for words in tags.words if words not in ("ภาษาไทย",)]
        thai = [words for words in body if THAI.search(words)]
        assert thai == [], "an English page is in English"
    told = {"agency", "channels", "criteria", "new", "validity", "legal_basis", "appeal"}
    guided = calm.biz.office.catalogue.current(service, calm.at.date()).guide is not None
    for name in told | ({"needed"} if guided else set()):
        assert f'id="{name}"' in html
    made = calm.ok(None, "GET", f"/services/{service}/manual")
    for way in [made, *made["others"]]:
        assert not made["others"] or f'href="#{way["procedure"]}"' in html
        for part in ("asks", "bring", "fees", "time", "steps"):
            assert f'id="{way["procedure"]}-{part}"' in html


@pytest.mark.parametrize("service", SERVICES)
def test_every_procedure_that_is_offered_is_told_with_its_own_rules(calm: Town, service: str) -> None:
    whole = calm.biz.register.service(service)
    made = calm.ok(None, "GET", f"/services/{service}/manual")
    ways = {way["procedure"]: way for way in [made, *made["others"]]}
    assert list(ways) == ["new", *(each for each in FOLLOWING if each in whole.procedures)]
    for procedure, way in ways.items():
        seen = whole.of(procedure)
        assert [line["code"] for line in way["documents"]] == [rule.code for rule in seen.documents]
        assert [fee["code"] for fee in way["fees"]] == [fee.code for fee in seen.fees]
        assert f"{seen.sla.days} " in way["time"]["text"]["th"]
        assert way["time"]["verified"] is seen.sla.is_verified
        alone = calm.ok(None, "GET", f"/services/{service}/manual?procedure={procedure}")
        assert (alone["procedure"], alone["summary"], alone["others"]) == (procedure, way["summary"], [])
    for rule in whole.procedures.values():
        if rule.window is not None:
            assert str(rule.window.opens) in ways["renew"]["window"]["text"]["th"]


@pytest.mark.parametrize("language", ["th", "en"])
@pytest.mark.parametrize("service", SERVICES)
def test_what_is_not_verified_is_marked_and_nothing_else(calm: Town, service: str, language: str) -> None:
    def claims(part: Any) -> list[bool]:
        if isinstance(part, list):
            return [each for inner in part for each in claims(inner)]
        if not isinstance(part, dict):
            return []
        own = [part["verified"]] if "verified" in part else []
        return [*own, *(each for inner in part.values() for each in claims(inner))]

    told = claims(calm.ok(None, "GET", f"/services/{service}/manual"))
    html = shown(calm, service, language)
    assert html.count('<span class="mark">') == told.count(False)
    assert html.count(f"<small>({WORDS['source'].pick('en' if language == 'en' else 'th')}: ") == len(told)


@pytest.mark.parametrize("language", ["th", "en"])
def test_dates_and_amounts_are_written_as_people_of_that_language_write_them(calm: Town, language: str) -> None:
    html = shown(calm, FOOD, language)
    expected = {
        "th": ["200 บาท", "30 วัน นับแต่วันที่ได้รับคำขอและเอกสารครบถ้วน", "1 มกราคม พ.ศ. 2569", "ยังไม่ได้ตรวจสอบกับต้นฉบับ"],
        "en": ["200 baht", "30 days from the complete application", "1 January 2026", "not verified yet"],
    }
    for words in expected[language]:
        assert words in html


def test_the_manual_as_data(calm: Town) -> None:
    made = calm.ok(None, "GET", f"/services/{FOOD}/manual")
    assert [step["name"]["en"] for step in made["steps"]] == [
        "File",
        "Accept as complete",
        "Report the inspection",
        "Approve",
        "Pay the fee",
    ]
    assert made["steps"][-1]["by"] == [{"th": "ผู้ยื่นคำขอ", "en": "applicant"}]
    assert made["fees"][0]["rates"][0]["verified"] is True
    assert made["appeal"]["verified"] is False
    attached = [line["text"]["en"] for line in made["documents"] if not line["prefilled"]]
    assert attached == [
        "Proof of the right to the premises (lease or consent)",
        "Map of the site",
        "Power of attorney",
    ]


def test_what_the_state_holds_and_works_out_is_not_asked_for() -> None:
    prefill = {
        "pointer": "/words",
        "service": "TH/CENTRAL/DOPA/civil/person",
        "path": "/lookup",
        "request": {"pid": "$pid"},
        "select": "/words",
        "lock": True,
        "purpose": text(),
        "legal_basis": "test",
    }
    made = manual(definition(prefill=[prefill]), load()["lfa-2558"])
    assert [[label.en for label in part.fields] for part in made.asks] == [["Width"]]
    assert [(part.applicant, [label.en for label in part.fields]) for part in made.fetched] == [(None, ["Words"])]


def test_a_procedure_asks_only_what_may_be_changed() -> None:
    renew = {"name": text("ต่ออายุ", "Renew"), "summary": text(), "source": "test", "verified": "no"}
    amend = {**renew, "name": text("แก้ไข", "Amend"), "asks": ["/width"], "verified": "page"}
    window = {"opens": 90, "closes": 1, "source": "test", "verified": "no"}
    raw = small(procedures={"renew": {**renew, "window": window, "begins": "now"}, "amend": amend})
    made = manual(type(definition()).model_validate(raw), load()["lfa-2558"])
    renewal, change = made.others
    assert renewal.asks == ()
    assert [[label.en for label in part.fields] for part in change.asks] == [["Width"]]
    assert renewal.fees == change.fees == ()
    assert renewal.window is not None
    assert renewal.window.text.th == "ยื่นได้ตั้งแต่ 90 วันก่อนวันสิ้นอายุ จนถึง 1 วันหลังวันสิ้นอายุ"
    assert renewal.window.text.en == "From 90 days before the last day until 1 day after it"
    assert renewal.begins is not None
    assert change.begins is None
    assert renewal.rule is not None
    assert not renewal.rule.verified
    assert change.apply["body"] == {"procedure": "amend", "licence": "{no}"}


def test_a_fee_tells_the_rates_that_go_into_it_and_no_others() -> None:
    fees = small()["fees"] + [{"code": "copy", "name": text("สำเนา", "Copy"), "payee": "TH/LOCAL/TRAT", "expr": 20}]
    made = manual(definition(fees=fees), load()["lfa-2558"])
    assert [(fee.code, [rate.baht for rate in fee.rates], fee.of_earlier) for fee in made.fees] == [
        ("registration", ["3", "5.50"], False),
        ("copy", [], False),
    ]
    fees[1]["expr"] = {"*": [2, {"rate": "per_metre"}]}
    made = manual(definition(fees=fees), load()["lfa-2558"])
    assert (made.fees[1].rates, made.fees[1].of_earlier) == ((), True), "a rate is told once"


def test_a_procedure_that_is_not_offered_has_no_manual(calm: Town) -> None:
    with pytest.raises(NotFound):
        manual(definition(), load()["lfa-2558"], "renew")
    refused = calm.call(None, "GET", f"/services/{FOOD}/manual?procedure=sell")
    assert (refused.status, refused.json["errors"][0]["pointer"]) == (422, "query:procedure")


def test_the_page_allows_its_style_and_nothing_else(calm: Town) -> None:
    answer = calm.call(None, "GET", f"/services/{FOOD}/manual?format=html")
    style = re.search("<style>(.*?)</style>", answer.text, re.DOTALL)
    assert style is not None
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    policy = answer.headers["content-security-policy"]
    assert policy.startswith(f"default-src 'none'; style-src 'sha256-{digest}';")
    assert answer.headers["content-language"] == "th"


def test_text_of_a_definition_cannot_become_markup() -> None:
    hostile = "<script>alert('ก')</script>"
    made = definition(summary={"th": hostile, "en": hostile}, sla__source='"><img src=x>')
    reply = page(manual(made, load()["lfa-2558"]), Sheet(Request("GET", "/x")))
    html = reply.body.decode()
    assert "<script" not in html
    assert "<img" not in html
    assert "&lt;script&gt;" in html
