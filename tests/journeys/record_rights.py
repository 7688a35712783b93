"""`python -m tests.journeys.record_rights` (`make rights`): plays everything and writes `infra/rights/seen.json`.

Nothing is refused while it plays, so a function that calls something new is written down with it; what the difference
means is for whoever reviews it (`docs/how-to/review-rights.md`).

With `--check` it plays under the policies that the functions are deployed with, writes nothing, and ends with 1 where
something was refused or what was seen is not exactly what is written down. That takes a process of its own: what others
leave in the memory of one, a key or an address, is not asked for again.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Mapping, Sequence

from infra.rights.granted import FILE
from tests.journeys.privileges import play
from tests.support.apart import Apart, apart
from tests.support.iam import allows
from tests.support.rights import policy_of, rights_of

Seen = Mapping[str, Mapping[str, Mapping[str, Sequence[str]]]]
"""Actions by platform, function and the logical name of the resource."""


def seen_in(here: Apart) -> dict[str, dict[str, dict[str, list[str]]]]:
    """What each function did, as it is written down."""
    return {
        platform: {
            function: {name: sorted(actions) for name, actions in rights_of(platform, functions[function]).items()}
            for function in sorted(functions)
        }
        for platform, functions in here.asked.items()
    }


def differences(written: Seen, now: Seen) -> Iterator[str]:
    """Each right that is written down and was not used, and each that was used and is not written down."""
    before, after = set(_rights(written)), set(_rights(now))
    for what, rights in (("written down and not used", before - after), ("used and not written down", after - before)):
        yield from (f"{what}: {' '.join(right)}" for right in sorted(rights))


def _rights(seen: Seen) -> Iterator[tuple[str, str, str, str]]:
    for platform, functions in seen.items():
        for function, resources in functions.items():
            for name, actions in resources.items():
                yield from ((platform, function, name, action) for action in actions)


def main(arguments: Sequence[str] | None = None) -> int:
    """1 when something failed while it was played, for then less was seen than the functions do; see above.

    Speaks on the error output: the other one is full of what the functions log.
    """
    parser = argparse.ArgumentParser(prog="python -m tests.journeys.record_rights", description="Record rights.")
    parser.add_argument("--check", action="store_true", help="write nothing; end with 1 where something differs")
    check = parser.parse_args(arguments).check
    with apart(policy_of if check else lambda platform, function: None) as here:
        play(here)
        seen, wrong = seen_in(here), [*here.failures, *["a message was set aside"] * here.dead_letters()]
    if check:
        wrong += refused(here)
        wrong += differences(json.loads(FILE.read_text(encoding="utf-8")), seen)
    if wrong:
        sys.stderr.write("\n".join(wrong) + "\n")
        return 1
    if not check:
        FILE.write_text(json.dumps(seen, indent=2) + "\n", encoding="utf-8")
        sys.stderr.write(f"written: {FILE}; now `python -m infra.stages`, and read what changed\n")
    return 0


def refused(here: Apart) -> Iterator[str]:
    """What functions asked for beyond their policies, whether or not the story noticed."""
    for platform, functions in here.asked.items():
        for function, asked in functions.items():
            for use in asked:
                if not allows(policy_of(platform, function), use):
                    yield f"refused: {platform} {function} {use.action} {use.resource}"


if __name__ == "__main__":
    sys.exit(main())
