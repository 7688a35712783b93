"""Writes docs/openapi.json from the routes of all four rooms, or with --check says whether it is current."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from chalicelib.settings import ROOMS, Settings
from chalicelib.wiring import open_house

TARGET = Path(__file__).parent.parent / "docs" / "openapi.json"


def described() -> str:
    """The description as the text to commit."""
    settings = Settings(
        environment="local",
        platforms=ROOMS,
        region="ap-southeast-1",
        base_url="http://127.0.0.1:8000",
        gdx_url="http://127.0.0.1:8000",
        biz_url="http://127.0.0.1:8000",
        citizen_url="http://127.0.0.1:8000",
        bucket_suffix="local",
        issuers=(),
        logins=(),
        egress_networks=(),
        xroad_spelling="7.8",
        mail_from="notices@mail.klang.example",
        clamd="",
        functions="",
    )
    return json.dumps(open_house(settings).openapi(), ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def main() -> int:
    """Exit status 1 when --check finds a difference."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    text = described()
    if not parser.parse_args().check:
        TARGET.write_text(text, encoding="utf-8")
        return 0
    if TARGET.exists() and TARGET.read_text(encoding="utf-8") == text:
        return 0
    print("docs/openapi.json is not what the routes say: run `make docs` and commit it", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
