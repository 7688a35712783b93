"""Sets Thai and English text on a page of a PDF, written by `pydyf`.

Every run of text also carries its words as they are (`ActualText`), so that search, copying and screen readers get
them whole. The bytes are the same whenever the same is set: no time, no chance, no order of a set gets in.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from .face import FONTS, Face

A4 = (595.28, 841.89)
"""Width and height in points of 1/72 inch."""

Colour = tuple[float, float, float]
INK: Colour = (0.09, 0.11, 0.13)
_LEADING_VOWELS = "เแโใไ"
_NEVER_FIRST = "ะาำๅๆฯ๏"


class Sheet:
    """A4 pages in the making. Places are in points from the upper left corner; text stands on `y`."""

    def __init__(self, language: str, title: str) -> None:
        import pydyf

        self.regular = Face("Sarabun-Regular", FONTS / "Sarabun-Regular.ttf")
        self.bold = Face("Sarabun-Bold", FONTS / "Sarabun-Bold.ttf")
        self._language, self._title = language, title
        self._page = pydyf.Stream(compress=True)
        self._pages = [self._page]

    def text(self, x: float, y: float, text: str, size: float, *, bold: bool = False, colour: Colour = INK) -> float:
        """Sets one line; returns its width."""
        face = self.bold if bold else self.regular
        run = face.shape(text)
        face.use(run)
        scale = size / face.upem
        words = "<feff" + text.encode("utf-16-be").hex() + ">"
        page = self._page
        page.set_color_rgb(*colour)
        page.stream.append(f"/Span <</ActualText {words}>> BDC".encode())
        page.begin_text()
        page.set_font_size("bold" if bold else "regular", _number(size))
        for glyph in run.glyphs:
            at = (x + glyph.x * scale, A4[1] - y + glyph.y * scale)
            page.set_text_matrix(1, 0, 0, 1, *map(_number, at))
            page.stream.append(f"<{glyph.id:04x}> Tj".encode())
        page.end_text()
        page.stream.append(b"EMC")
        return run.width * scale

    def width(self, text: str, size: float, *, bold: bool = False) -> float:
        """How wide a line would be."""
        face = self.bold if bold else self.regular
        return face.shape(text).width * size / face.upem

    def paragraph(
        self,
        x: float,
        y: float,
        width: float,
        text: str,
        size: float,
        *,
        bold: bool = False,
        leading: float = 1.45,
        colour: Colour = INK,
    ) -> float:
        """Sets lines no wider than that; returns the `y` of the next line."""
        for line in self.lines(text, width, size, bold=bold):
            self.text(x, y, line, size, bold=bold, colour=colour)
            y += size * leading
        return y

    def lines(self, text: str, width: float, size: float, *, bold: bool = False) -> list[str]:
        """The text in lines: cut at blanks, and a word that is too long for a line between whole clusters.

        Thai is written without blanks between words, and no dictionary is asked: a long name is cut where the line
        is full, but a mark never leaves its consonant.
        """
        made, line = list[str](), ""
        for word in text.split():
            longer = f"{line} {word}".strip()
            if self.width(longer, size, bold=bold) <= width:
                line = longer
                continue
            if line:
                made.append(line)
            *whole, line = self._cut(word, width, size, bold=bold)
            made += whole
        return [*made, line] if line else made

    def _cut(self, word: str, width: float, size: float, *, bold: bool) -> list[str]:
        pieces = list[str]()
        face = self.bold if bold else self.regular
        while True:
            run = face.shape(word)
            if run.width * size / face.upem <= width:
                return [*pieces, word]
            fitting = [
                at
                for at, before in run.cuts
                if at and before * size / face.upem <= width and word[at] not in _NEVER_FIRST
            ]
            if not fitting:
                return [*pieces, word]
            # a leading vowel always begins a syllable: cut there if the line stays more than half full
            good = [at for at in fitting if word[at] in _LEADING_VOWELS and at > fitting[-1] // 2]
            cut = (good or fitting)[-1]
            pieces.append(word[:cut])
            word = word[cut:]

    def box(self, x: float, y: float, width: float, height: float, colour: Colour) -> None:
        """A filled rectangle; `y` is its upper edge."""
        self._page.set_color_rgb(*colour)
        self._page.rectangle(*map(_number, (x, A4[1] - y - height, width, height)))
        self._page.fill()

    def picture(self, x: float, y: float, side: float, rows: Sequence[Sequence[int]], alt: str) -> None:
        """Black and white modules (a QR) as one path, with words for who does not see it."""
        module = side / len(rows)
        page = self._page
        page.stream.append(f"/Figure <</Alt <feff{alt.encode('utf-16-be').hex()}>>> BDC".encode())
        page.set_color_rgb(0, 0, 0)
        for line, row in enumerate(rows):
            start = None
            for column, dark in enumerate([*row, 0]):
                if dark and start is None:
                    start = column
                elif not dark and start is not None:
                    corner = (x + start * module, A4[1] - y - (line + 1) * module)
                    page.rectangle(*map(_number, (*corner, (column - start) * module, module)))
                    start = None
        page.fill()
        page.stream.append(b"EMC")

    def turn(self) -> None:
        """Goes on on a new page."""
        import pydyf

        self._page = pydyf.Stream(compress=True)
        self._pages.append(self._page)

    def pdf(self) -> bytes:
        """The file."""
        import pydyf

        file = pydyf.PDF()
        fonts = pydyf.Dictionary({"regular": self.regular.embedded(file), "bold": self.bold.embedded(file)})
        resources: Any = pydyf.Dictionary({"Font": fonts})
        for page in self._pages:
            file.add_object(page)
            file.add_page(
                pydyf.Dictionary(
                    {
                        "Type": "/Page",
                        "Parent": file.pages.reference,
                        "MediaBox": pydyf.Array([0, 0, *A4]),
                        "Contents": page.reference,
                        "Resources": resources,
                    }
                )
            )
        file.catalog["Lang"] = pydyf.String(self._language)
        file.catalog["ViewerPreferences"] = pydyf.Dictionary({"DisplayDocTitle": "true"})
        file.info["Title"] = pydyf.String(self._title)
        out = io.BytesIO()
        file.write(out, identifier=True)
        return out.getvalue()


def _number(value: float) -> float:
    """Hundredths of a point: finer than any printer, and the same text on every machine."""
    return round(value, 2)
