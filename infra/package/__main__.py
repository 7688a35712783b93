"""`python -m infra.package STAGE [--out DIR] [--format terraform]`: the package of a stage, checked."""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

from infra.package.alias import BadAlias
from infra.package.build import BadPackage, UnknownStage, build, build_terraform
from infra.package.python import NoPython
from infra.package.terraform import BadTerraform
from infra.package.workshop import ChaliceFailed
from infra.supply.bill import NoBill


def main(arguments: list[str] | None = None) -> int:
    """Command line; 1 with a plain reason when there is no package."""
    parser = argparse.ArgumentParser(prog="python -m infra.package", description="Package a stage for CloudFormation.")
    parser.add_argument("stage", help="e.g. dev or prod-gdx")
    parser.add_argument("--out", type=Path, help="folder to build in (default: build/STAGE)")
    parser.add_argument("--format", choices=("cloudformation", "terraform"), default="cloudformation")
    options = parser.parse_args(arguments)
    refusals = (UnknownStage, NoPython, ChaliceFailed, BadPackage, BadAlias, BadTerraform, NoBill)
    try:
        if options.format == "terraform":
            print(build_terraform(options.stage, options.out or Path("build") / options.stage))
            return 0
        package = build(options.stage, options.out or Path("build") / options.stage)
    except (*refusals, subprocess.CalledProcessError) as reason:
        print(reason, file=sys.stderr)
        return 1
    print(f"{package.template}  (cfn-lint: clean)")
    print(f"{package.archive}  {package.zipped / 1e6:.1f} MB zipped, {package.unzipped / 1e6:.1f} MB unzipped")
    print(f"{package.bill}  (CycloneDX)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
