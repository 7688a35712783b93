"""Every shipped service from the first question to the end: guide, manual, form, decision, licence, what follows."""

from __future__ import annotations

import datetime as dt
import html

import pytest

from chalicelib.biz.definitions import forms
from chalicelib.biz.definitions.catalogue import SHIPPED, shipped
from chalicelib.biz.definitions.model import ServiceDefinition
from chalicelib.biz.noun import Procedure
from chalicelib.shared import credentials
from chalicelib.shared.thai import Language, Text
from chalicelib.shared.workdays import Calendar, CalendarYear

from .town import MALEE, START, Town
from .walk import Walk, first_valid

SERVICES = shipped().live(START.date())
LIFE: tuple[Procedure, ...] = ("amend", "replace", "renew", "cancel")
"""In the order in which a licence may go through them."""

AFTERWARDS = {
    "amend": ("replaced", "valid"),
    "replace": ("replaced", "valid"),
    "renew": ("expired", "valid"),
    "cancel": ("cancelled", "cancelled"),
}
"""How the licence before stands, and the one after."""
FAR = Calendar(
    [
        CalendarYear(year=year, verified=False, complete=False, note=Text(th="ไม่มีวันหยุด", en="without holidays"))
        for year in range(2026, 2040)
    ],
    [],
)
"""Years beyond those of the real calendar: a hotel licence is renewed after five."""

every_service = pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.id)


def test_every_file_is_a_service_of_today() -> None:
    assert len(SERVICES) == len(list(SHIPPED.glob("*.json")))


@pytest.fixture(scope="module")
def calm() -> Town:
    """A town that no test changes."""
    return Town()


@every_service
@pytest.mark.parametrize("language", ["th", "en"])
def test_its_manual_tells_every_procedure(calm: Town, service: ServiceDefinition, language: Language) -> None:
    answer = calm.call(None, "GET", f"/services/{service.id}/manual?format=html&lang={language}")
    words = html.unescape(answer.text)
    assert answer.status == 200
    for told in (service.name, service.agency_name, *(rule.name for rule in service.procedures.values())):
        assert told.pick(language) in words
    for rule in service.documents:
        assert rule.name.pick(language) in words
    doubtful = [
        part for part in (service.sla, service.credential.validity, service.manual.appeal) if not part.is_verified
    ]
    mark = {"th": "ยังไม่ได้ตรวจสอบกับต้นฉบับ", "en": "not verified yet"}[language]
    assert words.count(mark) >= len(doubtful)


@every_service
def test_what_a_first_application_always_needs_is_told_so(calm: Town, service: ServiceDefinition) -> None:
    """A document is conditional only if one of the service's own valid cases does without it."""
    manual = calm.ok(None, "GET", f"/services/{service.id}/manual")
    always = {line["code"] for line in manual["documents"] if not line["conditional"]}
    new = service.of("new")
    for case in (case for case in new.tests if case.valid):
        needed = {rule.code for rule in forms.needed_documents(new, case.applicant, case.answers)}
        assert always <= needed <= {line["code"] for line in manual["documents"]}


@pytest.mark.parametrize("service", [each for each in SERVICES if each.is_public], ids=lambda each: each.id)
def test_the_guide_names_it_to_whoever_needs_it(calm: Town, service: ServiceDefinition) -> None:
    assert service.guide is not None
    assert {case.needed for case in service.guide.tests} == {True, False}
    for case in service.guide.tests:
        said = calm.ok(None, "POST", "/guide", json={"answers": case.answers})
        assert (service.id in {each["service"] for each in said["needed"]}) == case.needed


@every_service
def test_a_licence_lives_from_the_first_application_to_its_end(service: ServiceDefinition) -> None:
    town = Town(calendar=FAR)
    walk = Walk(town, service, juristic=first_valid(service, "new").applicant == "juristic")
    case = walk.through("new")
    no = walk.licence_of(case)
    assert standing(town, no) == "valid"
    papers = town.ok(MALEE, "GET", f"/applications/{case}/credentials")
    read = credentials.verify(papers["licence"], town.ok(None, "GET", "/jwks.json"), now=town.at)
    assert read.claims["vct"] == service.credential.vct
    for procedure in (each for each in LIFE if service.offers(each)):
        if procedure == "renew":
            last = dt.date.fromisoformat(town.ok(None, "GET", f"/verify/{no}")["valid_until"])
            town.at = dt.datetime.combine(last, dt.time(3), dt.UTC)
        case = walk.through(procedure, no)
        before, no = no, no if procedure == "cancel" else walk.licence_of(case)
        if procedure == "renew":
            assert (standing(town, before), standing(town, no)) == ("valid", "not_yet_valid")
            town.pass_time(days=1)
        assert (standing(town, before), standing(town, no)) == AFTERWARDS[procedure]


def standing(town: Town, no: str) -> str:
    """What whoever was shown it is told of a licence."""
    return str(town.ok(None, "GET", f"/verify/{town.biz.register.token(no)}")["status"])
