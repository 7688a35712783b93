"""The namespaces of DCAT-AP, and how a term of a controlled vocabulary is described where it is used.

DCAT-AP asks for the class of every value ("a dct:Frequency"). The authority tables are not part of our answer, so each
term used is described beside it, as far as a validator and a reader need: its class, scheme and labels.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rdflib import RDF, RDFS, XSD, Graph, Literal, Namespace, URIRef
from rdflib.namespace import DCTERMS, FOAF, OWL, PROV, SKOS

from . import codes, terms

ADMS = Namespace("http://www.w3.org/ns/adms#")
DCAT = Namespace("http://www.w3.org/ns/dcat#")  # rdflib's own knows DCAT 2 only
DCATAP = Namespace("http://data.europa.eu/r5r/")
ELI = Namespace("http://data.europa.eu/eli/ontology#")
GEO = Namespace("http://www.opengis.net/ont/geosparql#")
HYDRA = Namespace("http://www.w3.org/ns/hydra/core#")
LOCN = Namespace("http://www.w3.org/ns/locn#")
SPDX = Namespace("http://spdx.org/rdf/terms#")
VCARD = Namespace("http://www.w3.org/2006/vcard/ns#")

PREFIXES = {
    "adms": ADMS, "dcat": DCAT, "dcatap": DCATAP, "dct": DCTERMS, "eli": ELI, "foaf": FOAF, "geo": GEO, "hydra": HYDRA,
    "locn": LOCN, "owl": OWL, "prov": PROV, "rdf": RDF, "rdfs": RDFS, "skos": SKOS, "spdx": SPDX, "vcard": VCARD,
    "xsd": XSD,
}  # fmt: skip

_SCHEMES = {
    "country": "country", "data_theme": "data-theme", "dataset_type": "dataset-type", "frequency": "frequency",
    "language": "language", "licence": "licence", "access_right": "access-right",
    "planned_availability": "planned-availability", "file_type": "file-type",
}  # fmt: skip
_CLASSES: dict[str, Sequence[URIRef]] = {
    "country": (DCTERMS.Location,),
    "data_theme": (SKOS.Concept,),
    "dataset_type": (SKOS.Concept,),
    "frequency": (DCTERMS.Frequency,),
    "language": (DCTERMS.LinguisticSystem,),
    "licence": (DCTERMS.LicenseDocument,),
    "access_right": (DCTERMS.RightsStatement,),
    "planned_availability": (SKOS.Concept,),
    "file_type": (DCTERMS.MediaTypeOrExtent,),
}


def new_graph() -> Graph:
    """An empty graph that knows our prefixes and no others."""
    graph = Graph(bind_namespaces="none")
    for prefix, namespace in PREFIXES.items():
        graph.bind(prefix, namespace)
    return graph


def literal(written: str, language: str | None = None) -> Literal:
    """A text in its language."""
    return Literal(written, lang=language)


def moment(iso: str) -> Literal:
    """A time as xsd:dateTime in UTC, from an ISO text of ours."""
    plain = iso.replace("+00:00", "Z")
    return Literal(plain if plain.endswith("Z") else f"{plain}Z", datatype=XSD.dateTime, normalize=False)


def day_or_year(written: str) -> Literal:
    """An ISO date, month or year in its type."""
    kind = {4: XSD.gYear, 7: XSD.gYearMonth}.get(len(written), XSD.date)
    return Literal(written, datatype=kind, normalize=False)


def wkt(written: str) -> Literal:
    """A geometry as WKT."""
    return Literal(written, datatype=GEO.wktLiteral)


class Vocabulary:
    """Describes terms once each.

    Args:
        graph: where the descriptions go.
        site: public address of the catalogue.
    """

    def __init__(self, graph: Graph, site: str) -> None:
        self._graph = graph
        self._site = site
        self._seen: set[URIRef] = set()

    def term(self, table: str, code: str) -> URIRef:
        """A term of one of the EU's tables, by our name for it and its code."""
        scheme = URIRef(codes.AUTHORITY + _SCHEMES[table])
        node = URIRef(f"{scheme}/{code}")
        if self._is_new(node):
            labels = [code] if table == "file_type" else codes.tables()[table][code]
            self._describe(node, _CLASSES[table], scheme, labels[:1] if table == "licence" else labels)
            if table == "licence":
                self._graph.add((node, DCTERMS.type, self.licence_type(labels[2])))
                self._graph.add((node, FOAF.page, self.page(labels[1])))
            if table == "country":
                west, south = codes.THAILAND_CENTRE
                self._graph.add((node, DCAT.bbox, wkt(terms.polygon(codes.THAILAND))))
                self._graph.add((node, DCAT.centroid, wkt(f"POINT({west:g} {south:g})")))
        return node

    def licence_type(self, code: str) -> URIRef:
        """A kind of licence of ADMS."""
        return self._adms(codes.ADMS_LICENCE_TYPE, code, codes.tables()["licence_type"])

    def publisher_type(self, code: str) -> URIRef:
        """A kind of publisher of ADMS."""
        return self._adms(codes.ADMS_PUBLISHER_TYPE, code, codes.tables()["publisher_type"])

    def _adms(self, base: str, code: str, labels: dict[str, list[str]]) -> URIRef:
        node = URIRef(base + code)
        if self._is_new(node):
            self._describe(node, (SKOS.Concept,), URIRef(f"{base}1.0"), labels[code])
        return node

    def hvd_category(self, code: str | None) -> URIRef:
        """A category of high-value data: the EU's, or for None our own for what only the Thai rule knows."""
        if code is None:
            node = URIRef(f"{self._site}/catalog#hvd-other")
            if self._is_new(node):
                words = ["High-value by the Thai rule alone", "ข้อมูลที่มีคุณค่าสูงตามเกณฑ์ของไทย"]
                self._describe(node, (SKOS.Concept,), URIRef(f"{self._site}/catalog#hvd"), words)
            return node
        node = URIRef(codes.HVD_CATEGORY + code)
        if self._is_new(node):
            labels = codes.tables()["hvd_category"][code]
            self._describe(node, (SKOS.Concept,), URIRef(codes.HVD_SCHEME), labels)
        return node

    def media_type(self, name: str) -> URIRef:
        """A media type in IANA's register."""
        node = URIRef(codes.MEDIA_TYPES + name)
        if self._is_new(node):
            self._graph.add((node, RDF.type, DCTERMS.MediaType))
        return node

    def page(self, address: str) -> URIRef:
        """A page of the web as a document; the address must have been checked."""
        node = URIRef(address)
        if self._is_new(node):
            self._graph.add((node, RDF.type, FOAF.Document))
        return node

    def law(self) -> URIRef:
        """What obliges Thai agencies to publish: the Digital Government Act, section 17."""
        node = URIRef(f"{self._site}/catalog#digital-government-act-2562")
        if self._is_new(node):
            self._graph.add((node, RDF.type, ELI.LegalResource))
            for written, language in (
                ("พระราชบัญญัติการบริหารงานและการให้บริการภาครัฐผ่านระบบดิจิทัล พ.ศ. 2562 มาตรา 17", "th"),
                ("Digital Government Administration and Services Delivery Act B.E. 2562 (2019), section 17", "en"),
            ):
                self._graph.add((node, DCTERMS.title, literal(written, language)))
        return node

    def _is_new(self, node: URIRef) -> bool:
        if node in self._seen:
            return False
        self._seen.add(node)
        return True

    def _describe(self, node: URIRef, classes: Iterable[URIRef], scheme: URIRef, labels: Sequence[str]) -> None:
        add = self._graph.add
        for each in classes:
            add((node, RDF.type, each))
        add((node, SKOS.inScheme, scheme))
        for label, language in zip(labels, ("en", "th"), strict=False):
            add((node, SKOS.prefLabel, literal(label, language)))
