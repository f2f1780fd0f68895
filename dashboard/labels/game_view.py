"""Find the planted errors: two minutes, and who finds more, you or the ranking."""

import numpy as np
import streamlit as st

from cifar_core.labels.planted import (
    SECONDS,
    Find,
    judge_flags,
    plant_errors,
    read_flags,
    write_flags,
)
from dashboard.components import Revealed, hunt
from dashboard.drawing.literal import literal
from dashboard.drawing.tables import Export
from dashboard.drawing.words import short_name
from dashboard.labels.subject import Subject, require_val
from dashboard.session import address, state
from dashboard.session.opening import has_predictions

_MOST_SEEDS = 10_000


def render_game(subject: Subject) -> list[Export]:
    """Draw the game, or what came of it: the address holds which errors are planted, and what was pointed at."""
    run, record = subject.require(has_predictions)
    predictions = require_val(record)
    seed = min(state.read_number(address.GAME) or 0, _MOST_SEEDS)
    game = plant_errors(predictions.indices, predictions.targets, predictions.probs, seed)
    flags = read_flags(address.FLAGGED.value(), len(game.shown))
    names, dataset = subject.dataset.class_names, subject.dataset
    revealed = None
    if flags is None:
        st.markdown(
            f"Find the **{int(game.is_planted.sum())} wrong labels** that are planted among {len(game.shown)} val "
            f"images, in two minutes: then the ranking by **{literal(short_name(run))}**, which never trained on "
            "these images, points at as many."
        )
    else:
        ranked = game.ranking[: len(flags)]
        st.markdown(describe_game(judge_flags(game, flags), judge_flags(game, ranked), len(flags)))
        true = dataset.labels[game.indices]
        revealed = Revealed(
            np.flatnonzero(game.is_planted).tolist(), flags.tolist(), ranked.tolist(), [names[label] for label in true]
        )
        st.button("Again, with other images", icon=":material/replay:", type="primary", on_click=_again, args=(seed,))
        st.caption(
            "✓ found, ! missed, × false alarm; R: what the ranking pointed at. Below a planted one, its real label. A "
            "false alarm may be right all the same: of such labels, a few are wrong as published."
        )
    hunt(
        dataset.images[game.indices],
        [names[label] for label in game.shown],
        key=f"labels_hunt_{run.run_id}_{seed}",
        seconds=SECONDS,
        num_wrong=int(game.is_planted.sum()),
        on_finish=_finish,
        revealed=revealed,
    )
    if flags is None:
        st.caption("Click a tile, or press Enter on it, to point at it; again to take that back. The clock is yours.")
    return []


def describe_game(yours: Find, rankings: Find, num_clicks: int) -> str:
    """Say who found more with the same number of clicks."""
    if not num_clicks:
        return (
            f"You pointed at nothing: **0 of {yours.missed} found**. The ranking gets as many clicks as you, so none."
        )
    total = yours.found + yours.missed
    verdict = (
        "You win."
        if yours.found > rankings.found
        else "The ranking wins."
        if yours.found < rankings.found
        else "A draw."
    )
    return (
        f"**{verdict}** With {num_clicks} {'click' if num_clicks == 1 else 'clicks'} you found **{yours.found} of "
        f"{total}** ({_alarms(yours)}), the ranking **{rankings.found}** ({_alarms(rankings)})."
    )


def _alarms(find: Find) -> str:
    count = find.false_alarms
    return f"{count or 'no'} false {'alarm' if count == 1 else 'alarms'}"


def _finish(places: list[int]) -> None:
    address.FLAGGED.choose(write_flags(np.array(places, np.int64)))
    address.step_on()


def _again(seed: int) -> None:
    address.GAME.choose(str((seed + 1) % _MOST_SEEDS))
    address.FLAGGED.choose(None)
    address.step_on()
