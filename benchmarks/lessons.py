"""What every lesson answers here: its effects with intervals, verdicts and seconds, as the table of docs/lessons.md.

python -m benchmarks.lessons [--quick] [NAME ...] [--whole] [--save FILE] [--table FILE]. Each lesson is asked as it was
written, and with its change (not with --whole), as `cifar-lab lesson NAME` does it, in a folder of runs of its own. All
it found is kept in FILE as JSON, where other lessons stay as they are; with the file's default the table is written
anew. --table FILE measures nothing and prints the table of such a file. Uses CIFAR_DATA_DIR.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks._report import describe_machine, judge, print_report
from cifar_core.experiments import list_lessons

_HERE = Path(__file__).parent
_RESULTS, _DOCUMENT = _HERE / "results" / "lessons.json", _HERE.parent / "docs" / "lessons.md"
_BEGIN, _END = "<!-- measured by python -m benchmarks.lessons -->", "<!-- end of what was measured -->"
_HEAD = ("lesson", "claim", "effect, points", "95 % interval", "seeds", "seconds", "verdict")
_GOAL = 180.0  # seconds of a card, on two cores without a GPU
_MINUS = "\N{MINUS SIGN}"

Report = dict[str, Any]


def main(arguments: list[str]) -> int:
    """Ask the lessons and print a JSON line last."""
    wanted = _parse(arguments)
    if wanted.table is not None:
        print(format_table(json.loads(wanted.table.read_text())["lessons"]))
        return 0
    asked = [(name, change) for name in wanted.names for change in _changes(name, wanted.whole)]
    with tempfile.TemporaryDirectory() as folder:
        found = {title_of(name, change): ask(name, change, Path(folder), wanted.quick) for name, change in asked}
    if not wanted.quick:
        _keep(found, wanted.save)
    goals = [judge(f"{title}, seconds", report["wall_seconds"], _GOAL) for title, report in found.items()]
    print_report("lessons", goals, lessons=found)
    return 0


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.lessons", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="as `cifar-lab lessons` lists them; all without any")
    parser.add_argument("--whole", action="store_true", help="leave out the changes that turn results round")
    parser.add_argument("--quick", action="store_true", help="a smoke run: one lesson, two seeds")
    parser.add_argument("--save", type=Path, metavar="FILE", default=_RESULTS, help="where the answers are kept")
    parser.add_argument("--table", type=Path, metavar="FILE", help="print the table of such a file")
    wanted = parser.parse_args(arguments)
    lessons = list_lessons()
    if unknown := set(wanted.names) - set(lessons):
        parser.error(f"no lesson {', '.join(sorted(unknown))}; allowed: {', '.join(lessons)}")
    wanted.names = wanted.names or list(lessons)
    if wanted.quick:
        wanted.names, wanted.whole = wanted.names[:1], True
    return wanted


def _changes(name: str, is_whole: bool) -> list[bool]:
    """Return whether a lesson is asked with its change: not, and then with it if it has one."""
    return [False] if is_whole or list_lessons()[name].break_it is None else [False, True]


def title_of(name: str, is_changed: bool) -> str:
    """Return what an asked lesson is kept under."""
    return f"{name}, break it" if is_changed else name


def ask(name: str, is_changed: bool, runs_dir: Path, is_quick: bool) -> Report:
    """Ask a lesson by the command line and return what it says, and the seconds that one waits for it."""
    more = [*(["--break-it"] if is_changed else []), *(["--seeds", "2"] if is_quick else [])]
    command = [sys.executable, "-m", "cifar_core", "lesson", name, *more, "--json", "--runs-dir", str(runs_dir)]
    started = time.perf_counter()
    answered = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    seconds = time.perf_counter() - started
    report: Report = json.loads(answered.stdout.splitlines()[-1])
    for claim in report["claims"]:
        print(f"{title_of(name, is_changed)}: {claim['sentence']}", flush=True)
    return report | {"wall_seconds": round(seconds, 1)}


def _keep(found: Mapping[str, Report], path: Path) -> None:
    """Write what was found over what was known; the table follows the file that the document is made of."""
    known: dict[str, Report] = json.loads(path.read_text())["lessons"] if path.exists() else {}
    order = [title_of(name, change) for name in list_lessons() for change in (False, True)]
    lessons = known | dict(found)
    lessons = {title: lessons[title] for title in order if title in lessons}
    path.write_text(json.dumps({"machine": describe_machine(), "lessons": lessons}, indent=1) + "\n")
    if path == _RESULTS:
        _DOCUMENT.write_text(put_table(_DOCUMENT.read_text(encoding="utf-8"), format_table(lessons)), encoding="utf-8")


def put_table(document: str, table: str) -> str:
    """Return a document with another table between its two marks."""
    before, _, rest = document.partition(_BEGIN)
    _, _, after = rest.partition(_END)
    return f"{before}{_BEGIN}\n\n{table}\n\n{_END}{after}"


def format_table(lessons: Mapping[str, Report]) -> str:
    """Return a line for each claim, as Markdown; the seconds stand in a lesson's first one."""
    lines = ["| " + " | ".join(_HEAD) + " |", "|---|---|--:|--:|--:|--:|---|"]
    for title, report in lessons.items():
        for place, claim in enumerate(report["claims"]):
            cells = [title if place == 0 else "", *_cells(claim)]
            cells.insert(5, f"{report['wall_seconds']:.0f}" if place == 0 else "")
            lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _cells(claim: Mapping[str, Any]) -> Sequence[str]:
    says, seeds = claim["says"].replace("|", "\\|"), str(claim["num_pairs"])
    if claim["effect"] is None:
        return [says, "–", "–", seeds, "not answered"]
    low, high = claim["interval"]
    return [says, _points(claim["effect"]), f"{_points(low)} to {_points(high)}", seeds, claim["verdict"]]


def _points(share: float) -> str:
    return f"{100 * share:+.1f}".replace("-", _MINUS)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
