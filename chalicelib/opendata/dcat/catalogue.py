"""The catalogue itself as RDF, and the links from one page of it to the next (Hydra)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rdflib import RDF, XSD, Graph, Literal, URIRef
from rdflib.namespace import DCTERMS, FOAF, SKOS

from chalicelib.shared.dataclass import dataclass

from ..model import Group, Package
from . import codes
from .graph import Describer
from .vocabulary import DCAT, HYDRA, literal, moment, new_graph

TITLES = (("รายการชุดข้อมูลเปิดภาครัฐของคลัง", "th"), ("Klang: open data of the Thai state", "en"))
DESCRIPTIONS = (
    ("ชุดข้อมูลสาธารณะที่หน่วยงานของรัฐเผยแพร่ผ่านคลัง พร้อมคำอธิบายตามมาตรฐานข้อมูลภาครัฐของไทย", "th"),
    (
        "Public datasets that Thai state agencies publish on Klang, described by the national metadata standard.",
        "en",
    ),
)
PUBLISHER = (("สำนักงานพัฒนารัฐบาลดิจิทัล (องค์การมหาชน)", "th"), ("Digital Government Development Agency", "en"))


@dataclass(frozen=True)
class Links:
    """The addresses of a page and of those around it; None where there is none."""

    here: str
    first: str
    last: str
    next: str | None
    previous: str | None
    total: int
    size: int


def page_graph(
    site: str,
    found: Iterable[tuple[Package, Group, Sequence[Group]]],
    links: Links,
    *,
    opened: str,
    changed: str,
) -> Graph:
    """One page of the catalogue.

    Args:
        found: datasets with their organisation and themes.
        opened: when the catalogue began (ISO 8601).
        changed: when anything in it last changed (ISO 8601).
    """
    graph = new_graph()
    describer = Describer(graph, site)
    node = describe_catalogue(describer, opened=opened, changed=changed)
    for package, organization, groups in found:
        graph.add((node, DCAT.dataset, describer.dataset(package, organization, groups)))
    # ckanext-dcat's harvester looks for a PagedCollection, younger clients for a PartialCollectionView
    view = URIRef(links.here)
    for kind in (HYDRA.PagedCollection, HYDRA.PartialCollectionView):
        graph.add((view, RDF.type, kind))
    graph.add((view, HYDRA.totalItems, Literal(links.total, datatype=XSD.integer)))
    graph.add((view, HYDRA.itemsPerPage, Literal(links.size, datatype=XSD.integer)))
    for predicate, address in (
        (HYDRA.first, links.first),
        (HYDRA.last, links.last),
        (HYDRA.next, links.next),
        (HYDRA.previous, links.previous),
    ):
        if address is not None:
            graph.add((view, predicate, URIRef(address)))
    return graph


def describe_catalogue(describer: Describer, *, opened: str, changed: str) -> URIRef:
    """The catalogue without its datasets; answers its name."""
    add, vocabulary, site = describer.graph.add, describer.vocabulary, describer.site
    node = URIRef(f"{site}/catalog")
    add((node, RDF.type, DCAT.Catalog))
    for predicate, texts in ((DCTERMS.title, TITLES), (DCTERMS.description, DESCRIPTIONS)):
        for written, language in texts:
            add((node, predicate, literal(written, language)))
    publisher = URIRef(f"{site}/catalog#publisher")
    add((node, DCTERMS.publisher, publisher))
    add((publisher, RDF.type, FOAF.Agent))
    for written, language in PUBLISHER:
        add((publisher, FOAF.name, literal(written, language)))
    add((publisher, DCTERMS.type, vocabulary.publisher_type("NationalAuthority")))
    add((node, FOAF.homepage, vocabulary.page(site)))
    for code in ("THA", "ENG"):
        add((node, DCTERMS.language, vocabulary.term("language", code)))
    # the descriptions are facts that the agencies state; the data keep each their own licence
    add((node, DCTERMS.license, vocabulary.term("licence", "CC_BY_4_0")))
    add((node, DCTERMS.spatial, vocabulary.term("country", "THA")))
    add((node, DCTERMS.issued, moment(opened)))
    add((node, DCTERMS.modified, moment(changed)))
    themes = URIRef(f"{codes.AUTHORITY}data-theme")
    add((node, DCAT.themeTaxonomy, themes))
    add((themes, RDF.type, SKOS.ConceptScheme))
    add((themes, DCTERMS.title, literal("Data theme", "en")))
    return node
