"""The pages of requests for data."""

from __future__ import annotations

from collections.abc import Mapping

from tests.opendata.page.town import get, request, seen
from tests.opendata.portal import READER, Portal
from tests.support.keys import local_keyring

Busy = tuple[Portal, Mapping[str, str]]


def test_a_request_shows_its_answer_and_nobody_who_asks(busy: Busy) -> None:
    portal, ids = busy
    page = seen(portal, f"/request/{ids['asked']}")
    assert any(each["href"].endswith("/dataset/food-licences") for each in page.all("a"))
    text = page.text()
    for told in ("ผู้สนับสนุนคำขอ 1 คน", "ผู้ยื่นคำขอได้รับข้อมูลแล้ว", "ตอบด้วยชุดข้อมูล", "พร้อมวันหมดอายุ", "ทำแผนที่"):
        assert told in text
    assert "<b>ทุกเดือน</b>" in text  # shown as it was typed, not as markup
    html = get(portal, f"/request/{ids['asked']}").text
    assert local_keyring().pseudonym(READER) not in html
    english = seen(portal, f"/request/{ids['asked']}?lang=en").text()
    assert "1 other wants it too" in english
    assert "The person has the data" in english


def test_the_list_goes_on_to_older_ones(portal: Portal) -> None:
    assert "ยังไม่มีคำขอข้อมูล" in seen(portal, "/request").text()
    portal.organization()
    portal.dataset()
    for number in range(10):
        request(portal, title=f"คำขอที่ {number} ของวันแรก")
    first = seen(portal, "/request")
    assert first.text().count("ของวันแรก") == 10
    assert [each for each in first.all("a") if each.get("rel") == "next"] == []
    for neighbour in ("1990100010059", "1990100010067"):
        portal.reader = portal.issuers.person(neighbour)
        for number in range(10):
            request(portal, title=f"คำขอที่ {number} ของวันหลัง")
    newest = seen(portal, "/request")
    (older,) = [each["href"] for each in newest.all("a") if each.get("rel") == "next"]
    rest = seen(portal, older.removeprefix("https://data.klang.test"))
    assert rest.text().count("ของวันแรก") == 10
    assert "ของวันหลัง" not in rest.text()


def test_what_is_hidden_or_never_was_is_not_there(portal: Portal) -> None:
    portal.organization()
    portal.dataset()
    asked = request(portal)
    path = f"/opendata/v1/requests/{asked}"
    etag = portal.client.get(path).headers["etag"]
    step = {"step": "hide", "reason": "คำหยาบ"}
    done = portal.client.post(path, json=step, token=portal.publisher, headers={"If-Match": etag})
    assert done.status == 200
    for gone in (asked, "no-such-request"):
        assert get(portal, f"/request/{gone}").status == 404
    assert "รายชื่อร้านอาหาร" not in seen(portal, "/request").text()
    assert get(portal, "/request?cursor=made-up").status == 400
