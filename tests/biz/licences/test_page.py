"""The page behind a licence's QR: read by people on a phone, in Thai and English, without scripts."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from chalicelib.biz.licences import page as pages
from chalicelib.biz.licences.wording import WORDS

from ..samples import food
from ..town import BUNDIT, MALEE, Town

HTML = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
WHY = {"reasons": {"th": "ตรวจพบหนูในครัวของคุณสมศรี", "en": "Rats were found in Somsri's kitchen."}}
VOID = {"meta", "img", "br", "link"}


class Reader(HTMLParser):
    """Reads a page as strictly as a screen reader would wish it to be."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def all(self, tag: str) -> list[dict[str, str | None]]:
        """The attributes of every such element."""
        return [attributes for name, attributes in self.tags if name == tag]


@pytest.fixture
def licensed(town: Town) -> tuple[Town, str, str]:
    """A town, a licence number, and the token of its QR."""
    case, no = town.licensed()
    return town, no, town.ok(MALEE, "GET", f"/applications/{case}/credentials")["verify_token"]


@pytest.fixture(scope="module")
def calm() -> tuple[Town, str, str]:
    """The same, which no test changes."""
    town = Town()
    case, no = town.licensed()
    return town, no, town.ok(MALEE, "GET", f"/applications/{case}/credentials")["verify_token"]


def show(town: Town, what: str, **headers: str) -> str:
    """The page as a browser gets it."""
    answer = town.call(None, "GET", f"/verify/{what}", headers=HTML | headers)
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store", "how it stands is looked up each time"
    return answer.text


def test_whoever_is_shown_the_qr_sees_who_issued_what_to_whom(calm: tuple[Town, str, str]) -> None:
    town, no, token = calm
    html = show(town, token)
    for words in (
        "ใบอนุญาตจัดตั้งสถานที่จำหน่ายอาหาร", "เทศบาลตำบลแหลมงอบ จังหวัดตราด", no, "ครัวกลาง แหลมงอบ", "มาลี", "ศรีสมุทร",
        "ตั้งแต่วันที่ 25 พฤศจิกายน พ.ศ. 2569", "ถึงวันที่ 24 พฤศจิกายน พ.ศ. 2570", "เวลา 10:00 น.",
        "verifier.py", "jwks.json", "status-lists/food-establishment-licence-2026", f"{token}?format=pdf",
    ):  # fmt: skip
        assert words in html, words
    assert ">ใช้ได้<" in html


def test_a_bare_number_shows_what_is_public_and_no_person(calm: tuple[Town, str, str]) -> None:
    town, no, token = calm
    html = show(town, no)
    assert "ครัวกลาง แหลมงอบ" in html and "แหลมงอบ" in html
    for hidden in ("มาลี", "ศรีสมุทร", "บ้านเลขที่", token, "format=pdf", "data:image"):
        assert hidden not in html, hidden


def test_it_speaks_the_language_of_the_reader_or_of_the_address(calm: tuple[Town, str, str]) -> None:
    town, no, _ = calm
    english = show(town, no, **{"Accept-Language": "en-GB,en;q=0.9"})
    assert '<html lang="en">' in english and "Valid" in english and "25 November 2026" in english
    assert '<html lang="en">' in show(town, f"{no}?lang=en")
    assert '<html lang="th">' in show(town, f"{no}?lang=th", **{"Accept-Language": "en"})
    assert town.call(None, "GET", f"/verify/{no}?lang=de", headers=HTML).status == 422


def test_every_standing_says_since_when_and_why_is_nobodys_business(licensed: tuple[Town, str, str]) -> None:
    town, no, token = licensed
    town.pass_time(days=5)
    town.ok(BUNDIT, "POST", f"/licences/{no}/suspend", json=WHY | {"until": "2026-12-14"})
    html = show(town, token)
    assert ">ถูกพักใช้<" in html
    assert "ตั้งแต่วันที่ 30 พฤศจิกายน พ.ศ. 2569 ถึงวันที่ 14 ธันวาคม พ.ศ. 2569" in html
    town.pass_time(days=15)
    assert ">ใช้ได้<" in show(town, token), "it ends by itself, before anything has run"
    town.ok(BUNDIT, "POST", f"/licences/{no}/reinstate", json=WHY)
    town.ok(BUNDIT, "POST", f"/licences/{no}/revoke", json=WHY)
    revoked = show(town, token)
    assert ">ถูกเพิกถอน<" in revoked and "ตั้งแต่วันที่ 15 ธันวาคม พ.ศ. 2569" in revoked
    for shown in (
        html,
        revoked,
        str(town.ok(None, "GET", f"/verify/{token}")),
        str(town.ok(None, "GET", "/licences?q=ครัว")),
    ):
        assert "หนู" not in shown and "Rats" not in shown


def test_an_expired_licence_says_since_when(licensed: tuple[Town, str, str]) -> None:
    town, _, token = licensed
    town.pass_time(days=365)
    html = show(town, token)
    assert ">หมดอายุ<" in html and "ตั้งแต่วันที่ 25 พฤศจิกายน พ.ศ. 2570" in html


@pytest.mark.parametrize("lang", ["th", "en"])
def test_it_works_without_scripts_and_asks_nobody_for_anything(calm: tuple[Town, str, str], lang: str) -> None:
    town, _, token = calm
    answer = town.call(None, "GET", f"/verify/{token}?lang={lang}", headers=HTML)
    reader = Reader(answer.text)
    assert reader.open == []
    assert not {"script", "link", "iframe", "form"} & {tag for tag, _ in reader.tags}
    assert not [
        name for _, attributes in reader.tags for name in attributes if name == "style" or name.startswith("on")
    ]
    assert all(str(image["src"]).startswith("data:") and image["alt"] for image in reader.all("img"))
    assert len(reader.all("h1")) == 1 and len(reader.all("main")) == 1 and len(reader.all("title")) == 1
    assert next(link["href"] for link in reader.all("a")) == "#main"
    assert "width=device-width" in str(reader.all("meta"))
    style = re.findall(r"<style>(.*?)</style>", answer.text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style[0].encode()).digest()).decode()
    policy = answer.headers["content-security-policy"]
    assert len(style) == 1 and f"style-src 'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none';") and "unsafe" not in policy
    assert answer.headers["referrer-policy"] == "no-referrer", "the address is a key to what the holder showed"
    assert "noindex" in answer.headers["x-robots-tag"]


def test_what_is_not_there_is_a_page_for_people_and_a_problem_for_machines(calm: tuple[Town, str, str]) -> None:
    town, _, token = calm
    for made_up in ("FE-2569-AAAA-BBBB-CCCC", f"{token[:-1]}{'y' if token.endswith('x') else 'x'}", "%3Cscript%3E"):
        lost = town.call(None, "GET", f"/verify/{made_up}", headers=HTML)
        assert (lost.status, lost.headers["content-type"]) == (404, "text/html; charset=utf-8")
        assert "ไม่พบใบอนุญาตนี้ในทะเบียน" in lost.text and "script" not in lost.text and made_up not in lost.text
        assert "default-src 'none'" in lost.headers["content-security-policy"]
        assert Reader(lost.text).open == []
        machine = town.call(None, "GET", f"/verify/{made_up}")
        assert (machine.status, machine.headers["content-type"]) == (404, "application/problem+json")


def test_names_are_text_and_never_markup(town: Town) -> None:
    case = town.filed()
    stored = town.biz.store.find_case(case)
    answers: dict[str, Any] = {**stored.answers, "establishment": {**stored.answers["establishment"]}}
    answers["establishment"]["name_th"] = "<img src=x onerror=alert(1)>"
    town.memory.write([town.biz.store.changed_case(stored.model_copy(update={"answers": answers}), "agency")], "bend")
    town.inspected(case)
    town.act(BUNDIT, case, "approve")
    town.pay(case)
    token = town.ok(MALEE, "GET", f"/applications/{case}/credentials")["verify_token"]
    html = show(town, token)
    assert "&lt;img src=x" in html and "<img src=x" not in html


def test_facts_that_nobody_verified_are_marked(tmp_path: Path) -> None:
    bent = food() | {"id": "unsure-licence", "credential": {**food()["credential"], "number_prefix": "UN"}}
    bent["credential"]["validity"] = {"years": 1, "source": "hearsay", "verified": "no"}
    (tmp_path / "unsure.json").write_text(json.dumps(bent), encoding="utf-8")
    town = Town(tmp_path)
    seen = town.biz.register.service("unsure-licence")
    _, no = town.licensed()
    stored = town.biz.store.find_licence(no)
    changed = stored.model_copy(update={"service": seen.id, "service_version": seen.version})
    town.memory.write([town.biz.store.changed_licence(changed)], "bend")
    assert "ยังไม่ได้ตรวจสอบกับต้นฉบับ" in show(town, no) and "hearsay" in show(town, no)


def test_all_words_are_there_in_both_languages() -> None:
    for name, words in WORDS.items():
        assert words.th and words.en, name
    assert set(re.findall(r'w\("([a-z_]+)"', (pages.TEMPLATES / "verify.html").read_text(encoding="utf-8"))) <= set(
        WORDS
    )
