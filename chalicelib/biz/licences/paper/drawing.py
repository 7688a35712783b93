"""How the paper of a licence looks: A4, both languages, two QRs, nothing that the licence does not say.

One page holds it, unless claims are uncommonly many or long: then the rest stands on further pages that repeat the
number. The same licence in the same state gives the same bytes: no date of printing stands on it, and how the licence
stands today is only where it cannot grow old, behind the QR.
"""

from __future__ import annotations

import datetime as dt

from chalicelib.shared.dataclass import dataclass
from chalicelib.shared.thai import Language, Text, format_date

from ..facts import facts, term
from ..register import Seen
from ..wording import WORDS
from .typeset import A4, Colour, Sheet

LEFT, RIGHT = 56.0, A4[0] - 56.0
WIDTH = RIGHT - LEFT
LABELS = 190.0
VALUES = WIDTH - LABELS
SOFT: Colour = (0.33, 0.37, 0.41)
TEAL: Colour = (0.04, 0.29, 0.35)
LINE: Colour = (0.80, 0.83, 0.85)
RED: Colour = (0.60, 0.08, 0.08)
PINK: Colour = (0.99, 0.91, 0.90)
QR_TOP = 590.0
BOTTOM, BOTTOM_LATER = QR_TOP - 48, A4[1] - 100
"""Where the rows must end on the first page, above the law and the QRs, and on later ones."""

LIVE, OFFLINE = 110.0, 156.0
"""Sides of the two QRs in points: 39 mm for the short address, 55 mm for the signed licence."""

STEPS = (1.0, 0.95, 0.9, 0.85, 0.8, 0.75)
"""Scales of the rows, tried until all fit on the first page; smaller than the last nobody reads on a wall."""


@dataclass(frozen=True)
class _Row:
    label: Text
    value: str
    more: str = ""


def paper(seen: Seen, address: str) -> bytes:
    """The PDF.

    Args:
        seen: the licence as its holder shows it.
        address: of its page for people.
    """
    sheet = Sheet("th", f"{seen.card.name.th} {seen.licence.no}")
    y = _head(sheet, seen)
    rows = _rows(seen)
    step = next((each for each in STEPS if y + _height(sheet, rows, each) <= BOTTOM), STEPS[-1])
    bottom = BOTTOM
    for row in rows:
        if y + _height(sheet, [row], step) > bottom:
            if bottom == BOTTOM:
                _proof(sheet, seen, address)
            sheet.turn()
            y, bottom = _head_again(sheet, seen), BOTTOM_LATER
        y = _draw(sheet, row, y, step)
    _law(sheet, seen, y + 6)
    if bottom == BOTTOM:
        _proof(sheet, seen, address)
    return sheet.pdf()


def _head(sheet: Sheet, seen: Seen) -> float:
    card = seen.card
    sheet.box(0, 0, A4[0], 14, TEAL)
    y = sheet.paragraph(LEFT, 62, WIDTH, card.agency_name.th, 15, bold=True, leading=1.3)
    y = sheet.paragraph(LEFT, y - 3, WIDTH, card.agency_name.en, 10.5, colour=SOFT)
    y = sheet.paragraph(LEFT, y + 28, WIDTH, card.name.th, 25, bold=True, leading=1.3, colour=TEAL)
    y = sheet.paragraph(LEFT, y - 8, WIDTH, card.name.en, 13, colour=SOFT)
    if seen.licence.status != "valid":
        word = WORDS[seen.licence.status]
        sheet.box(LEFT, y - 6, WIDTH, 26, PINK)
        sheet.text(LEFT + 10, y + 12, f"{word.th} ({word.en})", 14, bold=True, colour=RED)
        y += 32
    return y + 2


def _head_again(sheet: Sheet, seen: Seen) -> float:
    sheet.box(0, 0, A4[0], 14, TEAL)
    y = sheet.paragraph(LEFT, 56, WIDTH, seen.card.name.th, 12, bold=True, colour=TEAL)
    return sheet.paragraph(LEFT, y, WIDTH, f"{WORDS['no'].th} {seen.licence.no}", 11) + 4


def _rows(seen: Seen) -> list[_Row]:
    card, validity = seen.card, term(seen.definition)
    return [
        _Row(WORDS["no"], card.no),
        _Row(WORDS["issued_on"], format_date(card.issued_on, "th"), format_date(card.issued_on, "en")),
        *_begins(seen),
        _Row(WORDS["valid_until"], _day(card.valid_until, "th"), _day(card.valid_until, "en")),
        *(_Row(label, value) for label, value in facts(seen)),
        _Row(WORDS["validity"], f"{validity.text.th} ({validity.text.en})", _mark(validity.verified)),
    ]


def _begins(seen: Seen) -> list[_Row]:
    """The first day, where it is not the day of issue, and the licence that this one follows."""
    card = seen.card
    rows = []
    if card.valid_from != card.issued_on:
        rows.append(_Row(WORDS["valid_from"], _day(card.valid_from, "th"), _day(card.valid_from, "en")))
    if card.replaces is not None:
        rows.append(_Row(WORDS["replaces"], card.replaces))
    return rows


def _day(on: dt.date | None, language: Language) -> str:
    return WORDS["no_end"].pick(language) if on is None else format_date(on, language)


def _height(sheet: Sheet, rows: list[_Row], step: float) -> float:
    """What rows take at that scale: as many lines as their longer side needs."""
    whole = 0.0
    for row in rows:
        label = 12.5 * step * len(sheet.lines(row.label.th, LABELS - 12, 11 * step))
        label += 10.5 * step * len(sheet.lines(row.label.en, LABELS - 12, 8.5 * step))
        value = 16.5 * step * len(sheet.lines(row.value, VALUES, 12.5 * step, bold=True))
        value += 13 * step * len(sheet.lines(row.more, VALUES, 9.5 * step))
        whole += max(label, value) + 7 * step
    return whole


def _draw(sheet: Sheet, row: _Row, y: float, step: float) -> float:
    below = y + _height(sheet, [row], step)
    first = y + 14 * step
    at = sheet.paragraph(LEFT, first, LABELS - 12, row.label.th, 11 * step, leading=12.5 / 11, colour=SOFT)
    sheet.paragraph(LEFT, at - 1.5 * step, LABELS - 12, row.label.en, 8.5 * step, leading=10.5 / 8.5, colour=SOFT)
    at = sheet.paragraph(LEFT + LABELS, first + step, VALUES, row.value, 12.5 * step, bold=True, leading=16.5 / 12.5)
    sheet.paragraph(LEFT + LABELS, at - 2 * step, VALUES, row.more, 9.5 * step, leading=13 / 9.5, colour=SOFT)
    sheet.box(LEFT, below - 0.5, WIDTH, 0.5, LINE)
    return below


def _law(sheet: Sheet, seen: Seen, y: float) -> None:
    first = seen.definition.legal_basis[0]
    word = WORDS["paper_law"]
    mark = "" if first.is_verified else f" {_mark(first.is_verified)}"
    y = sheet.paragraph(LEFT, y + 12, WIDTH, f"{word.th}{first.text.th}{mark}", 10)
    sheet.paragraph(LEFT, y - 2, WIDTH, f"{word.en} {first.text.en}", 8.5, colour=SOFT)


def _proof(sheet: Sheet, seen: Seen, address: str) -> None:
    _picture(sheet, LEFT, LIVE, address, WORDS["paper_live"])
    if seen.licence.slip:
        _picture(sheet, RIGHT - OFFLINE, OFFLINE, f"{address}#{seen.licence.slip}", WORDS["paper_offline"])
    y = QR_TOP + LIVE + 58
    for name in ("paper_now", "paper_signed"):
        y = sheet.paragraph(LEFT, y, WIDTH - OFFLINE - 40, WORDS[name].th, 8.5, leading=1.4)
        y = sheet.paragraph(LEFT, y, WIDTH - OFFLINE - 40, WORDS[name].en, 7, leading=1.4, colour=SOFT) + 2


def _picture(sheet: Sheet, x: float, side: float, text: str, caption: Text) -> None:
    import segno

    made = segno.make(text, error="m", micro=False)
    sheet.picture(x, QR_TOP, side, [list(row) for row in made.matrix], f"{caption.th} ({caption.en})")
    sheet.text(x, QR_TOP + side + 14, caption.th, 10.5, bold=True)
    sheet.text(x, QR_TOP + side + 26, caption.en, 8.5, colour=SOFT)


def _mark(verified: bool) -> str:
    word = WORDS["unverified"]
    return "" if verified else f"[{word.th} / {word.en}]"
