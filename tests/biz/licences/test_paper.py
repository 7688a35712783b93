"""The licence as a paper: Thai set right, both QRs readable, the same bytes each time; read back by other libraries."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pypdfium2
import pytest
import uharfbuzz
import zxingcpp

from chalicelib.biz.licences.paper.drawing import LIVE, QR_TOP, RIGHT, paper
from chalicelib.biz.licences.paper.face import FONTS, Face
from chalicelib.biz.licences.paper.typeset import A4, Sheet
from chalicelib.biz.licences.register import Seen
from chalicelib.shared import credentials

from ..town import BUNDIT, MALEE, Town

WHY = {"reasons": {"th": "ตรวจพบหนูในครัว", "en": "Rats were found in the kitchen."}}
MARKED = ["ที่", "ป้า", "ปี่", "ฝั่ง", "ผู้", "เก๊ะ", "ญู", "ฐู", "กั๊ก", "จื้อ", "ปั๊ม", "ฟื้น", "กิ๋น", "น้ำ", "ป๋ำ", "เปี๊ยะ", "องค์"]
"""Marks above marks, marks beside tall letters, marks below letters with a foot."""


@contextmanager
def opened(pdf: bytes) -> Iterator[Any]:
    """The file as another library sees it."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        yield document
    finally:
        document.close()


def read(pdf: bytes, pages: int = 1) -> str:
    """The words of all pages."""
    with opened(pdf) as document:
        assert len(document) == pages
        assert [round(side) for side in document[0].get_size()] == [round(side) for side in A4]
        return "\n".join(str(page.get_textpage().get_text_bounded()) for page in document)


def qrs(pdf: bytes) -> list[str]:
    """What a scanner reads from the printed page."""
    with opened(pdf) as document:
        picture = document[0].render(scale=3.5, grayscale=True)
        pixels = memoryview(bytes(picture.buffer)).cast("B", (picture.height, picture.stride))
        read = zxingcpp.read_barcodes(pixels)
        # lines of a table may look like a barcode of another kind
        return sorted((found.text for found in read if found.format == zxingcpp.BarcodeFormat.QRCode), key=len)


@pytest.fixture
def licensed(town: Town) -> tuple[Town, str, dict[str, Any]]:
    """A town, a licence, and its holder's papers."""
    case, no = town.licensed()
    return town, no, town.ok(MALEE, "GET", f"/applications/{case}/credentials")


@pytest.fixture(scope="module")
def calm() -> tuple[Town, str, dict[str, Any]]:
    """The same, which no test changes."""
    town = Town()
    case, no = town.licensed()
    return town, no, town.ok(MALEE, "GET", f"/applications/{case}/credentials")


def printed(town: Town, token: str) -> bytes:
    """The paper as it is downloaded."""
    answer = town.call(None, "GET", f"/verify/{token}?format=pdf")
    assert (answer.status, answer.headers["content-type"]) == (200, "application/pdf")
    assert answer.headers["cache-control"] == "no-store"
    return answer.response.body


def test_it_says_what_the_licence_says_in_both_languages(calm: tuple[Town, str, dict[str, Any]]) -> None:
    town, no, held = calm
    lines = read(printed(town, held["verify_token"])).splitlines()
    for line in (
        "เทศบาลตำบลแหลมงอบ จังหวัดตราด", "Laem Ngop Subdistrict Municipality, Trat",
        "ใบอนุญาตจัดตั้งสถานที่จำหน่ายอาหาร", "Food establishment licence", no,
        "25 พฤศจิกายน พ.ศ. 2569", "25 November 2026", "24 พฤศจิกายน พ.ศ. 2570", "24 November 2027",
        "ชื่อสถานประกอบการ (ไทย)", "ครัวกลาง แหลมงอบ", "มาลี", "ศรีสมุทร",
        "ออกให้ตามพระราชบัญญัติการสาธารณสุข พ.ศ. 2535 มาตรา 38",
    ):  # fmt: skip
        assert line in lines, line


def test_both_qrs_are_read_from_the_printed_page(calm: tuple[Town, str, dict[str, Any]]) -> None:
    town, no, held = calm
    live, offline = qrs(printed(town, held["verify_token"]))
    assert live == held["verify_url"] == f"https://klang.test/biz/v1/verify/{held['verify_token']}"
    address, _, slip = offline.partition("#")
    assert address == live, "any camera opens the page from it; what follows # is sent to nobody"
    found = credentials.verify(slip, town.ok(None, "GET", "/jwks.json"), now=town.at)
    assert found.claims["licence_no"] == no


def test_the_same_licence_gives_the_same_bytes_and_another_state_others(
    licensed: tuple[Town, str, dict[str, Any]],
) -> None:
    town, no, held = licensed
    first = printed(town, held["verify_token"])
    town.pass_time(days=40)
    assert printed(town, held["verify_token"]) == first, "no time of printing stands in it"
    town.ok(BUNDIT, "POST", f"/licences/{no}/suspend", json=WHY)
    suspended = printed(town, held["verify_token"])
    assert "ถูกพักใช้ (Suspended)" in read(suspended)
    assert "หนู" not in read(suspended)
    assert len(first) < 100_000


def test_who_has_a_number_only_gets_no_paper(calm: tuple[Town, str, dict[str, Any]]) -> None:
    town, no, held = calm
    assert town.call(None, "GET", f"/verify/{no}?format=pdf").status == 404
    made_up = held["verify_token"][:-1] + ("y" if held["verify_token"].endswith("x") else "x")
    assert town.call(None, "GET", f"/verify/{made_up}?format=pdf").status == 404
    assert town.call(None, "GET", f"/verify/{no}?format=docx").status == 422


def seen(town: Town, no: str, **changes: Any) -> Seen:
    """A licence as its holder shows it, bent."""
    found = town.biz.register.verify(town.biz.register.token(no))
    return Seen(found.licence.model_copy(update=changes), found.definition, found.token, found.on)


@pytest.mark.parametrize(("times", "pages"), [(2, 1), (12, 2)])
def test_long_claims_stay_on_the_paper_and_out_of_the_qrs(
    calm: tuple[Town, str, dict[str, Any]], times: int, pages: int
) -> None:
    town, no, held = calm
    claims = {name: f"{name} ที่ตั้งเลขที่ปู่ย่าตายาย" + "ริมทะเลแหลมงอบ" * times for name in seen(town, no).licence.claims}
    long = paper(seen(town, no, claims=claims), held["verify_url"])
    assert len(qrs(long)) == 2
    words = "".join(read(long, pages).split())
    assert all("".join(value.split()) in words for value in claims.values())
    with opened(long) as document:
        for page in document:
            text = page.get_textpage()
            boxes = [text.get_charbox(at) for at in range(text.count_chars()) if text.get_text_range(at, 1).strip()]
            assert max(box[2] for box in boxes) <= RIGHT + 1 and min(box[1] for box in boxes) > 20
        first = document[0].get_textpage()
        lines = [first.get_charbox(at) for at in range(first.count_chars()) if first.get_text_range(at, 1).strip()]
        beside = [box for box in lines if A4[1] - QR_TOP > box[1] > A4[1] - QR_TOP - LIVE]
        assert not beside, "nothing is written into the QRs"


def test_a_licence_without_a_slip_has_the_live_qr_alone(calm: tuple[Town, str, dict[str, Any]]) -> None:
    town, no, held = calm
    assert qrs(paper(seen(town, no, slip=""), held["verify_url"])) == [held["verify_url"]]


def test_fonts_are_cut_down_and_their_licence_travels_with_them() -> None:
    sheet = Sheet("th", "ทดสอบ")
    sheet.text(50, 50, "ที่", 12)
    small = sheet.pdf()
    whole = (FONTS / "Sarabun-Regular.ttf").stat().st_size
    assert len(small) < whole / 4
    assert b"/KLANGA+Sarabun-Regular" in small
    assert "SIL OPEN FONT LICENSE Version 1.1" in (FONTS / "OFL.txt").read_text(encoding="utf-8")


def test_each_font_has_the_letters_of_both_languages() -> None:
    letters = "".join(chr(code) for code in (*range(0x20, 0x7F), *range(0xE01, 0xE3B), *range(0xE3F, 0xE5B)))
    for name in ("Sarabun-Regular", "Sarabun-Bold"):
        font = Boxes(name).font
        assert [letter for letter in letters if not font.get_nominal_glyph(ord(letter))] == []


class Boxes:
    """Where the ink of a glyph is, told by the font itself."""

    def __init__(self, name: str) -> None:
        self.font = uharfbuzz.Font(uharfbuzz.Face(uharfbuzz.Blob.from_file_path(str(FONTS / f"{name}.ttf"))))

    def box(self, id: int, x: int, y: int) -> tuple[int, int, int, int]:
        """Left, bottom, right, top."""
        ink = self.font.get_glyph_extents(id)
        top, left = y + ink.y_bearing, x + ink.x_bearing
        return left, top + ink.height, left + ink.width, top

    def marks(self, glyphs: list[tuple[int, int, int]]) -> list[tuple[int, int, int, int]]:
        """The boxes of glyphs that take no room of their own."""
        return [self.box(*glyph) for glyph in glyphs if self.font.get_glyph_h_advance(glyph[0]) == 0]


def overlap(boxes: list[tuple[int, int, int, int]]) -> bool:
    """Whether the ink of two marks would run into each other."""
    return any(a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3] for a, b in itertools.combinations(boxes, 2))


@pytest.mark.parametrize("name", ["Sarabun-Regular", "Sarabun-Bold"])
@pytest.mark.parametrize("word", MARKED)
def test_no_mark_is_printed_upon_another(name: str, word: str) -> None:
    boxes, run = Boxes(name), Face(name, FONTS / f"{name}.ttf").shape(word)
    assert not overlap(boxes.marks([(glyph.id, glyph.x, glyph.y) for glyph in run.glyphs]))


def test_one_glyph_per_character_would_print_marks_upon_each_other() -> None:
    boxes = Boxes("Sarabun-Regular")
    wrong = []
    for word in MARKED:
        at, glyphs = 0, []
        for letter in word:
            glyph = boxes.font.get_nominal_glyph(ord(letter))
            glyphs.append((glyph, at, 0))
            at += boxes.font.get_glyph_h_advance(glyph)
        wrong += [word] if overlap(boxes.marks(glyphs)) else []
    assert len(wrong) > 3, "the check above would see it"


def test_a_long_word_is_cut_between_letters_and_never_before_a_mark() -> None:
    sheet = Sheet("th", "ทดสอบ")
    word = "ที่ตั้งสถานประกอบการห้างหุ้นส่วนจำกัดครัวคุณยายปู่ย่าเก๊ะน้ำป๋ำ" * 4
    for width in (60, 93, 120, 200):
        lines = sheet.lines(word, width, 12)
        assert "".join(lines) == word
        assert all(sheet.width(line, 12) <= width for line in lines)
        marks = "ัิีึืฺุู็่้๊๋์ํ๎ะาำๆฯ"
        assert not [line for line in lines if line[0] in marks]
    assert sheet.lines("ตราด ประเทศไทย", 500, 12) == ["ตราด ประเทศไทย"]
    assert sheet.lines("", 100, 12) == []
