"""DCAT in Turtle, RDF/XML or JSON-LD, one document or Hydra's pages.

Nothing that a document refers to is ever fetched: no remote @context, no external entity.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

from chalicelib.shared.errors import Malformed
from chalicelib.shared.json_text import parse_json

from ..model import Page, Record, Source
from ..remote import Answer, Broken, host_of

if TYPE_CHECKING:
    from rdflib import Graph
    from rdflib.term import Node

DCAT, DCT = "http://www.w3.org/ns/dcat#", "http://purl.org/dc/terms/"
FOAF, VCARD = "http://xmlns.com/foaf/0.1/", "http://www.w3.org/2006/vcard/ns#"
HYDRA, RDFS = "http://www.w3.org/ns/hydra/core#", "http://www.w3.org/2000/01/rdf-schema#"
_LANGUAGES = ("th", "en", "")


class Dcat:
    """Reads the datasets of a graph."""

    accept = "text/turtle, application/rdf+xml;q=0.9, application/ld+json;q=0.8"

    def address(self, source: Source, place: str, since: str) -> str:
        """See `Reader`; the place is the address that the page before named."""
        return place or source.url

    def read(self, source: Source, place: str, answer: Answer) -> Page:
        """See `Reader`."""
        from rdflib import RDF, URIRef

        graph = _graph(answer)
        found = sorted(graph.subjects(RDF.type, URIRef(f"{DCAT}Dataset")), key=str)
        records = tuple(_Dataset(graph, each).record() for each in dict.fromkeys(found))
        return Page(records, _onwards(graph, answer.url), _total(graph))


def _graph(answer: Answer) -> Graph:
    from rdflib import Graph

    # rdflib tells in its log what literals it could not read: that is somebody else's text
    logging.getLogger("rdflib").setLevel(logging.CRITICAL)
    syntax = _format(answer)
    body = answer.body
    if syntax == "xml":
        _without_entities(body)
    elif syntax == "json-ld":
        body = _without_remote_contexts(body)
    try:
        return Graph().parse(data=body, format=syntax, publicID=answer.url)
    except Exception:  # the parsers of RDF share no class of errors
        raise Broken("rdf") from None


def _format(answer: Answer) -> str:
    media = answer.media_type.split(";")[0].strip().lower()
    known = {
        "text/turtle": "turtle",
        "application/x-turtle": "turtle",
        "application/rdf+xml": "xml",
        "application/ld+json": "json-ld",
    }
    if media in known:
        return known[media]
    start = answer.body.lstrip(b"\xef\xbb\xbf \t\r\n")[:200]
    if start[:1] in (b"{", b"["):
        return "json-ld"
    return "xml" if start.startswith((b"<?xml", b"<rdf:")) else "turtle"


def _without_entities(body: bytes) -> None:
    from xml.etree.ElementTree import ParseError

    from defusedxml.common import DefusedXmlException
    from defusedxml.ElementTree import fromstring

    try:
        fromstring(body, forbid_dtd=True)
    except DefusedXmlException:
        raise Broken("xml") from None
    except (ParseError, ValueError, LookupError, RecursionError):
        raise Broken("rdf") from None


def _without_remote_contexts(body: bytes) -> bytes:
    """JSON-LD whose contexts all stand in it: rdflib would fetch the others itself."""
    try:
        parsed = parse_json(body.removeprefix(b"\xef\xbb\xbf"))
    except Malformed:
        raise Broken("json") from None
    waiting: list[Any] = [parsed]
    while waiting:
        each = waiting.pop()
        if isinstance(each, list):
            waiting += each
        elif isinstance(each, dict):
            for name, value in each.items():
                if name == "@import" or (name == "@context" and _refers(value)):
                    raise Broken("context")
                waiting.append(value)
    return json.dumps(parsed, ensure_ascii=False).encode()


def _refers(context: Any) -> bool:
    if isinstance(context, list):
        return any(_refers(each) for each in context)
    return isinstance(context, str)


def _onwards(graph: Graph, url: str) -> str | None:
    """The next page, of Hydra's newer or older word for it, on the same host."""
    from rdflib import URIRef

    for name in ("next", "nextPage"):
        for target in sorted(map(str, graph.objects(None, URIRef(f"{HYDRA}{name}")))):
            try:
                there = urljoin(url, target)
            except ValueError:
                raise Broken("moved") from None
            if host_of(there) != host_of(url):
                raise Broken("moved")
            return there
    return None


def _total(graph: Graph) -> int | None:
    from rdflib import URIRef

    for value in graph.objects(None, URIRef(f"{HYDRA}totalItems")):
        text = str(value)
        if text.isascii() and text.isdigit() and len(text) < 10:
            return int(text)
    return None


class _Dataset:
    """One dataset of a graph."""

    def __init__(self, graph: Graph, subject: Node) -> None:
        self._graph = graph
        self._subject = subject

    def record(self) -> Record:
        from rdflib import URIRef

        subject = self._subject
        about = str(subject) if isinstance(subject, URIRef) else self._text(subject, f"{DCT}identifier")
        publisher = self._first(subject, f"{DCT}publisher")
        contact = self._first(subject, f"{DCAT}contactPoint")
        name = "" if publisher is None else self._named(publisher)
        distributions = sorted(map(self._distribution, self._all(subject, f"{DCAT}distribution")), key=_order)
        licenses = [self._text(subject, f"{DCT}license"), *(each.pop("license") for each in distributions)]
        content: dict[str, Any] = {
            "title": self._text(subject, f"{DCT}title"),
            "notes": self._text(subject, f"{DCT}description"),
            "tags": sorted({str(each) for each in self._all(subject, f"{DCAT}keyword")}),
            "maintainer": "" if contact is None else self._text(contact, f"{VCARD}fn"),
            "maintainer_email": "" if contact is None else self._mail(contact),
            "license": next((text for text in licenses if text), ""),
            "frequency": self._text(subject, f"{DCT}accrualPeriodicity"),
            "url": self._text(subject, f"{DCAT}landingPage"),
            "data_source": name,
            "organization": {"title": name},
            "groups": [],
            "resources": distributions,
        }
        return Record(about, content)

    def _distribution(self, node: Node) -> dict[str, Any]:
        from rdflib import URIRef

        told = self._text(node, f"{DCT}format") or self._text(node, f"{DCAT}mediaType")
        return {
            "id": str(node) if isinstance(node, URIRef) else "",
            "name": self._text(node, f"{DCT}title"),
            "description": self._text(node, f"{DCT}description"),
            "format": told.rstrip("/").rsplit("/", 1)[-1] if "://" in told else told,
            "url": self._text(node, f"{DCAT}downloadURL") or self._text(node, f"{DCAT}accessURL"),
            "license": self._text(node, f"{DCT}license"),
        }

    def _mail(self, contact: Node) -> str:
        return self._text(contact, f"{VCARD}hasEmail").removeprefix("mailto:")

    def _named(self, agent: Node) -> str:
        from rdflib import Literal

        if isinstance(agent, Literal):
            return str(agent)
        return self._text(agent, f"{FOAF}name") or self._text(agent, f"{RDFS}label")

    def _all(self, subject: Node, predicate: str) -> list[Node]:
        from rdflib import URIRef

        return list(dict.fromkeys(self._graph.objects(subject, URIRef(predicate))))

    def _first(self, subject: Node, predicate: str) -> Node | None:
        return min(self._all(subject, predicate), key=str, default=None)

    def _text(self, subject: Node, predicate: str) -> str:
        """The value in Thai, else English, else any; "" where there is none that can be written."""
        return _best(self._all(subject, predicate))


def _best(values: Iterable[Node]) -> str:
    from rdflib import BNode, Literal

    def rank(value: Node) -> tuple[int, str]:
        language = (value.language or "") if isinstance(value, Literal) else ""
        known = language.split("-")[0]
        return (_LANGUAGES.index(known) if known in _LANGUAGES else len(_LANGUAGES), str(value))

    return str(min((each for each in values if not isinstance(each, BNode)), key=rank, default=""))


def _order(distribution: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(str(distribution[name]) for name in ("id", "url", "name"))
