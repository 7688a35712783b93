"""Say what stands against the billers that are shipped: `python -m scripts.check_billers [folder]`."""

import sys
from pathlib import Path

from pydantic import ValidationError

from chalicelib.citizen.bills.catalogue import SHIPPED, read
from chalicelib.citizen.bills.linting import problems, problems_together


def main(folder: Path) -> int:
    """Prints every problem of a folder; 1 when there is one."""
    try:
        billers = list(read(folder))
    except ValidationError as error:
        print(error)
        return 1
    found = [*(each for biller in billers for each in problems(biller)), *problems_together(billers)]
    print("\n".join(found) or f"{len(billers)} billers may be shipped.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else SHIPPED))
