"""Run every benchmark and print one table: python -m benchmarks [--quick]."""

import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

_HERE = Path(__file__).parent


def main(arguments: list[str]) -> int:
    """Run the benchmarks one after another; the exit code is 1 if one failed to run, whatever it measured."""
    rows: list[tuple[str, dict[str, Any]]] = []
    failed: list[str] = []
    for path in sorted(_HERE.glob("[!_]*.py")):
        print(f"== {path.stem}", flush=True)
        report = _run(path.stem, arguments)
        if report is None:
            failed.append(path.stem)
        else:
            rows += [(report["name"], goal) for goal in report["goals"]]
    print()
    for name, goal in rows:
        met = {True: "met", False: "MISSED", None: ""}[goal["met"]]
        print(f"{name:<14} {goal['what']:<60} {goal['value']:>12.4g}   goal {goal['goal']!s:<10} {met}")
    for name in failed:
        print(f"{name:<14} did not run")
    return bool(failed)


def _run(name: str, arguments: list[str]) -> dict[str, Any] | None:
    """Show a benchmark's own output and return the JSON of its last line."""
    if importlib.util.find_spec(f"benchmarks.{name}") is None:
        return None
    command = [sys.executable, "-m", f"benchmarks.{name}", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        last = ""
        for last in process.stdout:
            print(last, end="", flush=True)
    return json.loads(last) if process.returncode == 0 else None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
