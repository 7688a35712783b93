"""X-Road's metadata services and lists of members, as RIA's tools and X-Road's own documents read them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree

import pytest

from chalicelib.gdx.contract import PLAIN_REST
from chalicelib.gdx.ids import RESERVED, MemberId, ServiceId, SubsystemId
from chalicelib.gdx.model import Member, Subsystem
from chalicelib.gdx.xroad import clients
from chalicelib.shared.errors import Unavailable
from tests.gdx.exchange import BASE, OFFICE, PERSON, SEED, Exchange

SERVICE = next(each for each in SEED["services"] if each["id"] == PERSON)

CIVIL = "/r1/TH/CENTRAL/DOPA/civil"
XRD = "{http://x-road.eu/xsd/xroad.xsd}"
ID = "{http://x-road.eu/xsd/identifiers}"


@pytest.fixture
def exchange() -> Exchange:
    return Exchange()


def of(exchange: Exchange, path: str, **headers: str) -> Any:
    """A metadata request without any preference of language, as X-Road's clients send it."""
    return exchange.r1(path, method="GET", headers=headers)


def register(exchange: Exchange, code: str, document: Any) -> Any:
    service = {**SERVICE, "id": f"TH/CENTRAL/DOPA/civil/{code}", "document": document, "subject": None}
    return exchange.client.post("/gdx/v1/services", token=exchange.operator(), json=service)


def test_a_service_without_description_is_of_type_rest(exchange: Exchange) -> None:
    assert register(exchange, "plain", PLAIN_REST).status in (200, 201)
    listed = {each["service_code"]: each for each in of(exchange, f"{CIVIL}/listMethods").json["service"]}
    assert listed["plain"]["service_type"] == "REST"
    assert listed["plain"]["endpoint_list"] == [{"method": "*", "path": "**"}]
    assert listed["person"]["service_type"] == "OPENAPI"
    answer = of(exchange, f"{CIVIL}/getOpenAPI?serviceCode=plain")
    assert (answer.status, answer.json["type"]) == (500, "server.serverproxy.internal_error")
    assert answer.json["message"] == "Invalid service type: REST"


def test_its_answers_are_masked_all_the_same(exchange: Exchange) -> None:
    service = "TH/CENTRAL/DOPA/civil/plain"
    register(exchange, "plain", PLAIN_REST)
    endpoints = [{"method": "*", "path": "**"}]
    assert exchange.agree(id="laemngop-plain", service=service, endpoints=endpoints, fields=["/a"]).status in (200, 201)
    exchange.providers.reply(200, {"a": 1, "b": 2})
    answer = exchange.r1(f"/r1/{service}/anything/at/all", method="GET")
    assert (answer.status, answer.json) == (200, {"a": 1})


def test_a_description_that_cannot_be_read_just_now(exchange: Exchange) -> None:
    token = exchange.token()
    exchange.r1(f"{CIVIL}/listMethods", method="GET")
    exchange.pass_time(minutes=5)
    exchange.service.directory = _Away(exchange.service.directory)  # type: ignore[assignment]  # it only reads less
    headers = {"x-road-client": OFFICE}
    for language in ({}, {"accept-language": "en"}):
        answer = exchange.client.get(
            f"{CIVIL}/getOpenAPI?serviceCode=person", token=token, headers={**headers, **language}
        )
        assert answer.json["type"] == "server.serverproxy.internal_error"
        assert answer.json["message"].startswith(f"Failed reading service description from {PERSON}")


class _Away:
    """A directory whose table does not answer for services."""

    def __init__(self, directory: Any) -> None:
        self._directory = directory

    def __getattr__(self, name: str) -> Any:
        return getattr(self._directory, name)

    def service(self, identifier: ServiceId) -> None:
        raise Unavailable("ระบบไม่ว่าง", "The table is away.")


def test_what_is_allowed_ends_with_the_agreement(exchange: Exchange) -> None:
    assert [each["service_code"] for each in of(exchange, f"{CIVIL}/allowedMethods").json["service"]] == ["person"]
    exchange.agree(state="SUSPENDED")
    assert of(exchange, f"{CIVIL}/allowedMethods").json == {"service": []}
    exchange.agree(valid_until=exchange.now.date().isoformat())
    assert of(exchange, f"{CIVIL}/allowedMethods").json["service"]
    exchange.pass_time(days=2)
    assert of(exchange, f"{CIVIL}/allowedMethods").json == {"service": []}


@pytest.mark.parametrize("method", ["POST", "HEAD", "DELETE"])
def test_metadata_is_only_for_get(exchange: Exchange, method: str) -> None:
    answer = exchange.r1(f"{CIVIL}/listMethods", method=method)
    assert answer.headers["x-road-error"] == "server.serverproxy.unknown_service"
    deeper = exchange.r1(f"{CIVIL}/listMethods/", method="GET")
    assert deeper.headers["x-road-error"] == "server.serverproxy.unknown_service"


@pytest.mark.parametrize("code", sorted(RESERVED))
def test_no_member_may_take_a_name_of_x_road(exchange: Exchange, code: str) -> None:
    assert register(exchange, code, SERVICE["document"]).status == 422
    assert code not in of(exchange, f"{CIVIL}/listMethods").text


def test_metadata_needs_a_client_that_is_who_it_says(exchange: Exchange) -> None:
    for client in ("", "TH/CENTRAL/DGA/biz"):
        answer = exchange.r1(f"{CIVIL}/listMethods", method="GET", headers={"x-road-client": client})
        assert answer.headers["x-road-error"] == "server.clientproxy.invalid_client_identifier"
    nobody = exchange.client.get(f"{CIVIL}/listMethods", headers={"x-road-client": OFFICE})
    assert nobody.status == 401


@pytest.mark.parametrize("accept", [None, "text/xml", "*/*", "application/xml"])
def test_list_clients_is_xml_unless_json_is_asked_for(exchange: Exchange, accept: str | None) -> None:
    answer = exchange.client.get("/listClients", headers={} if accept is None else {"accept": accept})
    assert answer.headers["content-type"] == "text/xml;charset=utf-8"
    root = ElementTree.fromstring(answer.response.body)  # noqa: S314 - our own answer
    assert root.tag == f"{XRD}clientList"
    civil = next(each for each in root if each.findtext(f"{XRD}id/{ID}subsystemCode") == "civil")
    identifier = civil.find(f"{XRD}id")
    assert identifier is not None and identifier.attrib == {f"{ID}objectType": "SUBSYSTEM"}
    assert [part.text for part in identifier] == ["TH", "CENTRAL", "DOPA", "civil"]
    assert civil.findtext(f"{XRD}name") == "กรมการปกครอง"
    wanted = {"accept": "text/html, application/json;q=0.9"}
    assert len(root) == len(exchange.client.get("/listClients", headers=wanted).json["member"])


def test_verification_conf_as_ria_s_tools_read_it(exchange: Exchange) -> None:
    answer = exchange.client.get("/verificationconf")
    assert (answer.status, answer.headers["content-type"]) == (200, "application/zip")
    with zipfile.ZipFile(io.BytesIO(answer.response.body)) as archive:
        assert archive.read("verificationconf/instance-identifier") == b"TH"
        conf = ElementTree.fromstring(archive.read("verificationconf/TH/shared-params.xml"))  # noqa: S314 - our own
    assert conf.tag == f"{XRD}conf" and conf.findtext("./instanceIdentifier") == "TH"
    wanted = {"accept": "application/json"}
    listed = [each["id"] for each in exchange.client.get("/listClients", headers=wanted).json["member"]]
    members = [tuple(each.values())[1:] for each in listed if each["object_type"] == "MEMBER"]
    subsystems = [tuple(each.values())[1:] for each in listed if each["object_type"] == "SUBSYSTEM"]
    assert [found[:3] for found in _members(conf)] == members
    assert sorted(_subsystems(conf)) == sorted(subsystems)


def _members(conf: ElementTree.Element) -> Iterator[tuple[str | None, ...]]:
    for member in conf.findall("./member"):
        yield (
            conf.findtext("./instanceIdentifier"),
            member.findtext("./memberClass/code"),
            member.findtext("./memberCode"),
            member.findtext("./name"),
        )


def _subsystems(conf: ElementTree.Element) -> Iterator[tuple[str | None, ...]]:
    """Only those that are behind a security server, with an owner that is there."""
    for member, found in zip(conf.findall("./member"), _members(conf), strict=True):
        for subsystem in member.findall("./subsystem"):
            (server,) = conf.findall(f"./securityServer[client='{subsystem.attrib['id']}']")
            owner = conf.find(f"./member[@id='{server.findtext('./owner')}']")
            assert owner is not None and owner.findtext("./memberCode") == "DGA"
            assert (server.findtext("./serverCode"), server.findtext("./address")) == ("gdx", "gdx.klang.test")
            yield (*found[:3], subsystem.findtext("./subsystemCode"))


def test_whoever_lists_often_makes_the_table_read_seldom(exchange: Exchange) -> None:
    exchange.table.requests.clear()
    for _ in range(3):
        assert exchange.client.get("/listClients").headers["cache-control"] == "public, max-age=30"
        assert exchange.client.get("/verificationconf").status == 200
    reads = len(exchange.table.requests)
    assert reads <= 2
    member = {"id": "TH/CENTRAL/NEW", "name_th": "หน่วยงานใหม่", "name_en": "New agency"}
    assert exchange.client.post("/gdx/v1/members", token=exchange.operator(), json=member).status == 200
    exchange.pass_time(seconds=30)
    assert "หน่วยงานใหม่" in exchange.client.get("/listClients").text


def test_the_parts_stand_in_the_order_of_the_schema() -> None:
    everyone: list[Member | Subsystem] = [
        Member(MemberId.parse("TH/CENTRAL/DGA"), "สพร.", "DGA"),
        Subsystem(SubsystemId.parse("TH/CENTRAL/DGA/gdx"), "ศูนย์", "Exchange"),
        Subsystem(SubsystemId.parse("TH/CENTRAL/DGA/old"), "เก่า", "Old", active=False),
        Member(MemberId.parse("TH-TEST/CENTRAL/DGA"), "ทดสอบ", "Test"),
    ]
    conf = ElementTree.fromstring(  # noqa: S314 - our own
        clients.shared_parameters(clients.listed(everyone, "TH"), "TH", "x.example")
    )
    assert [child.tag for child in conf] == ["instanceIdentifier", "member", "securityServer", "globalSettings"]
    assert [child.tag for child in conf[1]] == ["memberClass", "memberCode", "name", "subsystem"]
    assert [child.tag for child in conf[2]] == ["owner", "serverCode", "address", "client"]
    assert conf[3][-1].tag == "ocspFreshnessSeconds"
    packed = clients.verification_conf(everyone, BASE)
    assert packed == clients.verification_conf(everyone, BASE)
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        assert archive.namelist() == [
            "verificationconf/instance-identifier",
            "verificationconf/TH/shared-params.xml",
            "verificationconf/TH-TEST/shared-params.xml",
        ]


def test_the_handbook_tells_programs_what_holds_here(exchange: Exchange) -> None:
    told = exchange.client.get("/gdx/v1/x-road").json
    assert told["methods_not_carried"] == ["TRACE"] and len(told["headers"]["stripped_both_ways"]) == 13
    assert "server.serverproxy.access_denied" in told["errors"]["types"]
    assert told["reserved_services"] == sorted(RESERVED)
    assert told["bodies"]["request_bytes"] == told["bodies"]["answer_bytes"] == 4 * 1024 * 1024
