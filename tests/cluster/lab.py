"""A real Ray cluster of three machines, on one: each node has a host name and a process table of its own.

It needs a network namespace in which only loopback is up, since Ray puts the machine's own address in the place of
127.0.0.1, and the right to make namespaces. Killing a node kills all its processes at once, as a power cut does.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

import psutil

ROOT = Path(__file__).parents[2]
PORT = 6379
HEAD, NODES = "head", ("node-a", "node-b")
_OBJECT_BYTES = 80_000_000
_IN_NAMESPACE = ["unshare", "--net", "--pid", "--fork", "--mount-proc", "--kill-child"]
_AS_MACHINE = ["unshare", "--uts", "--pid", "--fork", "--mount-proc", "--kill-child"]


def why_not() -> str:
    """Why there can be no such cluster here; empty if there can."""
    if shutil.which("unshare") is None or shutil.which("ip") is None:
        return "unshare or ip is missing"
    try:
        import ray  # noqa: F401
    except ImportError:
        return "ray is not installed: requirements-cluster.txt"
    can = subprocess.run([*_IN_NAMESPACE, *_AS_MACHINE, "ip", "link"], capture_output=True, text=True)
    return "" if can.returncode == 0 else f"no namespaces may be made here: {can.stderr.strip()}"


def run_inside(module, *arguments, timeout):
    """Run `python -m MODULE ARGUMENTS` where only loopback is up; all that it started ends with it."""
    words = " ".join([sys.executable, "-m", module, *arguments])
    command = [*_IN_NAMESPACE, "bash", "-c", f"ip link set lo up && exec {words}"]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=timeout)


class Lab:
    """A head without processors and two nodes of one each, which are started again when they end."""

    def __init__(self, runs_dir: Path, data_dir: Path) -> None:
        self._temp = Path(tempfile.mkdtemp(prefix="r", dir="/tmp"))  # Ray's sockets need short paths
        self._data_dir = data_dir
        self._machines: dict[str, subprocess.Popen] = {}
        os.environ |= {"CIFAR_EXECUTOR": f"127.0.0.1:{PORT}", "CIFAR_RUNS_DIR": str(runs_dir)}
        os.environ |= {"CIFAR_DATA_DIR": str(data_dir), "CIFAR_DEMO": "0"}

    def __enter__(self):
        self.start(HEAD)
        self._wait_for_port()
        for name in NODES:
            self.start(name)
        return self

    def __exit__(self, *_):
        for machine in self._machines.values():
            machine.kill()
            machine.wait()
        shutil.rmtree(self._temp, ignore_errors=True)

    def start(self, name: str) -> None:
        """Start a machine."""
        common = f"--block --disable-usage-stats --node-ip-address=127.0.0.1 --object-store-memory={_OBJECT_BYTES}"
        place = (
            f"--head --port={PORT} --num-cpus=0 --include-dashboard=false --temp-dir={self._temp}"
            if name == HEAD
            else f"--address=127.0.0.1:{PORT} --num-cpus=1"
        )
        ray = f"{sys.executable} -m ray.scripts.scripts start {place} {common}"
        environment = os.environ | {
            "PYTHONPATH": str(ROOT),
            "RAY_gcs_rpc_server_reconnect_timeout_s": "5",  # 60 by default: a node gives up its head
        }
        with (self._temp / f"{name}.log").open("ab") as log:
            self._machines[name] = subprocess.Popen(
                [*_AS_MACHINE, "bash", "-c", f"hostname {name} && exec {ray}"], env=environment, stdout=log, stderr=log
            )

    def kill(self, name: str) -> None:
        """Cut a machine's power."""
        self._machines[name].kill()
        self._machines[name].wait()

    def look_after(self) -> None:
        """Start machines again that have ended, as `Restart=always` does."""
        for name, machine in list(self._machines.items()):
            if machine.poll() is not None:
                self.start(name)
                if name == HEAD:
                    self._wait_for_port()

    def logs(self) -> str:
        """What the machines wrote."""
        return "\n".join(path.read_text(errors="replace")[-3000:] for path in sorted(self._temp.glob("*.log")))

    def dispatcher_logs(self) -> str:
        """What the dispatcher wrote."""
        found = [path.read_text(errors="replace") for path in self._temp.glob("session_*/logs/worker-*.err")]
        return "\n".join(text[-3000:] for text in found if "dispatcher" in text or "Traceback" in text)

    def _wait_for_port(self) -> None:
        import socket

        until = time.monotonic() + 60
        while True:
            with suppress(OSError):
                socket.create_connection(("127.0.0.1", PORT), 1).close()
                return
            assert time.monotonic() < until, f"the head did not start: {self.logs()}"
            time.sleep(0.1)


def find_processes(words: str) -> list[psutil.Process]:
    """Processes whose command line has these words."""
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if words in " ".join(process.cmdline()) and process.pid != os.getpid():
                found.append(process)
    return found


def kill_dispatcher() -> None:
    """Kill the process of the dispatcher."""
    for process in find_processes("ray::DispatcherActor"):
        with suppress(psutil.Error):
            process.send_signal(signal.SIGKILL)
