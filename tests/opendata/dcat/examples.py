"""Datasets of every kind, as agencies write them: whole ones, thin ones and hostile ones."""

from __future__ import annotations

from typing import Any

from tests.opendata.portal import METADATA, Portal

TABLE = "ชื่อสถานที่,ปี,จำนวน\nร้านก,2566,12\nร้านข,2566,30\n".encode()
HOSTILE = '"> . <http://evil.test/s> <http://evil.test/p> "x" . # </script><b>\x0b{{7*7}}'

STATISTICS: dict[str, Any] = {
    "data_type": "ข้อมูลสถิติ",
    "first_year_of_data": "2560",
    "last_year_of_data": "2566",
    "disaggregate": ["เพศ"],
    "unit_of_measure": "คน",
    "standard": "ISCO-08",
    "official_statistics": "True",
    "data_language": ["ไทย", "อังกฤษ"],
    "update_frequency_unit": "ไตรมาส",
}
MAP: dict[str, Any] = {
    "data_type": "ข้อมูลภูมิสารสนเทศเชิงพื้นที่",
    "west_bound_longitude": "98.2",
    "east_bound_longitude": "102.9",
    "south_bound_longitude": "11.5",
    "north_bound_longitude": "13.9",
    "created_date": "2565-01-31",
    "last_updated_date": "2566-02-01",
    "license_id": "Creative Commons Attributions",
}


def publish_all(portal: Portal) -> dict[str, str]:
    """Publishes the examples; answers their ids by name."""
    portal.organization()
    made = {
        "statistics": portal.dataset("statistics", **STATISTICS, author="กองสถิติ", version="1.2"),
        "map": portal.dataset("map", **MAP, extras=[{"key": "title_en", "value": "Map of fields"}]),
        "register": portal.dataset(
            "register",
            created_date="2560-01-01",
            last_updated_date="2566-05-31",
            high_value_dataset="True",
            tag_string="อุตุนิยมวิทยา,น้ำฝน",
        ),
    }
    for name in ("statistics", "register"):
        portal.table_of(made[name]["id"], TABLE, name=f"ตาราง {name}", format="CSV", description="รายการทั้งหมด")
    link(portal, made["map"]["id"], "https://gis.example/แผนที่ 1.shp", name="แผนที่", format="SHP")
    link(portal, made["map"]["id"], "https://gis.example/wms?a=1&b=<2>", name="WMS", format="WMS")
    return {name: dataset["id"] for name, dataset in made.items()}


def publish_thin_and_hostile(portal: Portal) -> dict[str, str]:
    """Public datasets that say as little as they may, or what no one should."""
    thin = portal.dataset("thin", geo_coverage="ไม่ทราบ", license_id="License not specified")
    text = HOSTILE.replace("\x0b", "")
    hostile = portal.dataset(
        "hostile",
        title=text,
        notes=text,
        maintainer=text,
        data_source=text,
        url="https://evil.test/a>b\"c d'e{f}|g\\h^i`j",
        extras=[{"key": "title_en", "value": text}],
    )
    link(portal, hostile["id"], "https://evil.test/<script>", name=text, format="<b>", mimetype="text/html; x")
    link(portal, thin["id"], "https://thin.test/")
    return {"thin": thin["id"], "hostile": hostile["id"]}


def link(portal: Portal, package: str, url: str, **fields: Any) -> str:
    """A link of a dataset; answers its id."""
    made = portal.act("resource_create", portal.publisher, package_id=package, url=url, **fields)
    return str(portal.result(made)["id"])


__all__ = ["HOSTILE", "MAP", "METADATA", "STATISTICS", "TABLE", "link", "publish_all", "publish_thin_and_hostile"]
