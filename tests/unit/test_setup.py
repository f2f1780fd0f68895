"""python -m pytest tests/unit/test_setup.py. Which build of torch `make setup` takes."""

import importlib.util
import shutil
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def load_script():
    spec = importlib.util.spec_from_file_location("torch_build", ROOT / ".ci" / "torch_build.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def torch_build(monkeypatch):
    module = load_script()
    monkeypatch.setattr(module, "is_cuda_idle", lambda: True)
    monkeypatch.setattr(module, "answers", lambda index: True)
    return module


def choose(torch_build, capsys, asked):
    code = torch_build.main([asked])
    said = capsys.readouterr()
    return code, said.out.strip(), said.err.strip()


def test_a_machine_without_an_nvidia_gpu_gets_torch_without_cuda(torch_build, capsys):
    assert choose(torch_build, capsys, "auto") == (0, "cpu", "")
    assert choose(torch_build, capsys, "pypi") == (0, "pypi", "")


def test_a_machine_with_one_gets_pypis_unless_it_is_told_otherwise(torch_build, capsys, monkeypatch):
    monkeypatch.setattr(torch_build, "is_cuda_idle", lambda: False)
    assert choose(torch_build, capsys, "auto") == (0, "pypi", "")
    assert choose(torch_build, capsys, "cpu") == (0, "cpu", "")


def test_where_the_index_does_not_answer_auto_says_so_and_cpu_is_refused(torch_build, capsys, monkeypatch):
    monkeypatch.setattr(torch_build, "answers", lambda index: False)
    code, build, word = choose(torch_build, capsys, "auto")
    assert (code, build) == (0, "pypi")
    assert "does not answer: installing PyPI's torch" in word
    code, build, word = choose(torch_build, capsys, "cpu")
    assert (code, build) == (2, "")
    assert word.endswith("TORCH=pypi does without")


def test_an_unknown_build_is_refused_with_what_is_allowed(torch_build, capsys):
    assert choose(torch_build, capsys, "gpu") == (2, "", "TORCH=gpu is no build of torch; allowed: auto, cpu, pypi")


def test_only_linux_without_a_driver_would_get_cuda_for_nothing(monkeypatch, tmp_path):
    module = load_script()
    monkeypatch.setattr(module.shutil, "which", lambda name: None)
    assert module.is_cuda_idle("linux", tmp_path / "none")
    assert not module.is_cuda_idle("linux", tmp_path)
    assert not module.is_cuda_idle("darwin", tmp_path / "none")
    monkeypatch.setattr(module.shutil, "which", lambda name: "/usr/bin/nvidia-smi")
    assert not module.is_cuda_idle("linux", tmp_path / "none")


class Index(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.path == "/torch/" else 404)
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.mark.skipif(shutil.which("make") is None or sys.platform == "win32", reason="needs make and a POSIX shell")
@pytest.mark.parametrize("tool", ["uv", "pip"])
def test_make_asks_uv_first_and_pip_if_that_fails_for_the_build_that_was_chosen(tmp_path, tool):
    for name in ("Makefile", "constraints.txt", "requirements.txt", "requirements-dev.txt"):
        shutil.copy(ROOT / name, tmp_path)
    shutil.copytree(ROOT / ".ci", tmp_path / ".ci")
    commands = tmp_path / ".venv" / "bin"
    commands.mkdir(parents=True)
    write_script(commands / "python", f'case "$1" in .ci/*) exec {sys.executable} "$@";; esac; echo pip "$@" >> log')
    write_script(commands / "uv", 'echo uv "$@" >> log' + ("" if tool == "uv" else "; exit 1"))
    server = ThreadingHTTPServer(("127.0.0.1", 0), Index)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    index = f"http://127.0.0.1:{server.server_port}"
    try:
        make(tmp_path, "setup", "TORCH=cpu", f"CPU_INDEX={index}", "UV=.venv/bin/uv")
    finally:
        server.shutdown()
        server.server_close()
    lines = (tmp_path / "log").read_text().splitlines()
    tools = ["uv"] if tool == "uv" else ["uv", "pip"]
    chosen = {"uv": "--torch-backend cpu", "pip": f"--extra-index-url {index}"}
    endings = [f"-r requirements.txt {chosen[name]}" for name in tools] + ["-r requirements-dev.txt"] * len(tools)
    assert [line.split()[0] for line in lines] == tools * 2
    assert [line for line, ending in zip(lines, endings, strict=True) if not line.rstrip().endswith(ending)] == []
    assert make(tmp_path, "setup") == ""  # a second time there is nothing to do


def write_script(path, text):
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)


def make(folder, *arguments):
    done = subprocess.run(["make", "--silent", *arguments], cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout
