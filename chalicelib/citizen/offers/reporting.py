"""The fairness report of a right's month: shares by group and the largest gap, of published rows only; pure.

It is computed from what anybody can download, so it tells nobody more than the files do, and anybody can compute it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from chalicelib.shared.thai import Text

from .files import SEX_WORDS, province_words
from .model import BANDS
from .tables import COUNTS, Count, Place, Row

FEWEST = 20
"""People of a group below which its share says too little to be compared with others."""


def of_right(right: str, name: Text, rows: Sequence[Row]) -> dict[str, Any]:
    """The report of one right as JSON types."""
    open_rows = {row.place: row.counts for row in rows if not row.hidden}
    whole = open_rows.get(Place())
    provinces = {
        row.place.province: open_rows.get(row.place) for row in rows if row.place.province and not row.place.band
    }
    sexes = {row.place.sex: open_rows.get(row.place) for row in rows if row.place.sex and not row.place.band}
    bands = _bands(rows, open_rows)
    return {
        "right": right,
        "name": name.model_dump(),
        "whole": None if whole is None else _counts(whole),
        "by": {
            "province": _groups(provinces, province_words),
            "sex": _groups(sexes, lambda code: SEX_WORDS[code]),
            "age_band": _groups(bands, lambda code: Text(th=code, en=code)),
        },
        "gaps": {
            "province": _gap(provinces),
            "sex": _gap(sexes),
            "age_band": _gap(bands),
        },
    }


def _bands(
    rows: Sequence[Row], open_rows: Mapping[Place, Mapping[Count, int]]
) -> dict[str, Mapping[Count, int] | None]:
    """Of each age band the sum of its sexes; None where one of these is hidden."""
    found: dict[str, Mapping[Count, int] | None] = {}
    for band in BANDS:
        places = [row.place for row in rows if row.place.band == band and not row.place.province]
        parts = [open_rows.get(place) for place in places]
        known = [part for part in parts if part is not None]
        if places:
            found[band] = _sum(known) if len(known) == len(parts) else None
    return found


def _sum(parts: Sequence[Mapping[Count, int]]) -> dict[Count, int]:
    return {name: sum(part[name] for part in parts) for name in COUNTS}


def _groups(groups: Mapping[str, Mapping[Count, int] | None], words: Any) -> list[dict[str, Any]]:
    return [
        {"code": code, "name": words(code).model_dump(), "counts": None if counts is None else _counts(counts)}
        for code, counts in sorted(groups.items())
    ]


def _counts(counts: Mapping[Count, int]) -> dict[str, Any]:
    return {
        **{name: counts[name] for name in COUNTS},
        "share_told": _percent(counts["told"], counts["eligible"]),
        "share_took_up": _percent(counts["took_up"], counts["told"]),
        "share_missed": _percent(counts["missed"], counts["eligible"]),
    }


def _gap(groups: Mapping[str, Mapping[Count, int] | None]) -> dict[str, Any] | None:
    """Between the group of which most were told and the one of which fewest were; None with fewer than two groups."""
    shares = {
        code: Fraction(counts["told"], counts["eligible"])
        for code, counts in groups.items()
        if counts is not None and counts["eligible"] >= FEWEST
    }
    if len(shares) < 2:
        return None
    most = max(sorted(shares), key=lambda code: shares[code])
    fewest = min(sorted(shares), key=lambda code: shares[code])
    points = (shares[most] - shares[fewest]) * 100
    return {"most": most, "fewest": fewest, "points": float(round(points, 1))}


def _percent(part: int, whole: int) -> float | None:
    return float(round(Fraction(100 * part, whole), 1)) if whole else None
