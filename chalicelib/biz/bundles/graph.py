"""The order of a bundle: who waits for whom. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from .model import BundleDefinition


def order(after: Mapping[str, Iterable[str]]) -> list[str] | None:
    """The members, each behind those it waits for and otherwise as they are written; None where some wait in a circle.

    Names that are no member are passed over.
    """
    done: list[str] = []
    left = list(after)
    while left:
        free = next((code for code in left if all(each in done or each not in after for each in after[code])), None)
        if free is None:
            return None
        done.append(free)
        left.remove(free)
    return done


def circle(after: Mapping[str, Iterable[str]]) -> list[str]:
    """Members that wait for each other, the first once more at the end; empty where there are none."""
    for start in after:
        path, seen = [start], {start}
        while True:
            following = next((each for each in after[path[-1]] if each in after and _reaches(after, each, start)), None)
            if following is None:
                break
            path.append(following)
            if following == start:
                return path
            if following in seen:
                break
            seen.add(following)
    return []


def _reaches(after: Mapping[str, Iterable[str]], start: str, goal: str) -> bool:
    seen, ahead = set[str](), [start]
    while ahead:
        here = ahead.pop()
        if here == goal:
            return True
        if here not in seen:
            seen.add(here)
            ahead.extend(after.get(here, ()))
    return False


def ordered(bundle: BundleDefinition) -> list[str]:
    """The members of a linted bundle in the order in which they may be filed."""
    return order({code: rule.after for code, rule in bundle.members.items()}) or list(bundle.members)


def ancestors(bundle: BundleDefinition, code: str) -> set[str]:
    """All members that must have their licence before this one is filed, at whatever distance."""
    found, ahead = set[str](), list(bundle.members[code].after)
    while ahead:
        here = ahead.pop()
        if here not in found and here in bundle.members:
            found.add(here)
            ahead.extend(bundle.members[here].after)
    return found
