"""The public side: services and their manuals, the register of licences, verification, status lists, keys."""

from __future__ import annotations

import datetime as dt
import hmac
import re
from typing import Any

from chalicelib.shared.errors import not_found
from chalicelib.shared.identity import Caller
from chalicelib.shared.journal import Event, Once
from chalicelib.shared.status_list import status_list_token
from chalicelib.shared.thai import Text
from chalicelib.shared.web import as_json

from ..cases import views
from ..cases.views import LicenceCard
from ..definitions.model import ServiceDefinition
from ..model import Licence, LicenceStatus
from ..office import QUEUE, Office
from ..store import licence_key
from . import rules as licences
from .rules import LIST_BITS, LIST_SIZE, STATUS

LIST_LIVES = dt.timedelta(minutes=5)
_LIST_ID = re.compile(r"([a-z][a-z0-9-]{1,62})-(20[0-9]{2})")
_EVENT = {"suspended": "suspended", "revoked": "revoked", "valid": "reinstated"}


class Register:
    """What anybody may look at, and the officer's hand on a licence that was issued."""

    def __init__(self, office: Office) -> None:
        self._office = office

    def services(self) -> list[ServiceDefinition]:
        """What may be applied for today."""
        return self._office.catalogue.live(self._office.today())

    def service(self, id: str) -> ServiceDefinition:
        """One service as it stands today; raises NotFound."""
        return self._office.catalogue.current(id, self._office.today())

    def licences(self, agency: str, after: str | None, limit: int) -> tuple[list[LicenceCard], str | None]:
        """An agency's licences without personal data, newest first."""
        found, following = self._office.store.licences_of(agency, after, limit)
        return [self._card(licence) for licence in found], following

    def token(self, no: str) -> str:
        """What the QR of an e-licence carries: whoever has it was shown the licence by its holder."""
        return f"{no}.{self._code(no)}"

    def verify(self, text: str) -> LicenceCard:
        """What stands behind a licence number, or behind the token of a shown licence (then with all its claims).

        Raises:
            NotFound: no such licence, or a token that was made up.
        """
        no, _, code = text.partition(".")
        if code and not hmac.compare_digest(code.encode(), self._code(no).encode()):
            raise not_found("ใบอนุญาต", "licence")
        return self._card(self._office.store.find_licence(no), holder=bool(code))

    def _code(self, no: str) -> str:
        return self._office.parts.keyring.mac("licence-token", no.encode())[:22]

    def _card(self, licence: Licence, *, holder: bool = False) -> LicenceCard:
        definition = self._office.catalogue.version(licence.service, licence.service_version)
        return views.licence_card(licence, definition, self._office.today(), holder=holder)

    def set_status(self, once: Once, caller: Caller, no: str, status: LicenceStatus, reasons: Text) -> LicenceCard:
        """Suspend, reinstate or revoke; every verifier sees it with the next status list.

        Raises:
            NotFound: no such licence, or another agency's.
            WrongState: its present status does not allow it.
        """
        office = self._office
        found = office.parts.journal.read(once, licence_key(no))
        licence = office.store.licence(found.get(licence_key(no)))
        if licence.agency != caller.agency:
            raise not_found("ใบอนุญาต", "licence")
        changed = licences.changed(licence, status, reasons)
        event, head = office.parts.journal.happened(
            licence.head,
            subject=no,
            type=f"biz.licence.{_EVENT[status]}",
            by=caller.label,
            data={"licence": no, "service": licence.service, "agency": licence.agency},
            queue=QUEUE,
        )
        changed = changed.model_copy(update={"head": head})
        shown = self._card(changed)
        changes = office.store.changed_licence(changed, licence.status == "valid", STATUS[status])
        events: list[tuple[str, Event]] = [(licence_key(no).pk, event)]
        office.parts.journal.commit(once, changes, events, as_json(shown))
        return shown

    def status_list(self, list_id: str) -> str:
        """The signed status list (statuslist+jwt); raises NotFound for a list that no service of ours fills."""
        found = _LIST_ID.fullmatch(list_id)
        if found is None or not self._office.catalogue.knows(found[1]):
            raise not_found("บัญชีสถานะ", "status list")
        statuses = [0] * LIST_SIZE
        for index, status in self._office.store.flipped(list_id).items():
            statuses[index] = status
        return status_list_token(
            licences.list_address(self._office.parts.base_url, list_id),
            statuses,
            LIST_BITS,
            signer=self._office.signer(),
            issued_at=self._office.now(),
            lifetime=LIST_LIVES,
        )

    def keys(self) -> dict[str, Any]:
        """The public keys with which licences, receipts and status lists are signed (RFC 7517)."""
        return {"keys": [dict(self._office.parts.keyring.signer.public_jwk)]}

    def issuer(self) -> dict[str, Any]:
        """Metadata of the credential issuer (SD-JWT VC, "JWT VC Issuer Metadata")."""
        return {"issuer": self._office.issuer, "jwks_uri": f"{self._office.parts.base_url}/biz/v1/jwks.json"}
