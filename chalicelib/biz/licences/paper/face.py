"""A font of the paper: shapes Thai, remembers which glyphs were used, embeds only those.

HarfBuzz (`uharfbuzz`) shapes and cuts the fonts down. Thai needs shaping: a tone mark sits above a vowel where there is
one and lower where there is none, and only the font's own rules know where. A library that places one glyph per
character prints marks on top of each other.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from chalicelib.shared.dataclass import dataclass

if TYPE_CHECKING:
    import pydyf

FONTS = Path(__file__).parent / "fonts"
"""Sarabun (SIL Open Font License 1.1, see OFL.txt)."""


@dataclass(frozen=True)
class Glyph:
    """A glyph at its place: offsets from the start of its run and from the line, in units of the font."""

    id: int
    x: int
    y: int


@dataclass(frozen=True)
class Run:
    """A shaped text: its glyphs, its width in units of the font, and where a line may be cut within it."""

    text: str
    glyphs: tuple[Glyph, ...]
    width: int
    cuts: tuple[tuple[int, int], ...]
    """(index of a character that begins a cluster, width of all before it)."""


class Face:
    """One font: shapes text, and remembers which of its glyphs were used.

    Args:
        name: PostScript name, without the tag of a subset.
        path: TrueType file.
    """

    def __init__(self, name: str, path: Path) -> None:
        import uharfbuzz as hb

        self.name = name
        self._hb = hb
        self._face = hb.Face(hb.Blob.from_file_path(str(path)))
        self._font = hb.Font(self._face)
        self.upem = int(self._face.upem)
        self._used: set[int] = set()
        self._shaped: dict[str, Run] = {}

    def shape(self, text: str) -> Run:
        """The text as glyphs; a line is measured several times before it is set, and shaped once."""
        if text in self._shaped:
            return self._shaped[text]
        buffer = self._hb.Buffer()
        buffer.add_str(text)
        buffer.guess_segment_properties()
        self._hb.shape(self._font, buffer)
        at, glyphs, cuts, last = 0, list[Glyph](), list[tuple[int, int]](), -1
        for info, place in zip(buffer.glyph_infos, buffer.glyph_positions, strict=True):
            if info.cluster != last:
                cuts.append((info.cluster, at))
                last = info.cluster
            glyphs.append(Glyph(info.codepoint, at + place.x_offset, place.y_offset))
            at += place.x_advance
        made = self._shaped[text] = Run(text, tuple(glyphs), at, tuple(cuts))
        return made

    def use(self, run: Run) -> None:
        """Notes that a run is printed, so that its glyphs are embedded."""
        self._used.update(glyph.id for glyph in run.glyphs)

    def embedded(self, pdf: pydyf.PDF) -> bytes:
        """Puts what was used of the font into the file; returns the reference of the font (PDF 32000-1 §9.7)."""
        import pydyf

        ids = sorted(self._used)
        cut = self._program(ids)
        program = pydyf.Stream([cut], {"Length1": len(cut)}, compress=True)
        pdf.add_object(program)
        scale = 1000 / self.upem
        extents = self._font.get_font_extents("ltr")
        box = struct.unpack(">4h", self._face.reference_table("head").data[36:44])
        tagged = f"/KLANGA+{self.name}"
        descriptor = pydyf.Dictionary(
            {
                "Type": "/FontDescriptor",
                "FontName": tagged,
                "Flags": 4,
                "FontBBox": pydyf.Array([round(side * scale) for side in box]),
                "ItalicAngle": 0,
                "Ascent": round(extents.ascender * scale),
                "Descent": round(extents.descender * scale),
                "CapHeight": round(extents.ascender * scale * 0.7),
                "StemV": 80,
                "FontFile2": program.reference,
            }
        )
        pdf.add_object(descriptor)
        widths = pydyf.Array()
        for each in ids:
            widths += [each, pydyf.Array([round(self._font.get_glyph_h_advance(each) * scale)])]
        descendant = pydyf.Dictionary(
            {
                "Type": "/Font",
                "Subtype": "/CIDFontType2",
                "BaseFont": tagged,
                "CIDSystemInfo": pydyf.Dictionary(
                    {"Registry": pydyf.String("Adobe"), "Ordering": pydyf.String("Identity"), "Supplement": 0}
                ),
                "CIDToGIDMap": "/Identity",
                "W": widths,
                "FontDescriptor": descriptor.reference,
            }
        )
        pdf.add_object(descendant)
        unicode = pydyf.Stream([self._to_unicode(ids)], compress=True)
        pdf.add_object(unicode)
        font = pydyf.Dictionary(
            {
                "Type": "/Font",
                "Subtype": "/Type0",
                "BaseFont": tagged,
                "Encoding": "/Identity-H",
                "DescendantFonts": pydyf.Array([descendant.reference]),
                "ToUnicode": unicode.reference,
            }
        )
        pdf.add_object(font)
        return bytes(font.reference)

    def _program(self, ids: Sequence[int]) -> bytes:
        """The font with the used glyphs only, each under the number that it has in the whole font."""
        hb = self._hb
        wanted = hb.SubsetInput()
        wanted.glyph_set.update(ids)
        wanted.flags = hb.SubsetFlags.RETAIN_GIDS | hb.SubsetFlags.NO_HINTING | hb.SubsetFlags.NO_LAYOUT_CLOSURE
        # the page places every glyph itself: rules and names of the font are not needed any more
        for table in (b"GSUB", b"GPOS", b"GDEF", b"DSIG", b"name", b"post"):
            wanted.drop_table_tag_set.add(int.from_bytes(table, "big"))
        return bytes(hb.subset(self._face, wanted).blob.data)

    def _to_unicode(self, ids: Iterable[int]) -> bytes:
        """Which character each glyph shows; a form of a mark for another place (`uni0E49.narrow`) is that mark."""
        by_name = dict[str, int]()
        for character in sorted(self._face.unicodes):
            by_name.setdefault(self._font.get_glyph_name(self._font.get_nominal_glyph(character)), character)
        lines = []
        for each in ids:
            found = by_name.get(str(self._font.get_glyph_name(each)).split(".")[0])
            if found is not None:
                lines.append(f"<{each:04x}> <{chr(found).encode('utf-16-be').hex()}>")
        blocks = [lines[at : at + 100] for at in range(0, len(lines), 100)]
        body = "\n".join(f"{len(each)} beginbfchar\n" + "\n".join(each) + "\nendbfchar" for each in blocks)
        return (
            "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
            "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n"
            "/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n"
            f"1 begincodespacerange\n<0000> <ffff>\nendcodespacerange\n{body}\n"
            "endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend"
        ).encode()
