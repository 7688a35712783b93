"""The public manual says what the definition says, in two languages, and marks what nobody checked."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest

from chalicelib.biz.laws import load
from chalicelib.biz.manual.content import manual
from chalicelib.biz.manual.page import page
from chalicelib.shared.thai import Language

from .samples import definition
from .town import FOOD, Town


class Tags(HTMLParser):
    """Checks that every opened tag is closed in order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.seen.append(tag)
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.mark.parametrize("language", ["th", "en"])
def test_the_page_is_well_formed_and_in_one_language(town: Town, language: Language) -> None:
    answer = town.call(
        None, "GET", f"/services/{FOOD}/manual", headers={"Accept": "text/html", "Accept-Language": language}
    )
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    tags = Tags()
    tags.feed(answer.text)
    assert tags.open == []
    assert tags.seen.count("h1") == 1
    assert f'<html lang="{language}">' in answer.text
    expected = {
        "th": ["200 บาท", "30 วัน นับแต่วันที่ได้รับคำขอและเอกสารครบถ้วน", "1 มกราคม พ.ศ. 2569", "ยังไม่ได้ตรวจสอบกับต้นฉบับ"],
        "en": ["200 baht", "30 days from the complete application", "1 January 2026", "not verified yet"],
    }
    for words in expected[language]:
        assert words in answer.text


def test_the_manual_as_data(town: Town) -> None:
    made = town.ok(None, "GET", f"/services/{FOOD}/manual")
    assert [step["name"]["en"] for step in made["steps"]] == [
        "File",
        "Accept as complete",
        "Report the inspection",
        "Approve",
        "Pay the fee",
    ]
    assert made["steps"][-1]["by"] == [{"th": "ผู้ยื่นคำขอ", "en": "applicant"}]
    assert made["rates"][0]["verified"] is True
    assert made["appeal"]["verified"] is False
    attached = [line["text"]["en"] for line in made["documents"] if not line["prefilled"]]
    assert attached == [
        "Proof of the right to the premises (lease or consent)",
        "Map of the site",
        "Power of attorney",
    ]


def test_text_of_a_definition_cannot_become_markup() -> None:
    hostile = "<script>alert('ก')</script>"
    made = definition(summary={"th": hostile, "en": hostile}, sla__source='"><img src=x>')
    shown = page(manual(made, load()["lfa-2558"]), "th")
    assert "<script" not in shown
    assert "<img" not in shown
    assert "&lt;script&gt;" in shown
