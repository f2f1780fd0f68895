"""Brings a sweep's record and its runs together: asks for configurations, trains them, sends the best on.

The record is written before what it says is done, so that whoever comes after a kill finds what was meant and does the
rest: runs that were submitted and not noted are found again by their settings.
"""

import logging
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from cifar_core.config import RunConfig
from cifar_core.overrides import ConfigError
from cifar_core.runs import RunError, RunStore, RunSummary
from cifar_core.sweeps import steps
from cifar_core.sweeps.fresh import advance_promotion
from cifar_core.sweeps.record import Sweep, Trial
from cifar_core.sweeps.sampling import suggest
from cifar_core.sweeps.standing import Runs, can_be_revived, note, read_accuracies

_log = logging.getLogger("cifar_core.sweeps")


class Conductor:
    """Advances sweeps, one step at a time; only for whoever holds the sweep's lock."""

    def __init__(self, runs: RunStore, write: Callable[[Sweep], None]) -> None:
        self._runs = runs
        self._write = write

    def advance(self, sweep: Sweep) -> Sweep:
        """Note what runs came to and do what is due; return the sweep as it is then.

        Raises:
            RunError: Runs cannot be written or started.
            ConfigError: The sampler is not installed.
        """
        sweep = self._changed(sweep, note(sweep, self._list(sweep), read_accuracies(self._runs)))
        if sweep.state != "running":
            return sweep
        if reason := self._why_to_stop(sweep):
            return self._changed(sweep, sweep.model_copy(update={"state": "stopped", "message": reason}))
        if not sweep.is_closed:
            sweep = self._search(sweep)
        if sweep.promotion is not None and steps.is_search_over(sweep):
            sweep = self._changed(sweep, self._promote(sweep))
        return sweep

    def _search(self, sweep: Sweep) -> Sweep:
        sweep = self._changed(sweep, sweep.replace(*steps.choose_who_goes_on(sweep)))
        sweep = self._train_missing(self._ask(sweep))
        self._resume(sweep)
        return sweep

    def _why_to_stop(self, sweep: Sweep) -> str:
        """Return why nothing more is to be trained, in a sentence; empty if there is no reason."""
        if steps.has_failed_often(sweep):
            return "Stopped: the latest configurations all came to nothing. `runs` says why."
        wanted, runs = steps.list_unfinished(sweep), self._list(sweep)
        stopped = [run_id for run_id in wanted if run_id in runs and runs[run_id].status.status == "stopped"]
        # Whoever stops everything does not want a sweep to start more.
        return f"Stopped, as its run {stopped[0]} was." if stopped else ""

    def _changed(self, before: Sweep, after: Sweep) -> Sweep:
        if after != before:
            self._write(after)
        return after

    def _list(self, sweep: Sweep) -> Runs:
        """Return all runs that belong to the sweep, noted or not."""
        known = set(sweep.run_ids)
        return {run.run_id: run for run in self._runs.refresh() if run.experiment == sweep.id or run.run_id in known}

    def _ask(self, sweep: Sweep) -> Sweep:
        count = steps.count_to_ask(sweep)
        if not count:
            return sweep
        chosen = suggest(sweep.dimensions(), sweep.plan.sampler, sweep.plan.seed, sweep.tried(), count)
        first = len(sweep.trials)
        asked = [
            _checked(sweep, Trial(number=first + place, cohort=sweep.cohort, values=values))
            for place, values in enumerate(chosen)
        ]
        return self._changed(sweep, sweep.model_copy(update={"trials": (*sweep.trials, *asked)}))

    def _train_missing(self, sweep: Sweep) -> Sweep:
        """Submit what has no run yet, or note the run that a process submitted which was killed then."""
        missing = [
            (trial, seed)
            for seed in sweep.seeds
            for trial in sweep.trials
            if seed not in trial.runs and not trial.refused
        ]
        if not missing:
            return sweep
        wanted = [(name_run(sweep, trial, seed), sweep.config(trial, seed)) for trial, seed in missing]
        run_ids = self._train(sweep, wanted, sweep.rungs[0])
        runs = {trial.number: dict(trial.runs) for trial, _ in missing}
        for (trial, seed), run_id in zip(missing, run_ids, strict=True):
            runs[trial.number][seed] = run_id
        changed = [sweep.trials[number].model_copy(update={"runs": found}) for number, found in runs.items()]
        return self._changed(sweep, sweep.replace(*changed))

    def _train(self, sweep: Sweep, wanted: Sequence[tuple[str, RunConfig]], until: int | None) -> list[str]:
        """Return a run of the sweep's own for each of these settings, found or submitted."""
        noted = set(sweep.run_ids)
        orphans = [run for run in self._list(sweep).values() if run.run_id not in noted]
        found = [_take(orphans, config) for _, config in wanted]
        rest = [each for each, run_id in zip(wanted, found, strict=True) if run_id is None]
        fresh = iter(self._submit(sweep, rest, until) if rest else ())
        return [run_id if run_id is not None else next(fresh) for run_id in found]

    def _submit(self, sweep: Sweep, wanted: Sequence[tuple[str, RunConfig]], until: int | None) -> list[str]:
        data_dir = None if sweep.data_dir is None else Path(sweep.data_dir)
        return self._runs.submit_experiment(sweep.id, wanted, data_dir=data_dir, park_after=until, owner=sweep.owner)

    def _resume(self, sweep: Sweep) -> None:
        """Take up what was parked before its rung, or has lost its worker."""
        runs, rungs = self._list(sweep), sweep.rungs
        due: dict[int | None, list[str]] = {}
        for trial in sorted(sweep.trials, key=lambda trial: -(trial.score or 0.0)):
            if not trial.is_settled:
                mine = (runs.get(run_id) for run_id in trial.runs.values())
                due.setdefault(rungs[trial.rung], []).extend(_to_take_up(mine, rungs[trial.rung]))
        for until, run_ids in due.items():
            self._take_up(run_ids, until)

    def _take_up(self, run_ids: Sequence[str], until: int | None = None) -> None:
        if not run_ids:
            return
        try:
            self._runs.resume_runs(run_ids, until)
        except RunError as error:  # somebody else has resumed or deleted one of them meanwhile: seen the next time
            _log.warning("Not resumed: %s", error)

    def _promote(self, sweep: Sweep) -> Sweep:
        runs, promoted = self._list(sweep), sweep.promotion.runs if sweep.promotion else {}
        mine = [runs.get(run_id) for by_seed in promoted.values() for run_id in by_seed.values()]
        self._take_up(_to_take_up(mine, None))
        return advance_promotion(sweep, self._runs, runs, lambda wanted: self._train(sweep, wanted, None), self._write)


def name_run(sweep: Sweep, trial: Trial, seed: int) -> str:
    """Return what a run of a sweep is called."""
    seeds = f", seed {seed}" if len(sweep.seeds) > 1 or seed not in sweep.seeds else ""
    return f"{sweep.plan.name} {trial.number}{seeds}"[:80]


def _checked(sweep: Sweep, trial: Trial) -> Trial:
    """Return the trial, refused in words if no run can have such settings."""
    try:
        sweep.config(trial, 0)
    except ConfigError as error:
        return trial.model_copy(update={"refused": str(error).splitlines()[0]})
    return trial


def _take(orphans: list[RunSummary], config: RunConfig) -> str | None:
    """Return the id of a run with these settings, and take it out."""
    for run in orphans:
        if run.config == config:
            orphans.remove(run)
            return run.run_id
    return None


def _to_take_up(runs: Iterable[RunSummary | None], until: int | None) -> list[str]:
    return [run.run_id for run in runs if run is not None and (can_be_revived(run) or _is_parked_before(run, until))]


def _is_parked_before(run: RunSummary, until: int | None) -> bool:
    return run.status.status == "parked" and (until is None or run.status.epoch < until)
