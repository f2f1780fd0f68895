"""Twenty images for you to name, and the same twenty by the network and by people."""

from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from cifar_core.evaluation.scorecard import Share
from cifar_core.labels.quiz import (
    HARD_BELOW,
    QuizResult,
    confusions_frame,
    draw_quiz,
    judge_quiz,
    read_answers,
    write_answers,
)
from dashboard.components import Tile, gallery, quiz
from dashboard.drawing.choices import choose_one
from dashboard.drawing.shares import COLUMN_FORMAT, in_per_cent
from dashboard.drawing.tables import Export, csv_export
from dashboard.drawing.words import duration, percent
from dashboard.labels.subject import Beside
from dashboard.session import address, state

_POOLS = {"any images": False, "hard ones": True}
_MOST_SEEDS = 10_000


def render_quiz(beside: Beside) -> list[Export]:
    """Ask, or show what came of it: the address holds which images, and the answers."""
    labels = beside.subject.test_labels
    with st.container(horizontal=True, vertical_alignment="bottom"):
        is_hard = choose_one(
            "From",
            _POOLS,
            state.QUIZ_OF,
            in_address=True,
            help=f"Hard: fewer than {percent(HARD_BELOW, 0)} of the people who looked said what the label says.",
        )
        seed = min(state.read_number(address.QUIZ) or 0, _MOST_SEEDS)
        places = draw_quiz(beside.people, labels, seed, is_hard=is_hard)
        told = read_answers(address.ANSWERS.value(), len(places), is_hard=is_hard)
        label = "Other images" if told is None else "Another twenty"
        st.button(label, icon=":material/casino:", on_click=_draw_others, args=(seed,), key="quiz_others")
    images = beside.subject.dataset.images[beside.subject.dataset.num_train + places]
    if told is None:
        st.markdown("Name twenty images as fast as you are sure of them; then see who got which right.")
        quiz(
            images,
            beside.subject.dataset.class_names,
            key=f"quiz_{seed}_{is_hard}",
            on_finish=partial(_finish, is_hard),
        )
        return []
    answers, seconds = told
    result = judge_quiz(places, answers, beside.predictions.preds, labels, beside.people)
    return _render_result(beside, result, images, seconds)


def _draw_others(seed: int) -> None:
    address.QUIZ.choose(str((seed + 1) % _MOST_SEEDS))
    address.ANSWERS.choose(None)
    address.step_on()


def _finish(is_hard: bool, answers: list[int], seconds: float) -> None:
    address.ANSWERS.choose(write_answers(answers, seconds, is_hard=is_hard))
    address.step_on()


def _render_result(beside: Beside, result: QuizResult, images: NDArray[np.uint8], seconds: int) -> list[Export]:
    st.markdown(describe_result(result, seconds))
    st.caption(
        f"All on these {len(result.frame)} images; the intervals (95 %) say how little so few images tell of anybody."
    )
    names = beside.subject.dataset.class_names
    left, right = st.columns([3, 2], gap="medium")
    with left:
        st.markdown("**Your answers, the network's and people's**")
        _render_answers(beside, result, images)
    with right:
        table = confusions_frame(result, beside.people)
        st.markdown("**Who took what for what**")
        if table.empty:
            st.caption("Neither you nor the network took one for another.")
        else:
            _render_confusions(table, names)
    return [csv_export("Quiz as CSV", partial(name_answers, result, names), "quiz.csv")]


def describe_result(result: QuizResult, seconds: int) -> str:
    """Say who got how many right, and how long it took."""
    total = len(result.frame)
    return (
        f"You named **{_say(result.yours)}** right in {duration(seconds)}, {seconds / total:.1f} s an image; the "
        f"network **{_say(result.network)}**; one person alone {percent(result.people)} of them on average, most "
        f"people together {percent(result.majority)}."
    )


def name_answers(result: QuizResult, class_names: tuple[str, ...]) -> pd.DataFrame:
    """Return who said what: columns test_place, label, you, network, people, people_share."""
    names = np.array(class_names)
    frame = result.frame
    columns = {"label": "label_idx", "you": "your_idx", "network": "network_idx", "people": "people_idx"}
    named = {title: names[frame[column]] for title, column in columns.items()}
    return pd.DataFrame({"test_place": frame["place"]} | named | {"people_share": frame["people_share"]})


def _say(share: Share) -> str:
    right = round(share.value * share.num_images)
    return f"{right} of {share.num_images} ({100 * share.low:.0f} to {100 * share.high:.0f} %)"


def _render_answers(beside: Beside, result: QuizResult, images: NDArray[np.uint8]) -> None:
    dataset = beside.subject.dataset
    named = name_answers(result, dataset.class_names)
    tiles = [
        Tile(
            dataset.num_train + int(row["test_place"]),
            f"label {row['label']}; you: {row['you']}; network: {row['network']}; people: {row['people']} "
            f"({percent(row['people_share'], 0)})",
            "right" if row["you"] == row["label"] else "wrong",
            _label(row),
        )
        for row in named.to_dict("records")
    ]
    st.caption("Below each: its label, and who named another class. A cross: you did.")
    gallery(
        images,
        tiles,
        key="quiz_gallery",
        label="The images of the quiz",
        tile_size=112,
        selected=state.chosen_image(),
        on_select=state.choose_image,
    )


def _label(row: Mapping[Any, Any]) -> str:
    """Return what stands below an image: its label, and who said otherwise."""
    wrong = [f"{who} {row[who]}" for who in ("you", "network", "people") if row[who] != row["label"]]
    return f"{row['label']}{': ' if wrong else ''}{', '.join(wrong)}"


def _render_confusions(table: pd.DataFrame, class_names: tuple[str, ...]) -> None:
    names = np.array(class_names)
    shown = in_per_cent(table, ["people"]).assign(label=names[table["label_idx"]], named=names[table["named_idx"]])
    st.dataframe(
        shown[["label", "named", "yours", "network", "people"]],
        hide_index=True,
        column_config={
            "label": "Label",
            "named": "Taken for",
            "yours": st.column_config.NumberColumn("You", help="How often in this quiz."),
            "network": st.column_config.NumberColumn("Network", help="How often in this quiz."),
            "people": st.column_config.NumberColumn(
                "People",
                format=COLUMN_FORMAT,
                help="The share of people's single answers on the quiz's images with that label that name the other.",
            ),
        },
    )
