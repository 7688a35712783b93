"""Linked services put together: who a signed request comes from, and what an agency's system does with its cases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from chalicelib.shared.dataclass import dataclass
from chalicelib.shared.errors import not_found
from chalicelib.shared.identity import Caller
from chalicelib.shared.journal import Once
from chalicelib.shared.thai import Text
from chalicelib.shared.web import Request

from ..cases.views import CaseCard
from ..definitions.shelf import Shelf
from ..documents.uploads import Uploads
from ..model import AgencyLicence, Case, Deficiency, Finding
from ..office import Office
from ..officers.desk import Desk
from ..officers.lateness import Lateness
from ..roles import LINKED
from . import rules, signatures, views
from .deliveries import Deliveries
from .handing_over import HandingOver
from .model import Partner
from .views import SystemCase


@dataclass(frozen=True)
class Signed:
    """A request that an agency's system signed.

    Attributes:
        caller: the system, acting for its agency.
        partner: its service.
        once: the attempt, by the request's `jti`.
    """

    caller: Caller
    partner: Partner
    once: Once


class Linked:
    """What agencies' systems do here, by the same rules as officers.

    Args:
        office: the room's tools.
        shelf: the services on offer.
        desk, lateness: what officers do.
        uploads: gives addresses of documents.
    """

    def __init__(self, office: Office, shelf: Shelf, desk: Desk, lateness: Lateness, uploads: Uploads) -> None:
        self._office = office
        self._shelf = shelf
        self._desk = desk
        self._lateness = lateness
        self._uploads = uploads
        self.deliveries = Deliveries(office, self.partner, self.shown)
        self.handing_over = HandingOver(office, self.partner, self.subject, self.shown)

    def partner(self, service: str) -> Partner | None:
        """A linked service as its newest published version has it; None for any other.

        A process may not know for half a minute that a version was published: so long an old key is still believed.
        """
        definition = self._shelf.newest(service)
        if definition is None or definition.link is None:
            return None
        return Partner(definition=definition, link=definition.link)

    def vouched(self, request: Request) -> Signed:
        """Who signed a request to `/biz/v1/linked/{service}/...`.

        Raises:
            Unauthenticated: nobody who may, or there is no such service: always the same words.
        """
        office = self._office
        partner = self.partner(request.params.get("service", ""))
        if partner is None:
            raise signatures.doubtful()
        jti = signatures.check(
            request.headers.get("authorization"),
            [key.jwk() for key in partner.link.keys],
            system=partner.system,
            audience=office.issuer,
            method=request.method,
            url=f"{office.parts.base_url}{request.path}",
            body=request.body,
            now=office.now(),
        )
        system, agency = partner.system, partner.definition.agency
        caller = Caller("system", id=system, name=system, agency=agency, roles=frozenset({LINKED}))
        path = f"{request.path}?{request.query_string}"
        return Signed(caller, partner, signatures.once(system, jti, request.method, path, request.body))

    # --- what the system sees

    def case(self, signed: Signed, id: str) -> SystemCase:
        """A case of the service, once it was filed or taken over; any other does not exist (NotFound)."""
        case = self._office.store.find_case(id)
        definition = signed.partner.definition
        if (case.agency, case.service) != (definition.agency, definition.id) or not rules.is_known(case):
            raise not_found("คำขอ", "application")
        return self.shown(case, signed.partner)

    def shown(self, case: Case, partner: Partner) -> SystemCase:
        """A case as its system sees it, with fresh addresses of its documents."""
        accepted = [each.id for each in case.documents if each.status == "accepted"]
        urls = {each: self._uploads.download(case, each) for each in accepted}
        with_pid = partner.link.national_id is not None
        return views.shown(case, self._office.book(case), self.subject(case, partner), urls, with_pid=with_pid)

    def subject(self, case: Case, partner: Partner) -> str:
        """The person's name for this agency: no other agency's is the same, nor is ours."""
        return self._office.parts.keyring.pseudonym(f"linked\n{partner.definition.agency}\n{case.pid}")

    # --- what the system does

    def move(
        self,
        signed: Signed,
        id: str,
        action: str,
        *,
        reasons: Text | None,
        fee: Mapping[str, str] | None,
        licence: AgencyLicence | None,
    ) -> CaseCard:
        """A move of the workflow by the system; see `Desk.act` and `rules.charge`."""
        charge = rules.charge(signed.partner.link, fee)
        return self._desk.act(signed.once, signed.caller, id, action, reasons, charge=charge, licence=licence)

    def ask(self, signed: Signed, id: str, items: Sequence[Deficiency], omission: str | None) -> CaseCard:
        """The ONE list of what is missing (LFA 2558 s.8); see `Desk.ask`."""
        return self._desk.ask(signed.once, signed.caller, id, items, omission)

    def inspect(self, signed: Signed, id: str, findings: Sequence[Finding], summary: str) -> CaseCard:
        """The report of an inspection; see `Desk.inspect`."""
        return self._desk.inspect(signed.once, signed.caller, id, findings, summary)

    def explain(self, signed: Signed, id: str, reasons: Text) -> CaseCard:
        """Written reasons for being late (LFA 2558 s.10); see `Lateness.explain`."""
        return self._lateness.explain(signed.once, signed.caller, id, reasons)
