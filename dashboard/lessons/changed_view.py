"""The images that changed: what most seeds of one setting get right and most of another's get wrong."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import pandas as pd
import streamlit as st

from cifar_core.data import Dataset
from cifar_core.evaluation import Predictions, PredictionsError
from cifar_core.evaluation.votes import Turn, find_telling_pair, select_turned, votes_frame
from cifar_core.experiments import Experiment, Found
from cifar_core.runs import RunSummary
from dashboard.components import Tile, gallery
from dashboard.drawing.literal import literal, plain
from dashboard.lessons.words import list_pairs
from dashboard.session import address, state
from dashboard.session.cache import get_predictions, get_store
from dashboard.session.links import page_link
from dashboard.session.redraw import hand_over_page

_TILES = 12
_TILE_SIZE = 72
_TURNS: tuple[Turn, Turn] = ("fixed", "broken")


@dataclass(frozen=True, eq=False)
class Changed:
    """Two arms' predictions of the same images.

    Attributes:
        dataset: All images.
        first: An arm's name.
        second: Another's.
        runs: Of both, a pair a seed.
        predictions: Of val after the last epoch, likewise.
        frame: As `votes_frame` makes it of them.
    """

    dataset: Dataset
    first: str
    second: str
    runs: Sequence[tuple[RunSummary, RunSummary]]
    predictions: Sequence[tuple[Predictions, Predictions]]
    frame: pd.DataFrame

    @property
    def num_seeds(self) -> int:
        """How many pairs."""
        return len(self.runs)


def render_changed(
    experiment: Experiment,
    results: Mapping[str, Mapping[int, Found]],
    dataset: Dataset,
    runs: Mapping[str, RunSummary],
) -> None:
    """Draw a claim's pair of arms as two small galleries; nothing where no seed has both.

    Args:
        experiment: Which.
        results: What came to something, by arm and seed.
        dataset: The images.
        runs: All, by id.
    """
    seeds = {arm: by_seed.keys() for arm, by_seed in results.items()}
    pairs = {
        str(number): (first, second)
        for number, (first, second) in enumerate(list_pairs(experiment.question), start=1)
        if seeds.get(first, set()) & seeds.get(second, set())
    }
    if not pairs:
        return
    st.markdown("##### Images that changed")
    first, second = _choose_pair(pairs)
    changed = find_changed(experiment, results, dataset, runs, first, second)
    if changed is None:
        st.caption("What these runs said of val is not there any more.")
        return
    st.caption(describe_changed(changed))
    for place, turn in zip(st.columns(2, gap="medium"), _TURNS, strict=True):
        with place:
            _render_turn(changed, turn)


def find_changed(
    experiment: Experiment,
    results: Mapping[str, Mapping[int, Found]],
    dataset: Dataset,
    runs: Mapping[str, RunSummary],
    first: str,
    second: str,
) -> Changed | None:
    """Return what the seeds that both arms have said of val; None where nothing of it is there."""
    pairs, said = [], []
    for seed in sorted(results[first].keys() & results[second].keys()):
        pair = runs[experiment.runs[first][seed]], runs[experiment.runs[second][seed]]
        both = [_read(run) for run in pair]
        if both[0] is not None and both[1] is not None:
            pairs.append(pair)
            said.append((both[0], both[1]))
    if not said:
        return None
    try:
        frame = _count_votes(tuple(one for one, _ in said), tuple(other for _, other in said))
    except PredictionsError:
        return None
    return Changed(dataset, first, second, pairs, said, frame)


@lru_cache(maxsize=8)  # predictions are read once a server: the same ones are the same object
def _count_votes(first: tuple[Predictions, ...], second: tuple[Predictions, ...]) -> pd.DataFrame:
    return votes_frame(first, second)


def _read(run: RunSummary) -> Predictions | None:
    try:
        return get_predictions(get_store().record(run.run_id), "val", "last")
    except PredictionsError:
        return None


def describe_changed(changed: Changed) -> str:
    """Say what is counted, for Markdown."""
    number, total = changed.num_seeds, len(changed.frame)
    who = {1: "the network of each", 2: "both networks of each"}.get(number, f"most of {number} networks of each")
    return (
        f"Counted is what {who} says of the {total:,} val images after its last epoch: what one pair of networks "
        "disagrees about may be chance, what most agree about is more. Below each image: what "
        f"{literal(changed.first)} says, then {literal(changed.second)}. Click one to see why."
    )


def _choose_pair(pairs: Mapping[str, tuple[str, str]]) -> tuple[str, str]:
    """Draw a row of buttons if there are several, the first one chosen at first.

    Args:
        pairs: By their numbers among the question's: those stay the same while runs are still to come.
    """
    numbers = list(pairs)
    if len(numbers) == 1:
        return pairs[numbers[0]]
    chosen = st.segmented_control(
        "From one to the other",
        numbers,
        required=True,
        format_func=lambda number: " \N{RIGHTWARDS ARROW} ".join(map(literal, pairs[number])),
        label_visibility="collapsed",
        wrap=True,
        **address.bind(address.CHANGED_PAIR, address.CHANGED_PAIR.widget, numbers),
    )
    return pairs[chosen or numbers[0]]


def _render_turn(changed: Changed, turn: Turn) -> None:
    rows = select_turned(changed.frame, turn)
    st.markdown(describe_turn(changed, turn, len(rows)))
    if rows.empty:
        return
    shown = rows.head(_TILES)
    gallery(
        changed.dataset.images[shown["index"].to_numpy()],
        changed_tiles(changed, shown),
        key=f"lesson_{turn}",
        label=f"{turn} by {plain(changed.second)}",
        tile_size=_TILE_SIZE,
        selected=None,
        on_select=lambda index: _explain(changed, index, turn),
    )
    first, second = changed.runs[0]
    carried = {address.FIRST: first.run_id, address.SECOND: second.run_id, address.PILE: turn}
    seed = 0 if first.config is None else first.config.training.seed
    page_link("Compare", f"All that are {turn} with seed {seed}", ":material/compare_arrows:", carrying=carried)


def describe_turn(changed: Changed, turn: Turn, number: int) -> str:
    """Say what a gallery holds, for Markdown."""
    right, wrong = (changed.second, changed.first) if turn == "fixed" else (changed.first, changed.second)
    noun = "image" if number == 1 else "images"
    return f"**{number:,} {noun} {turn}**: {literal(right)} right, {literal(wrong)} wrong"


def changed_tiles(changed: Changed, rows: pd.DataFrame) -> list[Tile]:
    """Return tiles that say what most networks of either arm name, and what is true.

    Args:
        changed: Whose.
        rows: Of its frame.
    """
    names, total = changed.dataset.class_names, changed.num_seeds
    columns = ("index", "true_idx", "first_idx", "second_idx", "right_first", "right_second")
    first, second = plain(changed.first), plain(changed.second)
    return [
        Tile(
            index,
            f"true {names[true_idx]}. {first}: {names[first_idx]} ({right_first} of {total} right). "
            f"{second}: {names[second_idx]} ({right_second} of {total} right). Image {index}",
            "right" if second_idx == true_idx else "wrong",
            f"{names[first_idx]} \N{RIGHTWARDS ARROW} {names[second_idx]}",
        )
        for index, true_idx, first_idx, second_idx, right_first, right_second in zip(
            *(rows[column].tolist() for column in columns), strict=True
        )
    ]


def _explain(changed: Changed, index: int, turn: Turn) -> None:
    """Open Explain with the second arm's run of a seed that shows the turn, beside the first's. For callbacks."""
    first, second = ([pair[side] for pair in changed.predictions] for side in (0, 1))
    before, after = changed.runs[find_telling_pair(first, second, index, turn) or 0]
    state.open_on_run(after.run_id)
    address.EPOCH.choose(str(after.status.epoch))
    address.BESIDE.choose(before.run_id)
    address.SPLIT.choose("val")
    address.IMAGE.choose(str(index))
    hand_over_page("Explain")
