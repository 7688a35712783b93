"""Who may do something to a case."""

from __future__ import annotations

APPLICANT = "applicant"
SYSTEM = "system"
LINKED = "linked"
"""The agency's own system, where a service is linked to it."""
OFFICER_ROLES = ("intake", "inspector", "approver")
AGENCY_ROLES = (*OFFICER_ROLES, LINKED)
ROLES = (APPLICANT, SYSTEM, *AGENCY_ROLES)
HEAD = "head"
DESK_ROLES = (*OFFICER_ROLES, HEAD)
"""Who may look into the agency's cases; what each may do to a case is the workflow's to say."""
OVERSIGHT = "oversight"
"""Whoever oversees the agencies (LFA 2558: OPDC) and reads what they owe reasons for."""
