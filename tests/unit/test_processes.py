"""python -m pytest tests/unit/test_processes.py. Processes that outlive whoever started them."""

import os
import runpy
import signal
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest

from cifar_core import processes
from cifar_core.processes import start_detached
from cifar_core.runs import worker
from tests.unit.runs_helpers import wait_until

ROOT = Path(__file__).parents[2]


@pytest.fixture
def module(tmp_path, monkeypatch):
    """A module that tells what it finds, somewhere else than the package."""
    (tmp_path / "told.py").write_text(
        "import cifar_core, os, sys\n"
        "root = os.path.dirname(os.path.dirname(cifar_core.__file__))\n"
        "print(root, os.getsid(0), os.environ.get('COLOUR'), *sys.argv[1:])\n"
        "print(sys.stdin.read() == '', file=sys.stderr)\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    return "told"


def start(module, tmp_path, **options):
    log = tmp_path / "log.txt"
    with log.open("wb") as file:
        process = start_detached(module, ["a", "b c"], file, **options)
    assert process.wait(30) == 0
    return process, log.read_text().split("\n")


def test_it_finds_this_package_and_what_somebody_set(module, tmp_path, monkeypatch):
    monkeypatch.setenv("COLOUR", "blue")
    process, (told, read, _) = start(module, tmp_path)
    assert told == f"{ROOT} {process.pid} blue a b c"  # a session of its own
    assert read == "True"  # and nobody to type


def test_its_environment_can_be_another(module, tmp_path):
    variables = {**os.environ, "COLOUR": "red"}
    assert start(module, tmp_path, environment=variables)[1][0].endswith("red a b c")


def test_no_zombie_stays_behind(module, tmp_path):
    process, _ = start(module, tmp_path)
    assert process.returncode == 0
    assert process.pid not in {child.pid for child in psutil.Process().children()}


def test_a_program_that_is_not_there_is_an_os_error(module, tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    with (tmp_path / "log.txt").open("wb") as log, pytest.raises(OSError, match="nowhere"):
        start_detached(module, [], log)


LIMITED = """
import logging, resource, sys
logging.basicConfig(stream=sys.stdout, format="%(message)s")
from cifar_core.processes import allow_many_files
print(allow_many_files(), *resource.getrlimit(resource.RLIMIT_NOFILE))
"""


@pytest.mark.skipif(os.name == "nt", reason="there is no such limit")
@pytest.mark.parametrize(
    ("limits", "told"),
    [
        ("ulimit -Hn 20000; ulimit -Sn 256", "8192 8192 20000"),
        ("ulimit -Sn 256; ulimit -Hn 1000", "1000 1000 1000"),
        ("ulimit -Hn 20000; ulimit -Sn 10000", "10000 10000 20000"),
        ("ulimit -n 256", "At most 256 files can be open at once"),
    ],
)
def test_as_many_files_are_allowed_as_the_system_lets(limits, told):
    command = ["sh", "-c", f'{limits}; exec "$0" -c "$1"', sys.executable, LIMITED]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.startswith(told)


@pytest.mark.skipif(os.name == "nt", reason="there is no such limit")
def test_the_server_and_the_worker_ask_for_many_files(monkeypatch, tmp_path):
    asked = []
    monkeypatch.setattr("cifar_core.processes.allow_many_files", lambda: asked.append("server"))
    runpy.run_path(str(ROOT / "app.py"))
    monkeypatch.setattr("cifar_core.runs.worker.allow_many_files", lambda: asked.append("worker"))
    monkeypatch.setattr("cifar_core.runs.worker.let_others_first", lambda niceness: asked.append("gives way"))
    monkeypatch.setattr(sys, "argv", ["worker", str(tmp_path)])
    assert worker.main() == 2
    assert asked == ["server", "worker", "gives way"]


@pytest.mark.skipif(os.name == "nt", reason="there is no such number")
def test_trainings_let_pages_first_and_what_is_only_derived_lets_trainings_first():
    script = "import os; from cifar_core import processes as p; p.let_others_first(p.{}); print(os.nice(0))"
    found = []
    for name in ("NICE_TRAINING", "NICE_DERIVING"):
        command = [sys.executable, "-c", script.format(name)]
        found.append(int(subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout))
    at = os.nice(0)
    assert found == [max(at, processes.NICE_TRAINING), max(at, processes.NICE_DERIVING)]
    assert processes.NICE_TRAINING < processes.NICE_DERIVING


@pytest.mark.skipif(os.name == "nt", reason="processes are not killed there")
def test_a_tied_process_ends_when_its_starter_is_killed(tmp_path):
    path = tmp_path / "pid"
    starter = subprocess.Popen([sys.executable, "-m", "tests.unit.tied", str(path), "--starter"], cwd=ROOT)
    wait_until(lambda: path.exists() and path.read_text())
    tied = psutil.Process(int(path.read_text()))
    assert tied.is_running()
    starter.kill()
    starter.wait()
    wait_until(lambda: not tied.is_running() or tied.status() == psutil.STATUS_ZOMBIE, 10)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a thread watches")
def test_one_whose_starter_died_before_it_began_ends_at_once(monkeypatch):
    killed = []
    monkeypatch.setenv("CIFAR_STARTER_PID", str(2**22 + 1))
    monkeypatch.setattr(os, "kill", lambda *told: killed.append(told))
    monkeypatch.setattr(processes, "ctypes", SimpleNamespace(CDLL=lambda _: SimpleNamespace(prctl=lambda *_: 0)))
    processes.end_with_starter()
    assert killed == [(os.getpid(), signal.SIGKILL)]
    assert "CIFAR_STARTER_PID" not in os.environ, "its own children are tied to nobody"


@pytest.mark.skipif(os.name == "nt", reason="there is no such number")
def test_who_gives_way_already_gives_way_no_further():
    once = "p.let_others_first(p.NICE_TRAINING)"
    script = f"import os; from cifar_core import processes as p; {once}; n = os.nice(0); {once}; print(os.nice(0) - n)"
    command = [sys.executable, "-c", script]
    # A worker starts the worker of the run after its own, which would end far behind everybody.
    assert int(subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout) == 0


def test_what_was_started_so_hands_the_path_on_as_it_is():
    for before in ({}, {"PYTHONPATH": ""}, {"PYTHONPATH": "/one:/two"}, {"PYTHONPATH": f"{ROOT}:/one"}):
        given = processes.with_package(before)
        assert processes.with_package(given) == given
        assert given["PYTHONPATH"].split(os.pathsep)[0] == str(ROOT)
        assert set(before.get("PYTHONPATH", "").split(os.pathsep)) - {""} <= set(given["PYTHONPATH"].split(os.pathsep))
