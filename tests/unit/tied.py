"""A process that ends with who started it: python -m tests.unit.tied PATH, where it writes its number."""

import os
import sys
import time
from pathlib import Path

from cifar_core.processes import end_with_starter, start_tied

if __name__ == "__main__":
    end_with_starter()
    if "--starter" in sys.argv:
        start_tied("tests.unit.tied", sys.argv[1:2], sys.stderr.buffer, os.environ)
    else:
        Path(sys.argv[1]).write_text(str(os.getpid()))
    time.sleep(60)
