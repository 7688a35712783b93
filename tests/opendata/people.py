"""More people for the portal: its operator, and officers of other postings."""

from __future__ import annotations

from chalicelib.shared.identity import Posting
from chalicelib.shared.ids import new_token
from chalicelib.shared.thai import check_digit
from tests.opendata.portal import Portal
from tests.support.keys import local_keyring


def national_id(digits: int) -> str:
    """A national id that holds, from its first twelve digits."""
    return f"{digits}{check_digit(str(digits))}"


OPERATOR = national_id(150990000001)
OPERATOR_AGENCY = "TH/CENTRAL/DGA"


def operator(portal: Portal) -> str:
    """The login of the platform's operator."""
    return officer(portal, OPERATOR, OPERATOR_AGENCY, "operator")


def officer(portal: Portal, pid: str, agency: str, *roles: str) -> str:
    """The login of somebody who is posted like this."""
    person = local_keyring().pseudonym(pid)
    posting = Posting(agency, frozenset(roles), "เจ้าหน้าที่")
    if portal.catalogue.staff.posting(person) != posting:
        portal.catalogue.staff.post(person, posting, new_token())
    return portal.issuers.person(pid)
