"""What the seeds say: the same settings over several runs, and the button that trains more of them."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cifar_core.config import RunConfig
from cifar_core.evaluation import Predictions, PredictionsError, compute_accuracy_among
from cifar_core.evaluation.comparison import compare_seeds, judge_claim
from cifar_core.overrides import with_overrides
from cifar_core.runs import RunStore, RunSummary, fork_like
from cifar_core.runs.groups import (
    find_coming_seeds,
    find_sisters,
    hold_out_alike,
    mean_seconds,
    outcome_of,
    plan_seeds,
)
from dashboard.compare.charts import outcome_rows
from dashboard.compare.words import NOTHING_SHARED, describe_settings, describe_spread, too_few_seeds
from dashboard.components import dots
from dashboard.components.follower import follow_runs
from dashboard.drawing.words import about, group_name
from dashboard.session.activity import stage_of
from dashboard.session.cache import get_predictions, get_store
from dashboard.session.learner import learner_name
from dashboard.session.starting import offer_start

_MORE = 3


@dataclass(frozen=True)
class Group:
    """Runs that differ in their seed alone.

    Attributes:
        of: The run that was chosen.
        by_seed: Those that came to something; that run is among them if it did.
        coming: Seeds that are being trained, or wait for it.
        shared: Indices of the val images that judge them; None for all that they hold out.
    """

    of: RunSummary
    by_seed: dict[int, RunSummary]
    coming: set[int]
    shared: NDArray[np.int64] | None = None

    @cached_property
    def accuracies(self) -> dict[int, float]:
        """What each run came to on val, by seed."""
        found = {seed: self._outcome(run) for seed, run in self.by_seed.items()}
        return {seed: accuracy for seed, accuracy in found.items() if accuracy is not None}

    def _outcome(self, run: RunSummary) -> float | None:
        outcome = outcome_of(run.status)
        if self.shared is None or run.status.status != "completed":
            return outcome
        predictions = _read_val(run, "last")
        return None if predictions is None else compute_accuracy_among(predictions, self.shared)

    @property
    def seconds(self) -> float | None:
        """How long one more takes, about."""
        return mean_seconds(list(self.by_seed.values()) or [self.of])


def find_group(run: RunSummary, runs: Sequence[RunSummary], shared: NDArray[np.int64] | None = None) -> Group:
    """Return a run with those that differ from it in their seed alone."""
    return Group(run, find_sisters(run, runs), find_coming_seeds(run, runs), shared)


def find_shared_val(first: RunSummary, second: RunSummary) -> NDArray[np.int64] | None:
    """Return the indices of the val images that both runs hold out; None if those are all of both, as is usual."""
    if hold_out_alike(first, second):
        return None
    left, right = (_read_val(run, "best") for run in (first, second))
    if left is None or right is None:
        return np.empty(0, dtype=np.int64)
    return np.intersect1d(left.indices, right.indices, assume_unique=True)


def _read_val(run: RunSummary, epoch: str) -> Predictions | None:
    with suppress(PredictionsError):
        return get_predictions(get_store().record(run.run_id), "val", epoch)
    return None


def render_seeds(first: RunSummary, second: RunSummary, runs: Sequence[RunSummary], are_alike: bool) -> None:
    """Say what is known of the settings, draw each run as a dot, and offer to train more.

    Args:
        first: A.
        second: B.
        runs: All.
        are_alike: Whether A and B differ in their seed alone.
    """
    shared = find_shared_val(first, second)
    left, right = find_group(first, runs, shared), find_group(second, runs, shared)
    st.markdown(describe_groups(left, right, are_alike))
    rows = outcome_rows(left.accuracies, None if are_alike else right.accuracies)
    if sum(len(row.dots) for row in rows) > 1:
        dots(rows, "Val accuracy of each run, a line for each group", key="compare_outcomes")
        paired = "" if are_alike else " Lines join runs of one seed."
        of = "" if shared is None else f" of the {len(shared):,} images that both hold out"
        st.caption(f"A dot is a run, a bar the mean: val accuracy{of}, last epoch; 10 % if it diverged.{paired}")
    _offer_more(left, right, runs, are_alike)


def describe_groups(left: Group, right: Group, are_alike: bool) -> str:
    """Say what the seeds tell of the settings."""
    if are_alike:
        return describe_spread(list(left.accuracies.values()))
    if left.shared is not None and not len(left.shared):
        return NOTHING_SHARED
    first, second = left.accuracies, right.accuracies
    seeds = sorted(first.keys() & second.keys())
    if len(seeds) < 2:
        return too_few_seeds(len(seeds))
    effect = compare_seeds([first[seed] for seed in seeds], [second[seed] for seed in seeds])
    return describe_settings(effect, judge_claim(effect), len(seeds))


def _offer_more(left: Group, right: Group, runs: Sequence[RunSummary], are_alike: bool) -> None:
    coming = len(left.coming) + (0 if are_alike else len(right.coming))
    if coming:
        st.caption(f":material/hourglass: {coming} more {'run is' if coming == 1 else 'runs are'} on the way.")
        follow_runs("runs", stage_of(runs), key="follow_compare")
    elif not (left.of.is_read_only or right.of.is_read_only):
        plan = plan_runs(left, right, are_alike)
        offer_start(describe_more(left, right, plan), lambda: _start(get_store(), plan), key="compare_more")


def plan_runs(left: Group, right: Group, are_alike: bool) -> list[tuple[RunSummary, int]]:
    """Return what to train for three more seeds, pair by pair: like which run, with which seed."""
    if are_alike:
        return [(left.of, seed) for seed, _, _ in plan_seeds(left.by_seed, left.by_seed, _MORE)]
    wanted = plan_seeds(left.by_seed, right.by_seed, _MORE)
    both = [((left.of, seed, lacks_left), (right.of, seed, lacks_right)) for seed, lacks_left, lacks_right in wanted]
    return [(run, seed) for pair in both for run, seed, is_lacking in pair if is_lacking]


def describe_more(left: Group, right: Group, plan: Sequence[tuple[RunSummary, int]]) -> str:
    """Say what the button does and about how long that takes."""
    seconds = [left.seconds if run is left.of else right.seconds for run, _ in plan]
    known = [each for each in seconds if each is not None]
    time = f", about {about(sum(known))}" if len(known) == len(plan) else ""
    return f"Add {_MORE} seeds: {len(plan)} runs{time}"


def _start(store: RunStore, plan: Sequence[tuple[RunSummary, int]]) -> None:
    for run, seed in plan:
        name = f"{group_name(run)}, seed {seed}"
        store.submit(reseeded(run, seed), name=name[-80:], preset=run.preset, fork=fork_like(run), owner=learner_name())


def reseeded(run: RunSummary, seed: int) -> RunConfig:
    """Return a run's settings with another seed."""
    return with_overrides(run.config or RunConfig(), {"training.seed": seed})
