"""What serves the lab to others names things that are there. python -m pytest tests/unit/test_serving_files.py."""

import json
import re
import shlex
from pathlib import Path

import pytest
import yaml
from streamlit import config as streamlit_config

from cifar_core.cli import main

ROOT = Path(__file__).parents[2]
DOCKERFILE = (ROOT / "Dockerfile").read_text()


def test_what_the_image_copies_is_there_and_not_left_out():
    left_out = {line.strip() for line in (ROOT / ".dockerignore").read_text().splitlines() if line[:1] not in ("#", "")}
    copied = [name for line in re.findall(r"^COPY (.+)$", DOCKERFILE, re.MULTILINE) for name in line.split()[:-1]]
    needed = {"cifar_core", "dashboard", "app.py", "streamlit_app.py", ".streamlit", "pyproject.toml"}
    assert {"constraints.txt", "requirements.txt", "."} == set(copied)
    for name in (needed | set(copied)) - {"."}:
        assert (ROOT / name).exists()
        assert name not in left_out


def test_the_image_starts_a_command_that_there_is(capsys):
    command = json.loads(DOCKERFILE.rsplit("CMD ", 1)[1])
    assert command[0] == "cifar-lab"
    assert main([*command[1:2], "--help"]) == 0
    assert command[2] in capsys.readouterr().out


def test_the_health_check_is_python():
    check = json.loads(DOCKERFILE.split("timeout=5s CMD ")[1].split("\nCMD")[0].replace("\\\n", ""))
    assert check[:2] == ["python", "-c"]
    compile(check[2], "health", "exec")


@pytest.mark.parametrize("name", ["Dockerfile", "compose.yaml", "docs/serving.md", "docs/colab.ipynb"])
def test_settings_of_the_server_are_streamlits(name):
    variables = {option.env_var for option in streamlit_config.get_config_options().values()}
    named = set(re.findall(r"STREAMLIT_[A-Z_]+", (ROOT / name).read_text()))
    assert named
    assert named <= variables


def test_compose_keeps_data_and_runs_in_volumes_and_to_this_machine():
    tree = yaml.safe_load((ROOT / "compose.yaml").read_text())
    for service in tree["services"].values():
        assert {volume.split(":")[0] for volume in service["volumes"]} == set(tree["volumes"])
        assert all(port.startswith("127.0.0.1:") for port in service["ports"])
    assert tree["services"]["lab-gpu"]["build"]["args"]["TORCH"] == "cuda"


def test_the_machines_of_a_cluster_share_image_runs_and_token_and_open_no_port():
    services = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]
    members = {name: service for name, service in services.items() if service.get("profiles") == ["cluster"]}
    assert set(members) == {"lab-cluster", "ray-head", "ray-node"}
    for key in ("image", "build", "volumes", "environment", "shm_size", "restart"):
        assert len({json.dumps(service[key], sort_keys=True) for service in members.values()}) == 1, key
    assert members["ray-head"]["ports"] == members["ray-node"]["ports"] == []
    address = members["lab-cluster"]["environment"]["CIFAR_EXECUTOR"]
    port = re.search(r"--ray-client-server-port=(\d+)", members["ray-head"]["command"])[1]
    assert address == f"ray://{members['ray-head']['hostname']}:{port}"
    assert "--block" in members["ray-head"]["command"]
    assert "--block" in members["ray-node"]["command"], "a container ends with what it is for, and is started again"


def test_the_image_takes_extras_that_there_are():
    pyproject = (ROOT / "pyproject.toml").read_text()
    named = re.search(r"EXTRAS: any of ([\w, ]+), with commas", DOCKERFILE)[1].split(", ")
    assert all(re.search(rf'^{name} = \["requirements-{name}.txt"\]', pyproject, re.MULTILINE) for name in named)


def test_developers_containers_set_up_by_a_target_of_make():
    container = json.loads((ROOT / ".devcontainer/devcontainer.json").read_text())
    program, target = shlex.split(container["postCreateCommand"])
    assert program == "make"
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(), re.MULTILINE)


def test_the_notebook_for_colab_runs_commands_that_there_are(capsys):
    cells = json.loads((ROOT / "docs/colab.ipynb").read_text())["cells"]
    lines = [line for cell in cells if cell["cell_type"] == "code" for line in cell["source"]]
    commands = [line.split("cifar_core ")[1].split() for line in lines if "cifar_core " in line]
    assert len(commands) >= 3
    for command, *rest in commands:
        assert main([command, "--help"]) == 0
        words = capsys.readouterr().out
        assert all(word in words for word in rest if word.startswith("--"))
