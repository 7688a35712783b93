"""`python -m tests.journeys.record_rights` (`make rights`): plays everything and writes `infra/rights/seen.json`.

Nothing is refused while it plays, so a function that calls something new is written down with it; what the difference
means is for whoever reviews it (`docs/how-to/review-rights.md`).
"""

from __future__ import annotations

import json
import sys

from infra.rights.granted import FILE
from tests.journeys.privileges import play
from tests.support.apart import Apart, apart
from tests.support.rights import rights_of


def seen_in(here: Apart) -> dict[str, dict[str, dict[str, list[str]]]]:
    """What each function did, by platform, as it is written down."""
    return {
        platform: {
            function: {name: sorted(actions) for name, actions in rights_of(platform, functions[function]).items()}
            for function in sorted(functions)
        }
        for platform, functions in here.asked.items()
    }


def main() -> int:
    """1 when something failed while it was played: what was seen then would be less than the functions do.

    Speaks on the error output: the other one is full of what the functions log.
    """
    with apart(lambda platform, function: None) as here:
        play(here)
        seen, failures = seen_in(here), [*here.failures, *["a message was set aside"] * here.dead_letters()]
    if failures:
        sys.stderr.write("\n".join(failures) + "\n")
        return 1
    FILE.write_text(json.dumps(seen, indent=2) + "\n", encoding="utf-8")
    sys.stderr.write(f"written: {FILE}; now `python -m infra.stages`, and read what changed\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
