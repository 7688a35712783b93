"""What may stand in the graph, whatever was written."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rdflib import Graph, Literal, URIRef

from chalicelib.opendata.dcat import terms

GOOD = [
    ("https://a.example/x?y=1&z=[2]#f", "https://a.example/x?y=1&z=%5B2%5D#f"),
    ("HTTP://a.example", "http://a.example"),
    (
        "https://a.example/แผนที่ 1.csv",
        "https://a.example/%E0%B9%81%E0%B8%9C%E0%B8%99%E0%B8%97%E0%B8%B5%E0%B9%88%201.csv",
    ),
    ("https://a.example/100%/x%20y", "https://a.example/100%25/x%20y"),
    ("https://ไทย.example:8080/", "https://ไทย.example:8080/"),
    ("https://[2001:db8::1]/", "https://[2001:db8::1]/"),
    ("ftp://a.example/x", "ftp://a.example/x"),
    ('https://a.example/"><script>', "https://a.example/%22%3E%3Cscript%3E"),
]
BAD = [
    "", None, "a.example/x", "javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "https://", "https:///x",
    "https://a b.example/", "https://a>.example/", "https://user:pass@a.example/", "https://[::1",
    "https://a.example/" + "x" * 3000, "urn:x", "//a.example/x", "https://-/",
]  # fmt: skip


@pytest.mark.parametrize("given_text, iri", GOOD)
def test_addresses(given_text: str, iri: str) -> None:
    assert terms.iri(given_text) == iri
    assert terms.iri(iri) == iri, "what is encoded already stays"


@pytest.mark.parametrize("given_text", BAD)
def test_what_is_no_address(given_text: str | None) -> None:
    assert terms.iri(given_text) is None


@given(st.text(max_size=60))
@settings(max_examples=40)
def test_nothing_breaks_out_of_an_address(tail: str) -> None:
    iri = terms.iri(f"https://a.example/{tail}")
    if iri is not None:
        graph = Graph()
        graph.add((URIRef("urn:s"), URIRef("urn:p"), URIRef(iri)))
        read = Graph().parse(data=graph.serialize(format="turtle"), format="turtle")
        assert [str(each) for each in read.objects()] == [iri]


@given(st.text(max_size=60))
@settings(max_examples=40)
def test_nothing_breaks_out_of_a_text(written: str) -> None:
    clean = terms.text(written)
    graph = Graph()
    graph.add((URIRef("urn:s"), URIRef("urn:p"), Literal(clean, lang="th")))
    for form in ("xml", "nt"):
        read = Graph().parse(data=graph.serialize(format=form), format=form)
        found = [str(each).replace("\r\n", "\n").replace("\r", "\n") for each in read.objects()]
        assert found == [clean.replace("\r\n", "\n").replace("\r", "\n")]


@pytest.mark.parametrize(
    "text, language",
    [("น้ำ", "th"), ("COVID-19 ในไทย", "th"), ("Water", "en"), ("2566", None), ("水", None), ("", None)],
)
def test_languages(text: str, language: str | None) -> None:
    assert terms.language_of(text) == language


@pytest.mark.parametrize(
    "text", ["", "a", "a@b", "a b@c.example", "a@c.example>", "<a@c.example>", "a@c.example\n", None]
)
def test_what_is_no_mailbox(text: str | None) -> None:
    found = terms.mailto(text)
    assert found is None or found == "mailto:a@c.example"


def test_mailboxes() -> None:
    assert terms.mailto("it+open@dga.or.th") == "mailto:it+open@dga.or.th"


def test_boxes() -> None:
    box = {
        "west_bound_longitude": "98.2",
        "east_bound_longitude": "102",
        "south_bound_longitude": "11",
        "north_bound_longitude": "14",
    }
    assert terms.box(box) == (98.2, 11.0, 102.0, 14.0)
    assert terms.box({**box, "south_bound_latitude": "12"}) == (98.2, 12.0, 102.0, 14.0)
    for side, wrong in (("east", "97"), ("north", "91"), ("west", "x"), ("west", "nan"), ("west", "")):
        assert terms.box({**box, f"{side}_bound_longitude": wrong}) is None
    assert terms.box({}) is None
    assert terms.polygon((1, 2, 3, 4)) == "POLYGON((1 2,3 2,3 4,1 4,1 2))"
