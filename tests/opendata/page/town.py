"""A catalogue with something to see on every page, and a reader of HTML that believes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from html.parser import HTMLParser
from urllib.parse import quote

from tests.opendata.people import operator
from tests.opendata.portal import METADATA, Portal
from tests.support.client import Answer

BROWSER = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
VOID = frozenset({"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"})
TABLE = (
    "รหัสจังหวัด,จังหวัด,ปี พ.ศ.,ใบอนุญาต,ร้อยละ\n"
    + "".join(
        f"{code},{name},{year},{100 * code + year - 2560},{code / 7:.2f}\n"
        for year in range(2563, 2569)
        for code, name in ((10, "กรุงเทพมหานคร"), (50, "เชียงใหม่"), (83, "ภูเก็ต"), (23, "ตราด"), (40, "ขอนแก่น"))
    )
).encode()


class Page(HTMLParser):
    """What a page holds: every element with its attributes, and the text inside each kind of element.

    Attributes:
        elements: (tag, attributes) in order.
        wrong: what is not well nested.
    """

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.texts: dict[str, list[str]] = {}
        self.wrong: list[str] = []
        self._open: list[str] = []
        self.feed(html)
        self.close()
        self.wrong += [f"<{tag}> is not closed" for tag in self._open]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        if len(set(names)) != len(names):
            self.wrong.append(f"<{tag}> has an attribute twice")
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open[-1] != tag:
            self.wrong.append(f"</{tag}> closes {self._open[-1:] or 'nothing'}")
        else:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        if self._open:
            self.texts.setdefault(self._open[-1], []).append(data)

    def all(self, tag: str) -> list[dict[str, str]]:
        """Attributes of all elements of a kind."""
        return [attributes for name, attributes in self.elements if name == tag]

    def text(self, *but: str) -> str:
        """All text that is read, without that of some kinds of elements."""
        left_out = {"style", "script", *but}
        return " ".join(" ".join(parts) for tag, parts in self.texts.items() if tag not in left_out)


def get(portal: Portal, path: str, **headers: str) -> Answer:
    """A page as a browser asks for it."""
    return portal.client.get(quote(path, safe="/?=&%+:"), headers={**BROWSER, **headers})


def seen(portal: Portal, path: str, **headers: str) -> Page:
    """A page that must be there."""
    answer = get(portal, path, **headers)
    assert answer.status == 200, answer.text
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    return Page(answer.text)


def town(portal: Portal) -> Mapping[str, str]:
    """Two organisations, a theme, a dataset with a table, links and everything, and others for a second page.

    Answers ids: `food` (dataset), `table` and `link` (resources).
    """
    portal.organization()
    portal.result(
        portal.act(
            "organization_create",
            portal.other,
            name="nso",
            title="สำนักงานสถิติแห่งชาติ",
            description="จัดทำ**สถิติทางการ**\n\n# ภารกิจ\n\n- สำมะโน",
        )
    )
    food = portal.dataset(
        notes="ใบอนุญาตตาม**พระราชบัญญัติการสาธารณสุข**\n\n### ที่มา\n\n1. [คู่มือ](https://manual.example)",
        url="https://laemngop.example",
        extras=[{"key": "ปีงบประมาณ", "value": "2569"}],
    )
    table = portal.table_of(food["id"], TABLE, name="ใบอนุญาต พ.ศ. 2563-2568", description="รายปี", format="CSV")
    link = portal.result(
        portal.act(
            "resource_create",
            portal.publisher,
            package_id=food["id"],
            url="https://manual.example/a.pdf?x=1&y=2",
            name="คู่มือ",
            format="PDF",
        )
    )
    for number in range(21):
        given = {**METADATA, "name": f"rain-{number:02}", "owner_org": "nso", "title": f"ปริมาณฝน สถานีที่ {number + 1}"}
        portal.result(portal.act("package_create", portal.other, **{**given, "tag_string": "ฝน,น้ำ"}))
    boss = operator(portal)
    theme = {"name": "health", "title": "สุขภาพ", "description": "เรื่อง**สุขภาพ**"}
    portal.result(portal.act("group_create", boss, **theme))
    portal.result(portal.act("package_patch", boss, id=food["id"], groups=[{"name": "health"}]))
    return {"food": food["id"], "table": table, "link": link["id"], "asked": request(portal)}


def request(portal: Portal, **changes: str) -> str:
    """A request for data of the reader's that the food licences answer; answers its id."""
    wish = {
        "title": "รายชื่อร้านอาหารที่ได้รับใบอนุญาต",
        "description": "ทุกร้านในเขตเทศบาล\n\nพร้อมวันหมดอายุ",
        "purpose": "ทำแผนที่ร้านอาหารที่ปลอดภัย",
        "organization": "laemngop",
        **changes,
    }
    made = portal.client.post("/opendata/v1/requests", json=wish, token=portal.reader)
    assert made.status == 201, made.text
    path = f"/opendata/v1/requests/{made.json['id']}"
    portal.client.put(f"{path}/support", token=portal.other)
    answer = {"step": "answer", "dataset": "food-licences", "reason": "เผยแพร่แล้ว <b>ทุกเดือน</b>"}
    done = portal.client.post(path, json=answer, token=portal.publisher, headers={"If-Match": made.headers["etag"]})
    assert done.status == 200, done.text
    return str(made.json["id"])


def hidden(portal: Portal) -> list[str]:
    """Names of datasets that nobody but their owners may see: private, deleted, and one that was public before."""
    portal.dataset("secret-private", title="ความลับของทางราชการ", private=True)
    portal.dataset("secret-later", title="ความลับที่เคยเปิดเผย")
    portal.result(portal.act("package_patch", portal.publisher, id="secret-later", private=True))
    portal.dataset("secret-deleted", title="ความลับที่ลบแล้ว")
    portal.result(portal.act("package_delete", portal.publisher, id="secret-deleted"))
    return ["secret-private", "secret-later", "secret-deleted"]


def pages(ids: Mapping[str, str]) -> list[str]:
    """Addresses of every kind of page."""
    table = f"/dataset/food-licences/resource/{ids['table']}"
    return [
        "/dataset",
        "/dataset?page=2",
        "/dataset?q=ฝน&tags=น้ำ&organization=nso&sort=title",
        "/dataset?q=ไม่มีคำนี้แน่นอน&res_format=CSV",
        "/dataset/food-licences",
        "/dataset/rain-00",
        table,
        f"{table}?column=จังหวัด&value=ตราด&sort=-ใบอนุญาต",
        f"/dataset/food-licences/resource/{ids['link']}",
        "/organization",
        "/organization/nso",
        "/group",
        "/group/health",
        "/request",
        f"/request/{ids['asked']}",
    ]
