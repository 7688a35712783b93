"""Journey: a messy file of an office becomes a table with a chart, a map and joins, for a stranger without a key.

The file is as offices send them: CP874, a title and a unit above the header, Thai digits, thousands with commas,
Buddhist years and dates, provinces in three writings, blank rows at the end. Over real HTTP on the laptop stack.
"""

from __future__ import annotations

import hashlib
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree

import pytest

from demo.story_opendata import METADATA, act
from demo.world import HttpTransport, World
from infra.local.stack import Stack
from tests.opendata.page.town import Page

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("journey")]

PROVINCES = ("จ.ตราด", "กทม.", "จังหวัดเชียงใหม่", "ภูเก็ต", "ขอนแก่น", "นครราชสีมา")
YEARS = (2564, 2565, 2566, 2567)
_DIGITS = str.maketrans("0123456789", "๐๑๒๓๔๕๖๗๘๙")


def amount(place: int, year: int) -> int:
    """What the file says of a province and a year."""
    return (place + 1) * 1_537 + (year - 2560) * 211


def messy() -> bytes:
    """The file."""
    lines = ["สถิติใบอนุญาตจำหน่ายอาหาร จำแนกตามจังหวัด,,,", "หน่วย : แห่ง,,,", ",,,", "จังหวัด,ปี พ.ศ.,ใบอนุญาต,วันที่รายงาน"]
    for year in YEARS:
        for place, name in enumerate(PROVINCES):
            lines.append(
                f'{name},{str(year).translate(_DIGITS)},"{amount(place, year):,}",{place + 1:02}/12/{year}',
            )
    return ("\r\n".join([*lines, *[",,,"] * 9, "   ,,,"]) + "\r\n").encode("cp874")


PEOPLE = "รหัสจังหวัด,ประชากร\n10,5527994\n23,229914\n50,1789385\n83,417891\n40,1790055\n".encode()


@pytest.fixture(scope="module")
def world(stack: Stack) -> World:
    """The town, where the municipality has its organisation in the catalogue."""
    world = World(HttpTransport(stack.address))
    act(world.person("publisher-laemngop"), "organization_create", {"name": "laemngop", "title": "เทศบาลตำบลแหลมงอบ"})
    return world


def published(world: World, name: str, title: str, file_name: str, content: bytes) -> str:
    """A public dataset with one file that became a table; answers the resource's id."""
    office = world.person("publisher-laemngop")
    made = act(office, "package_create", {**METADATA, "name": name, "owner_org": "laemngop", "title": title})
    upload = {
        "file_name": file_name,
        "size": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
        "media_type": "text/csv",
    }
    sent = act(office, "resource_create", {"package_id": made["id"], "name": title, "format": "CSV", "upload": upload})
    form = sent["upload"]
    assert world.transport.upload(form["url"], form["fields"], file_name, content) in (200, 201, 204)

    def tabled() -> Any:
        shown = world.public(f"/api/3/action/resource_show?id={sent['id']}").json["result"]
        return shown if shown["datastore_active"] else None

    world.until("the table", tabled)
    return str(sent["id"])


def test_a_messy_file_becomes_a_table_a_chart_a_map_and_a_join(world: World) -> None:
    licences = published(world, "food-by-province", "ใบอนุญาตรายจังหวัด", "สถิติ ใบอนุญาต.csv", messy())
    people = published(world, "people-by-province", "ประชากรรายจังหวัด", "ประชากร.csv", PEOPLE)

    # a stranger reads typed rows: numbers that add up, dates and years that sort
    found = world.public(f"/api/3/action/datastore_search?resource_id={licences}&limit=100").json["result"]
    types = {field["id"]: field["type"] for field in found["fields"]}
    assert found["total"] == len(PROVINCES) * len(YEARS)
    assert (types["ใบอนุญาต"], types["วันที่รายงาน"], types["ปี พ.ศ."]) == ("int8", "date", "int8")
    first = found["records"][0]
    assert (first["จังหวัด"], first["ปี พ.ศ."], first["ใบอนุญาต"]) == ("จ.ตราด", 2564, amount(0, 2564))
    assert first["วันที่รายงาน"] == "2021-12-01"

    # what the columns mean is known
    profile = world.public(f"/opendata/v1/resources/{licences}/profile").json
    means = {column["id"]: column["means"] for column in profile["columns"]}
    assert (means["จังหวัด"], means["ปี พ.ศ."], means["วันที่รายงาน"]) == ("province_name", "year_be", "date")

    # the page shows rows, what the columns are like, a chart and a map, without any script
    path = f"/dataset/food-by-province/resource/{licences}"
    html = world.public(f"{path}?lang=th&chart_by={quote('ปี พ.ศ.')}&chart_value={quote('ใบอนุญาต')}", accept="text/html")
    page = Page(html.body.decode())
    text = page.text()
    assert page.wrong == [] and not page.all("script")
    for part in ("จ.ตราด", "ชื่อจังหวัด", "ปีพุทธศักราช", "ผลรวมของ ใบอนุญาต แยกตาม ปี พ.ศ.", "ผลรวมของ ใบอนุญาต รายจังหวัด"):
        assert part in text, part
    whole = sum(amount(place, 2567) for place in range(len(PROVINCES)))
    assert f"{whole:,}" in text and "2567" in text  # the chart adds up every row of a year
    picture = world.public(f"/opendata/v1/resources/{licences}/map.svg?lang=th")
    svg = ElementTree.fromstring(picture.body)  # noqa: S314 - our own answer
    titles = [each.text or "" for each in svg.iter("{http://www.w3.org/2000/svg}title")]
    trat = sum(amount(0, year) for year in YEARS)
    assert f"ตราด: {trat:,}" in titles and picture.headers["content-type"].startswith("image/svg+xml")

    # it knows what it can be joined with, and the SQL does it: names there, codes here
    def joined() -> Any:
        return world.public(f"/opendata/v1/resources/{licences}/joins").json["joins"]

    (join,) = world.until("the index of joins", joined)
    assert (join["dataset"], join["table"]) == ("people-by-province", people)
    assert join["on"][0]["share"] == pytest.approx(5 / 6, abs=0.001)
    answer = world.public(f"/api/3/action/datastore_search_sql?sql={quote(join['sql'])}").json["result"]
    counted = {(row["จังหวัด"], row["ประชากร"]) for row in answer["records"]}
    assert len(answer["records"]) == 5 * len(YEARS)
    assert {("จ.ตราด", 229914), ("กทม.", 5527994), ("จังหวัดเชียงใหม่", 1789385)} <= counted
    shown = world.public(f"{path}?lang=en", accept="text/html").body.decode()
    assert "Join with other data" in shown and people in "".join(Page(shown).texts["code"])
