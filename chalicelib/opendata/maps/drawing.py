"""Maps as SVG: provinces in classes of colour, and points or shapes over the outlines of the provinces.

Colours are presentation attributes, so that a drawing looks right by itself; inside a page, the page's style puts its
own in their place by class. Five steps of one colour differ in lightness only, and can be told apart by everybody.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from chalicelib.shared.dataclass import dataclass

from .land import LAKE, Land, land

COLOURS = ("#c3e0e6", "#9fcbd4", "#5fa5b5", "#2a7b8f", "#0b4a5a")
NOTHING = "#eceeed"
LINE = "#ffffff"
INK = "#16242c"
POINT = "#a1341f"
CLASSES = len(COLOURS)
_LEGEND_X, _LEGEND_Y, _STEP = 300, 700, 40
_NO_CONTROL = {code: None for code in range(32) if code not in (9, 10, 13)}


@dataclass(frozen=True)
class Texts:
    """What a drawing says of itself, in one language.

    Attributes:
        title, description: for a screen reader.
        heading: of the legend.
        nothing: for provinces without a value.
        ids: beginning of the ids inside.
    """

    title: str
    description: str
    heading: str = ""
    nothing: str = ""
    ids: str = "map"


def classes(values: Iterable[float]) -> list[tuple[float, float]]:
    """Lowest and highest value of each class: quantiles, as far as the values differ.

    Every class has about as many provinces; equal values never fall into two.
    """
    ordered = sorted(values)
    if not ordered:
        return []
    different = sorted(set(ordered))
    if len(different) <= CLASSES:
        return [(each, each) for each in different]
    starts = sorted({ordered[round(len(ordered) * part / CLASSES)] for part in range(CLASSES)})
    found = []
    for at, start in enumerate(starts):
        last = starts[at + 1] if at + 1 < len(starts) else None
        inside = [each for each in different if each >= start and (last is None or each < last)]
        found.append((inside[0], inside[-1]))
    return found


def choropleth(
    values: Mapping[str, float],
    texts: Texts,
    name: Callable[[str], str],
    number: Callable[[float], str],
) -> str:
    """Provinces in colours by value.

    Args:
        values: by code of the province.
        name: of a province, by its code.
        number: a value as people read it.
    """
    paper, steps = land(), classes(values.values())
    starts = [low for low, _ in steps]
    shift = (CLASSES - len(steps)) // 2
    groups: dict[str, list[str]] = {}
    for code, path in paper.paths.items():
        if code == LAKE:
            groups.setdefault('class="m-lake" fill="#ffffff"', []).append(f'<path d="{path}"/>')
            continue
        if code in values:
            step = bisect_right(starts, values[code]) - 1 + shift
            look, told = f'class="m{step}" fill="{COLOURS[step]}"', f"{name(code)}: {number(values[code])}"
            drawn = f'<path d="{path}"><title>{_text(told)}</title></path>'
        else:
            look, drawn = f'class="m-no" fill="{NOTHING}"', f'<path d="{path}"/>'
        groups.setdefault(look, []).append(drawn)
    coloured = "".join(f"<g {look}>{''.join(paths)}</g>" for look, paths in groups.items())
    legend = _legend(steps, shift, texts, number, missing=len(values) < len(paper.paths) - 1)
    body = f'<g stroke="{LINE}" stroke-width=".8" class="m-line">{coloured}</g>{legend}'
    return _svg((0, 0, paper.width, paper.height), texts, body)


def _legend(
    steps: Sequence[tuple[float, float]], shift: int, texts: Texts, number: Callable[[float], str], *, missing: bool
) -> str:
    lines = [
        (f'class="m{at + shift}" fill="{COLOURS[at + shift]}"', _range(step, number)) for at, step in enumerate(steps)
    ]
    lines.reverse()
    if missing:
        lines.append((f'class="m-no" fill="{NOTHING}"', texts.nothing))
    told = [f'<text x="{_LEGEND_X}" y="{_LEGEND_Y - 22}" font-weight="600">{_text(texts.heading)}</text>']
    for at, (look, text) in enumerate(lines):
        y = _LEGEND_Y + at * _STEP
        told.append(f'<rect x="{_LEGEND_X}" y="{y}" width="40" height="28" {look} stroke="#7d8b90"/>')
        told.append(f'<text x="{_LEGEND_X + 52}" y="{y + 21}">{_text(text)}</text>')
    return f'<g class="m-text" fill="{INK}" font-size="21" aria-hidden="true">{"".join(told)}</g>'


def _range(step: tuple[float, float], number: Callable[[float], str]) -> str:
    low, high = number(step[0]), number(step[1])
    return low if low == high else f"{low} – {high}"


def places(geometries: Sequence[Mapping[str, Any]], texts: Texts) -> str:
    """Points, lines and areas over the outlines of the provinces, as near as they lie."""
    paper = land()
    points: dict[tuple[float, float], None] = {}
    lines: list[str] = []
    box = [float("inf"), float("inf"), float("-inf"), float("-inf")]
    for geometry in geometries:
        for part, closed, dot in _parts(geometry):
            on_paper = [paper.at(*position) for position in part]
            for x, y in on_paper:
                box = [min(box[0], x), min(box[1], y), max(box[2], x), max(box[3], y)]
            if dot:
                points[round(on_paper[0][0], 2), round(on_paper[0][1], 2)] = None
            elif len(on_paper) > 1:
                lines.append(_path(on_paper, closed))
    view = _view(box, paper)
    size = max(view[2], view[3])
    near = paper.near(view)
    land_paths = "".join(f'<path d="{path}"/>' for path in near)
    stroke = f'stroke="#7d8b90" stroke-width="{size / 500:.3g}"'
    body = f'<g class="m-land" fill="{NOTHING}" {stroke}>{land_paths}</g>'
    if lines:
        shapes = "".join(f'<path d="{line}"/>' for line in lines)
        body += f'<g class="m-area" fill="{POINT}" fill-opacity=".25" stroke="{POINT}" stroke-width="{size / 300:.3g}">'
        body += f"{shapes}</g>"
    if points:
        radius = f"{size / 110:.3g}"
        dots = "".join(f'<circle cx="{x:g}" cy="{y:g}" r="{radius}"/>' for x, y in points)
        body += f'<g class="m-dots" fill="{POINT}" fill-opacity=".6">{dots}</g>'
    return _svg(view, texts, body)


def _view(box: Sequence[float], paper: Land) -> tuple[float, float, float, float]:
    """What is seen: all that is there with a margin, at least as large as a small province."""
    if box[0] > box[2]:
        return 0, 0, paper.width, paper.height
    width, height = max(box[2] - box[0], 24.0) * 1.2, max(box[3] - box[1], 24.0) * 1.2
    width, height = max(width, height / 2), max(height, width / 2)
    return (box[0] + box[2] - width) / 2, (box[1] + box[3] - height) / 2, width, height


def _parts(geometry: Mapping[str, Any]) -> Iterable[tuple[Sequence[tuple[float, float]], bool, bool]]:
    """(positions, whether it is an area, whether it is a point) of the parts of a GeoJSON geometry."""
    kind, given = geometry["type"], geometry["coordinates"]
    many = kind.startswith("Multi")
    for each in given if many else [given]:
        if kind.endswith("Point"):
            yield [(float(each[0]), float(each[1]))], False, True
        elif kind.endswith("LineString"):
            yield [(float(x), float(y)) for x, y, *_ in each], False, False
        else:
            for ring in each:
                yield [(float(x), float(y)) for x, y, *_ in ring], True, False


def _path(points: Sequence[tuple[float, float]], closed: bool) -> str:
    """A path with no point nearer to the last than a tenth of a step."""
    kept = [points[0]]
    for x, y in points[1:]:
        if abs(x - kept[-1][0]) + abs(y - kept[-1][1]) >= 0.1:
            kept.append((x, y))
    told = "L".join(f"{x:.1f} {y:.1f}" for x, y in kept)
    return f"M{told}{'z' if closed else ''}"


def _svg(view: tuple[float, float, float, float], texts: Texts, body: str) -> str:
    box = " ".join(f"{each:.6g}" for each in view)
    named = quoteattr(f"{texts.ids}-t {texts.ids}-d")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box}" class="map" role="img" aria-labelledby={named}'
        f' font-family="Noto Sans Thai, Leelawadee UI, Thonburi, sans-serif">'
        f'<title id="{texts.ids}-t">{_text(texts.title)}</title>'
        f'<desc id="{texts.ids}-d">{_text(texts.description)}</desc>{body}</svg>'
    )


def _text(text: str) -> str:
    return escape(text.translate(_NO_CONTROL))
