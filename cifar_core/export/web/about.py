"""What the page tells of its run, as JSON has it."""

import base64
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cifar_core.evaluation.predictions import Predictions
from cifar_core.evaluation.scorecard import Share
from cifar_core.export.model.card import DATA_LICENCE, LICENCE, list_limits
from cifar_core.export.model.parity import Parity
from cifar_core.export.subject import Subject
from cifar_core.export.web.runtime import TITLE

_EXAMPLES_PER_CLASS = 2
_NUMBERS = {"float32": "32 bits", "int8": "8 bits"}
_DIGITS = 6


def describe_page(
    subject: Subject, parities: Mapping[str, Parity], sizes: Mapping[str, int], runtime_bytes: int
) -> dict[str, Any]:
    """Return all that the page tells.

    Args:
        subject: The run.
        parities: By the kind of numbers, "float32" and "int8".
        sizes: Of their files, in bytes.
        runtime_bytes: Size of what runs them.
    """
    return {
        "title": subject.title,
        "lead": introduce(subject),
        "classNames": subject.class_names,
        "numbers": [
            {
                "name": name,
                "title": f"{_NUMBERS[name]}, {sizes[name] / 1e6:.1f} MB",
                "file": f"{name}.js",
                "bytes": sizes[name],
                "words": f"Beside what the run saved: {parity.words}.",
            }
            for name, parity in parities.items()
        ],
        "runtime": {"title": TITLE, "bytes": runtime_bytes},
        "examples": collect_examples(subject),
        "sections": [
            {"title": "How good it is", "lines": _tell_results(subject)},
            {"title": "What it cannot do", "lines": list_limits(subject)},
            {"title": "What the map shows", "lines": _MAP_LINES},
            {"title": "Where it runs", "lines": _tell_where(subject)},
        ],
    }


def introduce(subject: Subject) -> str:
    """Return what the network is and how good, in two or three sentences."""
    names = subject.class_names
    split, share = _measured(subject)
    origin, unseen = ("brought to", "") if subject.is_imported else ("trained with", " that it was not trained on")
    return (
        f"A network {origin} CIFAR Lab. It tells ten kinds of picture apart: {', '.join(names[:-1])} and {names[-1]}. "
        f"Right on {_say(share)} of {share.num_images:,} pictures{unseen} ({split})."
    )


def describe_examples(subject: Subject) -> str:
    """Say which images the examples are."""
    split, _ = _examples_split(subject)
    unseen = "" if subject.is_imported else ", which it was not trained on"
    return (
        f"The first two {split} images of each class{unseen}. Choose one, and see what the network takes it for, and "
        "where it looks."
    )


def collect_examples(subject: Subject) -> dict[str, Any]:
    """Return the first images of each class, with their pixels as they are and what the run saved of them.

    Which ones does not hang on what the network says of them: a choice would flatter it, or not.
    """
    split, saved = _examples_split(subject)
    rows = choose_rows(saved, len(subject.class_names))
    images = np.ascontiguousarray(subject.load_images().images[saved.indices[rows]])
    items = [
        {
            "index": int(saved.indices[row]),
            "label": int(saved.targets[row]),
            "probs": [round(float(prob), _DIGITS) for prob in saved.probs[row]],
        }
        for row in rows
    ]
    return {"split": split, "pixels": base64.b64encode(images.tobytes()).decode(), "items": items}


def choose_rows(saved: Predictions, num_classes: int) -> NDArray[np.int64]:
    """Return the rows of the first two images of each class by their place in the dataset, class by class in turn."""
    order = np.argsort(saved.indices, kind="stable")
    found = [order[saved.targets[order] == class_idx][:_EXAMPLES_PER_CLASS] for class_idx in range(num_classes)]
    return np.array([rows[turn] for turn in range(_EXAMPLES_PER_CLASS) for rows in found if turn < len(rows)], np.int64)


def _examples_split(subject: Subject) -> tuple[str, Predictions]:
    """Return test where it is told, and counted; else val."""
    return ("val", subject.val) if subject.test is None else ("test", subject.test)


def _measured(subject: Subject) -> tuple[str, Share]:
    card = subject.scorecard
    if card.test is not None:
        return "test", card.test
    return "val", card.val_best if subject.which == "best" else card.val_last


def _say(share: Share) -> str:
    value, low, high = (f"{100 * part:.1f} %" for part in (share.value, share.low, share.high))
    return f"{value} ({low} to {high})"


def _tell_results(subject: Subject) -> list[str]:
    split, share = _measured(subject)
    lines = [f"{_say(share)} of {share.num_images:,} {split} images, with its 95 % interval."]
    if subject.is_imported:
        lines.append("It was trained elsewhere: whether on some of these images, nobody here knows.")
    elif split == "val":
        lines.append("The epoch was chosen on val, so that the number is a little too good.")
    lines.append("Another seed gives another network, often a point or two better or worse.")
    lines.append(f"{subject.data_title}; network {subject.config.model.name}; run {subject.record.run_id}.")
    return lines


_MAP_LINES = [
    "A grey square of 6 pixels covers one place after another (8 pixels for the camera), and the network is asked anew "
    "each time: that is called occlusion.",
    "Orange: the class loses probability when this is covered, so it speaks for the class. Blue: the class gains.",
    "The darkest place is the one that matters most in this picture, however much or little that is; the sentence "
    "below the map says how much.",
]


def _tell_where(subject: Subject) -> list[str]:
    lines = [
        "On this device alone: no picture leaves it, and the page asks no other computer for anything.",
        f"By {TITLE} (Microsoft, MIT licence), on one thread.",
        LICENCE,
    ]
    return lines if subject.is_practice else [*lines, DATA_LICENCE]
