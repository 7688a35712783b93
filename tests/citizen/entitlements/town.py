"""People and registers for checks: a mother with a newborn, and somebody who lost his job and has a credit record."""

from __future__ import annotations

from typing import Any

from tests.citizen.portal import Portal
from tests.support.client import Answer

PLOY, BABY = "1990100021018", "1990100027075"
WICHAI = "1990100022022"
CIVIL = "TH/CENTRAL/DOPA/civil/person"
CHILD, HOUSEHOLD = "TH/CENTRAL/DCY/welfare/child", "TH/CENTRAL/DCY/welfare/household"
PAYMENTS = "TH/CENTRAL/DCY/welfare/payments"
INSURED, COVER = "TH/CENTRAL/SSO/insured/status", "TH/CENTRAL/NHSO/rights/search"
REPORT = "TH/PARTNER/NCB/credit/report"
CREDIT = {"score": 701, "grade": "CC", "as_of": "2026-10-31", "open_accounts": 1, "overdue_accounts": 0}
BORN = {"birth_date": "2026-11-11", "nationality": "THA", "status": "alive", "house_registration_no": "H1"}


def furnished(portal: Portal) -> Portal:
    """The portal with registers that know these people."""
    portal.gdx.records = {
        CIVIL: {
            BABY: {**BORN, "mother_pid": PLOY},
            PLOY: {"birth_date": "1999-06-03", "nationality": "THA", "house_registration_no": "H1"},
            WICHAI: {"birth_date": "1991-08-19", "nationality": "THA", "house_registration_no": "H2"},
        },
        CHILD: {},
        HOUSEHOLD: {PLOY: {"members": 3, "income_year_baht": 240_000}},
        PAYMENTS: {PLOY: {"payments": [{"month": "2026-12", "amount_baht": 600, "state": "planned", "for": "น้ำใส"}]}},
        INSURED: {WICHAI: {"section": "33", "status": "ended", "ended_on": "2026-10-31", "months_paid": 87}},
        COVER: {WICHAI: {"scheme": "SSS", "hospital_name": "โรงพยาบาลตราด"}},
    }
    portal.gdx.answering[REPORT] = portal.asking.guarding({WICHAI: CREDIT})
    return portal


def check(portal: Portal, right: str, token: str, **body: Any) -> Answer:
    """Somebody checks a right."""
    return portal.client.post(f"/citizen/v1/me/entitlements/{right}/check", json=body, token=token)


def newborn(portal: Portal, **body: Any) -> Any:
    """Ploy checks the grant for her baby."""
    answer = check(portal, "newborn-grant", portal.issuers.person(PLOY), **{"subject": BABY, **body})
    assert answer.status == 200, answer.text
    return answer.json


def services(portal: Portal) -> list[str]:
    """Which services were asked, in order of name."""
    return sorted(asked.service for asked in portal.gdx.asked)
