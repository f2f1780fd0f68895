"""What several runs came to, side by side, as HTML."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from cifar_core.evaluation.calibration import compute_brier, compute_ece, fit_temperature, reliability_frame
from cifar_core.evaluation.comparison import Effect, align_predictions, compare_networks, sort_into_piles
from cifar_core.evaluation.metrics import per_class_frame
from cifar_core.evaluation.predictions import PredictionsError
from cifar_core.evaluation.scorecard import Share, expected_inflation, summarize_seeds
from cifar_core.export.report.charts import Series, line_chart, reliability_chart, say_number, say_percent
from cifar_core.export.subject import Subject
from cifar_core.runs.groups import settings_key
from cifar_core.runs.naming import animal


def mark_of(place: int) -> str:
    """Return what tells one run's pictures and links from the others': a letter."""
    return "abcdefghij"[place]


def name_apart(subjects: Sequence[Subject]) -> list[str]:
    """Return the runs' names, those that several have with the end of their ids."""
    common = Counter(subject.title for subject in subjects)
    return [
        f"{subject.title} ({animal(subject.record.run_id)})" if common[subject.title] > 1 else subject.title
        for subject in subjects
    ]


def tag(place: int, name: str) -> str:
    """Return a run's name behind a spot of its colour."""
    return f'<span class="name of{place}">{escape(name)}</span>'


def introduce(subjects: Sequence[Subject], names: Sequence[str]) -> str:
    """Say in a sentence or two which run is best on val, and whether that is more than chance."""
    places = sorted(range(len(subjects)), key=lambda place: -subjects[place].scorecard.val_best.value)
    first, second = places[:2]
    held = _hold(subjects[second], subjects[first])
    begin = f"On val, {names[first]} is right most often, {subjects[first].scorecard.val_best.value:.1%}"
    if held is None:
        return f"{begin}, but it and {names[second]} hold out other images: which is better cannot be told."
    effect, lead = held.effect, f"{begin},"
    if not held.is_all:
        lead = f"{begin} of its own val images. On the {held.num_images:,} that {names[second]} holds out as well it is"
    if effect.low <= 0 <= effect.high:
        but = "but " if held.is_all else ""
        return f"{lead} {but}no further from {names[second]} than chance may make of two equally good networks."
    where = "ahead of" if effect.size > 0 else "behind"
    low, high = sorted(100 * abs(end) for end in (effect.low, effect.high))
    return (
        f"{lead} {100 * abs(effect.size):.1f} points {where} {names[second]} ({low:.1f} to {high:.1f}): "
        "more than chance makes of two equally good networks."
    )


def results_section(subjects: Sequence[Subject], names: Sequence[str]) -> str:
    """Return the honest account: every run's figures, its distance from the best, and what choosing among them adds."""
    cards = [subject.scorecard for subject in subjects]
    best = max(range(len(cards)), key=lambda place: cards[place].val_best.value)
    has_test = any(card.test is not None for card in cards)
    titles = (
        "run",
        "val, best epoch",
        "val, last epoch",
        *(("test",) if has_test else ()),
        "against the best",
        "looks at test",
        "time",
    )
    rows = []
    for place, (subject, card) in enumerate(zip(subjects, cards, strict=True)):
        held = None if place == best else _hold(subjects[best], subject)
        against = "the best" if place == best else "other images" if held is None else _say(held)
        cells = [
            _share(card.val_best, subject.status.best_epoch),
            _share(card.val_last, subject.status.epoch),
            *([_share(card.test) if card.test else "not told"] if has_test else []),
            against,
            f"{card.num_test_readings:,}",
            f"{subject.status.seconds or 0:.0f} s",
        ]
        rows.append(_row(tag(place, names[place]), cells, best_at=0 if place == best else None))
    inflation = expected_inflation(cards[best].val_last.value, cards[best].val_last.num_images, len(subjects))
    words = [
        "In brackets the interval that holds the true value 19 times in 20; the distance from the best counts the "
        "images that only one of both gets right.",
        f"The best of {len(subjects)} equally good runs looks up to {100 * inflation:.1f} points better than it is, by "
        "that choice alone.",
    ]
    said = "".join(f"<p>{escape(sentence)}</p>" for sentence in words)
    return f"{_table(titles, rows)}{said}{_seeds(subjects, names)}"


def _seeds(subjects: Sequence[Subject], names: Sequence[str]) -> str:
    """Return what the same settings came to with several seeds; else that one training each says little of them."""
    groups: dict[tuple[str, str], list[int]] = {}
    for place, subject in enumerate(subjects):
        if subject.summary is not None and subject.summary.config is not None:
            groups.setdefault(settings_key(subject.summary), []).append(place)
    several = [places for places in groups.values() if len(places) > 1]
    if not several:
        return (
            "<p>These are single trainings. Another seed gives another network, often a point or two better or worse: "
            "what settings are worth, several seeds of each tell.</p>"
        )
    sentences = []
    for places in several:
        seeds = summarize_seeds([subjects[place].scorecard.val_last.value for place in places])
        if seeds is not None:
            listed = ", ".join(names[place] for place in places)
            sentences.append(
                f"{listed} differ in their seed alone: on average {seeds.mean:.1%} on val after the last epoch "
                f"({max(0.0, seeds.low):.1%} to {min(1.0, seeds.high):.1%})."
            )
    return "".join(f"<p>{escape(sentence)}</p>" for sentence in sentences)


def curves_section(subjects: Sequence[Subject], names: Sequence[str]) -> str:
    """Return val accuracy, val loss and train loss over the epochs, a line a run."""
    charts = []
    for title, path, say in (
        ("Val accuracy", "val/accuracy", say_percent),
        ("Val loss", "val/loss", say_number),
        ("Train loss", "train/loss", say_number),
    ):
        series = []
        for place, (subject, name) in enumerate(zip(subjects, names, strict=True)):
            points = _points(subject, path)
            is_dotted = path.startswith("val") and len(points) <= 50
            series.append(Series(name, points, is_dotted, f"run of{place}"))
        charts.append(line_chart(title, series, x_title="epoch", say=say))
    words = "Val is measured after each epoch; train while it trains, with whatever augmentation and dropout a run has."
    return f'<p>{words}</p><div class="charts">{"".join(charts)}</div>' if any(charts) else ""


def classes_section(subjects: Sequence[Subject], names: Sequence[str]) -> str:
    """Return how many of each class each run finds, the most in bold."""
    frames = [per_class_frame(subject.val, subject.class_names).to_dict("records") for subject in subjects]
    rows = []
    for class_idx, class_name in enumerate(subjects[0].class_names):
        found = [frame[class_idx]["recall"] for frame in frames]
        low_high = [(frame[class_idx]["recall_low"], frame[class_idx]["recall_high"]) for frame in frames]
        cells = [f"{share:.0%} ({low:.0%} to {high:.0%})" for share, (low, high) in zip(found, low_high, strict=True)]
        rows.append(_row(escape(class_name), cells, best_at=found.index(max(found))))
    heads = ("class found", *(tag(place, name) for place, name in enumerate(names)))
    return f"<p>With its 95 % interval; the most in bold.</p>{_table(heads, rows, is_html=True)}"


def calibration_section(subjects: Sequence[Subject], names: Sequence[str]) -> str:
    """Return whether each is right as often as it says."""
    rows, charts = [], []
    for place, (subject, name) in enumerate(zip(subjects, names, strict=True)):
        frame, temperature = reliability_frame(subject.val), fit_temperature(subject.val)
        sure = "too sure" if temperature > 1.05 else "not sure enough" if temperature < 0.95 else "about right"
        cells = [f"{100 * compute_ece(frame):.1f}", f"{compute_brier(subject.val):.3f}", f"{temperature:.2f}", sure]
        rows.append(_row(tag(place, name), cells))
        charts.append(f"<div><h3>{tag(place, name)}</h3>{reliability_chart(frame)}</div>")
    titles = ("run", "confidence and accuracy apart, points", "Brier score", "scores fit best divided by", "it is")
    words = "On the diagonal a network is right as often as it says; below, it is too sure, above, not sure enough."
    return f'{_table(titles, rows)}<p>{words}</p><div class="squares">{"".join(charts)}</div>'


def _points(subject: Subject, path: str) -> list[tuple[float, float]]:
    if path.startswith("val"):
        return [(row["epoch"], row[path]) for row in subject.record.epoch_rows() if path in row]
    per_epoch = subject.status.steps_per_epoch
    return [(row["step"] / per_epoch, row[path]) for row in subject.record.step_rows() if path in row]


@dataclass(frozen=True)
class _Held:
    """One run held against another on val.

    Attributes:
        effect: How much more accurate it is on the images that both hold out.
        num_images: So many.
        is_all: Whether neither holds out any other.
    """

    effect: Effect
    num_images: int
    is_all: bool


def _hold(first: Subject, second: Subject) -> _Held | None:
    """Hold the second against the first; None if no image is held out by both."""
    try:
        pair = align_predictions(first.val, second.val)
    except PredictionsError:
        return None
    num_shared = pair[0].num_images
    is_all = num_shared == first.val.num_images == second.val.num_images
    return _Held(compare_networks(sort_into_piles(*pair)), num_shared, is_all)


def _say(held: _Held) -> str:
    effect = held.effect
    words = f"{_points_of(effect.size)} points ({_points_of(effect.low)} to {_points_of(effect.high)})"
    return words if held.is_all else f"{words} of {held.num_images:,} images"


def _points_of(difference: float) -> str:
    """Return a difference of two shares in percentage points, with its sign."""
    return f"{round(100 * difference, 1) + 0.0:+.1f}".replace("-", "\N{MINUS SIGN}")


def _share(share: Share, epoch: int | None = None) -> str:
    of = "" if epoch is None else f", epoch {epoch}"
    return f"{share.value:.1%} ({share.low:.1%} to {share.high:.1%}){of}"


def _row(head: str, cells: Sequence[str], best_at: int | None = None) -> str:
    body = "".join(
        f"<td{' class=best' if place == best_at else ''}>{escape(cell)}</td>" for place, cell in enumerate(cells)
    )
    return f'<tr><th scope="row">{head}</th>{body}</tr>'


def _table(titles: Sequence[str], rows: Sequence[str], *, is_html: bool = False) -> str:
    head = "".join(f'<th scope="col">{title if is_html else escape(title)}</th>' for title in titles)
    table = f'<table class="runs"><thead><tr>{head}</tr></thead><tbody>{"".join(rows)}</tbody></table>'
    return f'<div class="wide">{table}</div>'
