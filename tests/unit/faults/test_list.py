"""python -m pytest tests/unit/faults/test_list.py. The list of faults names tests that exist."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[3]
LIST = ROOT / "docs" / "faults.md"


def test_every_test_that_is_named_exists():
    named = re.findall(r"`(tests/[\w./]+)(?:::(\w+))?`", LIST.read_text(encoding="utf-8"))
    assert len(named) > 30
    assert not [f"{path}::{name}" for path, name in named if not exists(ROOT / path, name)]


def test_every_row_names_a_test():
    rows = [line for line in LIST.read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
    faults = [row for row in rows if not row.startswith("| fault |")]
    assert not [row for row in faults if not re.fullmatch(r"\|.+\|.+\| .*`tests/[^|`]+::\w+`.* \|", row)]


def exists(path, name):
    if not path.exists() or not name:
        return path.exists()
    return path.is_file() and f"\ndef {name}(" in path.read_text(encoding="utf-8")
