"""What a sweep found, in lines for people."""

from collections.abc import Iterator
from typing import Any

from cifar_core.evaluation.comparison import judge_claim
from cifar_core.sweeps import Luck, Sweep, Trial, compare_winner, interval_on_test, measure_luck, report_fresh

_SHOWN = 5


def describe_search(sweep: Sweep, num_val: int | None) -> Iterator[str]:
    """Yield the best configurations, a line each, and what luck has a share in."""
    ranking, num_refused = sweep.ranking(), sum(bool(trial.refused) for trial in sweep.trials)
    words = f"{len(sweep.trials)} configurations, {sweep.seconds:.0f} s of training."
    yield words + (f" {num_refused} of them no run can have." if num_refused else "")
    for place, trial in enumerate(ranking[:_SHOWN], 1):
        yield f"{place:>2}  {trial.score or 0:.2%}  {_settings(trial)}{_how_long(sweep, trial)}"
    luck = measure_luck(sweep, num_val)
    if luck is not None and luck.num_tried > 1:
        yield describe_luck(luck)


def describe_luck(luck: Luck) -> str:
    """Say what the best looks better by than it is."""
    words = [f"The best of {luck.num_tried} looks better than it is"]
    if luck.of_images is not None:
        words.append(f"by up to {_points(luck.of_images)} points through the choice of val images")
    if luck.of_seeds is not None:
        words.append(f"by about {_points(luck.of_seeds)} through the choice of seeds")
    sentence = words[0] + (": if all were equally good, " + ", and ".join(words[1:]) if words[1:] else "") + "."
    if luck.seen is None:
        return sentence
    which = "worse" if luck.seen > 0 else "better"
    return f"{sentence} Seen: with fresh seeds it is {_points(abs(luck.seen))} points {which}."


def describe_promotion(sweep: Sweep) -> Iterator[str]:
    """Yield what fresh seeds and test say."""
    promotion, fresh = sweep.promotion, report_fresh(sweep)
    if promotion is None or not fresh:
        return
    yield f"Trained again with {len(promotion.seeds)} fresh seeds (val, mean, 95 % interval):"
    for place, each in enumerate(fresh, 1):
        interval = "" if each.low is None or each.high is None else f" [{each.low:.2%}, {each.high:.2%}]"
        yield f"{place:>2}  {each.mean:.2%}{interval}, claimed {each.claimed:.2%}  {_settings(each.trial)}"
    effect = compare_winner(sweep)
    if effect is not None:
        is_decided = judge_claim(effect, 0.0) == "supported"
        doubt = "more than chance makes" if is_decided else "which chance can make"
        interval = f"[{100 * effect.low:+.1f}, {100 * effect.high:+.1f}]"
        yield f"First beside second: {100 * effect.size:+.1f} points {interval}, {doubt}."
    ends = interval_on_test(promotion)
    if promotion.test_accuracy is not None and ends is not None:
        yield (
            f"Test, looked at once, with run {promotion.test_run}: {promotion.test_accuracy:.2%} "
            f"[{ends[0]:.2%}, {ends[1]:.2%}]."
        )


def _settings(trial: Trial) -> str:
    return ", ".join(f"{path}={_value(value)}" for path, value in trial.values.items())


def _value(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _how_long(sweep: Sweep, trial: Trial) -> str:
    """Of one that did not train to its end, after which epoch this was."""
    until = sweep.rungs[max(trial.scores)]
    return "" if until is None else f" (after {until} epoch{'' if until == 1 else 's'})"


def _points(share: float) -> str:
    return f"{100 * share:.1f}"
