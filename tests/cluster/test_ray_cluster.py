"""python -m pytest tests/cluster. A real Ray cluster of three machines, where there is Ray and namespaces may be made.

All that can die, at every moment: make cluster, which prints the table of docs/cluster.md.
"""

import json

import pytest

from tests.cluster.lab import run_inside, why_not

pytestmark = [pytest.mark.cluster, pytest.mark.slow, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def found():
    """What came of the smoke run, which starts one cluster for all of these tests."""
    if reason := why_not():
        pytest.skip(reason)
    done = run_inside("tests.cluster.smoke", timeout=280)
    assert done.returncode == 0, done.stderr[-6000:]
    return json.loads(done.stdout.strip().splitlines()[-1])


def test_a_run_whose_node_dies_goes_on_elsewhere_and_comes_to_the_same_to_the_bit(found):
    row = next(row for row in found["rows"] if row["what"] == "node")
    assert row["equal"], row
    assert row["from"] != row["to"]
    assert (row["attempts"], row["epoch"]) == (2, 2)
    assert row["lost"] == 0, "no finished epoch was trained again"


def test_a_new_dispatcher_takes_up_what_the_directories_say(found):
    row = next(row for row in found["rows"] if row["what"] == "dispatcher")
    assert row["equal"], row
    assert row["attempts"] == 2


def test_every_command_works_against_it(found):
    commands = found["commands"]
    assert commands["executor"]["engine"] == "ray"
    assert sorted(slot["host"] for slot in commands["executor"]["slots"]) == ["node-a", "node-b"]
    assert sum(slot["run_id"] is not None for slot in commands["executor"]["slots"]) == 1
    assert (commands["stopped"], commands["resumed"]) == ("stopped", "queued")
    assert commands["is_discarded"]


def test_an_address_that_does_not_answer_is_named(found):
    code, words = found["commands"]["nowhere"]
    assert code == 2
    assert words.startswith("CIFAR_EXECUTOR = '127.0.0.1:1' does not answer: connection refused")
