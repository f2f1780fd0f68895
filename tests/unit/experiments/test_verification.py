"""What was foretold, held against real trainings: which runs are queued, and what is noted of them."""

import json
import math

import pytest

from cifar_core.cli import main
from cifar_core.data import load_dataset, splits_of
from cifar_core.experiments.verification import (
    Foretold,
    VerificationStore,
    agreement_of,
    came_change,
    foretold_change,
)
from cifar_core.overrides import with_overrides
from cifar_core.runs import Fork, RunError, RunStore
from cifar_core.runs.status import change_status
from cifar_core.selections import SelectionStore, create_selection
from tests.unit.runs_helpers import IdleExecutor


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory):
    folder = tmp_path_factory.mktemp("practice")
    load_dataset(folder)
    return folder


@pytest.fixture
def runs(tmp_path):
    return RunStore(tmp_path / "runs", IdleExecutor())


@pytest.fixture
def cases(runs):
    return VerificationStore(runs)


@pytest.fixture
def left_out(runs, data_dir, tiny_config):
    dataset = load_dataset(data_dir)
    train = splits_of(dataset, tiny_config.data).train
    made = create_selection("taught it", train[:20], fingerprint=dataset.fingerprint)
    return SelectionStore(runs.runs_dir).save(made)


def foretell(run_id, before=0.8, after=0.5, index=3):
    return Foretold(
        run_id=run_id, index=index, label=1, target=0, how="20", before=(before, 1 - before), after=(after, 1 - after)
    )


def end(runs, run_id):
    change_status(runs.record(run_id).run_dir, status="completed", best_epoch=1, epoch=1)


def test_with_the_run_s_own_seed_one_training_is_queued_without_the_images(
    runs, cases, left_out, data_dir, tiny_config
):
    base = runs.submit(tiny_config, name="base", data_dir=data_dir)
    case = cases.start(foretell(base), left_out, data_dir=data_dir)
    assert cases.all() == [case]
    (draw,) = case.draws
    assert (draw.with_run, draw.seed) == (base, tiny_config.training.seed)
    config = runs.record(draw.without_run).config()
    told = {"data.exclude": left_out.content_hash, "training.evaluate_test": False}
    assert config == with_overrides(tiny_config, told), "nothing else differs, and test is not looked at"


def test_each_further_seed_is_a_pair(runs, cases, left_out, data_dir, tiny_config):
    base = runs.submit(tiny_config, name="base", data_dir=data_dir)
    case = cases.start(foretell(base), left_out, 3, data_dir)
    assert [draw.seed for draw in case.draws] == [tiny_config.training.seed + step for step in range(3)]
    assert len(runs.list_runs()) == 1 + 5
    for draw in case.draws[1:]:
        pair = [runs.record(run_id).config() for run_id in (draw.with_run, draw.without_run)]
        assert {config.training.seed for config in pair} == {draw.seed}
        assert [config.data.exclude for config in pair] == ["", left_out.content_hash]
    with pytest.raises(RunError, match="allowed: 1 to 5"):
        cases.start(foretell(base), left_out, 6, data_dir)


def test_a_fork_is_verified_by_forks_of_the_same_weights(runs, cases, left_out, data_dir, tiny_config):
    parent = runs.record(runs.submit(tiny_config, data_dir=data_dir))
    parent.checkpoint_path("last").parent.mkdir()
    parent.checkpoint_path("last").write_bytes(b"weights")
    base = runs.submit(tiny_config, data_dir=data_dir, fork=Fork(parent.run_id, "last"))
    for draw in cases.start(foretell(base), left_out, 2, data_dir).draws:
        for run_id in (draw.with_run, draw.without_run):
            assert runs.record(run_id).checkpoint_path("start").read_bytes() == b"weights"


def test_what_the_run_leaves_out_already_stays_out(runs, cases, left_out, data_dir, tiny_config):
    dataset = load_dataset(data_dir)
    train = splits_of(dataset, tiny_config.data).train
    first = SelectionStore(runs.runs_dir).save(create_selection("first", train[50:55], fingerprint=dataset.fingerprint))
    lean = with_overrides(tiny_config, {"data.exclude": first.content_hash})
    base = runs.submit(lean, name="base", data_dir=data_dir)
    (draw,) = cases.start(foretell(base), left_out, data_dir=data_dir).draws
    both = SelectionStore(runs.runs_dir).find(runs.record(draw.without_run).config().data.exclude)
    assert both.images.indices.tolist() == [*train[:20].tolist(), *train[50:55].tolist()]


def test_answers_are_noted_once_both_runs_have_ended_and_outlive_them(runs, cases, left_out, data_dir, tiny_config):
    base = runs.submit(tiny_config, name="base", data_dir=data_dir)
    case = cases.start(foretell(base), left_out, data_dir=data_dir)
    without, said = case.draws[0].without_run, {base: (0.9, 0.1)}
    said[without] = (0.6, 0.4)
    asked = []

    def answer(run_id, index):
        asked.append((run_id, index))
        return said[run_id]

    assert cases.settle(answer) == [case]
    end(runs, base)
    assert cases.settle(answer) == [case]
    assert not asked, "one still trains"
    end(runs, without)
    (settled,) = cases.settle(answer)
    assert asked == [(base, 3), (without, 3)]
    assert settled.draws[0].after == (0.6, 0.4)
    runs.delete(without)
    assert cases.settle(answer) == [settled]
    assert len(asked) == 2, "it is known"
    assert foretold_change(settled) == pytest.approx(math.log(1) - math.log(4))
    assert came_change(settled) == pytest.approx(math.log(1.5) - math.log(9))
    found = agreement_of([settled, case])
    assert (found.num_cases, found.num_same) == (1, 1)


def test_the_command_line_lists_cases_and_their_agreement(runs, cases, left_out, data_dir, tiny_config, capsys):
    base = runs.submit(tiny_config, name="base", data_dir=data_dir)
    cases.start(foretell(base), left_out, data_dir=data_dir)
    there = ["--runs-dir", str(runs.runs_dir), "--data-dir", str(data_dir)]
    assert main(["verifications", *there, "--json"]) == 0
    out = capsys.readouterr().out.splitlines()
    facts = json.loads(out[-1])
    assert facts["cases"][0]["foretold"] == pytest.approx(-math.log(4))
    assert (facts["cases"][0]["came"], facts["agreement"]["num_cases"]) == (None, 0)
    assert "came not yet" in out[0]
    assert main(["influence", base, "3", *there, "--verify", "1"]) == 2
