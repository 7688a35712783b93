"""Actions on the way of a dataset to the public, and on the standard it is held to."""

from __future__ import annotations

from typing import Any

from chalicelib.shared.errors import NotFound

from ..governance.views import GovernanceView
from ..rules import Rejected
from ..standard import scheming
from .registry import Asked, reads, writes


def _stand(asked: Asked, id: object) -> Any:
    return GovernanceView.of(asked.catalogue.publishing.governance.show(asked.caller, id)).model_dump()


def _take(asked: Asked, step: str) -> Any:
    reason = asked.given.get("reason") or ""
    if not isinstance(reason, str):
        raise Rejected({"reason": ["Must be a Unicode string value"]})
    done = asked.catalogue.publishing.governance.take(
        asked.caller, asked.once, asked.given.get("id"), step, reason=reason, revision=asked.revision
    )
    return _stand(asked, done)


@reads
def package_governance_show(asked: Asked) -> Any:
    """Show where a dataset stands on its way to the public (id), what it lacks, its history, and your next steps."""
    return _stand(asked, asked.given.get("id"))


@writes
def package_submit(asked: Asked) -> Any:
    """Hand a draft in (id): it then waits for the steward of its organisation. It must lack nothing."""
    return _take(asked, "submit")


@writes
def package_review(asked: Asked) -> Any:
    """Say as the steward that a dataset is fit to be published (id); it then waits for approval."""
    return _take(asked, "check")


@writes
def package_approve(asked: Asked) -> Any:
    """Approve a checked dataset as a publisher (id): everybody can see it from now on."""
    return _take(asked, "approve")


@writes
def package_reject(asked: Asked) -> Any:
    """Send a dataset that waits back to its editor (id), with a reason."""
    return _take(asked, "reject")


@writes
def package_withdraw(asked: Asked) -> Any:
    """Take a dataset that waits back to draft (id), as its editor."""
    return _take(asked, "withdraw")


@writes
def package_publish(asked: Asked) -> Any:
    """Publish a dataset at once as a publisher (id): hand in, check and approve in one; the history says so."""
    return _take(asked, "publish")


@writes
def package_revoke(asked: Asked) -> Any:
    """Take a published dataset from the public (id), with a reason; its organisation keeps it."""
    return _take(asked, "revoke")


@reads
def scheming_dataset_schema_list(_: Asked) -> Any:
    """List the types of dataset that have a schema."""
    return [scheming.DATASET]


@reads
def scheming_dataset_schema_show(asked: Asked) -> Any:
    """Show the fields of a type of dataset (type=dataset): the Thai standard, with labels, lists and help."""
    asked_type = asked.given.get("type")
    if not asked_type:
        raise Rejected({"type": ["Missing value"]})
    if asked_type != scheming.DATASET:
        raise NotFound("ไม่พบประเภทชุดข้อมูล", "Not found")
    return scheming.dataset_schema()
