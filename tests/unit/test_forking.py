"""python -m pytest tests/unit/test_forking.py. Processes that begin with their imports done are as those without."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from cifar_core import forking, processes
from cifar_core.forking import client, order, server
from cifar_core.processes import start_detached, with_package
from tests.unit.runs_helpers import wait_until

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes are copied on Linux alone")

TOLD = """
import json, os, sys
import psutil
begun = "numpy" in sys.modules
import numpy, threadpoolctl
print(json.dumps({
    "begun": begun, "is_first": os.getsid(0) == os.getpid(), "argv": sys.argv, "folder": os.getcwd(),
    "path": sys.path[0], "name": __name__, "typed": sys.stdin.read(),
    "command": [word for word in psutil.Process().cmdline() if word],
    "variables": {name: text for name, text in os.environ.items() if name.startswith(("CIFAR_A", "OMP_"))},
    "threads": [pool["num_threads"] for pool in threadpoolctl.threadpool_info()], "drawn": numpy.random.rand(),
    "is_usual": __import__("signal").getsignal(17) == 0, "files": sorted(map(int, os.listdir("/proc/self/fd")))[:-1],
}))
print("said", file=sys.stderr)
sys.exit(7)
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Where modules of ours are, somewhere else than the package."""
    (tmp_path / "told.py").write_text(TOLD)
    (tmp_path / "slept.py").write_text("import time; time.sleep(60)")
    (tmp_path / "changing.py").write_text("")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def keeper(folder, monkeypatch):
    """What keeps the fork server of a test."""
    monkeypatch.setenv(forking.VARIABLE, "")  # so that it is put back
    keeper = client._Keeper()
    monkeypatch.setattr(client, "_keeper", keeper)
    forking.keep(["numpy", "threadpoolctl", "changing"], with_package(variables()))
    wait_until(forking.is_ready)
    yield keeper
    keeper._process.stdin.close()
    keeper._process.wait(10)


def variables(**changed):
    """Those of this process, but for the one that pytest changes on the way."""
    return {name: text for name, text in os.environ.items() if name != "PYTEST_CURRENT_TEST"} | changed


def begin(module, *arguments, environment=None, **options):
    with Path("log.txt").open("wb") as log:
        return start_detached(module, arguments, log, environment or variables(), **options)


def tell(*arguments, **options):
    import json

    process = begin("told", *arguments, **options)
    assert process.wait(30) == process.poll() == process.returncode == 7
    told, said, _ = Path("log.txt").read_text().split("\n")
    assert said == "said"
    return process, json.loads(told)


def test_it_is_as_if_it_had_been_started_plainly_but_has_begun(keeper, folder, monkeypatch):
    words, environment = ["a b", "", "ü", "c"], variables(CIFAR_A="1")
    forked, told = tell(*words, environment=environment)
    monkeypatch.setenv(forking.VARIABLE, "off")
    plain, plainly = tell(*words, environment=environment)
    assert (type(forked), type(plain)) == (forking.ForkedProcess, subprocess.Popen)
    assert (told.pop("begun"), plainly.pop("begun")) == (True, False)
    assert told.pop("drawn") != plainly.pop("drawn")
    assert told == plainly
    assert (told["name"], told["folder"], told["typed"]) == ("__main__", str(folder), "")


def test_each_copy_draws_its_own_numbers(keeper):
    assert tell()[1]["drawn"] != tell()[1]["drawn"]


def test_it_works_where_whoever_started_it_works(keeper, folder, monkeypatch):
    (folder / "deeper").mkdir()
    monkeypatch.chdir(folder / "deeper")
    _, told = tell()
    assert told["begun"]
    assert told["folder"] == told["path"] == str(folder / "deeper")


def test_threads_are_as_many_as_it_was_given(keeper):
    _, told = tell(environment=variables(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1"))
    assert told["begun"]
    assert set(told["threads"]) == {1}
    assert told["variables"] == {"OMP_NUM_THREADS": "1"}


@pytest.mark.parametrize(
    ("words", "changed"),
    [((), {"OMP_WAIT_POLICY": "passive"}), ((), {"PYTHONHASHSEED": "0"}), (("long" * 1000,), {})],
    ids=["a variable of OpenMP", "one of Python's", "a line without room"],
)
def test_what_a_copy_cannot_be_given_lets_it_begin_anew(keeper, words, changed):
    process, told = tell(*words, environment=variables(**changed))
    assert isinstance(process, forking.ForkedProcess)
    assert not told["begun"]
    assert told["command"][1:] == ["-m", "told", *words]
    assert told["variables"].get("OMP_WAIT_POLICY") == changed.get("OMP_WAIT_POLICY")


def test_others_find_it_by_its_command_line_and_can_end_it(keeper):
    process = begin("slept", "here")
    seen = psutil.Process(process.pid)
    assert [word for word in seen.cmdline() if word] == [sys.executable, "-m", "slept", "here"]
    assert process.poll() is None
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(0.05)
    seen.kill()
    assert process.wait(10) == processes.KILLED
    assert not psutil.pid_exists(process.pid), "a zombie"


def test_when_the_fork_server_is_killed_its_children_go_on_and_the_next_start_plainly(keeper):
    process, address = begin("slept"), Path(os.environ[forking.VARIABLE])
    keeper._process.kill()
    keeper._process.wait()
    time.sleep(0.2)
    assert process.poll() is None
    assert psutil.Process(process.pid).is_running()
    assert isinstance(tell()[0], subprocess.Popen)
    wait_until(forking.is_ready)  # another one has been begun
    assert tell()[1]["begun"]
    assert not address.parent.exists()
    os.kill(process.pid, signal.SIGTERM)
    assert process.wait(10) == 1


def test_code_that_has_changed_is_not_what_a_copy_runs(keeper, folder):
    (folder / "changing.py").write_text("new = True")
    assert isinstance(tell()[0], subprocess.Popen)
    keeper._process.wait(10)
    tell()
    wait_until(forking.is_ready)
    assert tell()[1]["begun"]


def test_what_is_too_much_for_a_message_starts_plainly(keeper):
    # Linux gives a single variable 128 kB at most, and a message 200.
    process, _ = tell(environment=variables(**{f"CIFAR_MUCH_{number}": "x" * 100_000 for number in range(5)}))
    assert isinstance(process, subprocess.Popen)


def test_a_message_that_is_none_harms_nobody(keeper):
    import socket

    for message in (b"{}", b"[]", b"\xff", b'{"module": 1}'):
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as connection:
            connection.connect(os.environ[forking.VARIABLE])
            connection.send(message)
            assert connection.recv(10) == b""
    assert tell()[1]["begun"]


def test_what_does_not_give_way_is_not_made_by_it(keeper):
    assert isinstance(tell(gives_way=False)[0], subprocess.Popen)


KEEPER = """
import os, sys, time
from cifar_core import forking
forking.keep(["json"], os.environ)
while not forking.is_ready():
    time.sleep(0.05)
print(forking.client._keeper._process.pid, os.environ[forking.VARIABLE], flush=True)
time.sleep(60)
"""


def test_it_ends_when_who_keeps_it_is_killed_and_leaves_nothing():
    with subprocess.Popen([sys.executable, "-c", KEEPER], cwd=ROOT, stdout=subprocess.PIPE, text=True) as keeping:
        pid, address = keeping.stdout.readline().split()
        assert psutil.Process(int(pid)).cmdline()[1:3] == ["-m", "cifar_core.forking.server"]
        assert Path(address).parent.stat().st_mode & 0o077 == 0, "others may ask it"
        keeping.kill()
    wait_until(lambda: not psutil.pid_exists(int(pid)))
    assert not Path(address).parent.exists()


def test_whom_nobody_asks_gives_its_memory_back(tmp_path):
    folder = tmp_path / "server"
    folder.mkdir()
    code = (
        f"from cifar_core.forking import server; server._IDLE_SECONDS = 0.3; server.main({[str(folder), 'json', '.']})"
    )
    with subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdin=subprocess.PIPE) as serving:
        assert serving.wait(20) == 0
    assert not folder.exists()


def test_modules_that_are_not_there_leave_starts_as_they_were(folder, monkeypatch):
    monkeypatch.setenv(forking.VARIABLE, "")
    monkeypatch.setattr(client, "_keeper", client._Keeper())
    forking.keep(["not_there_at_all"], with_package(variables()))
    keeping = client._keeper._process
    with keeping.stdin:
        assert keeping.wait(20) == 1
    assert not Path(os.environ[forking.VARIABLE]).parent.exists()
    assert isinstance(tell()[0], subprocess.Popen)
    assert client._keeper._process is keeping, "another one would fail as well"


@pytest.mark.parametrize(("platform", "told"), [("darwin", ""), ("win32", ""), ("linux", "off"), ("linux", "/another")])
def test_none_is_kept_elsewhere_or_unwanted_or_beside_another(monkeypatch, platform, told):
    monkeypatch.setenv(forking.VARIABLE, told)
    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.setattr(client, "_keeper", client._Keeper())
    forking.keep(["json"], os.environ)
    assert client._keeper._process is None
    assert os.environ[forking.VARIABLE] == told


@pytest.mark.parametrize(
    ("library", "found"),
    [
        ("/usr/lib/libcuda.so.550.54", ["libcuda.so"]),
        ("/opt/rocm/lib/libamdhip64.so.6", ["libamdhip64.so"]),
        ("/usr/lib/libcudart.so.12", []),
        ("/venv/torch/lib/libtorch_cuda.so", []),
    ],
)
def test_a_gpus_driver_that_is_loaded_cannot_be_copied(library, found):
    maps = Path("/proc/self/maps").read_text()
    assert server.find_drivers(f"{maps}7f00-7f01 r-xp 00000000 08:01 42 {library}\n") == found


def test_what_is_read_when_it_is_needed_may_differ():
    had = {"PATH": "/bin", "LANG": "C", "OMP_NUM_THREADS": "2"}
    for environment, suits in [
        (had, True),
        (had | {"CIFAR_DATA_DIR": "/data", "CUDA_VISIBLE_DEVICES": "1", "OMP_NUM_THREADS": "1"}, True),
        (had | {"KMP_INIT_AT_FORK": "FALSE", "MPLBACKEND": "Agg", "TORCHINDUCTOR_CACHE_DIR": "/tmp/torch"}, True),
        ({}, False),
        (had | {"LD_PRELOAD": "another"}, False),
        (had | {"OMP_WAIT_POLICY": "active"}, False),
    ]:
        assert order.Order("told", [], environment, "/").suits(had) is suits
