"""The guide as a page: every step by forms and links alone, readable by eyes and by screen readers."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlencode

import pytest

from ..test_manual import HTML, THAI, Tags
from ..town import Town

ANSWERS = {
    "where": "laem_ngop",
    "owner_kind": "person",
    "business": "food,alcohol",
    "registered": "no",
    "has_signboard": "yes",
    "area_m2": "240",
    "in_market": "no",
    "alcohol_litres": "under_10",
    "vat_registered": "no",
}


@pytest.fixture(scope="module")
def calm() -> Town:
    """A town that no test changes."""
    return Town()


def shown(town: Town, query: str = "", status: int = 200) -> str:
    answer = town.call(None, "GET", f"/guide?{query}", headers=HTML)
    assert answer.status == status
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "no-referrer", "the address holds what was answered"
    return answer.text


@pytest.mark.parametrize("language", ["th", "en"])
@pytest.mark.parametrize("query", ["", "business=none", urlencode(ANSWERS), "where=elsewhere&business=food&rooms=3"])
def test_every_page_is_sound_and_in_one_language(calm: Town, query: str, language: str) -> None:
    html = shown(calm, f"{query}&lang={language}")
    tags = Tags(html)
    assert f'<html lang="{language}">' in html
    if language == "en":
        assert [words for words in tags.words if THAI.search(words) and words != "ภาษาไทย"] == []
    for fieldset in tags.all("fieldset"):
        assert fieldset["aria-describedby"], "the help of a question is read with it"
    assert len(tags.all("legend")) == len(tags.all("fieldset"))


def test_a_person_gets_through_by_the_form_alone(calm: Town) -> None:
    """As a browser does: fill in what the page asks, send the form, and go on until nothing is asked."""
    sent: list[tuple[str, str]] = []
    rounds = 0
    while True:
        tags = Tags(shown(calm, urlencode(sent)))
        if not tags.all("form"):
            break
        (form,) = tags.all("form")
        assert (form["method"], form["action"]) == ("get", "/biz/v1/guide")
        fields = tags.all("input")
        sent = [(str(each["name"]), str(each["value"])) for each in fields if each["type"] == "hidden"]
        for each in fields:
            name = str(each["name"])
            if each["type"] == "text":
                sent.append((name, ANSWERS[name]))
            elif each["type"] != "hidden" and each["value"] in ANSWERS[name].split(","):
                sent.append((name, str(each["value"])))
        rounds += 1
        assert rounds < 9
    assert rounds == 2
    html = shown(calm, urlencode(sent))
    said = calm.ok(None, "GET", f"/guide?{urlencode(ANSWERS)}")
    assert said["complete"]
    assert len(said["needed"]) > 2
    for each in said["needed"]:
        assert each["name"]["th"] in html
        assert f'href="{each["manual"]}"' in html


def test_an_answer_can_be_changed_by_its_link(calm: Town) -> None:
    html = shown(calm, urlencode({**ANSWERS, "lang": "en"}))
    links = [each["href"] or "" for each in Tags(html).all("a")]
    without = [link for link in links if link.startswith("/biz/v1/guide?where") and "in_market" not in link]
    assert len(without) == 1
    kept = dict(parse_qsl(without[0].partition("?")[2]))
    assert kept == {name: value for name, value in {**ANSWERS, "lang": "en"}.items() if name != "in_market"}
    assert 'name="in_market"' in shown(calm, urlencode(kept))


def test_a_wrong_answer_is_told_at_its_question_and_the_others_are_kept(calm: Town) -> None:
    html = shown(calm, "where=laem_ngop&business=food&area_m2=large&in_market=no&lang=en", status=422)
    tags = Tags(html)
    assert 'href="#q-area_m2"' in html
    assert any(each.get("aria-invalid") == "true" for each in tags.all("input"))
    assert "is answered by a number from 0 to 100,000." in html
    assert "large<" not in html, "what was sent is not repeated"
    kept = {str(each["name"]): each["value"] for each in tags.all("input") if each["type"] == "hidden"}
    assert kept == {"where": "laem_ngop", "business": "food", "in_market": "no", "lang": "en"}


def test_a_link_that_somebody_added_to_still_works(calm: Town) -> None:
    html = shown(calm, "business=food&fbclid=%3Cscript%3Ealert(1)%3C/script%3E")
    assert "<script" not in html
    assert "ที่อยู่ของหน้านี้มีคำตอบของคำถามที่ไม่มีแล้ว" in html


@pytest.mark.parametrize("query", ["", urlencode(ANSWERS), "where=laem_ngop&business=food,lodging", "business=none"])
def test_what_is_not_verified_is_marked_and_nothing_else(calm: Town, query: str) -> None:
    def claims(part: Any) -> list[bool]:
        if isinstance(part, list):
            return [each for inner in part for each in claims(inner)]
        if not isinstance(part, dict):
            return []
        own = [part["verified"]] if "verified" in part else []
        return [*own, *(each for inner in part.values() for each in claims(inner))]

    said = claims(calm.ok(None, "GET", f"/guide?{query}")) if query else []
    assert shown(calm, query).count('<span class="mark">') == said.count(False)


def test_a_day_is_of_the_buddhist_era_in_thai(calm: Town) -> None:
    assert "25 พฤศจิกายน พ.ศ. 2569" in shown(calm)
    assert "25 November 2026" in shown(calm, "lang=en")


def test_the_manual_and_the_guide_lead_to_each_other(calm: Town) -> None:
    page = calm.call(None, "GET", "/services/food-establishment-licence/manual?lang=en", headers=HTML).text
    assert 'href="/biz/v1/guide?lang=en"' in page
    assert "/manual?lang=en" in shown(calm, urlencode({**ANSWERS, "lang": "en"}))
