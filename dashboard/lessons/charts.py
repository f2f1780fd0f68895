"""What runs say of a claim, drawn: each seed's difference, their mean, its interval, the margin; curves over seeds."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from cifar_core.evaluation.bands import Band
from cifar_core.experiments import Answer, Drawn
from cifar_core.experiments.question import Claim
from dashboard.components import Balance, Dot, DotRow, Line, LineChart
from dashboard.drawing.bands import Edges, count_seeds
from dashboard.drawing.chart_style import top_of_accuracy
from dashboard.drawing.colours import RUN_COLOURS, VAL, YARDSTICK
from dashboard.drawing.curve_charts import Drawn as DrawnLine
from dashboard.drawing.curve_charts import overlay_chart
from dashboard.drawing.literal import plain
from dashboard.drawing.words import signed

_NAME = 36  # letters of an arm's name at an end of an axis


def effect_row(answer: Answer) -> DotRow:
    """Return what runs say of a claim: a dot for each seed's difference, their mean, and its 95 % interval.

    Args:
        answer: With at least one difference; the mean and its interval take two.
    """
    dots = [Dot(value, f"seed {seed}: {signed(value)} points") for seed, value in answer.differences.items()]
    effect, name = answer.effect, count_seeds(len(dots))
    if effect is None:
        return DotRow(name, dots, YARDSTICK)
    is_decided = answer.verdict not in (None, "undecided")
    return DotRow(
        name,
        dots,
        VAL if is_decided else YARDSTICK,
        mean=effect.size,
        mean_words=f"mean {describe_interval(effect.size, effect.low, effect.high)}",
        interval=(effect.low, effect.high),
    )


def describe_interval(size: float, low: float, high: float) -> str:
    """Return a mean difference with its interval, e.g. "+2.0 points, 95 % interval +1.0 to +3.0"."""
    return f"{signed(size)} points, 95 % interval {signed(low)} to {signed(high)}"


def find_extent(answers: Sequence[Answer]) -> float:
    """Return how far all charts of a lesson reach to either side: their claims can be compared by eye."""
    ends = [2 * answer.claim.margin for answer in answers]
    for answer in answers:
        ends += [abs(value) for value in answer.differences.values()]
        ends += [] if answer.effect is None else [abs(answer.effect.low), abs(answer.effect.high)]
    return reach_beyond(ends)


def reach_beyond(differences: Iterable[float]) -> float:
    """Return how far an axis reaches to either side that shows these differences, and a point at least."""
    return 1.1 * max(0.01, *map(abs, differences))


def balance_of(claim: Claim, extent: float) -> Balance:
    """Return the axis of a claim's differences, the second arm's less the first's."""
    return Balance(extent, claim.margin, (describe_larger(claim, claim.first), describe_larger(claim, claim.second)))


def describe_larger(claim: Claim, arm: str) -> str:
    """Say that an arm has more of what a claim is about, in as few words as fit beside an axis."""
    name = plain(arm, most=_NAME)
    return f"{name}: more" if claim.measured.kind in ("confusion", "mixed") else f"{name} better"


def curves_chart(bands: Mapping[str, Band], edges: Edges, drawn: Drawn | None = None) -> LineChart:
    """Draw each arm's mean val accuracy over epochs with its band.

    Args:
        bands: By arm.
        edges: Of the bands.
        drawn: The curve that somebody expected.
    """
    names = {arm: f"{plain(arm)}, {count_seeds(band.num_runs)}" for arm, band in bands.items()}
    looks = [DrawnLine(names[arm], RUN_COLOURS[place % len(RUN_COLOURS)]) for place, arm in enumerate(bands)]
    chart = overlay_chart({names[arm]: band for arm, band in bands.items()}, "val/accuracy", looks, (), edges)
    if drawn is None:
        return chart
    values = list(drawn.values)
    epochs = range(1, len(values) + 1)
    expected = Line(f"drawn for {plain(drawn.arm)}", [*epochs], values, YARDSTICK, 2.5, is_dotted=True)
    top = max(chart.y_range[1], top_of_accuracy(values, ()))
    return replace(chart, lines=[*chart.lines, expected], y_range=(0.0, top))
