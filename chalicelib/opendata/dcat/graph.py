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

from rdflib import RDF, RDFS, XSD, Graph, Literal, URIRef
from rdflib.namespace import DCAT, DCTERMS, FOAF, PROV, SKOS
from rdflib.term import Node

from ..model import Group, Package, Resource
from ..standard.fields import license_of
from ..views import resource_view
from . import codes, terms
from .said import high_value, in_languages, languages, of_group, said, words
from .vocabulary import ADMS, DCATAP, SPDX, VCARD, Vocabulary, day_or_year, literal, moment, wkt

PROFILE = "http://data.europa.eu/r5r/"
_CUSTODIAN = URIRef("http://inspire.ec.europa.eu/metadata-codelist/ResponsiblePartyRole/custodian")


def dataset_iri(site: str, id: str) -> str:
    """The lasting name of a dataset."""
    return f"{site}/dataset/{quote(id, safe='')}"


def _part(node: URIRef, name: str) -> URIRef:
    """The name of something inside a description. It has one, because nameless nodes cannot be merged or compared."""
    return URIRef(f"{node}#{name}")


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

    def dataset(self, package: Package, organization: Group, groups: Sequence[Group]) -> URIRef:
        """One dataset with its distributions, contact and publisher; answers its name."""
        dataset, fields = package.dataset, said(package)
        node = URIRef(dataset_iri(self.site, dataset.id))
        add, vocabulary = self.graph.add, self.vocabulary
        add((node, RDF.type, DCAT.Dataset))
        titles = in_languages(fields, "title", dataset.name)
        self._texts(node, DCTERMS.title, titles)
        self._texts(node, DCTERMS.description, in_languages(fields, "notes") or titles)
        add((node, DCTERMS.identifier, Literal(dataset.id)))
        add((node, DCTERMS.issued, moment(dataset.created)))
        add((node, DCTERMS.modified, moment(package.modified)))
        add((node, DCTERMS.publisher, self.agent(organization)))
        add((node, DCTERMS.accessRights, vocabulary.term("access_right", "PUBLIC")))
        add((node, DCAT.landingPage, vocabulary.page(f"{self.site}/dataset/{quote(dataset.name, safe='')}")))
        contact = self._contact(fields, organization, node)
        add((node, DCAT.contactPoint, contact))
        for tag in [*fields.get("tags", []), *(name for _, name in dataset.vocabulary_tags)]:
            self._texts(node, DCAT.keyword, [(terms.text(tag), terms.language_of(tag))])
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
            self._high_value(node, categories)
        for position, resource in enumerate(package.resources):
            add((node, DCAT.distribution, self._distribution(package, resource, position, contact, categories)))
        return node

    def agent(self, organization: Group) -> URIRef:
        """A publisher."""
        node = URIRef(f"{self.site}/organization/{quote(organization.id, safe='')}")
        if (node, RDF.type, FOAF.Agent) not in self.graph:
            self.graph.add((node, RDF.type, FOAF.Agent))
            names = of_group(organization, "title") or [(organization.name, None)]
            self._texts(node, FOAF.name, names)
            kind = codes.publisher_type(organization.agency)
            self.graph.add((node, DCTERMS.type, self.vocabulary.publisher_type(kind)))
        return node

    def _texts(self, node: Node, predicate: URIRef, texts: Sequence[tuple[str, str | None]]) -> None:
        for written, language in texts:
            if written:
                self.graph.add((node, predicate, literal(written, language)))

    def _labelled(self, node: URIRef, kind: URIRef, written: str, predicate: URIRef = RDFS.label) -> URIRef:
        """A thing of a class that is known by its text."""
        self.graph.add((node, RDF.type, kind))
        self._texts(node, predicate, [(written, terms.language_of(written))])
        return node

    def _contact(self, fields: Mapping[str, Any], organization: Group, node: URIRef) -> URIRef:
        contact = _part(node, "contact")
        for kind in (VCARD.Kind, VCARD.Organization):
            self.graph.add((contact, RDF.type, kind))
        name = terms.text(fields.get("maintainer")) or terms.text(fields.get("author")) or organization.title
        self._texts(contact, VCARD.fn, [(name or organization.name, terms.language_of(name))])
        email = terms.mailto(fields.get("maintainer_email")) or terms.mailto(fields.get("author_email"))
        if email is not None:
            self.graph.add((contact, VCARD.hasEmail, URIRef(email)))
        return contact

    def _group(self, group: Group) -> URIRef:
        node = URIRef(f"{self.site}/group/{quote(group.name, safe='')}")
        if (node, RDF.type, SKOS.Concept) not in self.graph:
            self.graph.add((node, RDF.type, SKOS.Concept))
            self._texts(node, SKOS.prefLabel, of_group(group, "title") or [(group.name, None)])
        return node

    def _coverage(self, node: URIRef, fields: Mapping[str, Any]) -> None:
        add = self.graph.add
        area = terms.box(fields)
        if area is not None or fields.get("geo_coverage") in codes.tables()["in_thailand"]:
            add((node, DCTERMS.spatial, self.vocabulary.term("country", "THA")))
        if area is not None:
            place = _part(node, "place")
            west, south, east, north = area
            add((node, DCTERMS.spatial, place))
            add((place, RDF.type, DCTERMS.Location))
            add((place, DCAT.bbox, wkt(terms.polygon(area))))
            add((place, DCAT.centroid, wkt(f"POINT({(west + east) / 2:g} {(south + north) / 2:g})")))
        start, end = codes.period(fields)
        if start is not None or end is not None:
            time = _part(node, "time")
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
                    self._labelled(_part(node, "provenance"), DCTERMS.ProvenanceStatement, source),
                )
            )
        if standard := terms.text(fields.get("standard")):
            add(
                (
                    node,
                    DCTERMS.conformsTo,
                    self._labelled(_part(node, "standard"), DCTERMS.Standard, standard, DCTERMS.title),
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
            creator = self._labelled(_part(node, "creator"), FOAF.Agent, author, FOAF.name)
            add((creator, DCTERMS.type, kind))
            add((node, DCTERMS.creator, creator))
        if not (maintainer := terms.text(fields.get("maintainer"))):
            return
        keeper = self._labelled(_part(node, "maintainer"), FOAF.Agent, maintainer, FOAF.name)
        add((keeper, DCTERMS.type, kind))
        attribution = _part(node, "attribution")
        add((node, PROV.qualifiedAttribution, attribution))
        add((attribution, RDF.type, PROV.Attribution))
        add((attribution, PROV.agent, keeper))
        add((attribution, DCAT.hadRole, _CUSTODIAN))
        add((_CUSTODIAN, RDF.type, DCAT.Role))

    def _elsewhere(self, node: URIRef, id: str) -> None:
        if id:
            other = _part(node, "source")
            self.graph.add((node, ADMS.identifier, other))
            self.graph.add((other, RDF.type, ADMS.Identifier))
            self.graph.add((other, SKOS.notation, Literal(id)))

    def _high_value(self, node: URIRef, categories: Sequence[URIRef]) -> None:
        self.graph.add((node, DCATAP.applicableLegislation, self.vocabulary.law()))
        for category in categories:
            self.graph.add((node, DCATAP.hvdCategory, category))

    def _distribution(
        self, package: Package, resource: Resource, position: int, contact: URIRef, categories: Sequence[URIRef]
    ) -> URIRef:
        node = URIRef(f"{dataset_iri(self.site, package.id)}/resource/{quote(resource.id, safe='')}")
        add, vocabulary, fields = self.graph.add, self.vocabulary, said(package)
        view = resource_view(resource, position, self.site)
        add((node, RDF.type, DCAT.Distribution))
        names = in_languages(resource.fields, "name", resource.file_name) or in_languages(fields, "title", "data")
        self._texts(node, DCTERMS.title, names)
        self._texts(node, DCTERMS.description, in_languages(resource.fields, "description") or names)
        add((node, DCTERMS.issued, moment(resource.created)))
        add((node, DCTERMS.modified, moment(resource.modified)))
        address = terms.iri(view["url"])
        # an address that is none must not stop harvesters: the dataset's page tells people what to do
        add((node, DCAT.accessURL, URIRef(address or dataset_iri(self.site, package.id))))
        if address is not None and (resource.uploaded or codes.is_file(view["format"])):
            add((node, DCAT.downloadURL, URIRef(address)))
        self._form(node, resource, view)
        lasting = "STABLE" if resource.uploaded else "AVAILABLE"
        add((node, DCATAP.availability, vocabulary.term("planned_availability", lasting)))
        licence = self._licence(fields)
        if licence is not None:
            add((node, DCTERMS.license, licence))
        condition = resource.fields.get("resource_accessible_condition") or fields.get("accessible_condition")
        if rights := terms.text(condition) or ("" if licence else terms.text(fields.get("license_id_other"))):
            add((node, DCTERMS.rights, self._labelled(_part(node, "rights"), DCTERMS.RightsStatement, rights)))
        for code in languages(fields):
            add((node, DCTERMS.language, vocabulary.term("language", code)))
        if categories:
            add((node, DCATAP.applicableLegislation, vocabulary.law()))
        if view["datastore_active"]:
            add((node, DCAT.accessService, self._service(package, node, resource, names, contact, categories, licence)))
        return node

    def _form(self, node: URIRef, resource: Resource, view: Mapping[str, Any]) -> None:
        """Format, media type, size and checksum."""
        add, written = self.graph.add, terms.text(view["format"])
        file_type, media = codes.file_format(written)
        media = codes.media_type(view["mimetype"]) or media
        if file_type is not None:
            add((node, DCTERMS["format"], self.vocabulary.term("file_type", file_type)))
        elif written:
            add((node, DCTERMS["format"], self._labelled(_part(node, "format"), DCTERMS.MediaTypeOrExtent, written)))
        if media is not None:
            add((node, DCAT.mediaType, self.vocabulary.media_type(media)))
        if isinstance(view["size"], int) and view["size"] >= 0:
            add((node, DCAT.byteSize, Literal(str(view["size"]), datatype=XSD.nonNegativeInteger, normalize=False)))
        if resource.file is not None:
            checksum = _part(node, "checksum")
            add((node, SPDX.checksum, checksum))
            add((checksum, RDF.type, SPDX.Checksum))
            add((checksum, SPDX.algorithm, SPDX.checksumAlgorithm_sha256))
            add((SPDX.checksumAlgorithm_sha256, RDF.type, SPDX.ChecksumAlgorithm))
            value = Literal(resource.file.sha256, datatype=XSD.hexBinary, normalize=False)
            add((checksum, SPDX.checksumValue, value))

    def _licence(self, fields: Mapping[str, Any]) -> URIRef | None:
        license_id = fields.get("license_id")
        code = codes.licence(license_id)
        if code is not None:
            return self.vocabulary.term("licence", code)
        known = license_of(license_id)
        address = terms.iri(known["url"]) if known else None
        if known is None or address is None:
            return None
        node = URIRef(address)
        self.graph.add((node, RDF.type, DCTERMS.LicenseDocument))
        self.graph.add((node, DCTERMS.title, literal(known["title"], "en")))
        restricted = "NonCommercialUseOnly" if "Non-Commercial" in known["title"] else "OtherRestrictiveClauses"
        self.graph.add((node, DCTERMS.type, self.vocabulary.licence_type(restricted)))
        return node

    def _service(
        self,
        package: Package,
        distribution: URIRef,
        resource: Resource,
        names: Sequence[tuple[str, str | None]],
        contact: URIRef,
        categories: Sequence[URIRef],
        licence: URIRef | None,
    ) -> URIRef:
        """The interface that gives single rows of a table."""
        node, add, vocabulary = _part(distribution, "api"), self.graph.add, self.vocabulary
        add((node, RDF.type, DCAT.DataService))
        self._texts(node, DCTERMS.title, [(f"API: {written}", language) for written, language in names])
        endpoint = f"{self.site}/api/3/action/datastore_search?resource_id={quote(resource.id, safe='')}"
        add((node, DCAT.endpointURL, URIRef(endpoint)))
        add((node, DCAT.endpointDescription, URIRef(f"{self.site}/openapi.json")))
        add((node, DCAT.servesDataset, URIRef(dataset_iri(self.site, package.id))))
        add((node, DCAT.contactPoint, contact))
        add((node, FOAF.page, vocabulary.page(f"{self.site}/docs")))
        add((node, DCTERMS.accessRights, vocabulary.term("access_right", "PUBLIC")))
        if licence is not None:
            add((node, DCTERMS.license, licence))
        if categories:
            self._high_value(node, categories)
        return node
