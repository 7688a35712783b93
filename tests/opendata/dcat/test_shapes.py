"""The graph against DCAT-AP: no violation ever, no recommendation left open by a dataset that is whole."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pyshacl import validate
from rdflib import RDF, Graph, Literal, URIRef
from rdflib.compare import isomorphic
from rdflib.namespace import DCAT, DCTERMS, SH, SKOS

from tests.opendata.dcat.examples import publish_all, publish_thin_and_hostile
from tests.opendata.portal import Portal

SHAPES = Graph().parse(Path(__file__).with_name("shapes.ttl"))
# rdflib reads N3 and JSON-LD by a class that it deprecates itself
pytestmark = [
    pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated"),
    pytest.mark.filterwarnings("ignore:Dataset.default_context is deprecated"),
]

DCATAP = "http://data.europa.eu/r5r/"


def findings(graph: Graph) -> dict[str, list[tuple[str, str]]]:
    """What SHACL finds, by severity: the node and the path."""
    _, report, _ = validate(graph, shacl_graph=SHAPES, advanced=False, allow_warnings=True)
    assert isinstance(report, Graph)
    found: dict[str, list[tuple[str, str]]] = {"Violation": [], "Warning": []}
    for result in report.subjects(RDF.type, SH.ValidationResult):
        severity = str(report.value(result, SH.resultSeverity)).partition("#")[2]
        node, path = report.value(result, SH.focusNode), report.value(result, SH.resultPath)
        found[severity].append((str(node), str(path)))
    return found


def read(portal: Portal, path: str, format: str = "turtle") -> Graph:
    answer = portal.client.get(path)
    assert answer.status == 200, answer.text
    return Graph().parse(data=answer.text, format=format)


@pytest.fixture
def whole(portal: Portal) -> Portal:
    publish_all(portal)
    return portal


def test_whole_datasets_leave_nothing_open(whole: Portal) -> None:
    graph = read(whole, "/catalog.ttl")
    assert len(set(graph.subjects(RDF.type, DCAT.Dataset))) == 3
    assert findings(graph) == {"Violation": [], "Warning": []}


def test_thin_and_hostile_datasets_break_nothing(whole: Portal) -> None:
    ids = publish_thin_and_hostile(whole)
    found = findings(read(whole, "/catalog.ttl"))
    assert found["Violation"] == []
    named = {node.split("/dataset/")[1].split("/")[0].split("#")[0] for node, _ in found["Warning"]}
    assert named == set(ids.values()), found["Warning"]


def test_the_shapes_see_what_is_wrong(whole: Portal) -> None:
    """The shapes are no empty promise: each of these faults is found."""
    graph = read(whole, "/catalog.ttl")
    first, second, third = sorted(set(graph.subjects(RDF.type, DCAT.Dataset)), key=str)
    site = URIRef("https://data.klang.test/catalog")
    category = URIRef(f"{DCATAP}hvdCategory")
    faults: list[tuple[Any, Any, Any | None, str]] = [
        (first, DCTERMS.title, None, "Violation"),
        (first, DCTERMS.language, Literal("th"), "Violation"),
        (second, category, URIRef("http://data.europa.eu/bna/c_e1da4e07"), "Violation"),
        (second, DCTERMS.spatial, None, "Warning"),
        (third, DCAT.theme, None, "Warning"),
        (site, DCTERMS.description, None, "Violation"),
    ]
    for subject, predicate, instead, _ in faults:
        graph.remove((subject, predicate, None))
        if instead is not None:
            graph.add((subject, predicate, instead))
    found = findings(graph)
    for subject, predicate, _, severity in faults:
        # a category without the law is missed at the law
        missed = f"{DCATAP}applicableLegislation" if predicate == category else str(predicate)
        assert (str(subject), missed) in found[severity], predicate


def test_every_format_says_the_same(whole: Portal) -> None:
    publish_thin_and_hostile(whole)
    formats = {"ttl": "turtle", "rdf": "xml", "xml": "xml", "jsonld": "json-ld"}
    graphs = {end: read(whole, f"/catalog.{end}", kind) for end, kind in formats.items()}
    page = URIRef("urn:page")
    for end, graph in graphs.items():
        assert len(graph) > 300
        for triple in list(graph):
            address = f"https://data.klang.test/catalog.{end}"
            if str(triple[0]).startswith(address):  # the page's own address differs, all else must not
                graph.remove(triple)
                if not str(triple[2]).startswith(address):
                    graph.add((page, *triple[1:]))
    first = graphs.pop("ttl")
    for end, graph in graphs.items():
        assert isomorphic(first, graph), end


@pytest.mark.parametrize(
    "end, format", [("ttl", "turtle"), ("n3", "n3"), ("nt", "nt"), ("rdf", "xml"), ("jsonld", "json-ld")]
)
def test_nothing_that_is_written_in_a_text_becomes_a_statement(portal: Portal, end: str, format: str) -> None:
    portal.organization()
    hostile = publish_thin_and_hostile(portal)["hostile"]
    graph = read(portal, f"/dataset/{hostile}.{end}", format)
    assert not [triple for triple in graph if "evil.test/p" in str(triple[1]) or str(triple[0]) == "http://evil.test/s"]
    titles = {
        str(title) for title in graph.objects(URIRef(f"https://data.klang.test/dataset/{hostile}"), DCTERMS.title)
    }
    assert len(titles) == 1 and "evil.test/p" in titles.pop()
    addresses = [str(each) for triple in graph for each in triple if isinstance(each, URIRef)]
    assert not [each for each in addresses if set(each) & set('<>"{}|\\^` \n')]


def test_what_the_graph_says_of_a_dataset(whole: Portal) -> None:
    statistics = whole.result(whole.ask("package_show", id="statistics"))["id"]
    graph = read(whole, "/dataset/statistics.ttl")
    node = URIRef(f"https://data.klang.test/dataset/{statistics}")
    authority = "http://publications.europa.eu/resource/authority/"
    assert graph.value(node, DCTERMS.accrualPeriodicity) == URIRef(f"{authority}frequency/QUARTERLY")
    assert set(graph.objects(node, DCTERMS.language)) == {
        URIRef(f"{authority}language/{each}") for each in ("THA", "ENG")
    }
    assert graph.value(node, DCTERMS.title) == Literal("ใบอนุญาตจัดตั้งสถานที่จำหน่ายอาหาร", lang="th")
    time = graph.value(node, DCTERMS.temporal)
    assert [str(graph.value(time, each)) for each in (DCAT.startDate, DCAT.endDate)] == ["2017", "2023"]
    (distribution,) = graph.objects(node, DCAT.distribution)
    assert graph.value(distribution, DCTERMS.license) == URIRef(f"{authority}licence/ODC_BY")
    assert graph.value(distribution, DCTERMS["format"]) == URIRef(f"{authority}file-type/CSV")
    download = graph.value(distribution, DCAT.downloadURL)
    assert str(download).endswith(
        "/download/%E0%B9%83%E0%B8%9A%E0%B8%AD%E0%B8%99%E0%B8%B8%E0%B8%8D%E0%B8%B2%E0%B8%95.csv"
    )
    english = read(whole, "/dataset/map.ttl")
    titles = set(english.objects(None, DCTERMS.title))
    assert Literal("Map of fields", lang="en") in titles and len([each for each in titles if each.language == "th"]) > 0  # type: ignore[attr-defined]  # titles are literals


def test_high_value_data_name_the_law_and_a_category(whole: Portal) -> None:
    graph = read(whole, "/dataset/register.ttl")
    law = URIRef("https://data.klang.test/catalog#digital-government-act-2562")
    assert set(graph.objects(None, URIRef(f"{DCATAP}hvdCategory"))) == {URIRef("http://data.europa.eu/bna/c_164e0bf5")}
    named = {str(graph.value(node, RDF.type)) for node in graph.subjects(URIRef(f"{DCATAP}applicableLegislation"), law)}
    assert {each.partition("#")[2] for each in named} == {"Dataset", "Distribution", "DataService"}
    whole.act("package_patch", whole.publisher, id="register", tag_string="อื่น")
    other = read(whole, "/dataset/register.ttl").value(
        None, SKOS.inScheme, URIRef("https://data.klang.test/catalog#hvd")
    )
    assert str(other).endswith("#hvd-other")


def test_an_extra_does_not_pass_for_a_field(portal: Portal) -> None:
    portal.organization()
    portal.dataset("odd", extras=[{"key": "tags", "value": "abc"}], tag_string="น้ำ")
    graph = read(portal, "/dataset/odd.ttl")
    assert {str(each) for each in graph.objects(None, DCAT.keyword)} == {"น้ำ"}
