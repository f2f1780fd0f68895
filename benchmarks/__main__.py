"""Run benchmarks and print one table: python -m benchmarks [NAME ...] [--quick] [--save FILE].

Without names, a smoke run leaves out those that drive a browser for minutes, as the browser tests do, and the lessons.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

_HERE = Path(__file__).parent
NAMES = tuple(sorted(path.stem for path in _HERE.glob("[!_]*.py")))
_BROWSING = ("attribution", "dashboard", "explore", "first_visit", "live", "live_page")
_LONG = frozenset((*_BROWSING, "growth", "lessons", "load", "many_runs"))
_MARKS = {True: "met", False: "MISSED", None: ""}


def main(arguments: list[str]) -> int:
    """Run the benchmarks, smoke runs two at a time; the exit code is 1 if one failed to run, whatever it measured."""
    wanted = _parse(arguments)
    names = wanted.names or [name for name in NAMES if not (wanted.quick and name in _LONG)]
    # A smoke run measures nothing, so that two at a time do not disturb each other.
    with ThreadPoolExecutor(2 if wanted.quick else 1) as pool:
        found = dict(zip(names, pool.map(lambda name: _run(name, wanted.quick), names), strict=True))
    reports = [report for report in found.values() if report is not None]
    failed = [name for name, report in found.items() if report is None]
    print("\n" + format_table(reports))
    for name in failed:
        print(f"{name:<17} did not run")
    if wanted.save is not None:
        today = datetime.now(UTC).date().isoformat()
        wanted.save.write_text(json.dumps({"date": today, "reports": reports}, indent=1) + "\n")
    return bool(failed)


def format_table(reports: list[dict[str, Any]]) -> str:
    """Return a line for each figure: the benchmark, what was measured, its value, its goal, and whether that is met."""
    return "\n".join(
        f"{report['name']:<17} {goal['what']:<60} {goal['value']:>10.4g}   "
        f"goal {'-' if goal['goal'] is None else goal['goal']!s:<6} {_MARKS[goal['met']]}".rstrip()
        for report in reports
        for goal in report["goals"]
    )


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"which of {', '.join(NAMES)}; all if none is named")
    parser.add_argument("--quick", action="store_true", help="a smoke run: do they work, not what do they measure")
    parser.add_argument("--save", type=Path, metavar="FILE", help="write all reports there, as JSON")
    wanted = parser.parse_args(arguments)
    if unknown := set(wanted.names) - set(NAMES):
        parser.error(f"no benchmark {', '.join(sorted(unknown))}; allowed: {', '.join(NAMES)}")
    return wanted


def _run(name: str, is_quick: bool) -> dict[str, Any] | None:
    """Show a benchmark's own output, line by line, and return the JSON of its last line; None if it failed."""
    command = [sys.executable, "-m", f"benchmarks.{name}", *(["--quick"] if is_quick else [])]
    # Two at a time, each with threads on all cores, would wait for one another, busily.
    environment = os.environ | ({"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"} if is_quick else {})
    began = time.monotonic()
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout is not None
        last = ""
        for last in process.stdout:
            if not last.startswith("{"):
                print(f"{name}: {last}", end="", flush=True)
    print(f"{name}: took {time.monotonic() - began:.0f} s", flush=True)
    return json.loads(last) if process.returncode == 0 else None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
