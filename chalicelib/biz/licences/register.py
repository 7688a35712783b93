"""The public side of licences: the register, verification, status lists, keys."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chalicelib.shared.cursors import Scope
from chalicelib.shared.dataclass import dataclass
from chalicelib.shared.errors import Fault, Invalid, NotFound, not_found
from chalicelib.shared.status_list import status_list_token
from chalicelib.shared.workdays import BANGKOK

from . import rules, types, views
from . import words as register_words
from .rules import LIST_BITS, LIST_SIZE, Standing

if TYPE_CHECKING:
    from chalicelib.shared.credential_types import TypeMetadata

    from ..definitions.model import ServiceDefinition
    from ..office import Office
    from .model import Licence
    from .views import LicenceCard

LIST_LIVES = dt.timedelta(days=1)
"""How long a verifier without a network may believe a list (`exp`): an inspector's day."""

LIST_FRESH = dt.timedelta(minutes=1)
"""How long one with a network keeps it (`ttl`); also how often a list without changes is signed anew."""

_LIST_ID = re.compile(r"([a-z][a-z0-9-]{1,62})-(20[0-9]{2})")


@dataclass(frozen=True)
class Seen:
    """A licence that somebody looks at.

    Attributes:
        token: what its QR carries, when this is what was shown; None for a bare number.
        on: the day of looking.
        live: the service as it is offered on that day, if it is.
    """

    licence: Licence
    definition: ServiceDefinition
    token: str | None
    on: dt.date
    live: ServiceDefinition | None = None

    @property
    def standing(self) -> Standing:
        """How it stands on that day."""
        return rules.standing(self.licence, self.on)

    @property
    def card(self) -> LicenceCard:
        """What may be shown of it."""
        return views.card(self.licence, self.definition, self.on, self.live, holder=self.token is not None)


@dataclass(frozen=True)
class Search:
    """A question to the register: a number, or words, or an agency; words and agency together narrow each other."""

    no: str | None = None
    q: str | None = None
    agency: str | None = None
    status: str | None = None

    @property
    def scope(self) -> Scope:
        """Names the list that a cursor belongs to."""
        return "licences", self.no, self.q, self.agency, self.status


class Register:
    """What anybody may look at."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._lists: dict[str, tuple[str, str]] = {}

    def services(self) -> list[ServiceDefinition]:
        """What a business may apply for today; rights of people are listed by the Citizen Portal."""
        return [each for each in self._office.catalogue.live(self._office.today()) if each.is_public]

    def connected(self) -> list[ServiceDefinition]:
        """Everything that agencies have on the platform today, for businesses and for people."""
        return self._office.catalogue.live(self._office.today())

    def service(self, id: str) -> ServiceDefinition:
        """One service as it stands today; raises NotFound."""
        return self._office.catalogue.current(id, self._office.today())

    def search(self, asked: Search, after: str | None, limit: int) -> tuple[list[LicenceCard], str | None]:
        """Licences without personal data; at most one page of an index is read for a page.

        What the index does not answer (further words, status, agency with words) is judged on what was read, so a
        page may be short while more follows.

        Raises:
            Invalid: nothing to look by, or no word that leads anywhere.
        """
        store = self._office.store
        following: str | None = None
        if asked.no is not None:
            found = self._by_number(asked.no)
        elif asked.q is not None:
            wanted = register_words.words(asked.q)
            if not wanted:
                raise _vague("query:q", "ต้องมีคำที่ยาวอย่างน้อย 2 ตัวอักษร", "Needs a word of at least 2 letters.")
            page = store.found_by(wanted, after, limit)
            following = page.after
            rows = [row for row in page.items if _first_match(row.key.sk.removeprefix("WORD#"), row.data, wanted)]
            found = store.find_licences([str(row.data["no"]) for row in rows])
        elif asked.agency is not None:
            found, following = store.licences_of(asked.agency, after, limit)
        else:
            raise _vague("query:q", "ระบุ q, agency หรือ no อย่างใดอย่างหนึ่ง", "Give one of q, agency or no.")
        cards = [
            views.card(each, definition, self._office.today(), self._office.live(each.service))
            for each in found
            if (definition := self._definition(each)).is_public
        ]
        return [
            card for card in cards if asked.agency in (None, card.agency) and asked.status in (None, card.status)
        ], following

    def _by_number(self, no: str) -> list[Licence]:
        written = no.strip().upper()
        try:
            return [self._office.store.find_licence(written)] if rules.plausible(written) else []
        except NotFound:
            return []

    def token(self, no: str) -> str:
        """What the QR of an e-licence carries: whoever has it was shown the licence by its holder."""
        return f"{no}.{self._code(no)}"

    def address(self, token: str) -> str:
        """Where a person's phone goes from the QR."""
        return f"{self.base_url}/biz/v1/verify/{token}"

    def verify(self, text: str) -> Seen:
        """What stands behind a licence number, or behind the token of a shown licence (then with all its claims).

        Raises:
            NotFound: no such licence, or a token that was made up.
        """
        no, _, code = text.partition(".")
        if not rules.plausible(no) or (code and not hmac.compare_digest(code.encode(), self._code(no).encode())):
            raise not_found("ใบอนุญาต", "licence")
        licence = self._office.store.find_licence(no)
        definition, live = self._definition(licence), self._office.live(licence.service)
        if not code and not definition.is_public:
            raise not_found("ใบอนุญาต", "licence")
        return Seen(licence, definition, text if code else None, self._office.today(), live)

    def list_address(self, list_id: str) -> str:
        """Where a status list is fetched."""
        return rules.list_address(self.base_url, list_id)

    @property
    def base_url(self) -> str:
        """The platform's public address."""
        return self._office.parts.base_url

    def _code(self, no: str) -> str:
        return self._office.parts.keyring.mac("licence-token", no.encode())[:22]

    def _definition(self, licence: Licence) -> ServiceDefinition:
        return self._office.catalogue.version(licence.service, licence.service_version)

    def status_list(self, list_id: str, known: str = "") -> tuple[str, str | None]:
        """The ETag of a status list and the signed list (statuslist+jwt), or None where `known` names this very state.

        Read anew each time, so a change is in the next answer. Signed at most once a minute and process while nothing
        changes.

        Raises:
            NotFound: a list that no service of ours fills.
        """
        found = _LIST_ID.fullmatch(list_id)
        if found is None or not self._office.catalogue.knows(found[1]):
            raise not_found("บัญชีสถานะ", "status list")
        flipped = self._office.store.flipped(list_id)
        issued_at = self._office.now().replace(second=0, microsecond=0)
        state = f"{list_id} {issued_at.isoformat()} {sorted(flipped.items())}"
        etag = f'W/"{hashlib.sha256(state.encode()).hexdigest()[:32]}"'
        if etag in (each.strip() for each in known.split(",")):
            return etag, None
        kept = self._lists.get(list_id)
        if kept is None or kept[0] != etag:
            kept = self._lists[list_id] = (etag, self._signed(list_id, flipped, issued_at))
        return kept

    def _signed(self, list_id: str, flipped: dict[int, int], issued_at: dt.datetime) -> str:
        statuses = [0] * LIST_SIZE
        for index, status in flipped.items():
            statuses[index] = status
        return status_list_token(
            self.list_address(list_id),
            statuses,
            LIST_BITS,
            signer=self._office.signer(),
            issued_at=issued_at,
            lifetime=LIST_LIVES,
            ttl=LIST_FRESH,
        )

    def keys(self) -> dict[str, Any]:
        """The public keys with which licences, receipts and status lists are signed (RFC 7517)."""
        return self._office.signing.jwks()

    def issuer(self) -> dict[str, Any]:
        """Metadata of the credential issuer (SD-JWT VC, "JWT VC Issuer Metadata")."""
        return {"issuer": self._office.issuer, "jwks_uri": f"{self.base_url}/biz/v1/jwks.json"}

    def credential_type(self, vct: str) -> TypeMetadata:
        """What a type of the room's credentials and its claims are called; raises NotFound for any other."""
        own = types.own(vct)
        if own is not None:
            return own
        definition = self._office.catalogue.issuing(vct, self._office.today())
        if definition is None:
            raise not_found("เอกสารชนิดนี้", "type of credential")
        return types.licence_type(definition)

    def moment(self) -> dt.datetime:
        """Now, as clocks in Thailand show it."""
        return self._office.now().astimezone(BANGKOK)


def verifier_text() -> str:
    """The published offline verifier, as anybody downloads it."""
    return Path(__file__).with_name("verifier.py").read_text(encoding="utf-8")


def _first_match(word: str, data: Any, wanted: list[str]) -> bool:
    """Whether a row shows its licence: it fits all words, and no earlier row of the same licence has shown it."""
    known = tuple(data["words"])
    first = min((each for each in known if each.startswith(wanted[0])), default=None)
    return first == word and register_words.fits(known, wanted)


def _vague(pointer: str, th: str, en: str) -> Invalid:
    return Invalid("ต้องระบุสิ่งที่ต้องการค้นหา", "Say what to look for.", [Fault(pointer, th, en)])
