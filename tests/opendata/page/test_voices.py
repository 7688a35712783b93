"""What people say of a dataset, as its page shows it."""

from __future__ import annotations

from tests.opendata.portal import Portal

PATH = "/opendata/v1/contributions"


def page(portal: Portal, language: str = "th") -> str:
    answer = portal.client.get(f"/dataset/one?lang={language}", headers={"accept": "text/html"})
    assert answer.status == 200
    return answer.text


def test_the_page_shows_stars_and_what_the_publisher_lets_be_read(portal: Portal) -> None:
    portal.organization()
    portal.dataset("one")
    assert "ยังไม่มีความเห็น" in page(portal) and "Nobody has commented" in page(portal, "en")
    reader = {"Authorization": f"Bearer {portal.reader}"}
    publisher = {"Authorization": f"Bearer {portal.publisher}"}
    portal.client.post(PATH, json={"kind": "rating", "dataset": "one", "stars": 4}, headers=reader)
    wishes = [
        {"kind": "comment", "dataset": "one", "text": "<b>ขอพิกัด</b>ด้วยครับ"},
        {"kind": "comment", "dataset": "one", "text": "โฆษณาแฝง"},
        {"kind": "reuse", "dataset": "one", "title": "แผนที่ร้าน", "url": "https://map.example/x", "type": "application"},
    ]
    ids = [portal.client.post(PATH, json=wish, headers=reader).json["id"] for wish in wishes]
    for shown in (ids[0], ids[2]):
        portal.client.patch(f"{PATH}/{shown}", json={"state": "shown"}, headers=publisher)
    portal.client.patch(f"{PATH}/{ids[0]}", json={"reply": "เดือนหน้าค่ะ"}, headers=publisher)
    html = page(portal)
    assert "4.0 จาก 5 คะแนน (ผู้ให้คะแนน 1 คน)" in html
    assert "&lt;b&gt;ขอพิกัด&lt;/b&gt;ด้วยครับ" in html and "<b>ขอพิกัด" not in html
    assert "เดือนหน้าค่ะ" in html and "โฆษณาแฝง" not in html
    assert '<a href="https://map.example/x" rel="nofollow noopener ugc">แผนที่ร้าน</a>' in html
    assert "4.0 of 5 stars" in page(portal, "en")
