"""One dataset as RDF: DCAT-AP 3.0.1, and its HVD profile where the publisher marked the dataset as high-value.

    {site}/dataset/{id}                    dcat:Dataset
    {site}/dataset/{id}/resource/{rid}     dcat:Distribution
    {site}/dataset/{id}/resource/{rid}#api dcat:DataService, the rows of a table one by one
    {site}/organization/{id}               foaf:Agent

Ids stand in the addresses, because names may change. What is not known is left out; nothing is made up to please a
validator.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from rdflib import RDF, Graph, Literal, URIRef
from rdflib.namespace import DCTERMS, FOAF, PROV, SKOS

from ..model import Group, Package
from . import codes, terms
from .distribution import Distributions
from .said import high_value, in_languages, languages, of_group, said, words
from .vocabulary import ADMS, DCAT, VCARD, Vocabulary, day_or_year, moment, wkt
from .writer import Writer, dataset_iri, part

_CUSTODIAN = URIRef("http://inspire.ec.europa.eu/metadata-codelist/ResponsiblePartyRole/custodian")


class Describer:
    """Writes datasets into a graph.

    Args:
        graph: of the datasets.
        site: public address of the catalogue.
        terms_graph: where the terms of controlled vocabularies are described; the same graph if None.
    """

    def __init__(self, graph: Graph, site: str, terms_graph: Graph | None = None) -> None:
        self.graph = graph
        self.site = site
        self.vocabulary = Vocabulary(graph if terms_graph is None else terms_graph, site)
        self.write = Writer(graph, self.vocabulary, site)
        self._distributions = Distributions(self.write)

    def dataset(self, package: Package, organization: Group, groups: Sequence[Group]) -> URIRef:
        """One dataset with its distributions, contact and publisher; answers its name."""
        dataset, fields = package.dataset, said(package)
        node = URIRef(dataset_iri(self.site, dataset.id))
        add, vocabulary = self.graph.add, self.vocabulary
        add((node, RDF.type, DCAT.Dataset))
        titles = in_languages(fields, "title", dataset.name)
        self.write.texts(node, DCTERMS.title, titles)
        self.write.texts(node, DCTERMS.description, in_languages(fields, "notes") or titles)
        add((node, DCTERMS.identifier, Literal(dataset.id)))
        add((node, DCTERMS.issued, moment(dataset.created)))
        add((node, DCTERMS.modified, moment(package.modified)))
        add((node, DCTERMS.publisher, self.agent(organization)))
        add((node, DCTERMS.accessRights, vocabulary.term("access_right", "PUBLIC")))
        add((node, DCAT.landingPage, vocabulary.page(f"{self.site}/dataset/{quote(dataset.name, safe='')}")))
        contact = self._contact(fields, organization, node)
        add((node, DCAT.contactPoint, contact))
        for tag in [*dataset.fields.get("tags", []), *(name for _, name in dataset.vocabulary_tags)]:
            self.write.texts(node, DCAT.keyword, [(terms.text(tag), terms.language_of(tag))])
        subject = words(package, groups)
        for code in codes.themes(subject):
            add((node, DCAT.theme, vocabulary.term("data_theme", code)))
        for group in groups:
            add((node, DCTERMS.subject, self._group(group)))
        self._coverage(node, fields)
        self._described(node, fields)
        self._people(node, fields, organization)
        if dataset.harvested is not None:
            self._elsewhere(node, terms.text(dataset.harvested[1]))
        categories: list[URIRef] = []
        if high_value(fields):
            known: Sequence[str | None] = codes.hvd_categories(fields.get("data_type"), subject) or [None]
            categories = [vocabulary.hvd_category(code) for code in known]
            self.write.high_value(node, categories)
        for position, resource in enumerate(package.resources):
            each = self._distributions.describe(package, resource, position, contact, categories)
            add((node, DCAT.distribution, each))
        return node

    def agent(self, organization: Group) -> URIRef:
        """A publisher."""
        node = URIRef(f"{self.site}/organization/{quote(organization.id, safe='')}")
        if (node, RDF.type, FOAF.Agent) not in self.graph:
            self.graph.add((node, RDF.type, FOAF.Agent))
            names = of_group(organization, "title") or [(organization.name, None)]
            self.write.texts(node, FOAF.name, names)
            kind = codes.publisher_type(organization.agency)
            self.graph.add((node, DCTERMS.type, self.vocabulary.publisher_type(kind)))
        return node

    def _contact(self, fields: Mapping[str, Any], organization: Group, node: URIRef) -> URIRef:
        contact = part(node, "contact")
        for kind in (VCARD.Kind, VCARD.Organization):
            self.graph.add((contact, RDF.type, kind))
        name = terms.text(fields.get("maintainer")) or terms.text(fields.get("author")) or organization.title
        self.write.texts(contact, VCARD.fn, [(name or organization.name, terms.language_of(name))])
        email = terms.mailto(fields.get("maintainer_email")) or terms.mailto(fields.get("author_email"))
        if email is not None:
            self.graph.add((contact, VCARD.hasEmail, URIRef(email)))
        return contact

    def _group(self, group: Group) -> URIRef:
        node = URIRef(f"{self.site}/group/{quote(group.name, safe='')}")
        if (node, RDF.type, SKOS.Concept) not in self.graph:
            self.graph.add((node, RDF.type, SKOS.Concept))
            self.write.texts(node, SKOS.prefLabel, of_group(group, "title") or [(group.name, None)])
        return node

    def _coverage(self, node: URIRef, fields: Mapping[str, Any]) -> None:
        add = self.graph.add
        area = terms.box(fields)
        if area is not None or fields.get("geo_coverage") in codes.tables()["in_thailand"]:
            add((node, DCTERMS.spatial, self.vocabulary.term("country", "THA")))
        if area is not None:
            place = part(node, "place")
            west, south, east, north = area
            add((node, DCTERMS.spatial, place))
            add((place, RDF.type, DCTERMS.Location))
            add((place, DCAT.bbox, wkt(terms.polygon(area))))
            add((place, DCAT.centroid, wkt(f"POINT({(west + east) / 2:g} {(south + north) / 2:g})")))
        start, end = codes.period(fields)
        if start is not None or end is not None:
            time = part(node, "time")
            add((node, DCTERMS.temporal, time))
            add((time, RDF.type, DCTERMS.PeriodOfTime))
            for predicate, limit in ((DCAT.startDate, start), (DCAT.endDate, end)):
                if limit is not None:
                    add((time, predicate, day_or_year(limit)))

    def _described(self, node: URIRef, fields: Mapping[str, Any]) -> None:
        add, vocabulary = self.graph.add, self.vocabulary
        often = codes.frequency(fields.get("update_frequency_unit"), fields.get("update_frequency_interval"))
        if often is not None:
            add((node, DCTERMS.accrualPeriodicity, vocabulary.term("frequency", often)))
        for code in languages(fields):
            add((node, DCTERMS.language, vocabulary.term("language", code)))
        kind = codes.tables()["dataset_type_of"].get(fields.get("data_type"))
        if kind is not None:
            add((node, DCTERMS.type, vocabulary.term("dataset_type", kind)))
        if source := terms.text(fields.get("data_source")):
            add(
                (
                    node,
                    DCTERMS.provenance,
                    self.write.labelled(part(node, "provenance"), DCTERMS.ProvenanceStatement, source),
                )
            )
        if standard := terms.text(fields.get("standard")):
            add(
                (
                    node,
                    DCTERMS.conformsTo,
                    self.write.labelled(part(node, "standard"), DCTERMS.Standard, standard, DCTERMS.title),
                )
            )
        if version := terms.text(fields.get("version")):
            add((node, DCAT.version, Literal(version)))
        for name in ("url", "reference_url_catalog"):
            if address := terms.iri(fields.get(name)):
                add((node, FOAF.page, vocabulary.page(address)))

    def _people(self, node: URIRef, fields: Mapping[str, Any], organization: Group) -> None:
        """Who made the data and which unit keeps them; both are of the kind that their organisation is of."""
        add = self.graph.add
        kind = self.vocabulary.publisher_type(codes.publisher_type(organization.agency))
        if author := terms.text(fields.get("author")):
            creator = self.write.labelled(part(node, "creator"), FOAF.Agent, author, FOAF.name)
            add((creator, DCTERMS.type, kind))
            add((node, DCTERMS.creator, creator))
        if not (maintainer := terms.text(fields.get("maintainer"))):
            return
        keeper = self.write.labelled(part(node, "maintainer"), FOAF.Agent, maintainer, FOAF.name)
        add((keeper, DCTERMS.type, kind))
        attribution = part(node, "attribution")
        add((node, PROV.qualifiedAttribution, attribution))
        add((attribution, RDF.type, PROV.Attribution))
        add((attribution, PROV.agent, keeper))
        add((attribution, DCAT.hadRole, _CUSTODIAN))
        add((_CUSTODIAN, RDF.type, DCAT.Role))

    def _elsewhere(self, node: URIRef, id: str) -> None:
        if id:
            other = part(node, "source")
            self.graph.add((node, ADMS.identifier, other))
            self.graph.add((other, RDF.type, ADMS.Identifier))
            self.graph.add((other, SKOS.notation, Literal(id)))
