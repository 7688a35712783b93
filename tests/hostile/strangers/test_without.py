"""What every operation answers while DynamoDB, KMS, S3 or SQS is away, or the clock is wrong.

By its name the last of the files that share the town: what was asked when all was well was done, and counts for the
paces of whoever asked. How the work *behind* the operations outlives an outage is seen in
`tests/journeys/test_crashes.py` and `tests/soak`.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterator

import pytest

from tests.hostile.outages import Asking, Matrix, defined, filled, settled
from tests.hostile.played import Played
from tests.support.faults import faults

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("hostile")]

LONGEST_PAUSES = 1.0 + 2.0
"""Seconds that the SDK waits at most in three attempts at one call, told to slow down (`Clients`; AWS SDKs Reference
Guide, "Retry behavior": up to 1 s, then up to 2 s)."""
PATIENCE = 8.0
"""Seconds of pauses that one request may cost, of the 29 that API Gateway gives."""

GOES_ON = {
    "GET /citizen/v1/services": "leaves out each source that is away, and says which",
    "POST /citizen/v1/me/profile/refresh": "says of each register whether it answered, and keeps what was known",
}
"""Operations that answer without what is away, and how."""

ONE_FOR_EACH_PLATFORM = {"GET /status"}
"""What asks each platform of its process once: a stage has one, this town all four."""


@pytest.fixture(scope="module")
def matrix(once: Played) -> Iterator[Matrix]:
    logging.disable(logging.ERROR)  # a thousand refusals are of no use here
    with faults(lambda *_: "ok") as layer:
        yield filled(Asking(once, layer))
    logging.disable(logging.NOTSET)


def test_every_operation_says_what_it_does_while_something_is_away(matrix: Matrix) -> None:
    assert [str(cell) for cell in matrix.cells if not defined(cell.reply)] == []


def test_nothing_answers_as_if_what_is_away_were_there(matrix: Matrix) -> None:
    pretended = [cell for cell in matrix.cells if cell.struck and cell.away != "sqs" and cell.reply.status < 500]
    assert [str(cell) for cell in pretended if cell.operation not in GOES_ON] == []
    assert {cell.operation for cell in pretended} == GOES_ON.keys()


def test_a_queue_that_is_away_is_nobodys_trouble(matrix: Matrix) -> None:
    """What was to be sent is in the outbox."""
    assert [str(cell) for cell in matrix.cells if cell.away == "sqs" and cell.struck and cell.reply.status >= 500] == []


def test_nobody_is_let_in_because_something_is_away(matrix: Matrix) -> None:
    assert [str(cell) for cell in matrix.strangers if cell.reply.status < 400] == []
    assert len(matrix.strangers) > 500


def test_nothing_is_written_by_half(matrix: Matrix) -> None:
    """Who is told to come again left nothing but what may be counted twice: paces, and a fault that is watched."""
    assert [str(cell) for cell in matrix.cells if cell.reply.status >= 500 and cell.written] == []


def test_a_request_waits_for_little_that_does_not_come(matrix: Matrix) -> None:
    waits = {cell.operation: cell.struck for cell in matrix.cells if len(cell.struck) * LONGEST_PAUSES > PATIENCE}
    assert waits.keys() == ONE_FOR_EACH_PLATFORM


def test_a_minute_later_the_same_process_answers_again(matrix: Matrix) -> None:
    away = [cell for cell in matrix.recovered if cell.reply.status >= 500 and not settled(cell.reply)]
    assert [str(cell) for cell in away] == []


def test_a_wrong_clock_is_no_error(matrix: Matrix) -> None:
    assert [str(cell) for cell in matrix.wrong_times if not defined(cell.reply)] == []


def test_what_waits_afterwards_is_done(once: Played, matrix: Matrix) -> None:
    assert matrix.cells
    before = once.here.dead_letters()
    once.here.settle()
    assert once.here.open_rows() == [] and once.here.dead_letters() == before


def test_most_operations_get_as_far_as_to_need_what_is_away(matrix: Matrix) -> None:
    met = Counter(cell.away for cell in matrix.cells if cell.struck)
    assert sum(cell.away == "dynamodb" for cell in matrix.cells) == len(matrix.asks)
    assert met["dynamodb"] > 300 and met["kms"] > 100 and met["s3"] and met["sqs"], met
