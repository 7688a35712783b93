"""Tells everything that is wrong with definitions of rights.

python -m scripts.check_entitlements [FILE or DIRECTORY ...]    (none: what is shipped)
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from pydantic import ValidationError

from chalicelib.citizen.entitlements import lint
from chalicelib.citizen.entitlements.catalogue import SHIPPED, Catalogue, read
from chalicelib.citizen.entitlements.model import EntitlementDefinition


def problems(paths: Iterable[Path]) -> Iterator[str]:
    """Every problem of these files, one line each, beginning with the file's name."""
    found = list[EntitlementDefinition]()
    for path in paths:
        try:
            definition = read(path)
        except ValidationError as error:
            for each in error.errors(include_url=False, include_input=False):
                yield f"{path.name}: /{'/'.join(str(part) for part in each['loc'])}: {each['msg']}"
            continue
        found.append(definition)
        if not path.stem.startswith(definition.id):
            yield f"{path.name}: /id: the file is named after the right, '{definition.id}.json'"
        yield from (f"{path.name}: {problem}" for problem in lint.problems(definition))
    try:
        Catalogue(found)
    except ValueError as error:
        yield str(error)


def files(names: Sequence[str]) -> list[Path]:
    """The files that are meant: themselves, those of a directory, or all that are shipped."""
    given = [Path(name) for name in names] or [SHIPPED]
    return [file for one in given for file in (sorted(one.glob("*.json")) if one.is_dir() else [one])]


def main(arguments: Sequence[str]) -> int:
    """Prints the problems; 1 if there are any, 2 if there is no file."""
    chosen = files(arguments)
    found = list(problems(chosen))
    for problem in found:
        print(problem)
    if not chosen:
        print("no such file")
        return 2
    if not found:
        print(f"{len(chosen)} rights are well")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
