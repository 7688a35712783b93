"""What the libraries' licences allow: read from their own metadata, and judged.

Permissive licences and MPL-2.0 (which asks for its own files only, and we change none) may come along. Everything
else is argued for one by one in `ARGUED`, as is what leaves open which of several licences holds.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from license_expression import Licensing
from packaging.metadata import RawMetadata

ALLOWED = frozenset({
    "0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "CNRI-Python", "ISC", "LicenseRef-BSD", "MIT", "MIT-0",
    "MIT-CMU", "MPL-2.0", "PSF-2.0", "W3C-20150513", "ZPL-2.1",
})  # fmt: skip
"""By SPDX's names; `LicenseRef-BSD` is one of two or three clauses where the metadata does not say how many."""

TOLD: Mapping[str, str] = {
    "Apache License 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "BSD": "LicenseRef-BSD",
    "BSD License": "LicenseRef-BSD",
    "GNU Lesser General Public License v2 or later (LGPLv2+)": "LGPL-2.0-or-later",
    "GNU Lesser General Public License v3 or later (LGPLv3+)": "LGPL-3.0-or-later",
    "GNU General Public License v2 or later (GPLv2+)": "GPL-2.0-or-later",
    "ISC License (ISCL)": "ISC",
    "MIT License": "MIT",
    "MIT No Attribution License (MIT-0)": "MIT-0",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
    "Zope Public License": "ZPL-2.1",
}
"""SPDX's names for what metadata says that is older than PEP 639 (`License-Expression`)."""

_LICENSING = Licensing()


@dataclass(frozen=True)
class Argued:
    """Why a library may come along though its metadata alone does not allow it.

    Attributes:
        told: what its metadata says; when that changes, think again.
        reason: why.
        shipped: whether that holds in packages, too; else only for developers' tools.
    """

    told: str
    reason: str
    shipped: bool = False


ARGUED: Mapping[str, Argued] = {
    "jwcrypto": Argued("LGPL-3.0-or-later", "sd-jwt, an oracle of tests, needs it; imported unchanged"),
    "luqum": Argued(
        "Apache-2.0 AND LGPL-3.0-or-later",
        "its README: 'dual licensed under Apache2.0 and LGPLv3'; we take Apache-2.0",
        shipped=True,
    ),
    "psycopg": Argued("LGPL-3.0-only", "speaks to the PostgreSQL that benchmarks compare with; imported unchanged"),
    "psycopg-binary": Argued("LGPL-3.0-only", "as psycopg"),
    "pygal": Argued(
        "LGPL-3.0-or-later",
        "imported unchanged as a library of its own; whoever has a package can put another pygal in its place"
        " (LGPL-3.0, 4.d), and its licence and the version of its source travel in its metadata",
        shipped=True,
    ),
    "pypdfium2": Argued(
        "LicenseRef-BSD-3-Clause-Apache-2.0-dependency-licenses",
        "an oracle of tests; those of what it is built with travel in its metadata (BUILD_LICENSES)",
    ),
    "python-stdnum": Argued("LGPL-2.0-or-later", "an oracle of tests; imported unchanged"),
    "sd-jwt": Argued("", "an oracle of tests; its LICENSE is Apache-2.0, which its metadata does not say"),
    "text-unidecode": Argued(
        "GPL-2.0-or-later AND LicenseRef-Artistic-License AND LicenseRef-GNU-General-Public-License-GPL",
        "frictionless, an oracle of tests, needs it; the Artistic License is offered, too, and taken",
    ),
}
"""By the library's normalised name."""


def licence(metadata: RawMetadata) -> str:
    """What metadata says of the licence, in SPDX's terms; all of several, where it does not say "or"; "" for none."""
    if expression := metadata.get("license_expression"):
        return expression
    classified = [each.split(" :: ") for each in metadata.get("classifiers", ()) if each.startswith("License :: ")]
    names = [parts[-1] for parts in classified if parts[-1] != "OSI Approved"]
    if not names and (text := metadata.get("license", "").strip()):
        names = [text.splitlines()[0]]
    return " AND ".join(sorted(TOLD.get(name) or _spdx(name) for name in set(names)))


def _spdx(name: str) -> str:
    """SPDX's own names if it looks like them, else a reference that says what was said."""
    if re.fullmatch(r"[A-Za-z0-9]+(-[A-Za-z0-9.]+)*", name):
        return name
    if re.fullmatch(r"[A-Z0-9][A-Za-z0-9.-]+( (OR|AND) [A-Z0-9][A-Za-z0-9.-]+)+", name):
        return f"({name})"
    return "LicenseRef-" + re.sub(r"[^A-Za-z0-9.]+", "-", name).strip("-")


def allowed(expression: str) -> bool:
    """Whether a choice that an expression offers is made of allowed licences only."""
    if not expression:
        return False
    parsed = _LICENSING.parse(expression)
    values = {each: _LICENSING.TRUE if str(each) in ALLOWED else _LICENSING.FALSE for each in parsed.symbols}
    return bool(parsed.subs(values, simplify=True) == _LICENSING.TRUE)


def judged(told: Mapping[str, str], shipped: Iterable[str], argued: Mapping[str, Argued] = ARGUED) -> list[str]:
    """What is wrong with licences: not allowed and not argued, or argued for no more.

    Args:
        told: by the library's normalised name, see `licence`.
        shipped: those that packages carry.
        argued: the arguments.
    """
    carried, wrong = set(shipped), []
    for name, expression in sorted(told.items()):
        argument = argued.get(name)
        if allowed(expression):
            if argument:
                wrong.append(f"{name} is argued for, and {expression} is allowed anyway")
        elif argument is None:
            wrong.append(f"{name} is under {expression or 'no licence that its metadata names'}")
        elif argument.told != expression:
            wrong.append(f"{name} was argued for under {argument.told}, and is under {expression} now")
        elif name in carried and not argument.shipped:
            wrong.append(f"{name} is argued for among tools only, and is shipped")
    return wrong + [f"{name} is argued for, and nothing needs it any more" for name in sorted(argued.keys() - told)]
