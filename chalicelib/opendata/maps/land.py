"""The shapes of the provinces on paper, and where a place on the globe falls on it.

The paper is a Mercator projection, so that longitude and the Mercator latitude turn into paper by a factor and a shift
each; both were fitted to the corners of the provinces and are right to half a step of the paper, about 800 metres.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from chalicelib.shared.dataclass import dataclass

_FILE = Path(__file__).parent / "data" / "provinces.json"
_NUMBER = re.compile(r"-?[0-9]+")
LAKE = "lake"
"""Songkhla Lake, which is part of no province's land."""


@dataclass(frozen=True)
class Land:
    """Thailand on paper.

    Attributes:
        paths: SVG path data by code of the province.
        x, y: factor and shift of longitude and of Mercator latitude (degrees).
        credit: whom to name.
    """

    width: int
    height: int
    paths: Mapping[str, str]
    x: tuple[float, float]
    y: tuple[float, float]
    credit: str

    def at(self, longitude: float, latitude: float) -> tuple[float, float]:
        """Where a place falls."""
        bounded = max(-85.0, min(85.0, latitude))
        mercator = math.degrees(math.log(math.tan(math.pi / 4 + math.radians(bounded) / 2)))
        return self.x[0] * longitude + self.x[1], self.y[0] * mercator + self.y[1]

    def near(self, view: tuple[float, float, float, float]) -> list[str]:
        """Paths of the provinces that a view (left, top, width, height) may show."""
        left, top, width, height = view
        return [
            path
            for code, path in self.paths.items()
            if code != LAKE
            for west, north, east, south in [_box(path)]
            if west <= left + width and east >= left and north <= top + height and south >= top
        ]


@cache
def _box(path: str) -> tuple[int, int, int, int]:
    """Left, top, right and bottom of path data as the file has it: `M`, then steps after one `l`."""
    xs: list[int] = []
    ys: list[int] = []
    for part in path.split("z")[:-1]:
        x = y = 0
        numbers = [int(each) for each in _NUMBER.findall(part)]
        for right, down in zip(numbers[::2], numbers[1::2], strict=True):
            x, y = x + right, y + down
            xs.append(x)
            ys.append(y)
    return min(xs), min(ys), max(xs), max(ys)


@cache
def land() -> Land:
    """Read when it is first needed."""
    told = json.loads(_FILE.read_text(encoding="utf-8"))
    return Land(
        told["width"],
        told["height"],
        told["paths"],
        tuple(told["x"]),
        tuple(told["y"]),
        "MapSVG, @svg-maps (CC BY 4.0)",
    )
