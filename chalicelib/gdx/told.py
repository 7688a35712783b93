"""What every door tells along with an answer: which exchange it was, its receipt, and what is left of the quota."""

from __future__ import annotations

from .model import Outcome

DAY = 86_400


def told(outcome: Outcome) -> dict[str, str]:
    """Header fields (lower-case names).

    `RateLimit-Policy` and `RateLimit` are those of draft-ietf-httpapi-ratelimit-headers; the policy `day` is the
    agreement's daily quota in Thai days, so `t` counts to Thai midnight.
    """
    headers = {
        "x-gdx-exchange": outcome.id,
        "x-gdx-at": outcome.at,
        "x-gdx-receipt": outcome.receipt,
        "ratelimit-policy": f'"day";q={outcome.limit};w={DAY}',
        "ratelimit": f'"day";r={outcome.remaining};t={outcome.resets_in}',
    }
    if outcome.repeated:
        headers["x-gdx-repeated"] = "true"
    if outcome.retention_days is not None:
        headers["x-gdx-retention-days"] = str(outcome.retention_days)
    return headers
