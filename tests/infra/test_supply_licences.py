"""Licences: each library's is allowed or argued for, and no argument outlives its library."""

from __future__ import annotations

from importlib.metadata import distribution

import pytest
from packaging.metadata import parse_email

from infra.package.workshop import packaged
from infra.stages import PLATFORMS, PROJECT
from infra.supply.licences import ARGUED, Argued, allowed, judged, licence
from infra.supply.lock import read, requirements


def _told() -> dict[str, str]:
    """By each installed library of the locks; those for other systems are not here to be asked."""
    told = {}
    for path in ("requirements.lock", "requirements-dev.lock"):
        for name, held in read((PROJECT / path).read_text("utf-8")).items():
            if held.requirement.marker and not held.requirement.marker.evaluate():
                continue
            metadata, _ = parse_email(distribution(name).read_text("METADATA") or "")
            told[name] = licence(metadata)
    return told


def test_every_librarys_licence_is_allowed_or_argued_for() -> None:
    lock = read((PROJECT / "requirements.lock").read_text("utf-8"))
    shipped = read(packaged(requirements(PROJECT / "requirements.txt"), lock, PLATFORMS))
    assert judged(_told(), shipped) == []


def test_each_argument_says_why() -> None:
    assert [name for name, each in ARGUED.items() if len(each.reason.split()) < 5 and "as " not in each.reason] == []


@pytest.mark.parametrize(
    ("metadata", "expected"),
    [
        ("License-Expression: MPL-2.0 AND (Apache-2.0 OR MIT)\nLicense: x", "MPL-2.0 AND (Apache-2.0 OR MIT)"),
        ("Classifier: License :: OSI Approved :: MIT License\nLicense: whatever", "MIT"),
        (
            "Classifier: License :: OSI Approved\nClassifier: License :: OSI Approved :: BSD License\n"
            "Classifier: License :: OSI Approved :: Apache Software License",
            "Apache-2.0 AND LicenseRef-BSD",
        ),
        ("License: Apache License 2.0", "Apache-2.0"),
        ("License: W3C-20150513\nClassifier: License :: OSI Approved", "W3C-20150513"),
        ("License: GNU GPL 3", "LicenseRef-GNU-GPL-3"),
        ("Classifier: Topic :: Internet", ""),
    ],
)
def test_metadata_of_any_age_is_understood(metadata: str, expected: str) -> None:
    raw, _ = parse_email(f"Metadata-Version: 2.4\nName: x\nVersion: 1\n{metadata}\n")
    assert licence(raw) == expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("MIT", True),
        ("GPL-3.0-only", False),
        ("GPL-3.0-only OR MIT", True),
        ("GPL-3.0-only AND MIT", False),
        ("AGPL-3.0-or-later", False),
        ("GPL-2.0-only WITH Classpath-exception-2.0", False),
        ("MPL-2.0 AND (Apache-2.0 OR GPL-2.0-only)", True),
        ("LicenseRef-who-knows", False),
        ("", False),
    ],
)
def test_an_expression_is_allowed_by_one_of_its_choices(expression: str, expected: bool) -> None:
    assert allowed(expression) is expected


def test_an_argument_holds_for_what_it_was_made_for_only() -> None:
    argued = {"it": Argued("LGPL-3.0-only", "a tool")}
    assert judged({"it": "LGPL-3.0-only"}, [], argued) == []
    assert judged({"it": "GPL-3.0-only"}, [], argued) == [
        "it was argued for under LGPL-3.0-only, and is under GPL-3.0-only now"
    ]
    assert judged({"it": "LGPL-3.0-only"}, ["it"], argued) == ["it is argued for among tools only, and is shipped"]
    assert judged({"it": "MIT"}, [], argued) == ["it is argued for, and MIT is allowed anyway"]
    assert judged({}, [], argued) == ["it is argued for, and nothing needs it any more"]
    assert judged({"new": ""}, [], {}) == ["new is under no licence that its metadata names"]
