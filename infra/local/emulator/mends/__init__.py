"""What moto does otherwise than AWS and what we need it to do: one small module per mend.

Each module says which version needs it; `tests/infra/test_emulator_mends.py` proves both that moto fails
without it (so a newer moto that no longer does is noticed) and that it works with it.
"""

from __future__ import annotations

from collections.abc import Callable

from infra.local.emulator.mends import (
    apigateway_import,
    apigateway_method_settings,
    cloudwatch_composites,
    dynamodb_lock,
    dynamodb_point_in_time,
    dynamodb_queries,
    dynamodb_transactions,
    kms_key_state,
    kms_signing,
    kms_symmetric,
    logs_queries,
    quick_answers,
    s3_filter_names,
    s3_locked_copies,
    s3_parts,
    s3_post_checksum,
    sqs_move_tasks,
    sqs_without_lambda,
)

MOTO_VERSION = "5.2.5"
"""The version that all mends were written against."""

MENDS: dict[str, Callable[[], None]] = {
    "apigateway_import": apigateway_import.install,
    "apigateway_method_settings": apigateway_method_settings.install,
    "cloudwatch_composites": cloudwatch_composites.install,
    "dynamodb_queries": dynamodb_queries.install,
    "dynamodb_transactions": dynamodb_transactions.install,
    "dynamodb_lock": dynamodb_lock.install,
    "dynamodb_point_in_time": dynamodb_point_in_time.install,
    "kms_key_state": kms_key_state.install,
    "kms_signing": kms_signing.install,
    "kms_symmetric": kms_symmetric.install,
    "logs_queries": logs_queries.install,
    "quick_answers": quick_answers.install,
    "s3_filter_names": s3_filter_names.install,
    "s3_locked_copies": s3_locked_copies.install,
    "s3_parts": s3_parts.install,
    "s3_post_checksum": s3_post_checksum.install,
    "sqs_move_tasks": sqs_move_tasks.install,
    "sqs_without_lambda": sqs_without_lambda.install,
}

_installed: set[str] = set()


def install() -> None:
    """Mend the moto of this process. A second call does nothing."""
    for name, mend in MENDS.items():
        if name not in _installed:
            mend()
            _installed.add(name)
