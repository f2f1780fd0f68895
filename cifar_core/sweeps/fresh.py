"""The best of a sweep trained again with fresh seeds, and one look at test for the winner."""

from collections.abc import Callable, Mapping, Sequence
from statistics import mean

from cifar_core.config import RunConfig
from cifar_core.runs import RunStore, RunSummary
from cifar_core.runs.continuation import is_test_taken_back
from cifar_core.sweeps.record import Promotion, Sweep
from cifar_core.sweeps.standing import Runs, goes_on, score_of

Train = Callable[[Sequence[tuple[str, RunConfig]]], list[str]]


def advance_promotion(sweep: Sweep, store: RunStore, runs: Runs, train: Train, write: Callable[[Sweep], None]) -> Sweep:
    """Return the sweep with what became of its promotion, after doing what is due.

    Args:
        sweep: One that has a promotion.
        store: Of its runs.
        runs: Its runs as they are now, by id.
        train: Returns a run for each name and settings.
        write: Keeps a record, before what it says is done.
    """
    promotion = sweep.promotion
    if promotion is None or promotion.is_over:
        return sweep
    wanted = [(number, seed) for seed in promotion.seeds for number in promotion.trials]
    missing = [(number, seed) for number, seed in wanted if seed not in promotion.runs.get(number, {})]
    if missing:
        named = [
            (f"{sweep.plan.name} {number}, fresh seed {seed}"[:80], sweep.config(sweep.trials[number], seed))
            for number, seed in missing
        ]
        return _with(sweep, runs=_filled(promotion.runs, missing, train(named)))
    promotion = _note(promotion, runs)
    sweep = sweep.model_copy(update={"promotion": promotion})
    if any(goes_on(runs.get(run_id)) for run_id in _open_runs(promotion)):
        return sweep
    if promotion.winner is None:
        return _with(sweep, **_choose_winner(promotion))
    return _look_at_test(sweep, promotion, store, runs, write)


def _filled(
    runs: Mapping[int, Mapping[int, str]], missing: Sequence[tuple[int, int]], run_ids: Sequence[str]
) -> dict[int, dict[int, str]]:
    filled = {number: dict(by_seed) for number, by_seed in runs.items()}
    for (number, seed), run_id in zip(missing, run_ids, strict=True):
        filled.setdefault(number, {})[seed] = run_id
    return filled


def _note(promotion: Promotion, runs: Runs) -> Promotion:
    scores = {number: dict(by_seed) for number, by_seed in promotion.scores.items()}
    for number, by_seed in promotion.runs.items():
        for seed, run_id in by_seed.items():
            found = score_of(runs.get(run_id), None, lambda *_: None)
            if found is not None:
                scores.setdefault(number, {})[seed] = found
    return promotion.model_copy(update={"scores": scores})


def _open_runs(promotion: Promotion) -> list[str]:
    return [
        run_id
        for number, by_seed in promotion.runs.items()
        for seed, run_id in by_seed.items()
        if seed not in promotion.scores.get(number, {})
    ]


def _choose_winner(promotion: Promotion) -> dict[str, object]:
    """The highest mean wins; of equals the one that was better in the sweep."""
    known = [number for number in promotion.trials if promotion.scores.get(number)]
    if not known:
        return {"is_over": True}
    winner = max(known, key=lambda number: mean(promotion.scores[number].values()))
    seed = min(promotion.scores[winner])  # told in advance: not the best of them
    changes: dict[str, object] = {"winner": winner, "test_run": promotion.runs[winner][seed]}
    return changes | ({} if promotion.reads_test else {"is_over": True})


def _look_at_test(
    sweep: Sweep, promotion: Promotion, store: RunStore, runs: Runs, write: Callable[[Sweep], None]
) -> Sweep:
    """Once: a run that has looked says so itself."""
    run: RunSummary | None = runs.get(promotion.test_run or "")
    if run is None or run.status.status in ("diverged", "failed", "stopped"):
        return _with(sweep, is_over=True)
    if run.status.is_active or run.status.status != "completed":
        return sweep  # looks, or is taken up again
    if run.status.test_accuracy_last is None:
        if is_test_taken_back(store.record(run.run_id)):
            return _with(sweep, is_over=True)
        write(sweep)
        store.look_at_test(run.run_id)
        return sweep
    num_test = int(store.record(run.run_id).environment().get("num_test", 0))
    return _with(sweep, test_accuracy=run.status.test_accuracy_last, num_test=num_test, is_over=True)


def _with(sweep: Sweep, **changes: object) -> Sweep:
    promotion = sweep.promotion.model_copy(update=changes) if sweep.promotion else None
    return sweep.model_copy(update={"promotion": promotion})
