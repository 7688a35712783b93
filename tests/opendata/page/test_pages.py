"""The pages as a browser gets them: what they say, how heavy they are, where their links lead."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping
from itertools import pairwise
from urllib.parse import parse_qs, quote, urljoin, urlsplit

import pytest

from tests.opendata.page.town import BROWSER, Page, get, pages, seen
from tests.opendata.people import operator
from tests.opendata.portal import Portal

Busy = tuple[Portal, Mapping[str, str]]
Everything = list[tuple[str, str, str, Page]]
SITE = "https://data.klang.test"
WEIGHT = 60_000
LANGUAGES = ("th", "en")


@pytest.fixture(scope="module")
def everything(busy: Busy) -> list[tuple[str, str, str, Page]]:
    """Path, language, HTML and content of every kind of page in both languages."""
    portal, ids = busy
    found: list[tuple[str, str, str, Page]] = []
    for path in pages(ids):
        for language in LANGUAGES:
            answer = get(portal, path, **{"accept-language": language})
            assert answer.status == 200, (path, answer.text)
            found.append((path, language, answer.text, Page(answer.text)))
    return found


def test_every_page_is_light_well_formed_and_in_its_language(everything: Everything) -> None:
    for path, language, html, page in everything:
        where = (path, language)
        assert len(html.encode()) < WEIGHT, where
        assert page.wrong == [], where
        assert page.all("html") == [{"lang": language}], where
        ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
        assert len(set(ids)) == len(ids), where


def test_every_page_can_be_used_without_seeing_it(everything: Everything) -> None:
    for path, language, _, page in everything:
        where = (path, language)
        ids = {attributes["id"] for _, attributes in page.elements if "id" in attributes}
        tags = [tag for tag, _ in page.elements]
        assert tags.count("main") == tags.count("h1") == tags.count("header") == tags.count("footer") == 1, where
        levels = [int(tag[1]) for tag in tags if re.fullmatch("h[1-6]", tag)]
        assert levels[0] == 1 and all(after <= before + 1 for before, after in pairwise(levels)), where
        assert page.all("a")[0] == {"class": "skip", "href": "#main"}, where
        for _, attributes in page.elements:
            for name in ("aria-labelledby", "aria-describedby", "for"):
                assert set(attributes.get(name, "").split()) <= ids, (where, attributes)
        labelled = {attributes["for"] for attributes in page.all("label")}
        for tag in ("input", "select"):
            for attributes in page.all(tag):
                assert attributes.get("type") == "hidden" or attributes["id"] in labelled, (where, attributes)
        for attributes in page.all("nav"):
            assert attributes.get("aria-label"), where
        assert all(attributes.get("scope") for attributes in page.all("th")), where


def test_a_page_needs_nothing_but_itself(everything: Everything) -> None:
    for path, _, html, page in everything:
        assert not page.all("img") and not page.all("iframe") and "@import" not in html and "url(" not in html, path
        for script in page.all("script"):
            assert script == {"type": "application/ld+json"}, path
        for link in page.all("link"):
            assert link["rel"] in ("canonical", "alternate") or link["href"].startswith("data:image/svg+xml,"), path
        for _, attributes in page.elements:
            assert not any(name.startswith("on") or name == "style" for name in attributes), (path, attributes)


def test_the_one_style_is_allowed_by_its_hash_and_nothing_else_is(busy: Busy) -> None:
    portal, ids = busy
    for path in [*pages(ids), "/dataset/nobody"]:
        answer = get(portal, path)
        policy = answer.headers["content-security-policy"]
        (style,) = re.findall("<style>(.*?)</style>", answer.text, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
        assert f"style-src 'sha256-{digest}';" in policy
        assert "default-src 'none'" in policy and "script-src" not in policy and "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy and "base-uri 'none'" in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "strict-origin-when-cross-origin"
        assert "Accept-Language" in answer.headers["vary"]


def test_every_link_leads_somewhere(busy: Busy) -> None:
    portal, ids = busy
    tried: set[str] = set()
    for path in [*pages(ids), "/dataset/food-licences?lang=en", "/dataset/nobody"]:
        page = Page(get(portal, path).text)
        for tag, attributes in page.elements:
            address = attributes.get("href") or attributes.get("action") or ""
            if not address or address.startswith(("#", "data:", "mailto:")):
                continue
            whole = urljoin(f"{SITE}{quote(path, safe='/?=&%')}", address)
            if not whole.startswith(SITE):
                assert tag == "a" and urlsplit(whole).scheme in ("http", "https"), (path, address)
                assert set(attributes["rel"].split()) == {"nofollow", "noopener"}, (path, address)
            elif whole not in tried:
                tried.add(whole)
                here = whole.removeprefix(SITE)
                answer = portal.client.get(here, headers=BROWSER if "/api/" not in here else {})
                assert answer.status in (200, 302), (path, address, answer.text[:300])
    assert len(tried) > 60


def test_both_languages_know_each_other(busy: Busy) -> None:
    portal, _ = busy
    thai = seen(portal, "/dataset/food-licences?lang=th")
    english = seen(portal, "/dataset/food-licences?lang=en")
    for page in (thai, english):
        links = {(link.get("hreflang"), link["href"]) for link in page.all("link") if "hreflang" in link}
        address = f"{SITE}/dataset/food-licences"
        assert links == {("th", f"{address}?lang=th"), ("en", f"{address}?lang=en"), ("x-default", address)}
        assert [link["href"] for link in page.all("link") if link["rel"] == "canonical"] == [address]
    assert "เทศบาลตำบลแหลมงอบ" in english.text() and "Update frequency" in english.text()
    assert "Every month" in english.text() and "ทุกเดือน" in thai.text()
    inside = [link["href"] for link in english.all("a") if link["href"].startswith("/")]
    assert all("lang=" in href for href in inside if "/feeds/" not in href and "/api/" not in href)
    assert {"lang": "th", "hreflang": "th"}.items() <= next(
        a for a in english.all("a") if a.get("class") == "lang"
    ).items()
    assert get(portal, "/dataset", **{"accept-language": "en"}).headers["content-language"] == "en"
    assert get(portal, "/dataset?lang=th", **{"accept-language": "en"}).headers["content-language"] == "th"


def test_a_page_is_told_once(busy: Busy) -> None:
    portal, _ = busy
    first = get(portal, "/organization/nso")
    assert first.headers["cache-control"] == "public, max-age=60"
    again = get(portal, "/organization/nso", **{"if-none-match": f'W/{first.headers["etag"]}, "x"'})
    assert (again.status, again.response.body) == (304, b"")
    assert get(portal, "/organization/nso?lang=en", **{"if-none-match": first.headers["etag"]}).status == 200


def test_search_counts_over_everything_and_narrows_by_links(busy: Busy) -> None:
    portal, _ = busy
    page = seen(portal, "/dataset")
    assert "พบ 22 ชุดข้อมูล" in page.text()
    facets = {parse_qs(urlsplit(a["href"]).query).get("organization", [""])[0] for a in page.all("a") if "rel" in a}
    assert {"nso", "laemngop"} <= facets
    narrowed = seen(portal, "/dataset?organization=nso&tags=ฝน")
    assert "พบ 21 ชุดข้อมูล" in narrowed.text()
    assert "แท็ก: ฝน" in narrowed.text() and "หน่วยงาน: สำนักงานสถิติแห่งชาติ" in narrowed.text()
    chips = [a["href"] for a in narrowed.all("a") if a["href"].startswith("/dataset?") and "rel" not in a]
    assert (
        "/dataset?organization=nso" in chips
        and f"/dataset?tags={quote('ฝน')}" in chips
        and "/dataset" in [a["href"] for a in narrowed.all("a")]
    )
    assert page.all("link")[0]["href"] == f"{SITE}/feeds/dataset.atom"
    assert narrowed.all("meta")[-1] == {"name": "robots", "content": "noindex, follow"}


def test_pages_of_a_search_hold_each_dataset_once(busy: Busy) -> None:
    portal, _ = busy
    found: list[str] = []
    address = "/dataset?sort=title"
    while address:
        page = seen(portal, address)
        found += [name for a in page.all("a") if (name := _dataset(a["href"]))]
        address = next((a["href"] for a in page.all("a") if a.get("rel") == "next"), "")
    assert len(found) == len(set(found)) == 22
    assert "ไม่พบชุดข้อมูลที่ตรงกับเงื่อนไข" in seen(portal, "/dataset?sort=title&page=9").text()


def _dataset(address: str) -> str:
    match = re.fullmatch(r"/dataset/([a-z0-9-]+)", address)
    return match[1] if match else ""


def test_nothing_found_says_what_to_do(busy: Busy) -> None:
    portal, _ = busy
    page = seen(portal, "/dataset?q=ไม่มีคำนี้แน่นอน&tags=ฝน&lang=en")
    assert "0 datasets found for “ไม่มีคำนี้แน่นอน”" in page.text()
    assert "Remove some of the filters." in page.text()


def test_a_dataset_says_all_that_is_known(busy: Busy) -> None:
    portal, ids = busy
    page = seen(portal, "/dataset/food-licences")
    text = page.text()
    for part in (
        "ใบอนุญาตจัดตั้งสถานที่จำหน่ายอาหาร", "เทศบาลตำบลแหลมงอบ", "Open Data Common", "ทุกเดือน", "ข้อมูลสาธารณะ",
        "กองสาธารณสุข", "health@laemngop.example", "ใบอนุญาต พ.ศ. 2563-2568", "30 แถว 6 คอลัมน์", "8 แถวแรกจากทั้งหมด 30 แถว",
        "กรุงเทพมหานคร", "ผลรวมของ ใบอนุญาต แยกตาม ปี พ.ศ.", "คำนวณจากข้อมูลทุกแถว (30 แถว)", "คุณภาพข้อมูล", "ระดับ",
        "pd.read_csv", "jsonlite", "curl", "[ชุดข้อมูล]", "สืบค้นเมื่อ 25 พฤศจิกายน พ.ศ. 2569", "เพิ่มไฟล์", "ปีงบประมาณ", "2569",
        "ที่มา", "คู่มือ", "จาก manual.example",
    ):  # fmt: skip
        assert part in text or part == "jsonlite", part
    assert [svg for svg in page.all("svg") if svg.get("role") == "img"]
    addresses = {a["href"] for a in page.all("a")}
    name = "food-licences"
    assert f"{SITE}/dataset/{name}.ttl" in addresses and f"{SITE}/api/3/action/package_show?id={name}" in addresses
    assert f"/dataset/{name}/resource/{ids['table']}" in addresses
    assert any(href.startswith(f"{SITE}/dataset/{ids['food']}/resource/{ids['table']}/download/") for href in addresses)
    assert page.texts["script"] and '"@context"' in page.texts["script"][0]


def test_a_dataset_is_found_by_its_id_too(busy: Busy) -> None:
    portal, ids = busy
    assert "ใบอนุญาตจัดตั้ง" in seen(portal, f"/dataset/{ids['food']}").text()


def test_machines_that_want_no_page_get_none(busy: Busy) -> None:
    portal, _ = busy
    answer = portal.client.get("/dataset/food-licences", headers={"accept": "text/turtle"})
    assert answer.headers["content-type"].startswith("text/turtle")
    refused = portal.client.get("/dataset/nobody", headers={"accept": "application/json"})
    assert refused.status == 404
    assert refused.headers["content-type"].startswith("application/problem+json")


@pytest.mark.parametrize(
    "path",
    [
        "/dataset/nobody", "/dataset/secret-private", "/dataset/secret-later", "/dataset/secret-deleted",
        "/dataset/food-licences/resource/nothing", "/dataset/rain-00/resource/TABLE", "/organization/nobody",
        "/group/nso", f"/dataset/{'x' * 300}", "/dataset/%00",
    ],
)  # fmt: skip
def test_what_is_not_there_says_so_in_both_languages(busy: Busy, path: str) -> None:
    portal, ids = busy
    path = path.replace("TABLE", ids["table"])
    for language in LANGUAGES:
        answer = portal.client.get(path, headers={**BROWSER, "accept-language": language})
        assert answer.status == 404
        page = Page(answer.text)
        assert page.wrong == [] and page.all("html") == [{"lang": language}]
        assert "ไม่พบหน้าที่ต้องการ" in page.text() and "This page is not here" in page.text()
        assert answer.headers["cache-control"] == "no-store"
    plain = portal.client.get(path, headers={"accept": "*/*" if "resource" in path else "application/json"})
    assert plain.status == 404
    assert plain.headers["content-type"].startswith("application/problem+json")


def test_what_is_hidden_shows_on_no_page(busy: Busy) -> None:
    portal, ids = busy
    for token in (None, portal.publisher):
        for path in [*pages(ids), "/dataset?q=ความลับ", "/dataset?q=secret", "/organization/laemngop"]:
            address = quote(path, safe="/?=&%")
            answer = portal.client.get(address, headers=BROWSER, token=token)
            assert answer.status == 200
            assert "secret-" not in answer.text and "ความลับที่" not in answer.text and "ความลับของ" not in answer.text
    assert portal.client.get("/dataset/secret-private", headers=BROWSER, token=portal.publisher).status == 404


def test_history_begins_when_the_dataset_became_public(portal: Portal) -> None:
    portal.organization()
    made = portal.dataset("quiet", private=True)
    portal.result(portal.act("package_patch", portal.publisher, id="quiet", notes="ยังไม่เปิดเผย"))
    portal.result(portal.act("package_patch", portal.publisher, id="quiet", private=False))
    text = seen(portal, f"/dataset/{made['id']}").text()
    assert text.count("แก้ไขรายละเอียดชุดข้อมูล") == 1 and "เผยแพร่ชุดข้อมูล" not in text


def test_a_table_can_be_sorted_filtered_and_paged(busy: Busy) -> None:
    portal, ids = busy
    path = f"/dataset/food-licences/resource/{ids['table']}"
    first = seen(portal, path)
    assert "แถวที่ 1–25 จาก 30 แถว" in first.text()
    after = next(a["href"] for a in first.all("a") if a.get("rel") == "next")
    assert "แถวที่ 26–30 จาก 30 แถว" in seen(portal, after).text()
    found = seen(portal, f"{path}?column=จังหวัด&value=ตราด&sort=-ปี พ.ศ.")
    assert "แถวที่ 1–6 จาก 6 แถว" in found.text()
    cells = found.texts["td"]
    assert cells[:3] == ["23", "ตราด", "2568"]
    assert "ไม่มีแถวที่ตรงกับตัวกรอง" in seen(portal, f"{path}?column=จังหวัด&value=ไม่มี").text()
    assert "ไม่ตรงกับชนิดของคอลัมน์" in seen(portal, f"{path}?column=ใบอนุญาต&value=มาก").text()
    assert "แถวที่ 1–25 จาก 30 แถว" in seen(portal, f"{path}?column=nothing&value=x&sort=nothing&page=x").text()


def test_a_table_can_be_taken_away_in_every_form(busy: Busy) -> None:
    portal, ids = busy
    page = seen(portal, f"/dataset/food-licences/resource/{ids['table']}")
    ways = [a["href"] for a in page.all("a") if "/exports/" in a["href"]]
    assert [way.rpartition("/")[2] for way in ways] == [
        "data.csv", "data-safe.csv", "data.parquet", "data.json", "data.jsonl", "data.xml", "schema.json",
    ]  # fmt: skip
    for way in ways:
        assert portal.client.get(way.removeprefix("https://data.klang.test")).status in (200, 302)


def test_a_link_has_no_table(busy: Busy) -> None:
    portal, ids = busy
    page = seen(portal, f"/dataset/food-licences/resource/{ids['link']}?column=a&value=b")
    assert "ไฟล์นี้ไม่ใช่ตาราง" in page.text()
    (out,) = [a for a in page.all("a") if a["href"].startswith("https://manual.example")]
    assert out["href"] == "https://manual.example/a.pdf?x=1&y=2" and out["rel"] == "nofollow noopener"


def test_a_file_that_is_still_taken_in_says_so(portal: Portal) -> None:
    portal.organization()
    made = portal.dataset()
    portal.file(made["id"], b"a,b\n1,2\n", name="ใหม่")
    page = seen(portal, f"/dataset/{made['name']}")
    assert "กำลังนำเข้าไฟล์" in page.text()
    assert not any("/download/" in a["href"] for a in page.all("a"))


def test_organisations_are_listed_with_what_they_publish(busy: Busy) -> None:
    portal, _ = busy
    text = seen(portal, "/organization?lang=en").text()
    assert "21 datasets" in text and "1 datasets" in text
    page = seen(portal, "/organization/nso")
    assert "สถิติทางการ" in page.texts["strong"] and "ภารกิจ" in page.texts["h2"]
    assert f"{SITE}/feeds/organization/nso.atom" in [a["href"] for a in page.all("a")]


def test_themes_gather_datasets(busy: Busy, portal: Portal) -> None:
    full, _ = busy
    assert "สุขภาพ" in seen(full, "/group").text() and "1 ชุด" in seen(full, "/group").text()
    page = seen(full, "/group/health")
    assert [name for a in page.all("a") if (name := _dataset(a["href"]))] == ["food-licences"]
    assert f"{SITE}/feeds/group/health.atom" in [a["href"] for a in page.all("a")]
    assert "/group/health" in [a["href"] for a in seen(full, "/dataset/food-licences").all("a")]
    assert "กลุ่มข้อมูล: สุขภาพ" in seen(full, "/dataset?groups=health").text()
    assert "There are no themes yet." in seen(portal, "/group?lang=en").text()


def test_a_page_asks_the_table_little(busy: Busy) -> None:
    portal, _ = busy
    seen(portal, "/dataset/food-licences")
    before = len(portal.memory.requests)
    seen(portal, "/dataset/food-licences")
    assert len(portal.memory.requests) - before <= 10


def test_a_page_stays_light_where_everything_is_long(portal: Portal) -> None:
    portal.organization()
    tags = [f"{'แท็กที่ยาวมากคำหนึ่ง' * 2} {number:02}" for number in range(40)]
    notes = "ใบอนุญาตจัดตั้งสถานที่จำหน่ายอาหารและสถานที่สะสมอาหาร " * 30
    for number in range(21):
        portal.dataset(
            f"long-{number}",
            title=f"สถิติ{'จำนวนใบอนุญาตจำแนกตามจังหวัด' * 5} {number}",
            notes=notes,
            tag_string=",".join(tags[number : number + 10]),
        )
    for number in range(32):
        given = {"package_id": "long-0", "url": f"https://agency.example/{'แฟ้ม' * 5}{number}.csv", "format": "CSV"}
        given |= {"name": f"ไฟล์ที่ {number:02}", "description": "รายเดือน จำแนกตามจังหวัด อำเภอ และตำบล " * 4}
        portal.result(portal.act("resource_create", portal.publisher, **given))
    for path in (f"/dataset?q=สถิติจำนวนใบอนุญาต&tags={tags[5]}&lang=th", "/dataset/long-0"):
        answer = get(portal, path)
        assert answer.status == 200
        assert len(answer.response.body) < WEIGHT, path
    first, second = (seen(portal, f"/dataset/long-0{query}") for query in ("", "?page=2"))
    assert "ไฟล์ที่ 14" in first.text() and "ไฟล์ที่ 15" not in first.text()
    assert "ไฟล์ที่ 15" in second.text() and "ไฟล์ที่ 29" in second.text() and "ไฟล์ที่ 14" not in second.text()
    assert "/dataset/long-0?page=2" in [a["href"] for a in first.all("a")]


def test_a_wide_table_stays_light(portal: Portal) -> None:
    portal.organization()
    made = portal.dataset()
    header = ",".join(f"ตัวชี้วัดที่ {number}" for number in range(16))
    row = ",".join("ข้อความในช่อง" for _ in range(16))
    wide = portal.table_of(made["id"], "\n".join([header, *[row] * 40]).encode(), name="กว้าง")
    for path in (f"/dataset/{made['name']}", f"/dataset/{made['name']}/resource/{wide}"):
        answer = get(portal, path)
        assert answer.status == 200
        assert len(answer.response.body) < WEIGHT, path
    page = seen(portal, f"/dataset/{made['name']}/resource/{wide}?column=ตัวชี้วัดที่ 15&value=ข้อความในช่อง")
    assert "จาก 40 แถว" in page.text() and "และอีก 4 คอลัมน์" in page.text()


def test_a_theme_and_an_organisation_of_one_name_are_not_confused(portal: Portal) -> None:
    portal.organization()
    portal.dataset()
    portal.result(portal.act("group_create", operator(portal), name="laemngop", title="อำเภอแหลมงอบ"))
    text = seen(portal, "/dataset?organization=laemngop").text()
    assert "หน่วยงาน: เทศบาลตำบลแหลมงอบ" in text
    assert "กลุ่มข้อมูล: อำเภอแหลมงอบ" in seen(portal, "/dataset?groups=laemngop").text()
