"""Twenty test images for somebody to name, and how that compares with the network and with people who named them."""

import re
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cifar_core.evaluation.scorecard import Share, share_of
from cifar_core.labels.people import PeoplesAnswers

NUM_QUESTIONS = 20
# An image is hard where fewer people than this say what its label says.
HARD_BELOW = 0.8
MOST_SECONDS = 86_400
_ANSWERS = re.compile(r"([ah])([0-9]+)-([0-9]{1,5})")
_POOLS = {False: "a", True: "h"}


@dataclass(frozen=True, eq=False)
class QuizResult:
    """What came of a quiz.

    Attributes:
        yours: Your accuracy.
        network: The network's, on the same images.
        people: The share of people's single answers on the same images that are the label.
        majority: The share of them that most people call what the label says.
        frame: A row for each image: place (among the test images), label_idx, your_idx, network_idx, people_idx (what
            most people say) and people_share (of them).
    """

    yours: Share
    network: Share
    people: float
    majority: float
    frame: pd.DataFrame


def draw_quiz(people: PeoplesAnswers, labels: NDArray[np.int64], seed: int, *, is_hard: bool) -> NDArray[np.int64]:
    """Return the places among the test images of those to be named: any, or any of the hard ones; none twice.

    Args:
        people: What people said.
        labels: (M,) as published.
        seed: The same seed, the same images.
        is_hard: Whether from the images that many people call something else than the label.
    """
    agreement = people.probs[np.arange(len(labels)), labels]
    pool = np.flatnonzero(agreement < HARD_BELOW) if is_hard else np.arange(len(labels))
    return np.random.default_rng([seed, int(is_hard)]).choice(pool, min(NUM_QUESTIONS, len(pool)), replace=False)


def judge_quiz(
    places: NDArray[np.int64],
    answers: NDArray[np.int64],
    preds: NDArray[np.int64],
    labels: NDArray[np.int64],
    people: PeoplesAnswers,
) -> QuizResult:
    """Hold answers against the labels, beside the network's and people's.

    Args:
        places: (N,) among the test images.
        answers: (N,) classes that somebody named.
        preds: (M,) the network's, of all test images.
        labels: (M,) as published.
        people: What people said.
    """
    true, network = labels[places], preds[places]
    counts, named = people.counts[places], people.majority[places]
    rows = np.arange(len(places))
    frame = pd.DataFrame(
        {
            "place": places,
            "label_idx": true,
            "your_idx": answers,
            "network_idx": network,
            "people_idx": named,
            "people_share": people.probs[places][rows, named],
        }
    )
    return QuizResult(
        share_of(answers == true),
        share_of(network == true),
        float(counts[rows, true].sum() / counts.sum()),
        float((named == true).mean()),
        frame,
    )


def confusions_frame(result: QuizResult, people: PeoplesAnswers) -> pd.DataFrame:
    """Return each mistake that you or the network made in a quiz, yours first: what people make of the same images.

    Columns: label_idx, named_idx (the other class), yours and network (how often), people (the share of people's single
    answers on the images with that label that name it).
    """
    frame = result.frame
    places = frame["place"].to_numpy()
    named = pd.concat(
        [
            frame.assign(named_idx=frame[column], who=who)[["label_idx", "named_idx", "who"]]
            for column, who in (("your_idx", "yours"), ("network_idx", "network"))
        ]
    )
    wrong = named[named["label_idx"] != named["named_idx"]]
    table = wrong.groupby(["label_idx", "named_idx", "who"]).size().unstack("who", fill_value=0)
    table = table.reindex(columns=["yours", "network"], fill_value=0).reset_index()
    table["people"] = [
        _share_of_people(people.counts[places[frame["label_idx"] == label_idx]], named_idx)
        for label_idx, named_idx in zip(table["label_idx"].tolist(), table["named_idx"].tolist(), strict=True)
    ]
    table.columns.name = None
    return table.sort_values(["yours", "network", "people"], ascending=False, ignore_index=True)


def write_answers(answers: list[int], seconds: float, *, is_hard: bool) -> str:
    """Return answers and how long they took as an address has them, and of which images they are."""
    return f"{_POOLS[is_hard]}{''.join(map(str, answers))}-{min(round(seconds), MOST_SECONDS)}"


def read_answers(text: str | None, num_questions: int, *, is_hard: bool) -> tuple[NDArray[np.int64], int] | None:
    """Read what `write_answers` wrote; None for anything else, for other images, or another number of answers."""
    found = _ANSWERS.fullmatch(text or "")
    if found is None or len(found[2]) != num_questions or found[1] != _POOLS[is_hard]:
        return None
    return np.array([int(digit) for digit in found[2]], np.int64), int(found[3])


def _share_of_people(counts: NDArray[np.int64], class_idx: int) -> float:
    return float(counts[:, class_idx].sum() / counts.sum())
