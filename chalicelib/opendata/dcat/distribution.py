"""The distributions of a dataset as RDF: files and links, and the interface to the rows of a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from rdflib import RDF, XSD, Literal, URIRef
from rdflib.namespace import DCTERMS, FOAF

from ..model import Package, Resource
from ..standard.fields import license_of
from ..versions.citation import version_url
from ..views import resource_view
from . import codes, terms
from .said import in_languages, languages, said
from .vocabulary import DCAT, DCATAP, SPDX, literal, moment
from .writer import Writer, dataset_iri, part


class Distributions:
    """Describes resources."""

    def __init__(self, write: Writer) -> None:
        self.write = write

    def describe(
        self, package: Package, resource: Resource, position: int, contact: URIRef, categories: Sequence[URIRef]
    ) -> URIRef:
        """One file or link; answers its name.

        Args:
            position: of the resource in its package.
            contact: whom to ask about the dataset.
            categories: of high-value data; none where the dataset is not.
        """
        node = URIRef(f"{dataset_iri(self.write.site, package.id)}/resource/{quote(resource.id, safe='')}")
        add, vocabulary, fields = self.write.graph.add, self.write.vocabulary, said(package)
        view = resource_view(resource, position, self.write.site)
        add((node, RDF.type, DCAT.Distribution))
        names = in_languages(resource.fields, "name", resource.file_name) or in_languages(fields, "title", "data")
        self.write.texts(node, DCTERMS.title, names)
        self.write.texts(node, DCTERMS.description, in_languages(resource.fields, "description") or names)
        add((node, DCTERMS.issued, moment(resource.created)))
        add((node, DCTERMS.modified, moment(resource.modified)))
        address = terms.iri(view["url"])
        # an address that is none must not stop harvesters: the dataset's page tells people what to do
        add((node, DCAT.accessURL, URIRef(address or dataset_iri(self.write.site, package.id))))
        if address is not None and (resource.uploaded or codes.is_file(view["format"])):
            add((node, DCAT.downloadURL, URIRef(address)))
        if resource.uploaded and resource.file is not None:
            # versions are of a file, and DCAT's are of datasets: the version that this describes is its documentation
            address_of = version_url(self.write.site, package, resource, resource.file.number)
            add((node, FOAF.page, vocabulary.page(address_of)))
        self._form(node, resource, view)
        lasting = "STABLE" if resource.uploaded else "AVAILABLE"
        add((node, DCATAP.availability, vocabulary.term("planned_availability", lasting)))
        licence = self._licence(fields)
        if licence is not None:
            add((node, DCTERMS.license, licence))
        condition = resource.fields.get("resource_accessible_condition") or fields.get("accessible_condition")
        if rights := terms.text(condition) or ("" if licence else terms.text(fields.get("license_id_other"))):
            add((node, DCTERMS.rights, self.write.labelled(part(node, "rights"), DCTERMS.RightsStatement, rights)))
        for code in languages(fields):
            add((node, DCTERMS.language, vocabulary.term("language", code)))
        if categories:
            add((node, DCATAP.applicableLegislation, vocabulary.law()))
        if view["datastore_active"]:
            add((node, DCAT.accessService, self._service(package, node, resource, names, contact, categories, licence)))
        return node

    def _form(self, node: URIRef, resource: Resource, view: Mapping[str, Any]) -> None:
        """Format, media type, size and checksum."""
        add, written = self.write.graph.add, terms.text(view["format"])
        file_type, media = codes.file_format(written)
        media = codes.media_type(view["mimetype"]) or media
        if (
            file_type is not None
        ):  # a format that the EU has no word for must not be named (DCAT-AP, controlled vocabularies)
            add((node, DCTERMS["format"], self.write.vocabulary.term("file_type", file_type)))
        if media is not None:
            add((node, DCAT.mediaType, self.write.vocabulary.media_type(media)))
        if isinstance(view["size"], int) and view["size"] >= 0:
            add((node, DCAT.byteSize, Literal(str(view["size"]), datatype=XSD.nonNegativeInteger, normalize=False)))
        if resource.file is not None:
            checksum = part(node, "checksum")
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
            return self.write.vocabulary.term("licence", code)
        known = license_of(license_id)
        address = terms.iri(known["url"]) if known else None
        if known is None or address is None:
            return None
        node = URIRef(address)
        self.write.graph.add((node, RDF.type, DCTERMS.LicenseDocument))
        self.write.graph.add((node, DCTERMS.title, literal(known["title"], "en")))
        restricted = "NonCommercialUseOnly" if "Non-Commercial" in known["title"] else "OtherRestrictiveClauses"
        self.write.graph.add((node, DCTERMS.type, self.write.vocabulary.licence_type(restricted)))
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
        node, add, vocabulary = part(distribution, "api"), self.write.graph.add, self.write.vocabulary
        add((node, RDF.type, DCAT.DataService))
        self.write.texts(node, DCTERMS.title, [(f"API: {written}", language) for written, language in names])
        endpoint = f"{self.write.site}/api/3/action/datastore_search?resource_id={quote(resource.id, safe='')}"
        add((node, DCAT.endpointURL, URIRef(endpoint)))
        add((node, DCAT.endpointDescription, URIRef(f"{self.write.site}/openapi.json")))
        add((node, DCAT.servesDataset, URIRef(dataset_iri(self.write.site, package.id))))
        add((node, DCAT.contactPoint, contact))
        add((node, FOAF.page, vocabulary.page(f"{self.write.site}/docs")))
        add((node, DCTERMS.accessRights, vocabulary.term("access_right", "PUBLIC")))
        if licence is not None:
            add((node, DCTERMS.license, licence))
        if categories:
            self.write.high_value(node, categories)
        return node
