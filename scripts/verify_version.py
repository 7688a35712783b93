"""Checks, without asking anybody, that a version of a file stood in the open-data catalogue on a day.

    python -m scripts.verify_version proof PROOF.json --vkey VKEY [--file ORIGINAL] [--parquet NUMBER=FILE ...]
    python -m scripts.verify_version list VERSIONS.json [VERSIONS.json ...] [--head HASH]
    python -m scripts.verify_version root ROOT.json LEAVES.json [LEAVES.json ...] --vkey VKEY

`proof` takes the answer of `.../versions/{number}/proof`, and the files that it should speak of. `list` takes the pages
of `.../versions`, the latest first, and finds what was changed, put in or left out. `root` takes the answer of
`/opendata/v1/roots/{day}` and the leaves of all days up to it, in order.

It answers `good` and what was shown (exit 0), or `BAD` and why (exit 1). It believes nothing but the verifier key that
you give it: get that once from `/opendata/v1/roots`, and keep it.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from chalicelib.opendata.versions.chain import Broken, Listed, canonical, check, digest, link
from chalicelib.shared.tlog_verifier import Bad, check_proof, checkpoint_of, key_of, tree_head


def check_version(
    told: dict[str, Any], vkey: str, *, file: bytes | None = None, parquets: dict[int, bytes] | None = None
) -> str:
    """What a proof shows, in a sentence.

    Args:
        told: the answer of the proof's address.
        vkey: the log's verifier key, from where you trust it.
        file: the bytes as they were uploaded.
        parquets: the tables' Parquet files by their numbers.

    Raises:
        Bad: it does not show it.
    """
    statement = told["statement"]
    if (statement["resource"], statement["number"]) != (told["resource"], told["number"]):
        raise Bad("the statement is of another version")
    last = link(told["previous"], digest(statement))
    if last != told["hash"]:
        raise Bad("the statement was changed: the version's hash does not belong to it")
    for each in told["chain"]:
        last = link(last, each["digest"])
    if told["entry"].encode() != canonical({"head": last}):
        raise Bad("the chain does not lead from this version to the entry")
    _, checkpoint = check_proof(told["proof"], told["entry"].encode(), key_of(vkey))
    day = day_of(told["proof"])
    if day != told["day"]:
        raise Bad("the checkpoint is of another day")
    shown = [f"version {told['number']} of {told['resource']} stood in {checkpoint.origin} on {day}"]
    if file is not None:
        if (len(file), hashlib.sha256(file).hexdigest()) != (statement["size"], statement["sha256"]):
            raise Bad("this is not the file of this version")
        shown.append("the file is its file")
    by_number = {each["number"]: each["parquet"] for each in statement["tables"]}
    for number, content in (parquets or {}).items():
        if hashlib.sha256(content).hexdigest() != by_number.get(number):
            raise Bad(f"this is not table {number} of this version")
        shown.append(f"the Parquet file is its table {number}")
    return "; ".join(shown)


def check_list(pages: Sequence[dict[str, Any]], head: str | None = None) -> str:
    """What the pages of a list of versions show, the latest first.

    Raises:
        Bad: a version was changed, put in or left out; or the newest is not `head`.
    """
    items = [each for page in pages for each in page["items"]]
    versions = [
        Listed(each["number"], each["statement"], each["digest"], each["previous"], each["hash"])
        for each in reversed(items)
    ]
    try:
        last = check(versions, before=versions[0].previous if versions else "")
    except Broken as broken:
        raise Bad(str(broken)) from None
    if head is not None and last != head:
        raise Bad("the list does not end with the version that you know")
    beginning = "from the first" if versions and not versions[0].previous else "unbroken, but not from the first"
    return f"{len(versions)} versions {beginning}, to {last}"


def check_root(root: dict[str, Any], leaves: Sequence[dict[str, Any]], vkey: str) -> str:
    """What a day's root and the leaves of all days up to it show.

    Raises:
        Bad: these are not the leaves of this root.
    """
    checkpoint = checkpoint_of(root["checkpoint"], key_of(vkey))
    entries = [canonical({"head": each}) for day in leaves for each in day["leaves"]]
    if len(entries) != checkpoint.size or tree_head(entries) != checkpoint.root:
        raise Bad("these are not the leaves of this root")
    if day_of(root["checkpoint"]) != root["day"]:
        raise Bad("the checkpoint is of another day")
    return f"all {checkpoint.size} leaves of {checkpoint.origin} up to {root['day']}"


def day_of(note: str) -> str:
    """The day that a checkpoint names, wherever it stands in a text."""
    lines = [line for line in note.split("\n") if line.startswith("day ")]
    if len(lines) != 1:
        raise Bad("the checkpoint names no day")
    return lines[0].removeprefix("day ")


def _proof(given: argparse.Namespace) -> str:
    pairs = [each.partition("=") for each in given.parquet]
    return check_version(
        json.loads(given.proof.read_text("utf-8")),
        given.vkey,
        file=None if given.file is None else given.file.read_bytes(),
        parquets={int(number): Path(place).read_bytes() for number, _, place in pairs},
    )


def _list(given: argparse.Namespace) -> str:
    return check_list([json.loads(each.read_text("utf-8")) for each in given.pages], given.head)


def _root(given: argparse.Namespace) -> str:
    leaves = [json.loads(each.read_text("utf-8")) for each in given.leaves]
    return check_root(json.loads(given.root.read_text("utf-8")), leaves, given.vkey)


def main(arguments: Sequence[str]) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="verify_version", description="Checks versions of open data.")
    commands = parser.add_subparsers(required=True)
    proof = commands.add_parser("proof", help="that a version stood in the catalogue")
    proof.add_argument("proof", type=Path)
    proof.add_argument("--vkey", required=True)
    proof.add_argument("--file", type=Path, help="the file as it was uploaded")
    proof.add_argument("--parquet", action="append", default=[], metavar="NUMBER=FILE", help="a table's Parquet file")
    proof.set_defaults(run=_proof)
    listed = commands.add_parser("list", help="that no version was changed or left out")
    listed.add_argument("pages", type=Path, nargs="+")
    listed.add_argument("--head", help="hash of the newest version, from where you trust it")
    listed.set_defaults(run=_list)
    root = commands.add_parser("root", help="that these are all leaves up to a day")
    root.add_argument("root", type=Path)
    root.add_argument("leaves", type=Path, nargs="+")
    root.add_argument("--vkey", required=True)
    root.set_defaults(run=_root)
    given = parser.parse_args(arguments)
    try:
        said, code = f"good: {given.run(given)}", 0
    except (Bad, ValueError, KeyError, TypeError, AttributeError, OSError) as error:
        said, code = f"BAD: {error if isinstance(error, Bad) else f'cannot be read ({type(error).__name__})'}", 1
    sys.stdout.write(f"{said}\n")
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
