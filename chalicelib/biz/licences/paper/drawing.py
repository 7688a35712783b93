"""How the paper of a licence looks: one A4 page, both languages, two QRs, nothing that the licence does not say.

The same licence in the same state gives the same bytes: no date of printing stands on it, and how the licence stands
today is only where it cannot grow old, behind the QR.
"""

from __future__ import annotations

from chalicelib.shared.thai import Text, format_date

from ..facts import facts, term
from ..register import Seen
from ..wording import WORDS
from .typeset import A4, Colour, Sheet

LEFT, RIGHT = 56.0, A4[0] - 56.0
WIDTH = RIGHT - LEFT
LABELS = 190.0
SOFT: Colour = (0.33, 0.37, 0.41)
TEAL: Colour = (0.04, 0.29, 0.35)
LINE: Colour = (0.80, 0.83, 0.85)
RED: Colour = (0.60, 0.08, 0.08)
QR_TOP = 590.0
LIVE, OFFLINE = 110.0, 156.0
"""Sides of the two QRs in points: 39 mm for the short address, 55 mm for the signed licence."""


def paper(seen: Seen, address: str) -> bytes:
    """The PDF.

    Args:
        seen: the licence as its holder shows it.
        address: of its page for people.
    """
    sheet = Sheet("th", f"{seen.card.name.th} {seen.licence.no}")
    y = _head(sheet, seen)
    y = _rows(sheet, seen, y)
    _law(sheet, seen, y + 6)
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
        sheet.box(LEFT, y - 6, WIDTH, 26, (0.99, 0.91, 0.90))
        sheet.text(LEFT + 10, y + 12, f"{word.th} ({word.en})", 14, bold=True, colour=RED)
        y += 32
    return y + 8


def _rows(sheet: Sheet, seen: Seen, y: float) -> float:
    card, validity = seen.card, term(seen.definition)
    rows = [
        (WORDS["no"], card.no, ""),
        (WORDS["issued_on"], format_date(card.issued_on, "th"), format_date(card.issued_on, "en")),
        (WORDS["valid_until"], format_date(card.valid_until, "th"), format_date(card.valid_until, "en")),
        *((label, value, "") for label, value in facts(seen)),
        (WORDS["validity"], f"{validity.text.th} ({validity.text.en})", _mark(validity.verified)),
    ]
    # more claims than usual get less room each, so that the page stays one
    step = min(1.0, (QR_TOP - 70 - y) / (len(rows) * 29.0))
    for label, value, more in rows:
        y = _row(sheet, label, value, more, y, step)
    return y


def _row(sheet: Sheet, label: Text, value: str, more: str, y: float, step: float) -> float:
    size = max(9.0, 12.5 * step)
    sheet.text(LEFT, y + 14 * step, label.th, max(8.0, 11 * step), colour=SOFT)
    sheet.text(LEFT, y + 25 * step, label.en, max(6.5, 8.5 * step), colour=SOFT)
    below = sheet.paragraph(LEFT + LABELS, y + 15 * step, WIDTH - LABELS, value, size, bold=True, leading=1.3)
    if more:
        below = sheet.paragraph(LEFT + LABELS, below - size * 0.2, WIDTH - LABELS, more, size * 0.75, colour=SOFT)
    y = max(y + 29 * step, below - size * 0.4)
    sheet.box(LEFT, y - 0.5, WIDTH, 0.5, LINE)
    return y


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
    y = QR_TOP + LIVE + 62
    for name in ("paper_now", "paper_signed"):
        y = sheet.paragraph(LEFT, y, WIDTH - OFFLINE - 40, WORDS[name].th, 8.5, leading=1.4)
        y = sheet.paragraph(LEFT, y, WIDTH - OFFLINE - 40, WORDS[name].en, 7, leading=1.4, colour=SOFT) + 3


def _picture(sheet: Sheet, x: float, side: float, text: str, caption: Text) -> None:
    import segno

    made = segno.make(text, error="m", micro=False)
    sheet.picture(x, QR_TOP, side, [list(row) for row in made.matrix], f"{caption.th} ({caption.en})")
    sheet.text(x, QR_TOP + side + 14, caption.th, 10.5, bold=True)
    sheet.text(x, QR_TOP + side + 26, caption.en, 8.5, colour=SOFT)


def _mark(verified: bool) -> str:
    word = WORDS["unverified"]
    return "" if verified else f"[{word.th} / {word.en}]"
