"""How many jobs somebody may have, how long they take and are kept, and what their failures mean."""

from __future__ import annotations

from chalicelib.shared.errors import Refusal, TooMany, Unavailable, UpstreamFailed

from .model import Problem

SLOTS = 3
"""Jobs of one asker that are not ended. Who is not known is told apart by network address."""
KEPT = 3 * 24 * 3600
"""Seconds after its end for which a job and its result are kept; the lifecycle rule of `results/` is a day longer."""
BUSY = 450
"""Seconds after which a worker that said nothing is taken to be dead: longer than the function of the queue may run."""
ATTEMPTS = 3
"""How often a job is begun; what fails three times fails."""
SOON = 5
"""Seconds after which it is worth asking again how a job stands."""


def passing(error: Exception) -> bool:
    """Whether a failure may be gone in a minute."""
    return isinstance(error, Unavailable | UpstreamFailed | TooMany) or not isinstance(error, Refusal)


def problem_of(error: Exception) -> Problem:
    """What is told of a failure; of one that nobody foresaw, that it is ours."""
    if isinstance(error, Refusal):
        texts = [(fault.th, fault.en) for fault in error.faults] or [(error.th, error.en)]
        return Problem(error.slug, " · ".join(th for th, _ in texts), " · ".join(en for _, en in texts))
    return Problem(
        "internal",
        "ระบบทำงานนี้ไม่สำเร็จ โปรดขอใหม่อีกครั้ง หากยังไม่สำเร็จโปรดแจ้งหมายเลขงานนี้แก่เจ้าหน้าที่",
        "It failed on our side. Ask once more; if it fails again, quote this job's id when you ask for help.",
    )


def full() -> TooMany:
    """All places of an asker are taken."""
    return TooMany(
        f"มีงานที่ยังไม่เสร็จครบ {SLOTS} งานแล้ว โปรดรอให้งานหนึ่งเสร็จก่อน",
        f"{SLOTS} jobs of yours are not finished; wait until one is.",
        retry_after=30,
    )
