"""What the descriptions of datasets and of their distributions are written with."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

from rdflib import RDF, RDFS, Graph, URIRef
from rdflib.term import Node

from . import terms
from .vocabulary import DCATAP, Vocabulary, literal


def dataset_iri(site: str, id: str) -> str:
    """The lasting name of a dataset."""
    return f"{site}/dataset/{quote(id, safe='')}"


def part(node: URIRef, name: str) -> URIRef:
    """The name of something inside a description. It has one, because nameless nodes cannot be merged or compared."""
    return URIRef(f"{node}#{name}")


class Writer:
    """Writes what occurs in many places.

    Attributes:
        graph: of the datasets.
        vocabulary: describes the terms of controlled vocabularies.
        site: public address of the catalogue.
    """

    def __init__(self, graph: Graph, vocabulary: Vocabulary, site: str) -> None:
        self.graph = graph
        self.vocabulary = vocabulary
        self.site = site

    def texts(self, node: Node, predicate: URIRef, texts: Sequence[tuple[str, str | None]]) -> None:
        """Texts in their languages; empty ones are left out."""
        for written, language in texts:
            if written:
                self.graph.add((node, predicate, literal(written, language)))

    def labelled(self, node: URIRef, kind: URIRef, written: str, predicate: URIRef = RDFS.label) -> URIRef:
        """A thing of a class that is known by its text."""
        self.graph.add((node, RDF.type, kind))
        self.texts(node, predicate, [(written, terms.language_of(written))])
        return node

    def high_value(self, node: URIRef, categories: Sequence[URIRef]) -> None:
        """The law that wants a thing published, and its categories of high-value data."""
        self.graph.add((node, DCATAP.applicableLegislation, self.vocabulary.law()))
        for category in categories:
            self.graph.add((node, DCATAP.hvdCategory, category))
