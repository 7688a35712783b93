"""The colours can be told apart by everybody (WCAG 2.2: 1.4.3, 1.4.11), by day and by night."""

from __future__ import annotations

import re

import pytest

from chalicelib.opendata.page.showing import style


def palettes() -> dict[str, dict[str, str]]:
    """The colours by name, by day and by night."""
    day, night = (
        dict(re.findall(r"--(\w+): ?(#[0-9a-f]{6})", part)) for part in re.findall(r":root ?{(.*?)}", style())[:2]
    )
    assert day.keys() == night.keys() and len(day) > 15
    return {"day": day, "night": night}


def light(colour: str) -> float:
    """Relative luminance, by WCAG."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Contrast of two colours, 1 to 21."""
    brighter, darker = sorted((light(one), light(other)), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


TEXTS = [
    *((ink, ground) for ink in ("ink", "soft", "link") for ground in ("paper", "ground", "tint")),
    *(("on", ground) for ground in ("brand", "deep")),
    *((ink, "paper") for ink in ("good", "fair", "poor")),
    ("ink", "mark"),
]
SHAPES = [("edge", "paper"), ("edge", "ground"), ("bar", "paper"), ("gold", "brand"), ("gold", "deep")]


@pytest.mark.parametrize("time", ["day", "night"])
@pytest.mark.parametrize(
    ("ink", "ground", "least"), [*((*pair, 4.5) for pair in TEXTS), *((*pair, 3.0) for pair in SHAPES)]
)
def test_colours_can_be_told_apart(time: str, ink: str, ground: str, least: float) -> None:
    palette = palettes()[time]
    assert contrast(palette[ink], palette[ground]) >= least


def test_contrast_is_measured_right() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


def test_the_style_asks_for_nothing_from_elsewhere() -> None:
    assert not re.search(r"url\(|@import|@font-face|https?:", style().replace('a[href^="http"]', ""))
    assert "prefers-color-scheme: dark" in style() and "@media print" in style()
