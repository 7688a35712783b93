"""What functions may do though the recording does not show it, each with its reason.

An entry that the recording shows after all is told by `tests/journeys/test_least_privilege.py`, so that this list stays
what it is: the branches that neither the story nor a scene takes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

API = "api_handler"

_SERVICES = {
    "table": "dynamodb", "index": "dynamodb", "bucket": "s3", "objects": "s3", "queue": "sqs", "key": "kms",
    "function": "lambda", "mail": "ses", "phone": "sns",
}  # fmt: skip


@dataclass(frozen=True)
class Beside:
    """Rights of some functions for one reason.

    Attributes:
        reason: what needs them.
        functions: their names in `app.py`.
        needs: actions, without the service and separated by blanks, by the logical name of the resource.
    """

    reason: str
    functions: tuple[str, ...]
    needs: Mapping[str, str]

    def rights(self) -> dict[str, frozenset[str]]:
        """The actions by resource."""
        return {
            name: frozenset(f"{_SERVICES[name.partition('/')[0]]}:{each}" for each in actions.split())
            for name, actions in self.needs.items()
        }


def _again(*queues: str) -> dict[str, str]:
    return {f"queue/{name}": "SendMessage" for name in queues}


GDX: Sequence[Beside] = (
    Beside(
        "the outbox: what a crash left unsent goes out again, and each event that a consumer or a sweep makes is sent",
        ("gdx_events", "gdx_sweep"),
        _again("gdx-events", "gdx-exchanges"),
    ),
    Beside("an order that must be asked again", ("gdx_exchanges",), _again("gdx-exchanges")),
    Beside(
        "the envelope of an asynchronous request: sealed when it is taken, opened when it is carried, deleted after",
        (API,),
        {"objects/gdx-documents/requests/": "DeleteObject PutObject"},
    ),
    Beside(
        "the envelope of an asynchronous request, and the answer that lost against another worker's",
        ("gdx_exchanges",),
        {
            "objects/gdx-documents/requests/": "DeleteObject GetObject",
            "objects/gdx-documents/answers/": "DeleteObject",
        },
    ),
    Beside(
        "what an order or a document leaves when it is over",
        ("gdx_events",),
        {
            "objects/gdx-documents/requests/": "DeleteObject",
            "objects/gdx-documents/documents/": "AbortMultipartUpload DeleteObject",
        },
    ),
    Beside(
        "large answers of the old protocol lie in the bucket; documents come in parts and may be given up",
        (API,),
        {
            "objects/gdx-documents/answers/": "PutObject",
            "objects/gdx-documents/documents/": (
                "AbortMultipartUpload DeleteObject GetObject ListMultipartUploadParts PutObject"
            ),
        },
    ),
    Beside(
        "a provider that pulls answers by itself: the API settles the order, and takes back an answer that lost",
        (API,),
        {"objects/gdx-documents/answers/": "DeleteObject", "objects/gdx-documents/requests/": "GetObject"},
    ),
    Beside(
        "the log is read by anybody, and witnesses cosign its checkpoint",
        (API,),
        {
            "objects/gdx-log/tile/": "GetObject",
            "objects/gdx-log/staging/": "GetObject",
            "objects/gdx-log/checkpoint": "GetObject PutObject",
            "objects/gdx-log/witnessed": "GetObject PutObject",
        },
    ),
    Beside(
        "after a crash the sealer goes on from what it staged, and compares what is there",
        ("gdx_seal",),
        {"objects/gdx-log/staging/": "GetObject", "objects/gdx-log/tile/": "GetObject"},
    ),
    Beside(
        "lists of members, agreements, keys and invitations",
        (API,),
        {"index/by_agency": "Query", "index/by_consumer": "Query"},
    ),
    Beside(
        "a service that is described anew suspends the agreements that it no longer keeps",
        ("gdx_events",),
        {"index/by_agency": "Query", "table": "ConditionCheckItem Query"},
    ),
    Beside("an operator takes a mapping of the old gateway's paths away", (API,), {"table": "DeleteItem"}),
    Beside(
        "an exchange stands only while its agreement and its consent do; history is read before a chain goes on",
        ("gdx_exchanges",),
        {"table": "ConditionCheckItem Query"},
    ),
    Beside(
        "orders and documents that ran out of time are ended: looked up together, counted back, told",
        ("gdx_sweep",),
        {"table": "BatchGetItem ConditionCheckItem Query UpdateItem", "key/data": "Decrypt"},
    ),
    Beside("an entry that waits is looked up again", ("gdx_seal",), {"table": "Query"}),
)

OPENDATA: Sequence[Beside] = (
    Beside(
        "the outbox: what a crash left unsent goes out again, to whichever queue it was meant for",
        ("opendata_sweep",),
        _again("opendata-events", "opendata-harvest", "opendata-jobs", "opendata-uploads"),
    ),
    Beside(
        "what a consumer does is told as an event, and some of it is work for another consumer",
        ("opendata_events", "opendata_harvest", "opendata_jobs", "opendata_links", "opendata_publish"),
        _again("opendata-events"),
    ),
    Beside(
        "a file that arrived, was written to or is linked is work for another consumer",
        ("opendata_harvest", "opendata_jobs", "opendata_links", "opendata_uploads"),
        _again("opendata-jobs", "opendata-links", "opendata-uploads"),
    ),
    Beside(
        "a file that is to be read anew, and links that are to be looked at",
        (API,),
        _again("opendata-links", "opendata-uploads"),
    ),
    Beside(
        "tables that are compared, and links of a new dataset",
        ("opendata_events",),
        _again("opendata-jobs", "opendata-links"),
    ),
    Beside(
        "a write is one transaction of several kinds of changes; which of them depends on what is there",
        ("opendata_events", "opendata_harvest", "opendata_jobs", "opendata_sweep", "opendata_uploads"),
        {"table": "BatchGetItem ConditionCheckItem DeleteItem GetItem PutItem Query UpdateItem"},
    ),
    Beside(
        "a link that is gone loses its row; a mirrored file stands only while its dataset does",
        ("opendata_links",),
        {"table": "BatchGetItem ConditionCheckItem DeleteItem"},
    ),
    Beside(
        "cards and old snapshots are taken away, by the one publisher whose turn it is",
        ("opendata_publish",),
        {"table": "ConditionCheckItem DeleteItem UpdateItem", "objects/opendata/search/": "DeleteObject GetObject"},
    ),
    Beside(
        "lists by organization: datasets, sources, links, users, and what is due",
        ("opendata_events", "opendata_harvest", "opendata_jobs", "opendata_links", "opendata_uploads"),
        {"index/by_organization": "Query"},
    ),
    Beside("what is graded next", (API, "opendata_events"), {"index/open": "Query"}),
    Beside(
        "whoever publishes a file sends it in one piece or in parts, may give it up, and sees what has arrived",
        (API,),
        {"objects/opendata/uploads/": "AbortMultipartUpload DeleteObject GetObject ListMultipartUploadParts"},
    ),
    Beside(
        "everything that is published is read by addresses that the API signs, or by pages that it makes",
        (API,),
        {
            f"objects/opendata/{prefix}/": "GetObject"
            for prefix in ("deltas", "diffs", "dumps", "files", "roots", "search")
        },
    ),
    Beside(
        "an export is made when it is first asked for; rows are written as deltas; a long query puts its result down",
        (API,),
        {
            "objects/opendata/exports/": "AbortMultipartUpload GetObject ListMultipartUploadParts PutObject",
            "objects/opendata/deltas/": "PutObject",
            "objects/opendata/diffs/": "PutObject",
            "objects/opendata/results/": "DeleteObject PutObject",
        },
    ),
    Beside(
        "tables of a version before are compared with; a large one is written in parts",
        ("opendata_uploads",),
        {
            "objects/opendata/files/": "AbortMultipartUpload ListMultipartUploadParts",
            "objects/opendata/tables/": "AbortMultipartUpload GetObject ListMultipartUploadParts",
        },
    ),
    Beside(
        "a purged dataset takes with it what nouns keep of it; an upload that was forgotten is given up",
        ("opendata_events",),
        {
            "objects/opendata/uploads/": "AbortMultipartUpload DeleteObject GetObject ListMultipartUploadParts",
            "objects/opendata/deltas/": "DeleteObject GetObject",
            "objects/opendata/diffs/": "DeleteObject GetObject",
            "objects/opendata/results/": "DeleteObject",
            "objects/opendata/files/": "GetObject",
        },
    ),
    Beside(
        "which datasets to purge again after a restore is kept where no restore of the table changes it",
        ("opendata_events",),
        {"objects/opendata/purges/": "PutObject"},
    ),
    Beside(
        "a job reads tables with their deltas and compares, joins, exports or queries them; large results go in parts",
        ("opendata_jobs",),
        {
            "objects/opendata/results/": "AbortMultipartUpload DeleteObject GetObject ListMultipartUploadParts",
            "objects/opendata/tables/": "AbortMultipartUpload ListMultipartUploadParts PutObject",
            "objects/opendata/deltas/": "DeleteObject GetObject",
            "objects/opendata/exports/": "AbortMultipartUpload GetObject ListMultipartUploadParts PutObject",
            "objects/opendata/diffs/": "GetObject PutObject",
            "objects/opendata/files/": "GetObject",
        },
    ),
    Beside(
        "a file behind a link is mirrored, in parts where it is large",
        ("opendata_links",),
        {"objects/opendata/uploads/": "AbortMultipartUpload GetObject ListMultipartUploadParts PutObject"},
    ),
    Beside(
        "contents that nobody uses are deleted; deltas become tables; the day's figures, dumps and roots are made",
        ("opendata_sweep",),
        {
            "objects/opendata/files/": "DeleteObject",
            "objects/opendata/tables/": (
                "AbortMultipartUpload DeleteObject GetObject ListMultipartUploadParts PutObject"
            ),
            "objects/opendata/exports/": "DeleteObject",
            "objects/opendata/deltas/": "DeleteObject GetObject",
            "objects/opendata/usage/": "GetObject PutObject",
            "objects/opendata/roots/": "DeleteObject GetObject PutObject",
            "objects/opendata/dumps/": "AbortMultipartUpload ListMultipartUploadParts",
        },
    ),
    Beside(
        "secrets of webhooks are unsealed, pseudonyms and cursors are made",
        ("opendata_events", "opendata_harvest", "opendata_jobs", "opendata_sweep", "opendata_uploads"),
        {"key/data": "Decrypt"},
    ),
)

BIZ: Sequence[Beside] = (
    Beside(
        "the outbox: what a crash left unsent goes out again, and each event that a consumer or a sweep makes is sent",
        ("biz_deliveries", "biz_events", "biz_feedback", "biz_sweep", "biz_uploads"),
        _again("biz-events"),
    ),
    Beside(
        "an agency's system must learn of what happened to a case",
        (API, "biz_deliveries", "biz_events", "biz_sweep"),
        _again("biz-deliveries"),
    ),
    Beside(
        "a write is one transaction of several kinds of changes; which of them depends on what is there",
        (API, "biz_deliveries", "biz_events", "biz_sweep"),
        {"table": "BatchGetItem ConditionCheckItem DeleteItem GetItem PutItem Query UpdateItem"},
    ),
    Beside(
        "an upload that comes twice finds its document decided, with the case's history",
        ("biz_uploads",),
        {"table": "ConditionCheckItem Query"},
    ),
    Beside(
        "what becomes of an e-mail is counted and marks the address",
        ("biz_feedback",),
        {"table": "BatchGetItem GetItem PutItem Query UpdateItem", "key/data": "Decrypt"},
    ),
    Beside(
        "lists of owners and officers, and a provider's day",
        (API,),
        {"index/by_desk": "Query", "index/by_due": "Query", "index/by_owner": "Query"},
    ),
    Beside(
        "what an officer who is posted elsewhere has taken; a case's payments; figures of an agency",
        ("biz_events",),
        {"index/by_agency": "Query", "index/by_desk": "Query", "index/by_owner": "Query"},
    ),
    Beside("each agency's open cases are counted by night", ("biz_sweep",), {"index/by_agency": "Query"}),
    Beside("what an agency's system was not told yet", ("biz_deliveries",), {"index/by_agency": "Query"}),
    Beside(
        "documents are read by addresses that the API signs, taken over from another case, and withdrawn",
        (API,),
        {
            "objects/biz-documents/case/": "DeleteObject GetObject PutObject",
            "objects/biz-documents/quarantine/": "DeleteObject GetObject",
        },
    ),
    Beside(
        "a document of one application of a bundle is lent to the others when their turn comes",
        ("biz_events",),
        {"objects/biz-documents/case/": "GetObject PutObject"},
    ),
    Beside(
        "an agency's system is given addresses of the documents",
        ("biz_deliveries",),
        {"objects/biz-documents/case/": "GetObject"},
    ),
    Beside(
        "a file that is not what it says is set aside; what an attempt before took for good is taken back",
        ("biz_uploads",),
        {"objects/biz-documents/refused/": "PutObject", "objects/biz-documents/case/": "DeleteObject GetObject"},
    ),
    Beside(
        "nobody in the story chose e-mail or SMS",
        (API, "biz_events"),
        {"mail": "SendEmail", "phone": "Publish"},
    ),
    Beside(
        "other systems are asked and told under the portal's own signature, with what is sealed in its table",
        ("biz_deliveries", "biz_sweep"),
        {"key/data": "Decrypt", "key/signing": "GetPublicKey Sign"},
    ),
)

CITIZEN: Sequence[Beside] = (
    Beside(
        "the outbox: what a crash left unsent goes out again, and each event that a sweep makes is sent",
        ("citizen_sweep",),
        _again("citizen-events"),
    ),
    Beside(
        "a write is one transaction of several kinds of changes; which of them depends on what is there",
        (API, "citizen_events", "citizen_sweep"),
        {"table": "BatchGetItem ConditionCheckItem DeleteItem GetItem PutItem Query UpdateItem"},
    ),
    Beside(
        "a day's payments, links and appointments by their time", (API, "citizen_events"), {"index/by_due": "Query"}
    ),
    Beside(
        "what somebody holds, for a copy or an erasure that is due", ("citizen_sweep",), {"index/by_owner": "Query"}
    ),
    Beside(
        "messages bring attachments, which are looked at, kept, read by signed addresses and deleted with the message",
        (API,),
        {
            "objects/citizen-documents/incoming/": "GetObject PutObject",
            "objects/citizen-documents/attachments/": "DeleteObject GetObject PutObject",
        },
    ),
    Beside("somebody takes their own copy back", (API,), {"objects/citizen-documents/exports/": "DeleteObject"}),
    Beside(
        "an erasure takes attachments with it",
        ("citizen_events", "citizen_sweep"),
        {"objects/citizen-documents/attachments/": "DeleteObject"},
    ),
    Beside(
        "whom to erase again after a restore is kept longer than backups reach back",
        ("citizen_events",),
        {"objects/citizen-documents/erased/": "PutObject"},
    ),
    Beside(
        "copies that were not fetched are taken away",
        ("citizen_sweep",),
        {"objects/citizen-documents/exports/": "DeleteObject"},
    ),
    Beside(
        "nobody in the story chose e-mail or SMS", (API, "citizen_events"), {"mail": "SendEmail", "phone": "Publish"}
    ),
    Beside(
        "registers are asked in the portal's name, under people's pseudonyms",
        ("citizen_sweep",),
        {"key/data": "Decrypt", "key/signing": "GetPublicKey Sign"},
    ),
)

BESIDE: Mapping[str, Sequence[Beside]] = {"gdx": GDX, "opendata": OPENDATA, "biz": BIZ, "citizen": CITIZEN}
"""By platform."""
