"""The sandbox's routes: its lists, joining it, and its registers, which answer the exchange only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...shared.errors import not_found
from ...shared.gdx_request import SIGNED
from ...shared.identity import CITIZEN, PUBLIC, SYSTEM, officer
from ...shared.web import Call, Reply, Room
from ..model import Agreement
from ..staff import OPERATOR
from . import behaviours, companies, people
from .agreements import COMPANY, PERSON
from .numbers import COMPANIES, PEOPLE
from .service import Sandbox
from .views import (
    PAGE,
    CompanyLookup,
    GoodFor,
    JoinedView,
    JoinSandbox,
    PersonLookup,
    SandboxService,
    TestCompanies,
    TestCompany,
    TestPeople,
    TestPerson,
    WhichPage,
)

if TYPE_CHECKING:
    from ..service import Service

FOR_A_DAY = {"Cache-Control": "public, max-age=86400"}


def hang(room: Room, service: Service) -> None:
    """Hangs these routes on the room."""
    sandbox, base_url = service.sandbox, service.base_url

    @room.get(
        "/gdx/v1/sandbox/people",
        allow=[PUBLIC],
        query=WhichPage,
        answer=TestPeople,
        summary="People of the sandbox: invented, with valid ids; the last page holds those that test error handling",
    )
    def list_people(call: Call) -> Reply:
        numbers, pages = _page(call.query.page, PEOPLE)
        items = [_person(people.person(number)) for number in numbers]
        return Reply(TestPeople(page=call.query.page, pages=pages, items=items), headers=FOR_A_DAY)

    @room.get(
        "/gdx/v1/sandbox/companies",
        allow=[PUBLIC],
        query=WhichPage,
        answer=TestCompanies,
        summary="Companies of the sandbox, directed by its people; the last ones test error handling",
    )
    def list_companies(call: Call) -> Reply:
        numbers, pages = _page(call.query.page, COMPANIES)
        items = [_company(companies.company(number), sandbox) for number in numbers]
        return Reply(TestCompanies(page=call.query.page, pages=pages, items=items), headers=FOR_A_DAY)

    @room.put(
        "/gdx/v1/sandbox/membership",
        allow=[CITIZEN, SYSTEM, officer(OPERATOR)],
        body=JoinSandbox,
        answer=JoinedView,
        summary="Join the sandbox by yourself; the same again changes names and keys",
    )
    def join(call: Call) -> JoinedView:
        posted: JoinSandbox = call.body
        joined = sandbox.join(call.caller, posted.as_member(), posted.as_system())
        return JoinedView(
            client=str(joined.client),
            token_endpoint=f"{base_url}/oauth2/token",
            services=[_service(each) for each in joined.agreements],
        )

    @room.post(
        "/gdx/v1/sandbox/provider/civil/person/lookup",
        allow=[SIGNED],
        vouched=sandbox.vouched(PERSON),
        body=PersonLookup,
        summary="Service TH-TEST/CENTRAL/DOPA/civil/person (called through the exchange only)",
    )
    def person(call: Call) -> Reply:
        return sandbox.person(call.body.pid)

    @room.post(
        "/gdx/v1/sandbox/provider/juristic/company/lookup",
        allow=[SIGNED],
        vouched=sandbox.vouched(COMPANY),
        body=CompanyLookup,
        summary="Service TH-TEST/CENTRAL/DBD/juristic/company (called through the exchange only)",
    )
    def company(call: Call) -> Reply:
        return sandbox.company(call.body.juristic_id)


def _page(page: int, among: int) -> tuple[range, int]:
    pages = -(-among // PAGE)
    if page > pages:
        raise not_found("หน้านี้", "page")
    return range((page - 1) * PAGE, min(page * PAGE, among)), pages


def _person(who: people.Person) -> TestPerson:
    first, last = who.first_name, who.last_name
    return TestPerson(
        pid=who.pid,
        name_th=f"{first[0]} {last[0]}",
        name_en=f"{first[1]} {last[1]}",
        birth_date=who.born,
        role=who.role,
        household=tuple(each.pid for each in people.household(who.household)),
        good_for=_good_for(behaviours.of(who.number, PEOPLE)),
    )


def _company(which: companies.Company, sandbox: Sandbox) -> TestCompany:
    record = companies.record(which, sandbox.today())
    return TestCompany(
        juristic_id=which.juristic_id,
        name_th=record["name_th"],
        name_en=record["name_en"],
        directors=tuple(each.pid for each in which.directors),
        good_for=_good_for(behaviours.of(which.number, COMPANIES)),
    )


def _good_for(behaviour: behaviours.Behaviour) -> GoodFor:
    return GoodFor(behaviour=behaviour.name, th=behaviour.th, en=behaviour.en)


def _service(agreement: Agreement) -> SandboxService:
    return SandboxService(
        service=str(agreement.service),
        path=f"/r1/{agreement.service}/lookup",
        agreement=agreement.id,
        purpose=agreement.purposes[0].code,
        fields=agreement.fields,
        predicates=tuple(each.code for each in agreement.predicates),
        valid_until=agreement.valid_until,
        daily_quota=agreement.daily_quota,
        rate_per_minute=agreement.rate_per_minute,
    )
