"""Small services that speak to the guide."""

from __future__ import annotations

from typing import Any

from chalicelib.biz.definitions.model import ServiceDefinition

from ..samples import small, text

FOOD = {"business": {"contains": {"const": "food"}}}

GUIDE: dict[str, Any] = {
    "questions": ["business", "area_m2", "in_market"],
    "needed": {
        "type": "object",
        "required": ["business", "area_m2", "in_market"],
        "properties": {**FOOD, "area_m2": {"exclusiveMinimum": 200}, "in_market": {"const": False}},
    },
    "because": text("ร้านอาหารใหญ่ต้องขออนุญาต", "Large restaurants need a licence"),
    "source": "test",
    "verified": "page",
    "tests": [
        {"answers": {"business": ["food"], "area_m2": 240, "in_market": False}, "needed": True},
        {"answers": {"business": ["food"], "area_m2": 200, "in_market": False}, "needed": False},
        {"answers": {"business": ["goods"]}, "needed": False},
    ],
}


def guided(id: str = "signboard-permit", **changes: Any) -> ServiceDefinition:
    """The small service with a guide, changed: names of its parts, or of other parts of the definition."""
    guide = {**GUIDE, **{name: value for name, value in changes.items() if name in (*GUIDE, "asks", "prefills")}}
    rest = {name: value for name, value in changes.items() if name not in guide}
    return ServiceDefinition.model_validate(small(id=id, guide=guide, **rest))
