"""Whatever is changed behind the room's back is found: by the room where it is asked for a proof, by others offline."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from chalicelib.opendata.store import file_key
from chalicelib.shared.tlog_verifier import Bad
from scripts.verify_version import check_list, check_root, check_version, main
from tests.opendata.portal import Portal
from tests.opendata.versions.test_versions import FIRST, SECOND, get

THIRD = FIRST + "ชลบุรี,2566,980\n".encode()


@dataclass(frozen=True)
class Papers:
    """What a reader took home."""

    portal: Portal
    resource: str
    vkey: str
    proofs: dict[int, dict[str, Any]]
    list: dict[str, Any]
    root: dict[str, Any]
    leaves: dict[str, Any]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Papers:
    """Three versions, and the root of their day."""
    portal = Portal(tmp_path_factory.mktemp("tables"))
    portal.organization()
    dataset = portal.dataset()["id"]
    resource = portal.table_of(dataset, FIRST)
    for content in (SECOND, THIRD):
        portal.table_of("", content, resource=resource)
    portal.table_of(dataset, b"a\n1\n")
    portal.now += timedelta(days=1)
    day = portal.catalogue.versions.roots.sweep(portal.clock())
    path = f"/opendata/v1/resources/{resource}/versions"
    return Papers(
        portal,
        resource,
        get(portal, "/opendata/v1/roots").json["vkey"],
        {number: get(portal, f"{path}/{number}/proof").json for number in (1, 2, 3)},
        get(portal, path).json,
        get(portal, f"/opendata/v1/roots/{day}").json,
        get(portal, f"/opendata/v1/roots/{day}/leaves").json,
    )


@pytest.fixture
def papers(made: Papers) -> Iterator[Papers]:
    """The same for every test: what one changes in the table is as it was for the next."""
    kept = dict(made.portal.memory._items)
    yield made
    made.portal.memory._items = kept


def changed(told: dict[str, Any], *path: Any, to: Any) -> dict[str, Any]:
    """A copy with another value somewhere."""
    if not path:
        return dict(to)
    copy: Any = dict(told) if isinstance(told, dict) else list(told)
    copy[path[0]] = to if len(path) == 1 else changed(copy[path[0]], *path[1:], to=to)
    return copy  # type: ignore[no-any-return]  # a mapping, as it was


def test_what_was_not_changed_is_good(papers: Papers) -> None:
    for number, content in ((1, FIRST), (2, SECOND), (3, THIRD)):
        table = papers.portal.catalogue.store.file(papers.resource, number)
        assert table is not None and table.table is not None
        parquet = papers.portal.objects.kept[table.table.parquet][0]
        said = check_version(papers.proofs[number], papers.vkey, file=content, parquets={1: parquet})
        assert f"version {number} of {papers.resource}" in said and "table 1" in said
    assert "3 versions from the first" in check_list([papers.list], papers.list["items"][0]["hash"])
    assert "all 2 leaves" in check_root(papers.root, [papers.leaves], papers.vkey)


@pytest.mark.parametrize(
    ("path", "to"),
    [
        (("statement", "at"), "2020-01-01T00:00:00.000000+00:00"),
        (("statement", "sha256"), "0" * 64),
        (("statement", "tables", 0, "rows"), 4),
        (("statement", "tables", 0, "parquet"), "0" * 64),
        (("statement", "resource"), "another"),
        (("number",), 2),
        (("previous",), "0" * 64),
        (("hash",), "0" * 64),
        (("chain",), []),
        (("chain", 0, "digest"), "0" * 64),
        (("day",), "2026-01-01"),
        (("entry",), '{"head":"' + "0" * 64 + '"}'),
    ],
)
def test_a_proof_in_which_anything_is_changed_is_bad(papers: Papers, path: tuple[Any, ...], to: Any) -> None:
    with pytest.raises(Bad):
        check_version(changed(papers.proofs[1], *path, to=to), papers.vkey)


def test_a_proof_for_another_key_or_day_is_bad(papers: Papers) -> None:
    name, _, _ = papers.vkey.partition("+")
    day = papers.proofs[1]["day"]
    backdated = changed(papers.proofs[1], "proof", to=papers.proofs[1]["proof"].replace(f"day {day}", "day 2020-01-01"))
    for proof, key in (
        (papers.proofs[1], f"{name}+00000000+AQ=="),
        (changed(backdated, "day", to="2020-01-01"), papers.vkey),
    ):
        with pytest.raises(Bad):
            check_version(proof, key)


def test_another_file_or_table_is_bad(papers: Papers) -> None:
    with pytest.raises(Bad):
        check_version(papers.proofs[1], papers.vkey, file=SECOND)
    with pytest.raises(Bad):
        check_version(papers.proofs[1], papers.vkey, parquets={1: b"PAR1"})
    with pytest.raises(Bad):
        check_version(papers.proofs[1], papers.vkey, parquets={2: b"PAR1"})


def test_a_list_from_which_a_version_was_dropped_or_changed_is_bad(papers: Papers) -> None:
    items = papers.list["items"]
    for wrong in (
        [items[0], items[2]],
        [items[1], items[0], items[2]],
        [items[0], changed(items[1], "statement", "size", to=1), items[2]],
        [items[0], changed(items[1], "digest", to="0" * 64), items[2]],
    ):
        with pytest.raises(Bad):
            check_list([{"items": wrong}])
    with pytest.raises(Bad):
        check_list([{"items": items[1:]}], items[0]["hash"])  # the end was cut off


def test_leaves_that_are_others_are_bad(papers: Papers) -> None:
    leaves: list[str]
    for leaves in ([], papers.leaves["leaves"][:1], papers.leaves["leaves"][::-1]):
        with pytest.raises(Bad):
            check_root(papers.root, [{**papers.leaves, "leaves": leaves}], papers.vkey)


@pytest.mark.parametrize("field", ["at", "sha256", "size", "rows", "digest"])
def test_a_row_that_was_changed_in_the_table_is_proven_no_more(papers: Papers, field: str) -> None:
    key = file_key(papers.resource, 2)
    item, token = papers.portal.memory._items[key]
    data = dict(item.data)
    if field in ("rows", "digest"):
        data["tables"] = [{**data["tables"][0], field: 7 if field == "rows" else "0" * 64}]
    else:
        data[field] = 7 if field == "size" else data[field].replace("2", "3").replace("a", "b")
    papers.portal.memory._items[key] = (replace(item, data=data), token)
    for number, status in ((1, 503), (2, 503), (3, 200)):
        path = f"/opendata/v1/resources/{papers.resource}/versions/{number}/proof"
        assert get(papers.portal, path).status == status
    with pytest.raises(Bad):
        check_list([get(papers.portal, f"/opendata/v1/resources/{papers.resource}/versions").json])


def test_a_version_that_was_dropped_from_the_table_is_missed(papers: Papers) -> None:
    del papers.portal.memory._items[file_key(papers.resource, 2)]
    assert get(papers.portal, f"/opendata/v1/resources/{papers.resource}/versions/1/proof").status == 503
    with pytest.raises(Bad):
        check_list([get(papers.portal, f"/opendata/v1/resources/{papers.resource}/versions").json])


def test_the_command_says_good_or_bad(papers: Papers, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    import json

    (tmp_path / "proof.json").write_text(json.dumps(papers.proofs[2]))
    (tmp_path / "file").write_bytes(SECOND)
    (tmp_path / "list.json").write_text(json.dumps(papers.list))
    proof = ["proof", str(tmp_path / "proof.json"), "--vkey", papers.vkey, "--file"]
    assert main([*proof, str(tmp_path / "file")]) == 0
    assert capsys.readouterr().out.startswith("good: version 2 of ")
    assert main([*proof, str(tmp_path / "proof.json")]) == 1
    assert capsys.readouterr().out == "BAD: this is not the file of this version\n"
    assert main(["list", str(tmp_path / "list.json")]) == 0
    assert main(["list", str(tmp_path / "file")]) == 1
    assert capsys.readouterr().out.endswith("BAD: cannot be read (JSONDecodeError)\n")
