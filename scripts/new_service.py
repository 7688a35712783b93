"""Write a new service, complete and ready to edit: `make new-service NAME=dog-licence`.

What is written passes lint and its own tests as it is. It comes into force in three months, so that nobody can apply
for it before it was edited; put the day where it belongs.
"""

import argparse
import datetime as dt
import json
import sys
from pathlib import Path
from typing import Any

from chalicelib.biz.definitions import lint
from chalicelib.biz.definitions.catalogue import SHIPPED, Unpublishable, read_definition

TEMPLATE = Path(__file__).with_name("new_service.json")
AHEAD = dt.timedelta(days=90)


def made(name: str, agency: str, today: dt.date) -> dict[str, Any]:
    """The template as a service of that name and agency."""
    raw: dict[str, Any] = json.loads(TEMPLATE.read_text(encoding="utf-8"))
    raw |= {"id": name, "agency": agency, "effective_from": (today + AHEAD).isoformat()}
    for fee in raw["fees"]:
        fee["payee"] = agency
    for row in raw["tables"]["per_year"]:
        row["from"] = today.isoformat()
    for case in raw["tests"]:
        case["on"] = raw["effective_from"]
    raw["credential"]["vct"] = f"urn:klang:{name}:1"
    return raw


def check(path: Path) -> int:
    """Prints everything that stands against publishing a file, or those of a folder; 1 when something does."""
    if path.is_dir():
        return max((check(each) for each in sorted(path.glob("*.json"))), default=0)
    try:
        read_definition(path)
    except Unpublishable as refused:
        print("\n".join(refused.problems))
        return 1
    print(f"{path} may be published.")
    return 0


def main(arguments: list[str], today: dt.date) -> int:
    """Writes the file; 2 when the name is no name or the file is there already."""
    parser = argparse.ArgumentParser(prog="make new-service", description=__doc__)
    parser.add_argument(
        "name", help="id of the service: small letters, digits and hyphens; or, with --check, a file or a folder"
    )
    parser.add_argument("--check", action="store_true", help="tell what stands against publishing it")
    parser.add_argument("--agency", default="TH/LOCAL/LAEMNGOP", help="whose service it is: TH/CLASS/CODE")
    parser.add_argument("--into", type=Path, default=SHIPPED, help="folder; default: where services are shipped from")
    wanted = parser.parse_args(arguments)
    if wanted.check:
        return check(Path(wanted.name))
    raw = made(wanted.name, wanted.agency, today)
    _, problems = lint.examine(raw)
    path: Path = wanted.into / f"{wanted.name}.json"
    if problems or path.exists():
        told = [str(problem) for problem in problems] or [f"{path} is there already"]
        print("\n".join(told), file=sys.stderr)
        return 2
    path.write_text(json.dumps(raw, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    print(f"{path}\nEdit it; `make check-service FILE={path}` tells what is wrong.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], dt.date.today()))
