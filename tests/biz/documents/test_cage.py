"""The look into a file in a process of its own: same answers, hard limits, no secrets."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from chalicelib.biz.documents.cage import caged
from chalicelib.biz.documents.examination import Finding, examine
from chalicelib.shared.errors import Unavailable

from .files import a_jpeg, a_pdf, exif, segment

PLACED = a_jpeg(more=segment(0xE1, exif(0x8825)))


@pytest.mark.parametrize(
    ("media", "content"),
    [
        ("application/pdf", a_pdf()),
        ("application/pdf", a_pdf(catalog=b"/OpenAction << /S /JavaScript /JS (x) >>")),
        ("image/jpeg", PLACED),
    ],
)
def test_it_answers_as_outside(media: str, content: bytes) -> None:
    assert caged(media, content) == examine(media, content)


def test_who_needs_too_much_memory_is_refused_as_too_complex() -> None:
    content = a_pdf() + b" " * 40_000_000
    assert caged("application/pdf", content, memory=72 * 1024 * 1024) == Finding("heavy")


def test_who_takes_too_long_is_refused_as_too_complex() -> None:
    assert caged("application/pdf", a_pdf(b"x", *[b"<< /A [1 2 3] >>"] * 40_000), cpu=1) == Finding("heavy")
    assert caged("application/pdf", a_pdf(), wall=0.01) == Finding("heavy")


def test_a_check_that_does_not_come_up_is_no_fault_of_the_file() -> None:
    with pytest.raises(Unavailable):
        caged("application/pdf", a_pdf(), python="/bin/false")


def test_the_process_knows_nothing_of_ours(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Were our environment handed on, Python would run this and fail to come up."""
    (tmp_path / "sitecustomize.py").write_text("import os; os._exit(3)")
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path}{os.pathsep}{os.environ.get('PYTHONPATH', '')}")
    assert caged("image/jpeg", a_jpeg()) == Finding()
