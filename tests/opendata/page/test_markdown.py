"""Descriptions: what may be written, and that nothing in them becomes anything else."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.opendata.page import markdown
from tests.opendata.page.town import Page

HOSTILE = [
    "<script>alert(1)</script>",
    "[x](javascript:alert(1))",
    "[x](  JaVaScRiPt:alert(1))",
    "[x](data:text/html,<script>alert(1)</script>)",
    "<javascript:alert(1)>",
    "[x](vbscript:x)",
    "![x](https://spy.example/pixel.png)",
    '<img src=x onerror="alert(1)">',
    '[x](https://a.example "onmouseover=alert(1)")',
    "[x](//spy.example)",
    "</p></section><style>*{display:none}</style>",
    "<svg onload=alert(1)>",
    "```html\n</code></pre><script>alert(1)</script>\n```",
    "[a]: javascript:alert(1)\n\n[a]",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
]
PIECES = st.lists(
    st.one_of(
        st.sampled_from([*HOSTILE, "# ", "\n\n", "- ", "> ", "|a|b|\n|-|-|\n", "**", "`", "<", ">", '"', "'"]),
        st.text(max_size=8),
    ),
    max_size=12,
).map("".join)


def harmless(html: str) -> None:
    page = Page(html)
    assert page.wrong == []
    for tag, attributes in page.elements:
        assert tag in markdown.TAGS, tag
        assert attributes.keys() <= ({"href", "rel", "title"} if tag == "a" else set()), (tag, attributes)
        if "href" in attributes:
            assert attributes["href"].partition(":")[0].lower() in ("http", "https", "mailto"), attributes
            assert attributes["rel"] == "nofollow noopener"


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text(text: str) -> None:
    harmless(str(markdown.as_html(text)))


@settings(max_examples=60, deadline=None)
@given(PIECES)
def test_whatever_is_written_is_harmless(text: str) -> None:
    harmless(str(markdown.as_html(text)))
    assert "\n" not in markdown.as_text(text)


def test_what_descriptions_are_made_of() -> None:
    made = str(markdown.as_html("**หนา** [ลิงก์](https://a.example/?a=1&b=2)\n\n- ข้อ\n\n|ก|ข|\n|-|-|\n|1|2|"))
    for part in ("<strong>หนา</strong>", '<a href="https://a.example/?a=1&amp;b=2"', "<li>ข้อ</li>", "<td>2</td>"):
        assert part in made


@pytest.mark.parametrize(
    ("text", "levels"),
    [
        ("# a\n\n## b", ["h2", "h3"]),
        ("### a\n\n# b", ["h2", "h2"]),
        ("# a\n\n###### b", ["h2", "h3"]),
        ("a\n-\n", ["h2"]),
    ],
)
def test_headings_begin_below_the_page_and_leave_none_out(text: str, levels: list[str]) -> None:
    page = Page(str(markdown.as_html(text)))
    assert [tag for tag, _ in page.elements if tag.startswith("h")] == levels


def test_deep_nesting_and_length_have_an_end() -> None:
    assert len(str(markdown.as_html(">" * 5_000 + "a"))) < 20_000
    assert len(str(markdown.as_html("ก" * 100_000))) < 25_000


def test_text_has_the_words_and_no_marks() -> None:
    assert markdown.as_text("ด้าน**สถิติ**ของ\n\n- ก\n- ข &amp; <b>ค</b>") == "ด้านสถิติของ ก ข & <b>ค</b>"
    assert markdown.as_text(None) == ""


@pytest.mark.parametrize(
    ("text", "limit", "cut"),
    [
        ("สั้น", 10, "สั้น"),
        ("one two three", 9, "one two…"),
        ("กี่คน", 2, "…"),
        ("คนที่กี่", 3, "คน…"),
        ("abcเด", 4, "abc…"),
        ("abcdef", 4, "abcd…"),
    ],
)
def test_a_text_is_not_cut_within_a_letter(text: str, limit: int, cut: str) -> None:
    assert markdown.cut(text, limit) == cut


def test_only_marks_pass_from_the_search_engine() -> None:
    marked = markdown.marked('<mark class="x">ก</mark> &lt;b&gt; <script>x</script><img src=x>')
    assert str(marked) == "<mark>ก</mark> &lt;b&gt; "


@pytest.mark.parametrize(
    ("highlight", "shown"),
    [
        ("**ใบ<mark>อนุญาต</mark>** &lt;b&gt; &amp;", "ใบ<mark>อนุญาต</mark> &lt;b&gt; &amp;"),
        (f"{'ก ' * 100}<mark>น้ำ</mark> ท่วม", f"…{'ก ' * 29}<mark>น้ำ</mark> ท่วม"),
        (f"<mark>น้ำ</mark>{' ก' * 100}", f"<mark>น้ำ</mark>{' ก' * 47}…"),
        ("[คู่มือ<mark>น้ำ</mark>](https://a.example)", "คู่มือ<mark>น้ำ</mark>"),
        (f"<mark>{'ก' * 150}</mark> ข", f"<mark>{'ก' * 99}…</mark>"),
    ],
)
def test_what_was_found_in_a_description_is_shown_with_its_neighbours(highlight: str, shown: str) -> None:
    assert str(markdown.passage(highlight, 100)) == shown


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.one_of(st.sampled_from(["<mark>", "</mark>", "\ue000", "&lt;script&gt;", "<img src=x>"]), PIECES), max_size=6
    )
)
def test_a_passage_holds_nothing_but_marks(parts: list[str]) -> None:
    page = Page(str(markdown.passage("".join(parts), 80)))
    assert {tag for tag, _ in page.elements} <= {"mark"}
    assert all(not attributes for _, attributes in page.elements)
