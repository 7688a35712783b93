"""Hostile and honest files: every one gets a decision, and the reason fits what is wrong."""

from __future__ import annotations

import io
import zipfile
import zlib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from chalicelib.biz.documents import pdf, pictures
from chalicelib.biz.documents.examination import MAGIC, Finding, examine
from chalicelib.biz.documents.reasons import NOTES, REASONS

from .files import PAGE, PAGES, a_jpeg, a_pdf, a_png, chunk, exif, pdf_of, segment, stream

PDF_TYPE, JPEG_TYPE, PNG_TYPE = "application/pdf", "image/jpeg", "image/png"
SCRIPT = b"<< /S /JavaScript /JS (app.alert\\(1\\)) >>"
GOOD = Finding()


def a_zip() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("run.txt", "hidden")
    return packed.getvalue()


def packed_objects(*objects: bytes) -> bytes:
    """A PDF that keeps further objects, from 7 on, in an object stream; the table is a stream too."""
    head = b" ".join(b"%d %d" % (7 + at, sum(len(one) + 1 for one in objects[:at])) for at in range(len(objects)))
    held = stream(
        head + b" " + b" ".join(objects) + b" ", b"/Type /ObjStm /N %d /First %d" % (len(objects), len(head) + 1)
    )
    body, places = b"%PDF-1.7\n", []
    fixed = [b"<< /Type /Catalog /Pages 2 0 R >>", PAGES, PAGE, stream(b"BT ET"), held]
    for number, content in enumerate(fixed, start=1):
        places.append(len(body))
        body += b"%d 0 obj\n" % number + content + b"\nendobj\n"
    rows = b"\0\0\0\0\xff" + b"".join(b"\1" + place.to_bytes(3, "big") + b"\0" for place in [*places, len(body)])
    rows += b"".join(b"\2\0\0\5" + bytes([at]) for at in range(len(objects)))
    table = stream(rows, b"/Type /XRef /W [1 3 1] /Root 1 0 R /Size %d" % (7 + len(objects)))
    return body + b"6 0 obj\n" + table + b"\nendobj\nstartxref\n%d\n%%%%EOF\n" % len(body)


HONEST_PDFS = {
    "plain": a_pdf(),
    "1.4": a_pdf().replace(b"%PDF-1.7", b"%PDF-1.4", 1),
    "2.0": a_pdf().replace(b"%PDF-1.7", b"%PDF-2.0", 1),
    "opens at a page, as office suites write it": a_pdf(catalog=b"/OpenAction [3 0 R /XYZ null null 0]"),
    "opens at a page by an action": a_pdf(catalog=b"/OpenAction << /S /GoTo /D [3 0 R /Fit] >>"),
    "a link to an address": a_pdf(
        b"x", b"<< /Type /Annot /Subtype /Link /A << /S /URI /URI (https://example.go.th) >> >>"
    ),
    "a form field": a_pdf(b"x", catalog=b"/AcroForm << /Fields [] >>"),
    "a font called /AA": a_pdf(
        b"x", b"<< /Font << /AA << /Type /Font >> /EF << /Type /Font >> /JS << /Type /Font >> >> >>"
    ),
    "words about scripts": a_pdf(b"/S /Script, HTML/JavaScript and /Launch, /EmbeddedFile"),
    "a tagged paragraph called Sound": a_pdf(b"x", b"<< /Type /StructElem /S /Sound >>"),
    "objects in a stream": packed_objects(b"<< /Producer (x) >>"),
    "bytes before its objects": a_pdf().replace(b"xref\n0", b"xref \n0", 1),
    "a broken stream that a viewer shows in part": a_pdf(
        content=b"<< /Filter /FlateDecode /Length 6 >>\nstream\nbroken\nendstream"
    ),
    "letters in hexadecimal": a_pdf(
        content=b"<< /Filter /ASCIIHexDecode /Length 11 >>\nstream\n42542045 54>\nendstream"
    ),
}

HOSTILE_PDFS = {
    "a script when it opens": (a_pdf(catalog=b"/OpenAction " + SCRIPT), "active"),
    "a script by reference": (a_pdf(b"x", SCRIPT, catalog=b"/OpenAction 5 0 R"), "active"),
    "a script among names": (a_pdf(catalog=b"/Names << /JavaScript << /Names [(a) 5 0 R] >> >>"), "active"),
    "a script that nothing refers to": (a_pdf(b"x", SCRIPT), "active"),
    "a script spelt with numbers": (a_pdf(b"x", b"<< /S /J#61vaScr#69pt /J#53 (x) >>"), "active"),
    "a script's name in an object of its own": (a_pdf(b"x", b"<< /S 6 0 R >>", b"/JavaScript"), "active"),
    "a script in an object stream": (packed_objects(b"<< /S /JavaScript /JS (x) >>"), "active"),
    "a script in an older revision": (a_pdf()[:-6] + b"\n9 0 obj\n" + SCRIPT + b"\nendobj\n%%EOF\n", "active"),
    "an action on a page": (a_pdf(page=PAGE[:-2] + b"/AA << /O << /S /URI /URI (http://x) >> >> >>"), "active"),
    "a web page when it opens": (a_pdf(catalog=b"/OpenAction << /S /URI /URI (http://x) >>"), "active"),
    "a program": (a_pdf(b"x", b"<< /S /Launch /F (cmd.exe) >>"), "active"),
    "another file's page": (a_pdf(b"x", b"<< /S /GoToR /F (//host/share) >>"), "active"),
    "a form that sends": (a_pdf(b"x", b"<< /S /SubmitForm /F (http://x) >>"), "active"),
    "a dynamic form": (a_pdf(catalog=b"/AcroForm << /XFA [(a) 4 0 R] >>"), "active"),
    "a film": (a_pdf(b"x", b"<< /Type /Annot /Subtype /RichMedia >>"), "active"),
    "an embedded file": (a_pdf(b"x", b"<< /Type /Filespec /EF << /F 4 0 R >> >>"), "attachments"),
    "an embedded stream": (a_pdf(b"x", stream(b"MZ", b"/Type /EmbeddedFile")), "attachments"),
    "an attachment on a page": (a_pdf(b"x", b"<< /Subtype /FileAttachment >>"), "attachments"),
    "content in another file": (a_pdf(b"x", stream(b"", b"/F (other.bin)")), "attachments"),
    "a password": (
        a_pdf(b"x", b"<< /Filter /Standard /V 1 /R 2 /P -4 /O <%s> /U <%s> >>" % (b"00" * 32, b"11" * 32),
              trailer=b"/Encrypt 5 0 R /ID [<00> <00>]"),
        "encrypted",
    ),
    "an unknown lock": (a_pdf(b"x", b"<< /Filter /Odd /V 9 >>", trailer=b"/Encrypt 5 0 R"), "encrypted"),
    "squeezed twice": (
        a_pdf(content=b"<< /Filter [/FlateDecode /FlateDecode] /Length 9 >>\nstream\n123456789\nendstream"),
        "inflates",
    ),
    "an immense picture": (
        a_pdf(b"x", stream(b"", b"/Subtype /Image /Width 60000 /Height 60000 /BitsPerComponent 1")), "pixels"
    ),
    "nested without end": (a_pdf(b"x", b"[" * 80 + b"]" * 80), "heavy"),
    "no pages": (pdf_of([b"<< /Type /Catalog >>"]), "damaged"),
    "pages that are their own parents": (
        pdf_of([b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [2 0 R] /Count 1 >>"]), "damaged"
    ),
    "nothing but its first line": (b"%PDF-1.7\n", "damaged"),
    "rubbish": (b"%PDF-1.7\n" + b"site map " * 20, "damaged"),
    "a program's beginning": (b"MZ" + bytes(60), "not_its_type"),
    "a page of the web": (b"<html><script>alert(1)</script>", "not_its_type"),
    "an archive behind it": (a_pdf() + a_zip(), "two_files"),
}  # fmt: skip


@pytest.mark.parametrize("name", HONEST_PDFS)
def test_an_honest_pdf_is_taken(name: str) -> None:
    assert examine(PDF_TYPE, HONEST_PDFS[name]) == GOOD


@pytest.mark.parametrize("name", HOSTILE_PDFS)
def test_a_hostile_pdf_is_refused_for_what_is_wrong(name: str) -> None:
    content, reason = HOSTILE_PDFS[name]
    assert examine(PDF_TYPE, content).reason == reason


def test_a_pdf_that_swells_is_refused_before_it_has_swollen() -> None:
    bomb = zlib.compressobj(9)
    squeezed = b"".join(bomb.compress(bytes(1 << 20)) for _ in range(pdf.MAX_STREAM // (1 << 20) + 1)) + bomb.flush()
    content = b"<< /Filter /FlateDecode /Length %d >>\nstream\n" % len(squeezed) + squeezed + b"\nendstream"
    assert len(squeezed) < 200_000
    assert examine(PDF_TYPE, a_pdf(content=content)).reason == "inflates"


def test_an_object_stream_that_swells_is_refused() -> None:
    assert examine(PDF_TYPE, packed_objects(b"<< >>", b" " * 80_000_000)).reason == "inflates"


def test_the_pages_and_objects_of_a_pdf_have_an_end() -> None:
    many = pdf.MAX_PAGES + 1
    kids = b" ".join(b"%d 0 R" % (3 + number) for number in range(many))
    pages = [b"<< /Type /Page /Parent 2 0 R >>"] * many
    book = pdf_of(
        [b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Count %d /Kids [%s] >>" % (many, kids), *pages]
    )
    assert examine(PDF_TYPE, book).reason == "pages"
    often = b"<< /Type /Pages /Count %d /Kids [%s] >>" % (many, b"3 0 R " * many)
    one_page_often = pdf_of([b"<< /Type /Catalog /Pages 2 0 R >>", often, PAGE, b"null"])
    assert examine(PDF_TYPE, one_page_often).reason is not None
    assert examine(PDF_TYPE, a_pdf(b"x", *[b"0"] * pdf.MAX_OBJECTS)).reason == "heavy"


PLACE = Finding(notes=("place",))
GPS, MAKE = 0x8825, 0x010F

PICTURES = {
    "jpeg": (JPEG_TYPE, a_jpeg(), GOOD),
    "jpeg with a place": (JPEG_TYPE, a_jpeg(more=segment(0xE1, exif(MAKE, GPS))), PLACE),
    "jpeg with a place, other byte order": (JPEG_TYPE, a_jpeg(more=segment(0xE1, exif(GPS, order=">"))), PLACE),
    "jpeg with a place in XMP": (JPEG_TYPE, a_jpeg(more=segment(0xE1, b"http://ns.adobe.com/\0<GPSLatitude>")), PLACE),
    "jpeg without a place": (JPEG_TYPE, a_jpeg(more=segment(0xE1, exif(MAKE))), GOOD),
    "jpeg with broken metadata": (JPEG_TYPE, a_jpeg(more=segment(0xE1, b"Exif\0\0II*\0\xff\xff\xff\xff")), GOOD),
    "jpeg with a preview behind": (JPEG_TYPE, a_jpeg() + a_jpeg(), GOOD),
    "jpeg with zeros behind": (JPEG_TYPE, a_jpeg() + bytes(100), GOOD),
    "jpeg with an archive behind": (JPEG_TYPE, a_jpeg() + a_zip(), Finding("two_files")),
    "jpeg with half an archive behind": (JPEG_TYPE, a_jpeg() + a_zip()[:40], Finding("two_files")),
    "jpeg with a page behind": (JPEG_TYPE, a_jpeg() + b"<HTML><script>", Finding("two_files")),
    "jpeg with a pdf behind": (JPEG_TYPE, a_jpeg() + a_pdf(), Finding("two_files")),
    "jpeg with a program behind": (JPEG_TYPE, a_jpeg() + b"MZ\x90\0", Finding("two_files")),
    "jpeg cut": (JPEG_TYPE, a_jpeg()[:-2], Finding("truncated")),
    "jpeg cut in its tables": (JPEG_TYPE, a_jpeg()[:40], Finding("truncated")),
    "jpeg too large": (JPEG_TYPE, a_jpeg(65000, 65000), Finding("pixels")),
    "jpeg of no size": (JPEG_TYPE, a_jpeg(0, 8), Finding("damaged")),
    "jpeg of a thousand scans": (JPEG_TYPE, a_jpeg(scans=1000), Finding("heavy")),
    "jpeg of nothing": (JPEG_TYPE, b"\xff\xd8\xff\xd9", Finding("damaged")),
    "jpeg that goes astray": (JPEG_TYPE, a_jpeg()[:20] + b"\0\0" + a_jpeg()[20:], Finding("damaged")),
    "jpeg in name only": (JPEG_TYPE, b"GIF89a", Finding("not_its_type")),
    "png": (PNG_TYPE, a_png(), GOOD),
    "png interlaced": (PNG_TYPE, a_png(1, 1, interlaced=1, pixels=b"\0\0\0\0"), GOOD),
    "png with a place": (PNG_TYPE, a_png(more=chunk(b"eXIf", exif(GPS)[6:])), PLACE),
    "png with a text": (PNG_TYPE, a_png(more=chunk(b"zTXt", b"Title\0\0" + zlib.compress(b"x" * 500))), GOOD),
    "png with a plain text": (PNG_TYPE, a_png(more=chunk(b"iTXt", b"Title\0\0\0\0\0words")), GOOD),
    "png with a text that swells": (
        PNG_TYPE, a_png(more=chunk(b"zTXt", b"T\0\0" + zlib.compress(bytes(pictures.MAX_TEXT + 1)))),
        Finding("inflates"),
    ),
    "png with a text that swells, in Unicode": (
        PNG_TYPE, a_png(more=chunk(b"iTXt", b"T\0\1\0\0\0" + zlib.compress(bytes(pictures.MAX_TEXT + 1)))),
        Finding("inflates"),
    ),
    "png of more pixels than it says": (PNG_TYPE, a_png(pixels=bytes(50_000_000)), Finding("inflates")),
    "png of fewer pixels": (PNG_TYPE, a_png(pixels=b"\0\0"), Finding("truncated")),
    "png animated": (PNG_TYPE, a_png(more=chunk(b"acTL", bytes(8))), Finding("animated")),
    "png too large": (PNG_TYPE, a_png(60000, 60000, pixels=b""), Finding("pixels")),
    "png of no size": (PNG_TYPE, a_png(0, 5), Finding("damaged")),
    "png with another file behind": (PNG_TYPE, a_png() + b"leftover of a cut screenshot", Finding("two_files")),
    "png cut": (PNG_TYPE, a_png()[:-5], Finding("truncated")),
    "png with a wrong checksum": (PNG_TYPE, a_png().replace(b"IEND\xaeB`\x82", b"IEND\0\0\0\0"), Finding("damaged")),
    "png of an odd depth": (PNG_TYPE, a_png(depth=3), Finding("damaged")),
    "png whose pixels are no zlib": (
        PNG_TYPE, a_png()[:33] + chunk(b"IDAT", b"not zlib") + chunk(b"IEND", b""), Finding("damaged")
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_is_judged(name: str) -> None:
    media, content, finding = PICTURES[name]
    assert examine(media, content) == finding


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA", "LA", "I;16"])
@pytest.mark.parametrize("size", [(1, 1), (31, 17), (64, 3)])
def test_what_another_program_writes_as_png_is_taken(mode: str, size: tuple[int, int]) -> None:
    made = io.BytesIO()
    Image.new(mode, size).save(made, "PNG")
    assert examine(PNG_TYPE, made.getvalue()) == GOOD


@pytest.mark.parametrize(
    "settings", [{}, {"progressive": True}, {"quality": 100, "subsampling": 0}, {"restart_marker_rows": 1}]
)
@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
def test_what_another_program_writes_as_jpeg_is_taken(mode: str, settings: dict[str, Any]) -> None:
    made = io.BytesIO()
    Image.effect_noise((97, 61), 80).convert(mode).save(made, "JPEG", **settings)
    assert examine(JPEG_TYPE, made.getvalue()) == GOOD
    assert examine(JPEG_TYPE, made.getvalue()[:-2]).reason == "truncated"


@pytest.mark.parametrize("made", [a_png(), a_png(5, 7, interlaced=0, colour=6), a_jpeg()])
def test_the_small_files_of_these_tests_are_real(made: bytes) -> None:
    Image.open(io.BytesIO(made)).load()


SEEDS = [
    (PDF_TYPE, a_pdf()),
    (PDF_TYPE, packed_objects(b"<< /A 1 >>")),
    (JPEG_TYPE, a_jpeg(more=segment(0xE1, exif(GPS)))),
    (PNG_TYPE, a_png(more=chunk(b"eXIf", exif(GPS)[6:]))),
]


@settings(max_examples=250, deadline=None)
@given(seed=st.sampled_from(SEEDS), data=st.data())
def test_whatever_is_sent_gets_a_decision(seed: tuple[str, bytes], data: st.DataObject) -> None:
    media, content = seed
    at = st.integers(0, len(content))
    for _ in range(data.draw(st.integers(1, 4))):
        start, end = sorted((data.draw(at), data.draw(at)))
        piece = data.draw(st.one_of(st.binary(max_size=8), st.just(content[start:end])))
        content = content[:start] + piece + content[data.draw(st.sampled_from([start, end])) :]
    found = examine(media, content)
    assert found.reason is None or found.reason in REASONS
    assert set(found.notes) <= NOTES.keys()


@settings(max_examples=60, deadline=None)
@given(media=st.sampled_from(sorted(MAGIC)), rest=st.binary(max_size=300))
def test_rubbish_behind_a_right_beginning_is_refused(media: str, rest: bytes) -> None:
    assert examine(media, MAGIC[media][0] + rest).reason is not None


@pytest.mark.parametrize("seed", SEEDS[2:])
def test_a_picture_cut_anywhere_is_refused(seed: tuple[str, bytes]) -> None:
    media, content = seed
    assert all(examine(media, content[:length]).reason for length in range(len(content)))


def test_every_reason_and_note_is_said_in_both_languages_and_tells_how_to_mend() -> None:
    for text in REASONS.values():
        assert "โปรด" in text.th or "ส่งใหม่" in text.th
        assert "send" in text.en or "save" in text.en
    assert {reason for _, reason in HOSTILE_PDFS.values()} <= REASONS.keys()
