"""python -m pytest tests/unit/test_package.py. What pip installs, which versions, what is written of the tree."""

import email
import os
import re
import subprocess
import sys
import time
import urllib.request
import zipfile
from configparser import ConfigParser
from importlib import import_module
from pathlib import Path

import pytest
from hatchling.build import build_wheel
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import cifar_core
from dashboard.session.address import PAGES
from tests.browser.app import free_port

ROOT = Path(__file__).parents[2]
EXTRAS = ("cluster", "export", "mlflow", "sweep")
ENDINGS = {".yaml", ".py", ".html", ".css", ".js", ".ts", ".png", ".toml"}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The package as pip would install it, unpacked. Built without a network."""
    folder = tmp_path_factory.mktemp("wheel")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)
        name = build_wheel(str(folder))
    with zipfile.ZipFile(folder / name) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


@pytest.fixture(scope="module")
def about(wheel):
    [folder] = wheel.glob("cifar_lab-*.dist-info")
    return folder


def read_requirements(name):
    """The requirements in one of the files at the top level, by name."""
    lines = [line.partition(" #")[0].strip() for line in (ROOT / name).read_text(encoding="utf-8").splitlines()]
    found = [Requirement(line) for line in lines if line and not line.startswith("#")]
    return {canonicalize_name(requirement.name): requirement for requirement in found}


def read_parts(line):
    """What a requirement asks for: name, versions, and when."""
    one = Requirement(line)
    return canonicalize_name(one.name), one.specifier, str(one.marker)


def source_files(*folders):
    """What belongs into the package: the files of these folders, relative to the top."""
    found = [path.relative_to(ROOT) for folder in folders for path in (ROOT / folder).rglob("*") if path.is_file()]
    return {path for path in found if "__pycache__" not in path.parts}


def test_version_and_dependencies_have_one_home(about):
    metadata = email.message_from_string((about / "METADATA").read_text(encoding="utf-8"))
    assert metadata["Version"] == cifar_core.__version__
    built = {read_parts(line) for line in metadata.get_all("Requires-Dist")}
    asked = {read_parts(str(one)) for one in read_requirements("requirements.txt").values()}
    extras = {
        read_parts(f"{one}; extra == '{name}'")
        for name in EXTRAS
        for one in read_requirements(f"requirements-{name}.txt").values()
    }
    assert built == asked | extras
    assert metadata.get_all("Provides-Extra") == list(EXTRAS)


@pytest.mark.parametrize("extra", ["sweep", "export"])
def test_what_extras_need_is_tested_as_it_is_asked_for(extra):
    tested = read_requirements("requirements-dev.txt")
    assert all(tested[name] == asked for name, asked in read_requirements(f"requirements-{extra}.txt").items())


def test_the_command_is_the_core_command_line(about):
    points = ConfigParser()
    points.read(about / "entry_points.txt")
    assert dict(points["console_scripts"]) == {"cifar-lab": "cifar_core.__main__:run"}
    assert callable(import_module("cifar_core.__main__").run)


def test_the_wheel_holds_the_core_the_dashboard_and_nothing_else(wheel, about):
    found = {path.relative_to(wheel) for path in wheel.rglob("*") if path.is_file() and about not in path.parents}
    app = source_files("dashboard") | {
        Path("app.py"),
        Path("streamlit_app.py"),
        Path(".streamlit/config.toml"),
    }
    assert found == source_files("cifar_core") | {Path("cifar_lab_app") / path for path in app}
    assert {path.suffix for path in found} <= ENDINGS


@pytest.fixture
def installed(wheel, tmp_path, monkeypatch):
    """Run a command as an installed package would, in an empty folder."""
    monkeypatch.setenv("PYTHONPATH", str(wheel))
    monkeypatch.delenv("CIFAR_DATA_DIR")
    monkeypatch.delenv("CIFAR_RUNS_DIR")
    monkeypatch.chdir(tmp_path)
    return [sys.executable, "-m", "cifar_core"]


@pytest.mark.slow
def test_installed_it_trains_and_keeps_data_and_runs_where_it_was_started(installed, wheel, tmp_path):
    settings = ["model.hidden_size=16", "training.num_epochs=1", "training.batch_size=500", "training.device=cpu"]
    command = [*installed, "train", "--preset", "mlp", *(f"--set={setting}" for setting in settings)]
    subprocess.run(command, check=True, capture_output=True)
    assert {path.name for path in tmp_path.iterdir()} == {"data", "runs"}
    assert not (wheel / "runs").exists()


@pytest.mark.skipif(os.name == "nt", reason="the server is a process of its own there, which nothing would end")
def test_installed_the_app_answers_with_its_own_settings(installed, wheel, tmp_path):
    port = free_port()
    log = tmp_path / "server.log"
    with log.open("wb") as out:
        server = subprocess.Popen([*installed, "app", "--port", str(port)], stdout=out, stderr=out, env=os.environ)
    try:
        wait_for(f"http://127.0.0.1:{port}/_stcore/health", server)
        assert urllib.request.urlopen(f"http://127.0.0.1:{port}/Explore", timeout=10).status == 200
    finally:
        server.terminate()
        server.wait(timeout=30)
    text = log.read_text()
    assert f"URL: http://127.0.0.1:{port}" in text  # Streamlit's default would be all of the network
    assert "Traceback" not in text


def wait_for(url, server):
    until = time.monotonic() + 60
    while True:
        assert server.poll() is None, "the server ended"
        try:
            urllib.request.urlopen(url, timeout=2).close()
        except OSError:
            assert time.monotonic() < until, "the server did not start"
            time.sleep(0.1)
        else:
            return


def test_installed_every_page_is_found_and_linked(installed, wheel):
    """The sidebar links a page only if it lies where the dashboard looks for it."""
    app = wheel / "cifar_lab_app"
    script = (
        "from streamlit.testing.v1 import AppTest\n"
        f"at = AppTest.from_file({str(app / 'streamlit_app.py')!r}, default_timeout=60).run()\n"
        "assert not at.exception, at.exception\n"
        "print(*(link.proto.label for link in at.sidebar.get('page_link')), sep=',')\n"
        "from dashboard.engine.warm import wait_until_warm\n"
        "wait_until_warm()\n"  # a process that ends while a thread imports torch may be aborted
    )
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(wheel), str(app)])}
    done = subprocess.run([sys.executable, "-c", script], env=environment, check=True, capture_output=True, text=True)
    scripts = {path.stem for path in (app / "dashboard/pages").glob("[A-Z]*.py")}
    assert done.stdout.strip().split(",") == sorted(scripts, key=PAGES.index)


def read_pins():
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pairs = (line.split("==") for line in lines if not line.startswith("#"))
    return {canonicalize_name(name): version for name, version in pairs}


@pytest.mark.parametrize(
    "name", ["requirements.txt", "requirements-dev.txt", "requirements-sweep.txt", "requirements-export.txt"]
)
def test_what_is_asked_for_is_pinned_within_its_range(name):
    pins = read_pins()
    for package, requirement in read_requirements(name).items():
        assert package in pins, f"{package} is not pinned: make lock"
        assert requirement.specifier.contains(pins[package]), f"{requirement} leaves out {pins[package]}: make lock"


def test_pins_fit_every_platform():
    pins = read_pins()
    assert not [name for name in pins if name.startswith(("nvidia-", "cuda-", "triton"))]
    assert not [version for version in pins.values() if "+" in version]  # a build for one kind of machine
    assert pins["torch"] != "2.13.0"


@pytest.mark.parametrize("name", ["ARCHITECTURE.md", "CONTRIBUTING.md"])
def test_every_file_and_function_that_is_named_exists(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    paths = set(re.findall(r"[\w./-]*\w\.(?:py|js|html|css|toml|md|txt|yml)\b", text)) - {"utils.py"}
    hops = re.findall(r"`([\w./-]+/\w+\.\w+):\s+([\w.]+)`", text)
    assert len(paths) > 10
    assert not sorted(path for path in paths if not is_in_the_tree(path))
    assert not [hop for hop in hops if not is_named(ROOT / hop[0], hop[1])]


def is_in_the_tree(path):
    return (ROOT / path).exists() or ("/" not in path and (ROOT / "cifar_core" / path).exists())


def is_named(path, name):
    """Whether a file defines a function, a class, or a method of a class."""
    text = path.read_text(encoding="utf-8")
    return all(re.search(rf"\b(?:def|class|function) {part}\b", text) for part in name.split("."))


@pytest.mark.parametrize("name", ["CONTRIBUTING.md", ".ci/run", ".github/workflows/ci.yml", "README.md"])
def test_every_target_of_make_that_is_named_exists(name):
    commands = re.compile(r"""(?:^ *|[`":] ?)make ([a-z-]+)""", re.MULTILINE)
    named = set(commands.findall((ROOT / name).read_text(encoding="utf-8")))
    assert named
    assert named <= make_targets()


def test_ci_runs_every_check():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    checks = re.search(r"^CHECKS := (.*)$", makefile, re.MULTILINE)[1].split()
    assert {name for name in make_targets() if name.startswith("test-")} | {"lint"} == set(checks)


def make_targets():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    return set(re.findall(r"^([\w-]+):(?!=)", makefile, re.MULTILINE))
