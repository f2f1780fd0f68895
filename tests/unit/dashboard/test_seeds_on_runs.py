"""Runs that differ in their seed alone: how they are bundled, named and drawn on Runs."""

import pytest
from scipy import stats

from cifar_core.config import RunConfig
from cifar_core.overrides import with_overrides
from cifar_core.runs import RunStatus, RunSummary
from dashboard.runs import seed_table
from dashboard.runs.bundles import bundle_runs, list_groups, name_bundles, name_groups
from dashboard.runs.outcomes import describe_outcomes, means_frame, outcome_rows, outcomes_frame


def create_run(name, seed, best=0.6, last=0.5, number=0, status="completed", **settings):
    config = with_overrides(RunConfig(), {"training.seed": seed, **settings})
    found = RunStatus(status=status, best_val_accuracy=best, last_val_accuracy=last, epoch=4)
    run_id = f"20260101-000{number}-quick-hare{number}"
    return RunSummary(run_id=run_id, name=name, config=config, status=found, created_at=number)


WIDE = [create_run(f"wide, seed {seed}", seed, 0.6 + 0.02 * seed, 0.5, seed) for seed in range(3)]
DEEP = [create_run("deep", seed, 0.7 + 0.02 * seed, None, 3 + seed, **{"training.batch_size": 50}) for seed in range(2)]
ALONE = create_run("alone", 0, number=7, **{"training.batch_size": 25})
ALL = [*WIDE, *DEEP, ALONE]


def test_a_ticked_run_brings_its_sisters_along_once():
    groups = list_groups(ALL)
    bundles = bundle_runs([WIDE[1], ALONE, WIDE[0], DEEP[0]], groups)
    assert [(bundle.of, len(bundle.runs)) for bundle in bundles] == [(WIDE[1], 3), (ALONE, 1), (DEEP[0], 2)]
    assert list(name_bundles(bundles).values()) == ["wide, 3 seeds", "alone", "deep, 2 seeds"]
    assert [len(bundle.runs) for bundle in bundle_runs(WIDE, ())] == [1, 1, 1]


def test_groups_of_one_name_are_told_apart():
    other = [create_run("wide", seed, number=8, **{"training.batch_size": 10 + seed}) for seed in range(2)]
    names = name_bundles(bundle_runs([WIDE[0], other[0]], list_groups(WIDE)) + bundle_runs(other[1:], ()))
    assert len(set(names.values())) == len(names)


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"augmentation.horizontal_flip": True}, ["horizontal flip off", "horizontal flip on"]),
        (
            {"training.batch_size": 32, "optimizer.learning_rate": 0.01},
            ["learning rate 0.001, batch size 128", "learning rate 0.01, batch size 32"],
        ),
        ({"training.batch_size": 32, "optimizer.learning_rate": 0.01, "training.num_epochs": 3}, []),
    ],
)
def test_groups_of_one_name_say_what_they_have_otherwise(settings, told):
    other = [create_run(f"wide, seed {seed}", seed, 0.5, None, 8 + seed, **settings) for seed in range(2)]
    names = name_groups([WIDE, DEEP, other])
    if told:
        assert names == [f"wide, {told[0]}", "deep", f"wide, {told[1]}"]
    else:
        assert names == ["wide (quick-hare0)", "deep", "wide (quick-hare8)"]
    outcomes = outcomes_frame([WIDE, DEEP, other])
    assert set(outcomes["name"]) == set(seed_table.seeds_frame([*WIDE, *DEEP, *other])["name"]) == set(names)


def test_groups_that_no_setting_tells_apart_have_their_animals():
    elsewhere = [run.model_copy(update={"data_source": "practice", "run_id": f"{run.run_id}2"}) for run in WIDE]
    assert name_groups([WIDE, elsewhere]) == ["wide (quick-hare0)", "wide (quick-hare02)"]


def test_outcomes_are_ordered_by_the_mean_of_their_best_epochs():
    outcomes = outcomes_frame(list_groups(ALL))
    assert outcomes["name"].drop_duplicates().tolist() == ["deep", "wide"]
    assert (outcomes["which"] == "last").sum() == 3
    means = means_frame(outcomes).set_index(["name", "which"])
    row = means.loc[("wide", "best")]
    assert (row["num_runs"], row["mean"]) == (3, pytest.approx(0.62))
    assert (row["low"], row["high"]) == pytest.approx(stats.t.interval(0.95, 2, 0.62, stats.sem([0.6, 0.62, 0.64])))
    assert means.loc[("deep", "best"), "high"] <= 1.0


def test_what_seeds_can_tell_is_said():
    words = describe_outcomes(outcomes_frame(list_groups(WIDE)))
    assert "lie 2.0 points apart" in words
    assert f"3 seeds to ±\N{NO-BREAK SPACE}{100 * 0.02 * stats.t.ppf(0.975, 2) / 3**0.5:.1f} points" in words
    assert "10 seeds" in words


def test_a_dot_is_a_run():
    outcomes = outcomes_frame(list_groups(ALL))
    rows = outcome_rows(outcomes, means_frame(outcomes))
    assert [(row.heading, row.note, row.name, row.look) for row in rows] == [
        ("deep", "2 seeds", "best epoch", "full"),
        ("wide", "3 seeds", "best epoch", "full"),
        ("", "3 seeds", "last epoch", "hollow"),
    ]
    assert sorted(dot.id for row in rows for dot in row.dots) == sorted(outcomes["run_id"])
    assert rows[1].dots[2].words == "seed 2, best epoch: 64.0 %"
    assert rows[1].mean_words == "best epoch, mean of 3 62.0 %, 95 % interval 57.0 % to 67.0 %"


def test_the_mean_of_one_run_has_no_interval():
    outcomes = outcomes_frame([[ALONE]])
    row, _ = outcome_rows(outcomes, means_frame(outcomes))
    assert (row.interval, row.mean_words) == (None, "best epoch, mean of 1 60.0 %")


def test_the_table_of_seeds_has_the_best_mean_first():
    assert seed_table.seeds_frame(ALL)["name"].tolist() == ["deep", "wide"]


def test_what_seeds_came_to_follows_a_run_that_changes():
    runs = [create_run("wide", seed, 0.6, number=seed) for seed in range(2)]
    before = seed_table._look_at(runs)
    assert seed_table._look_at(list(runs)) is before, "made once for the same runs"
    runs[1] = create_run("wide", 1, 0.7, number=1)
    after = seed_table._look_at(runs)
    assert [dot.value for dot in after.rows[0].dots] == [0.6, 0.7]
    assert "lie 7.1 points apart" in after.words


def test_no_more_than_the_best_groups_are_drawn(monkeypatch):
    monkeypatch.setattr(seed_table, "_MOST_DRAWN", 1)
    assert {row.heading for row in seed_table._look_at(list(ALL)).rows} == {"deep"}


def test_a_pressed_dot_opens_its_run(monkeypatch):
    opened = []
    monkeypatch.setattr(seed_table.state, "choose_run", opened.append)
    monkeypatch.setattr(seed_table, "ask_for_redraw", lambda: None)
    seed_table._open(WIDE[0].run_id)
    assert opened == [WIDE[0].run_id]
