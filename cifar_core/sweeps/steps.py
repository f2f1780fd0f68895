"""What a sweep does next, told from its record alone."""

from cifar_core.sweeps.record import Sweep, Trial
from cifar_core.sweeps.sampling import NUM_STARTUP

# Asked for ahead of those that train, so that no device waits for an answer.
_AHEAD = 2
_MANY_FAILURES = 5


def most_trials(sweep: Sweep) -> int | None:
    """Return how many configurations the budget allows; None if it is of minutes."""
    num_runs = sweep.budget.num_runs
    return None if num_runs is None else num_runs // len(sweep.seeds)


def is_budget_used(sweep: Sweep) -> bool:
    """Whether no configuration is asked for any more."""
    if sweep.is_closed:
        return True
    most = most_trials(sweep)
    if most is not None:
        return len(sweep.trials) >= most
    return sweep.seconds >= 60 * (sweep.budget.minutes or 0.0)


def count_to_ask(sweep: Sweep) -> int:
    """Return how many configurations are to be asked for now.

    Samplers that do not learn are asked for all at once, so that one process trains them all; one that learns, and one
    whose budget is of minutes, as results come.
    """
    if is_budget_used(sweep):
        return 0
    num_open = sum(not trial.is_settled for trial in sweep.trials)
    most, ahead = most_trials(sweep), max(0, _AHEAD - num_open)
    if most is None:
        return ahead
    left = most - len(sweep.trials)
    if sweep.plan.sampler != "tpe":
        return left
    return min(left, max(NUM_STARTUP - len(sweep.trials), ahead))


def choose_who_goes_on(sweep: Sweep) -> list[Trial]:
    """Return the trials that may train to the next rung, on it: the best of each cohort whose rung is settled."""
    if sweep.is_closed:
        return []
    return [trial for cohort in range(sweep.cohort + 1) for trial in _choose(sweep, cohort)]


def _choose(sweep: Sweep, cohort: int) -> list[Trial]:
    halving, members = sweep.plan.halving, [trial for trial in sweep.trials if trial.cohort == cohort]
    if halving is None or not members or (cohort == sweep.cohort and not is_budget_used(sweep)):
        return []
    rung = max(trial.rung for trial in members)
    reached = [trial for trial in members if trial.rung == rung]
    if rung + 1 == len(sweep.rungs) or not all(trial.is_settled for trial in reached):
        return []
    known = sorted((trial for trial in reached if rung in trial.scores), key=lambda trial: -trial.scores[rung])
    chosen = known[: max(1, len(reached) // halving.factor)]
    return [trial.model_copy(update={"rung": rung + 1}) for trial in chosen]


def is_search_over(sweep: Sweep) -> bool:
    """Whether the budget is used, and nothing more comes of any configuration."""
    if sweep.is_closed:
        return True
    is_settled = all(trial.is_settled for trial in sweep.trials)
    return is_budget_used(sweep) and is_settled and not choose_who_goes_on(sweep)


def is_over(sweep: Sweep) -> bool:
    """Whether there is nothing left to do: neither in the search nor in what was promoted."""
    return is_search_over(sweep) and (sweep.promotion is None or sweep.promotion.is_over)


def list_unfinished(sweep: Sweep) -> list[str]:
    """Return the ids of the runs that are yet to come to a score."""
    left = () if sweep.is_closed else sweep.trials
    searched = [trial.runs.values() for trial in left if trial.rung not in trial.scores]
    promotion = sweep.promotion
    if promotion is not None:
        scored = promotion.scores
        searched += [
            {seed: run_id for seed, run_id in by_seed.items() if seed not in scored.get(number, {})}.values()
            for number, by_seed in promotion.runs.items()
        ]
    return [run_id for run_ids in searched for run_id in run_ids]


def has_failed_often(sweep: Sweep) -> bool:
    """Whether the latest configurations all came to nothing: more of them would, too."""
    settled = [trial for trial in sweep.trials if trial.is_settled]
    latest = settled[-_MANY_FAILURES:]
    return len(latest) == _MANY_FAILURES and not any(trial.scores for trial in latest) and not is_budget_used(sweep)
