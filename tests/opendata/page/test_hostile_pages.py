"""Whatever publishers write, and whatever visitors ask, stays text on every page."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tests.opendata.page.town import BROWSER, Page, get, town
from tests.opendata.portal import Portal

PIECES = [
    "<script>alert(1)</script>", "</title><script>x</script>", '" onload="alert(1)', "' autofocus onfocus='x",
    "</style>", "</script><script>alert(1)</script>", "<!--", "-->", "]]>", "{{ 7*7 }}", "{% raw %}", "<img src=x>",
    "javascript:alert(1)", "&lt;b&gt;", "\u202e", "\u2028", "<svg/onload=x>", "`", "${x}", "%3Cscript%3E",
    "</textarea>", "\\u003cscript>",
]  # fmt: skip
LETTERS = st.text(st.characters(blacklist_categories=["Cs", "Cc"]), max_size=6)
HOSTILE = st.lists(st.one_of(st.sampled_from(PIECES), LETTERS), max_size=4).map(lambda parts: "ก" + "".join(parts))
UNSHRUNK = settings(max_examples=10, deadline=None, phases=(Phase.explicit, Phase.generate))
"""An example is a catalogue written and read: what fails is told as it was found."""
EXECUTE = {"script", "iframe", "object", "embed", "base", "img", "video", "audio", "math", "foreignobject", "template"}

PROVINCES = 5
"""Of the town's table."""


def harmless(html: str) -> None:
    page = Page(html)
    assert page.wrong == []
    for tag, attributes in page.elements:
        assert tag not in EXECUTE or attributes == {"type": "application/ld+json"}, tag
        for name, value in attributes.items():
            assert not name.startswith("on") and name not in ("style", "srcdoc", "autofocus"), (tag, attributes)
            if name in ("href", "action", "src"):
                assert value.startswith(("/", "https://", "http://", "#", "mailto:", "data:image/svg+xml,")), value
    pictures = [svg for svg in page.all("svg") if svg.get("role") == "img"]
    titles = page.all("title")
    assert len(page.all("style")) == 1 and sum("id" in title for title in titles) == len(pictures)
    # besides the page's own, each coloured province of a map has one
    coloured = PROVINCES if any(picture.get("class") == "map" for picture in pictures) else 0
    assert sum("id" not in title for title in titles) == 1 + coloured
    assert "49" not in [text.strip() for text in page.texts.get("h1", [])]


def test_what_publishers_write_never_becomes_markup(tmp_path: Path) -> None:
    portal = Portal(tmp_path / "tables")
    ids = town(portal)

    @UNSHRUNK
    @given(HOSTILE, HOSTILE, HOSTILE)
    def write(title: str, notes: str, name: str) -> None:
        changed = {
            "title": title,
            "notes": notes,
            "data_source": name,
            "maintainer": name,
            "accessible_condition": title,
        }
        extras: list[dict[str, Any]] = [{"key": name, "value": title}]
        portal.result(portal.act("package_patch", portal.publisher, id="food-licences", **changed, extras=extras))
        portal.result(portal.act("resource_patch", portal.publisher, id=ids["link"], name=name, description=notes))
        for path in (
            "/dataset",
            "/dataset/food-licences",
            "/dataset/food-licences?lang=en",
            f"/dataset/food-licences/resource/{ids['link']}",
            "/organization/laemngop",
        ):
            answer = get(portal, path)
            assert answer.status == 200, answer.text
            harmless(answer.text)

    write()


def test_columns_and_cells_never_become_markup(portal: Portal) -> None:
    portal.organization()
    made = portal.dataset()
    header = '<script>alert(1)</script>,"จังหวัด ""><img src=x>",จำนวน'
    rows = "".join(f'</td><script>x</script>{at},"<svg onload=x> {at % 3}",{at * at}\n' for at in range(1, 9))
    table = portal.table_of(made["id"], f"{header}\n{rows}".encode(), name="</h3><script>x</script>")
    for path in (f"/dataset/{made['name']}", f"/dataset/{made['name']}/resource/{table}"):
        answer = get(portal, path)
        assert answer.status == 200
        harmless(answer.text)
        assert "&lt;script&gt;" in answer.text


def test_what_visitors_ask_is_only_text(busy: tuple[Portal, Mapping[str, str]]) -> None:
    portal, ids = busy
    names = st.sampled_from(["q", "tags", "organization", "sort", "page", "lang", "column", "value"])

    @UNSHRUNK
    @given(st.dictionaries(names, HOSTILE, max_size=4))
    def ask(query: dict[str, str]) -> None:
        for path in ("/dataset", f"/dataset/food-licences/resource/{ids['table']}"):
            answer = portal.client.get(f"{path}?{urlencode(query)}", headers=BROWSER)
            assert answer.status == 200, answer.text
            harmless(answer.text)

    ask()
