"""The published dataset among people: found in spite of a mistake, read as a page and as RDF, rated, answered."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from demo.steps import Chapter
from demo.world import World, check

catalogue = Chapter()
NAME = "food-licences-laemngop"


@catalogue.step("Public", "A reader", "searches with a typing mistake and Thai digits, and narrows by a facet")
def search(world: World) -> str:
    facets = quote('["organization", "tags", "res_format"]')
    told = []
    for words in ("ใบอนุญาติอาหาร", "ตําบลแหลมงอบ", "ร้านอาหาร"):
        found = world.public(
            f"/api/3/action/package_search?q={quote(words)}&fq=organization:laemngop&facet.field={facets}"
        ).json["result"]
        check(NAME in [each["name"] for each in found["results"]], f"{words!r} does not find the dataset")
        formats = {each["name"]: each["count"] for each in found["search_facets"]["res_format"]["items"]}
        check(formats.get("CSV", 0) >= 1, f"the facet of formats is {formats}")
        told.append(f"{words} → {found['count']}")
    return "; ".join(told)


@catalogue.step("Public", "A reader and a harvester", "open its page, its feed and its RDF, and follow the changes")
def read(world: World) -> str:
    page = world.public(f"/dataset/{NAME}?lang=th", accept="text/html")
    check("ใบอนุญาตจัดตั้งสถานที่จำหน่ายอาหาร" in page.body.decode(), "the page does not show the title")
    feed = world.public("/feeds/dataset.atom")
    check(NAME in feed.body.decode(), "the feed does not tell of the dataset")
    turtle = world.public(f"/dataset/{NAME}.ttl")
    check("dcat:Dataset" in turtle.body.decode(), "the RDF is no DCAT")
    items: list[dict[str, Any]] = world.public("/opendata/v1/changes?limit=500").json["items"]
    mine = [each["activity"] for each in items if each["name"] == NAME]
    check("new package" in mine and "new resource" in mine, f"the log of changes tells {mine}")
    return f"{len(page.body)} bytes of page, {len(turtle.body)} of Turtle, {len(mine)} changes"


@catalogue.step(
    "Open data", "Somchai and Wipha", "rate and comment the dataset; the publisher shows the comment and answers"
)
def take_part(world: World) -> str:
    somchai, wipha = world.person("somchai"), world.person("publisher-laemngop")
    path = "/opendata/v1/contributions"
    somchai.post(path, {"kind": "rating", "dataset": NAME, "stars": 5}, expect=201)
    wrong = {"kind": "comment", "dataset": NAME, "text": "โทรหาผมที่ 081-234-5678"}
    refused = somchai.post(path, wrong, expect=422).json
    check(refused["errors"][0]["pointer"] == "/text", "a phone number must not be taken")
    said = somchai.post(path, {"kind": "comment", "dataset": NAME, "text": "ขอพิกัดร้านด้วยครับ"}, expect=201)
    hidden = world.public(f"{path}?dataset={NAME}&kind=comment").json["items"]
    check(hidden == [], "a comment must wait for its moderator")
    shown = wipha.patch(f"{path}/{said.json['id']}", {"state": "shown"}, said.etag)
    wipha.patch(f"{path}/{said.json['id']}", {"reply": "จะเพิ่มในรอบเดือนหน้าค่ะ"}, shown.etag)
    told = world.public(f"{path}?dataset={NAME}").json
    comment = next(each for each in told["items"] if each["kind"] == "comment")
    check(comment["reply"]["text"].startswith("จะเพิ่ม"), "the answer is not shown")
    check(told["ratings"]["average"] == 5.0, f"the ratings are {told['ratings']}")
    return f"{told['ratings']['average']} stars; “{comment['content']['text']}” → “{comment['reply']['text']}”"
