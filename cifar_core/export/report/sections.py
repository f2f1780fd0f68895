"""What a report tells, section by section, as HTML."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from html import escape
from typing import Any

from cifar_core.evaluation.calibration import compute_brier, compute_ece, fit_temperature, reliability_frame
from cifar_core.evaluation.metrics import per_class_frame
from cifar_core.evaluation.scorecard import Scorecard, Share
from cifar_core.evaluation.scorecard_lines import UNKNOWN, describe_scorecard
from cifar_core.export.report.charts import Series, line_chart, reliability_chart, say_number, say_percent
from cifar_core.export.subject import Subject
from cifar_core.runs import read_learning_rate_changes
from cifar_core.runs.precision import describe_precision

ENVIRONMENT = {
    "cifar_lab": "CIFAR Lab",
    "python": "Python",
    "torch": "torch",
    "torchvision": "torchvision",
    "numpy": "numpy",
    "platform": "System",
    "device_title": "Device",
    "num_threads": "Threads",
    "num_cores": "Cores",
    "data_fingerprint": "Fingerprint of the images",
}


def facts_section(subject: Subject) -> str:
    """Return the numbers that come first."""
    card, status = subject.scorecard, subject.status
    facts = [
        (f"{card.val_best.value:.1%}", f"val accuracy, best epoch ({status.best_epoch})", _between(card.val_best)),
        (f"{card.val_last.value:.1%}", f"val accuracy, last epoch ({status.epoch})", _between(card.val_last)),
    ]
    if card.test is not None:
        facts.append((f"{card.test.value:.1%}", "test accuracy, best epoch", _between(card.test)))
    if not subject.is_imported:
        facts.append((_say_seconds(status.seconds or 0), "of training", subject.environment.get("device_title", "")))
    boxes = (f"<li><b>{escape(a)}</b><span>{escape(b)}</span><small>{escape(c)}</small></li>" for a, b, c in facts)
    return f'<ul class="facts">{"".join(boxes)}</ul>'


def scorecard_section(subject: Subject) -> str:
    """Return the honest account: what the accuracies are worth."""
    card = subject.scorecard
    sentences = [
        f"The best epoch is right on {card.val_best.value:.2%} of {card.val_best.num_images:,} val images. Had other "
        f"images been drawn, it could as well be anything from {card.val_best.low:.1%} to {card.val_best.high:.1%}. "
        f"The last epoch, which nothing chose, has {card.val_last.value:.2%}."
    ]
    if card.test is None and card.num_test_readings:
        sentences.append(f"Test was looked at {_say_times(card.num_test_readings)}; what it said is not told here.")
    said = "".join(f"<p>{escape(sentence)}</p>" for sentence in sentences)
    return f'{said}<table class="card"><tbody>{scorecard_rows(card)}</tbody></table>'


def scorecard_rows(card: Scorecard) -> str:
    """Return the lines of a score card that are known, each with what it means, as rows of a table."""
    return "".join(
        f'<tr><th scope="row">{escape(what)}</th><td class="n">{escape(value)}</td><td>{escape(meaning)}</td></tr>'
        for what, value, meaning in describe_scorecard(card)
        if value != UNKNOWN or what == "Other seeds"
    )


def _say_times(number: int) -> str:
    return {1: "once", 2: "twice"}.get(number, f"{number} times")


def curves_section(subject: Subject) -> str:
    """Return loss, accuracy and learning rate over the epochs."""
    if subject.is_imported:
        return ""
    epochs, steps = subject.record.epoch_rows(), subject.record.step_rows()
    per_epoch = subject.status.steps_per_epoch
    charts = []
    for quantity, say, reaches in (("loss", say_number, ()), ("accuracy", say_percent, ())):
        train = [(row["step"] / per_epoch, row[f"train/{quantity}"]) for row in steps if f"train/{quantity}" in row]
        val = [(row["epoch"], row[f"val/{quantity}"]) for row in epochs if f"val/{quantity}" in row]
        series = (Series("train", train), Series("val", val, is_dotted=len(val) <= 50))
        charts.append(line_chart(quantity.capitalize(), series, x_title="epoch", say=say, reaches=reaches))
    rates = [(row["step"] / per_epoch, row["learning_rate"]) for row in steps if "learning_rate" in row]
    charts.append(line_chart("Learning rate", [Series("rate", rates)], x_title="epoch", say=say_number, reaches=(0.0,)))
    words = (
        "Train is measured while it trains, with augmentation and dropout; val after each epoch, without. Where train "
        "goes on and val does not, the network learns its training images by heart."
    )
    if subject.config.training.label_smoothing:
        words += " The loss of train is held against smoothed labels, that of val is not: compare their accuracies."
    return f'<p>{words}</p><div class="charts">{"".join(charts)}</div>'


def classes_section(subject: Subject) -> str:
    """Return each class: how many of it are found, and how often the name is right."""
    rows = []
    for row in per_class_frame(subject.val, subject.class_names).to_dict("records"):
        low, high, value = (100 * row[name] for name in ("recall_low", "recall_high", "recall"))
        bar = (
            f'<span class="bar"><span style="width:{value:.1f}%"></span>'
            f'<i style="left:{low:.1f}%;width:{high - low:.1f}%"></i></span>'
        )
        rows.append(
            f'<tr><th scope="row">{escape(row["class_name"])}</th><td class="n">{row["recall"]:.0%}</td><td>{bar}</td>'
            f'<td class="n">{row["precision"]:.0%}</td></tr>'
        )
    titles = ("class", "found", "", "right when named")
    head = "".join(f'<th scope="col"{" class=n" * (place % 2)}>{title}</th>' for place, title in enumerate(titles))
    words = "The line on each bar is the 95 % interval: with so few images of a class, it is wide."
    return f'<p>{words}</p><table class="classes"><thead><tr>{head}</tr></thead><tbody>{"".join(rows)}</tbody></table>'


def calibration_section(subject: Subject) -> str:
    """Return whether the network is right as often as it says."""
    frame = reliability_frame(subject.val)
    temperature = fit_temperature(subject.val)
    word = (
        "too sure" if temperature > 1.05 else "not sure enough" if temperature < 0.95 else "about as sure as it may be"
    )
    gap, brier = 100 * compute_ece(frame), compute_brier(subject.val)
    words = (
        "On the diagonal it is right as often as it says; below, it is too sure, above, not sure enough. Both are "
        f"{gap:.1f} points apart on average (expected calibration error, 15 bins); the Brier score is {brier:.3f} (0.9 "
        f"is guessing, 0 is perfect). The network is {word}: its scores fit best divided by {temperature:.2f}."
    )
    return f"<p>{escape(words)}</p>{reliability_chart(frame)}"


def settings_section(subject: Subject) -> str:
    """Return every setting, and what of it the run's chance and people changed."""
    groups: dict[str, list[tuple[str, Any]]] = {}
    for path, value in subject.settings.items():
        section, _, name = path.partition(".")
        groups.setdefault(section, []).append((name, value))
    parts = []
    for section, pairs in groups.items():
        rows = ((name.replace("_", " "), say_value(value)) for name, value in pairs)
        parts.append(f"<div><h3>{escape(section.capitalize())}</h3>{list_pairs(rows)}</div>")
    changes = read_learning_rate_changes(subject.record)
    said = "; ".join(f"times {factor:g} from step {step + 1:,} on" for step, factor in changes)
    remark = f"<p>The learning rate was changed while it trained: {escape(said)}.</p>" if changes else ""
    if subject.is_imported:
        remark = f"<p>It was trained elsewhere, and came as {escape(subject.meta.imported_from)}: how is not known.</p>"
    return f'{remark}<div class="groups">{"".join(parts)}</div>'


def environment_section(subject: Subject) -> str:
    """Return what it ran on."""
    environment = subject.environment
    rows = [(title, str(environment[name])) for name, title in ENVIRONMENT.items() if name in environment]
    rows.insert(0, ("Run", subject.record.run_id))
    if subject.meta.created_at:
        rows.insert(1, ("Begun", f"{datetime.fromtimestamp(subject.meta.created_at, UTC):%Y-%m-%d %H:%M} UTC"))
    rows.append(("Number format", describe_precision(environment)))
    return list_pairs((title, value) for title, value in rows if value)


def list_pairs(rows: Iterable[tuple[str, str]]) -> str:
    """Return names with their values, as a table."""
    body = "".join(f'<tr><th scope="row">{escape(name)}</th><td>{escape(value)}</td></tr>' for name, value in rows)
    return f'<table class="pairs"><tbody>{body}</tbody></table>'


def say_value(value: Any) -> str:
    """Return a setting's value as people read it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "; ".join(_say_block(block) for block in value)
    return f"{value:g}" if isinstance(value, float) else str(value)


def _say_block(block: Any) -> str:
    described = block if isinstance(block, dict) else dict(block)
    rest = (f"{name.replace('_', ' ')} {value}" for name, value in described.items() if name != "kind")
    return f"{str(described.get('kind', '')).replace('_', ' ')} ({', '.join(rest)})"


def _between(share: Share) -> str:
    return f"95 %: {share.low:.1%} to {share.high:.1%}"


def _say_seconds(seconds: float) -> str:
    if seconds < 100:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 6000 else f"{seconds / 3600:.1f} h"
