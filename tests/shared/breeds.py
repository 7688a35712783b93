"""A caged process that starts another and waits for ever; it tells the other's number in the file of its argument."""

import subprocess
import sys
import time
from pathlib import Path

from chalicelib.shared import cage

if __name__ == "__main__":
    cage.enter()
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(300)"])
    Path(sys.argv[1]).write_text(str(child.pid), encoding="utf-8")
    while True:
        time.sleep(1)
