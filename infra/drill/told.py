"""What a drill showed, in words: what was measured here, and what AWS's documents add."""

from __future__ import annotations

from collections.abc import Iterator

from .drill import Lost, Outcome

AWS_ADDS = (
    "a time can be gone back to about 5 minutes after it has passed (Developer Guide, PointInTimeRecovery_Howitworks:",
    "LatestRestorableDateTime); a restore is a new table that DynamoDB fills: minutes to hours, no promise of it; each",
    "row and each object that differs costs a request of its own, one after the other. None of it was measured in AWS.",
)


def told(outcome: Outcome) -> Iterator[str]:
    """The lines about one platform."""
    yield f"{outcome.room}: {'passed' if not outcome.problems else 'NOT PASSED'}"
    rows, objects = outcome.hit
    yield f"  disaster   {rows} rows and {objects} objects overwritten or deleted; then the table deleted"
    yield f"  RPO table  {_lost(outcome.lost_rows)}"
    yield f"  RPO bucket {_lost(outcome.lost_objects)}"
    if outcome.left_damaged:
        yield f"             {outcome.left_damaged} rows of these stay as the disaster left them"
    steps = "; ".join(f"{name} {seconds:.1f} s" for name, seconds in outcome.steps.items())
    yield f"  RTO here   {sum(outcome.steps.values()):.1f} s: {steps}"
    yield f"  compared   {outcome.rows} rows and {outcome.objects} objects, each with what was recorded"
    if outcome.erased is None:
        yield "  erased     nobody: nothing was there to erase, or this platform knows no erasure"
    else:
        yield f"  erased     after the time gone back to: {outcome.erased[0]} rows and {outcome.erased[1]} objects"
    yield from (f"  WRONG      {problem}" for problem in outcome.problems)


def aws() -> Iterator[str]:
    """What a drill on this machine cannot show."""
    yield "What AWS adds to RTO:"
    yield from (f"  {line}" for line in AWS_ADDS)


def _lost(lost: Lost) -> str:
    span = "nothing of them came back" if lost.seconds is None else f"the last {lost.seconds:.1f} s"
    return f"{lost.writes} of {lost.of} acknowledged writes lost" + (f": {span}" if lost.writes else "")
