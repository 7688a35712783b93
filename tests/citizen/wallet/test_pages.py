"""The public pages: readable without script, in two languages, and harmless whatever stands in a paper."""

from __future__ import annotations

import re
from urllib.parse import urlencode

import pytest

from tests.citizen.portal import Portal
from tests.citizen.wallet.papers import PAGE, code_of, held, licence, use


def test_a_person_is_asked_before_a_code_is_used_up(portal: Portal) -> None:
    code = code_of(portal, held(portal))
    asked = portal.client.get(f"/citizen/v1/shares/{code}", headers={**PAGE, "Accept-Language": "en"})
    assert asked.status == 200
    assert '<form method="post"' in asked.text and "See the paper (once)" in asked.text
    assert "มาลี" not in asked.text and "<script" not in asked.text
    seen = use(portal, code, **PAGE)
    assert "ใช้ได้ ผู้ออกลงลายมือชื่อไว้จริง" in seen.text and "มาลี ใจงาม" in seen.text
    lost = use(portal, code, **PAGE)
    assert (lost.status, lost.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert "ใช้ไม่ได้" in lost.text and "มาลี" not in lost.text
    unknown = portal.client.get("/citizen/v1/shares/nothing", headers=PAGE)
    assert unknown.status == 404


def test_what_stands_in_a_paper_cannot_become_part_of_the_page(portal: Portal) -> None:
    code = code_of(portal, held(portal), claims=["address", "kept"])
    seen = use(portal, code, **{**PAGE, "Accept-Language": "en"})
    assert "<b>แหลมงอบ" not in seen.text and "&lt;b&gt;แหลมงอบ" in seen.text
    assert "<dd>yes</dd>" in seen.text
    policy = seen.headers["content-security-policy"]
    assert "default-src 'none'" in policy and "form-action 'self'" in policy and "unsafe" not in policy
    assert (seen.headers["referrer-policy"], seen.headers["cache-control"]) == ("no-referrer", "no-store")


@pytest.mark.parametrize(("language", "button"), [("th", "ตรวจ"), ("en", "Check")])
def test_the_page_for_checking_is_accessible_in_both_languages(portal: Portal, language: str, button: str) -> None:
    page = portal.client.get(f"/citizen/v1/verify?lang={language}", headers=PAGE).text
    assert f'<html lang="{language}">' in page and f">{button}</button>" in page
    for needed in (
        'name="viewport"',
        'href="#main"',
        '<main id="main"',
        '<label for="presentation"',
        'id="presentation"',
    ):
        assert needed in page
    assert 'aria-describedby="help"' in page and 'id="help"' in page
    assert len(re.findall("<h1>", page)) == 1
    assert "<script" not in page and "http" not in re.sub(r"<style>.*?</style>", "", page, flags=re.DOTALL)


def test_a_pasted_paper_is_checked_and_its_result_has_a_word_beside_its_colour(portal: Portal) -> None:
    form = {"Content-Type": "application/x-www-form-urlencoded", **PAGE}

    def paste(text: str) -> tuple[int, str]:
        body = urlencode({"presentation": f"  {text}\r\n"}).encode()
        answer = portal.client.post("/citizen/v1/verify?lang=en", body=body, headers=form)
        return answer.status, answer.text

    status, page = paste(licence(portal))
    assert status == 200 and "Good: its issuer signed it" in page and "Licensing office" in page
    portal.site.away = True
    portal.site.asked.clear()
    status, page = paste("nothing of the kind")
    assert status == 422 and "cannot be read" in page
    portal.now = portal.now.replace(year=2028)
    status, page = paste(licence(portal, days=1))
    assert "Expired" in page and 'class="standing expired" role="status"' in page


def test_an_issuer_that_is_away_is_a_page_too(portal: Portal) -> None:
    code = code_of(portal, held(portal))
    portal.site.away = True
    away = use(portal, code, **PAGE)
    assert (away.status, away.headers["retry-after"]) == (502, "30")
    assert "ตรวจสอบไม่ได้ในขณะนี้" in away.text
