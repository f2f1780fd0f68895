"""Which runs differ in their seed alone, and which seeds to train next."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cifar_core.config import RunConfig
from cifar_core.overrides import with_overrides
from cifar_core.runs import RunStatus, RunSummary, settings_apart
from cifar_core.runs.difference import FIRST_WEIGHTS
from cifar_core.runs.groups import (
    find_coming_seeds,
    find_sisters,
    group_by_settings,
    mean_seconds,
    outcome_of,
    plan_seeds,
    settings_key,
)


def run(name, seed=0, status="completed", created_at=0.0, source="cifar10", seconds=None, is_demo=False, **settings):
    changes = {path.replace("__", "."): value for path, value in settings.items()} | {"training.seed": seed}
    return RunSummary(
        run_id=name,
        created_at=created_at,
        data_source=source,
        is_demo=is_demo,
        config=with_overrides(RunConfig(), changes),
        status=RunStatus(status=status, seconds=seconds),
    )


ONE, TWO = run("one", 1, created_at=1), run("two", 2, created_at=2)
OTHER = run("other", 1, training__batch_size=50, created_at=3)
ELSEWHERE = run("elsewhere", 5, source="practice", created_at=4)
AGAIN = run("again", 2, created_at=5)
ACTIVE = run("active", 7, status="queued", source="", created_at=6)
DEMO = run("demo", 8, is_demo=True, created_at=7)
ALL = [DEMO, ACTIVE, AGAIN, ELSEWHERE, OTHER, TWO, ONE]


def test_runs_that_differ_in_their_seed_alone_are_together():
    names = [[each.run_id for each in group] for group in group_by_settings(ALL)]
    assert names == [["one", "two", "again"], ["other"], ["elsewhere"]]


def test_a_fork_is_a_sister_of_runs_from_the_same_weights_alone():
    fork = run("fork", 3).model_copy(update={"forked_from": "one", "forked_epoch": 2})
    later = run("later", 4).model_copy(update={"forked_from": "one", "forked_epoch": 3})
    alike = run("alike", 5).model_copy(update={"forked_from": "one", "forked_epoch": 2})
    runs = [ONE, TWO, fork, later, alike]
    assert list(find_sisters(fork, runs).values()) == [fork, alike]
    assert list(find_sisters(later, runs).values()) == [later]
    assert list(find_sisters(ONE, runs).values()) == [ONE, TWO]
    assert settings_apart(fork, TWO)[FIRST_WEIGHTS] == ("one, epoch 2", "new")
    assert list(settings_apart(fork, alike)) == ["training.seed"]


def test_a_run_that_diverged_is_one_of_its_group():
    diverged = run("diverged", 4, status="diverged", created_at=9)
    assert group_by_settings([*ALL, diverged])[0][-1] is diverged
    assert list(find_sisters(ONE, [*ALL, diverged])) == [1, 2, 4]
    assert find_sisters(diverged, [diverged]) == {4: diverged}


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ({"status": "completed", "best_val_accuracy": 0.7, "last_val_accuracy": 0.6}, 0.6),
        ({"status": "diverged", "best_val_accuracy": 0.7, "last_val_accuracy": 0.6}, 0.1),
        ({"status": "stopped", "last_val_accuracy": 0.6}, None),
        ({"status": "running", "last_val_accuracy": 0.6}, None),
        ({"status": "completed"}, None),
    ],
)
def test_a_run_counts_with_its_last_epoch_and_as_guessing_if_it_diverged(status, expected):
    assert outcome_of(RunStatus(**status)) == expected


def test_sisters_are_found_by_seed_and_a_run_stands_for_its_own():
    assert {seed: each.run_id for seed, each in find_sisters(ONE, ALL).items()} == {1: "one", 2: "two"}
    assert find_sisters(AGAIN, ALL)[2] is AGAIN
    assert list(find_sisters(DEMO, ALL)) == [1, 2, 8]
    assert list(find_sisters(ACTIVE.model_copy(update={"data_source": "cifar10"}), ALL)) == [1, 2]
    unreadable = ONE.model_copy(update={"config": None})
    assert find_sisters(unreadable, ALL) == {}
    with pytest.raises(ValueError, match="run one has no settings; allowed"):
        settings_key(unreadable)


def test_a_run_that_waits_is_on_its_way_for_all_data_it_may_turn_out_to_be_of():
    assert find_coming_seeds(ONE, ALL) == {7}
    assert find_coming_seeds(OTHER, ALL) == set()
    known = ACTIVE.model_copy(update={"data_source": "practice"})
    assert find_coming_seeds(ONE, [known]) == set()


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ([0, 1, 2], [0, 1, 2], [(3, True, True), (4, True, True), (5, True, True)]),
        ([0, 1, 2], [0], [(1, False, True), (2, False, True), (3, True, True)]),
        ([], [4], [(4, True, False), (5, True, True), (6, True, True)]),
        ([0, 1, 2, 3, 4], [], [(0, False, True), (1, False, True), (2, False, True)]),
    ],
)
def test_seeds_that_one_group_has_come_first(first, second, expected):
    assert plan_seeds(first, second, 3) == expected


@given(st.sets(st.integers(0, 9)), st.sets(st.integers(0, 9)), st.integers(1, 5))
def test_so_many_more_are_in_common_afterwards(first, second, more):
    plan = plan_seeds(first, second, more)
    after_first = first | {seed for seed, is_lacking, _ in plan if is_lacking}
    after_second = second | {seed for seed, _, is_lacking in plan if is_lacking}
    assert len(after_first & after_second) == len(first & second) + more


def test_how_long_one_takes():
    assert mean_seconds([run("a", seconds=10), run("b", seconds=20), run("c")]) == 15
    assert mean_seconds([run("c")]) is None
