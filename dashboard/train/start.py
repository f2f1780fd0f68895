"""What is said of the form's settings, and what is done with them: Start, Undo, a name, seeds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from cifar_core.config import RunConfig
from cifar_core.overrides import ConfigError, config_difference, with_overrides
from cifar_core.runs import RunStore, RunSummary
from dashboard.components.numbers import WHOLE
from dashboard.drawing.literal import literal, message, plain
from dashboard.drawing.words import choice_title, count, run_name, setting
from dashboard.session import address, draft, form_values, state
from dashboard.session.arrival import START, TOP, arrive_at
from dashboard.session.cache import get_store
from dashboard.session.changes import words_of
from dashboard.session.gone import title_of
from dashboard.session.learner import learner_name
from dashboard.session.starting import offer_start
from dashboard.train.engine_view import render_engine
from dashboard.train.memory_view import render_shortage
from dashboard.train.origins import Origin
from dashboard.train.sentences import describe_network

_MOST_SEEDS, _LONGEST_NAME = 20, 80


@dataclass(frozen=True)
class Wanted:
    """What the form asks for.

    Attributes:
        origin: What it starts from.
        config: What would be trained; None if no run can have these settings.
        problem: Why not, for people.
        changes: Against the origin, by path, from what to what; empty where that cannot be told.
    """

    origin: Origin
    config: RunConfig | None
    problem: str = ""
    changes: Mapping[str, tuple[Any, Any]] = field(default_factory=dict)

    @property
    def is_changed(self) -> bool:
        """Whether there is something to undo, as far as the browser has told."""
        return self.config is None or bool(self.changes)


def read_form(values: Mapping[str, Any], origin: Origin) -> Wanted:
    """Return what the form's values, by path, ask for, and note whether somebody changed them."""
    try:
        config = with_overrides(RunConfig(), values)
    except ConfigError as error:
        wanted = Wanted(origin, None, str(error))
    else:
        wanted = Wanted(origin, config, changes=_find_changes(origin.config, config))
    draft.note_edited(wanted.is_changed)
    return wanted


def _find_changes(before: RunConfig, config: RunConfig) -> dict[str, tuple[Any, Any]]:
    """Return what changed; of what only one of two networks has, that it is another network says it all."""
    changes = config_difference(before, config)
    others = {path.partition(".")[0] for path in changes if path.endswith(".name")}
    return {
        path: (old, new)
        for path, (old, new) in changes.items()
        if path.partition(".")[0] not in others or not (old is None or new is None)
    }


def describe_wanted(wanted: Wanted) -> str:
    """Say in a sentence, in Markdown, what Start would train."""
    config, num_changes = wanted.config, len(wanted.changes)
    changed = f"{num_changes} of its settings" if num_changes else "nothing"
    if draft.chosen_fork() is not None:
        changed += " and its first weights" if num_changes else " but its first weights"
    if config is None:
        return "**The new run** cannot be started yet: its settings do not fit together. The reason stands at Start."
    return (
        f"**The new run** would train {describe_network(config)} for {count(config.training.num_epochs, 'epoch')} with "
        f"{choice_title(config.optimizer.name)} at learning rate {setting(config.optimizer.learning_rate)}: "
        f"{wanted.origin.name}, {changed} changed."
    )


def render_start(wanted: Wanted, runs: list[RunSummary], more: DeltaGenerator) -> None:
    """Draw Start, with the reason where it can do nothing, Undo, and what they are about.

    Args:
        wanted: What the form asks for.
        runs: All.
        more: Where a name and a number of seeds can be given.
    """
    shortage = st.container()  # filled last: it needs torch, which a new server is still loading
    buttons = st.container(horizontal=True, vertical_alignment="center")
    fork_problem = _render_fork(runs, wanted.config)
    if wanted.config is None:
        st.error(f"Start waits for this: {message(wanted.problem)}", icon=":material/block:")
    else:
        st.caption(_describe_changes(wanted))
    with more:
        name, num_seeds = _ask_name_and_seeds(_usual_name(wanted.origin, runs))
    with buttons:
        offer_start(
            "Start training",
            lambda: _start(get_store(), wanted, name, num_seeds),
            waits_for=wanted.problem or fork_problem,
            key=START,
        )
        _render_undo(wanted)
    render_engine()
    if wanted.config is not None:
        with shortage:
            render_shortage(wanted.config)


def _usual_name(origin: Origin, runs: Sequence[RunSummary]) -> str:
    """Return what a run is called if nobody says; empty: as its network."""
    fork = draft.chosen_fork()
    parent = next((run for run in runs if fork is not None and run.run_id == fork.run_id), None)
    return origin.preset or "" if parent is None else f"{run_name(parent)[: _LONGEST_NAME - 8]}, forked"


def _ask_name_and_seeds(usual_name: str) -> tuple[str, int]:
    seeds = state.read_number(address.SEEDS) or 1
    state.keep_widget_at(state.TRAIN_NAME, (address.NAME.value() or "")[:_LONGEST_NAME])
    state.keep_widget_at(state.TRAIN_SEEDS, min(seeds, _MOST_SEEDS))
    name_column, seeds_column = st.columns([3, 2])
    name = name_column.text_input(
        "Name",
        key=state.TRAIN_NAME,
        max_chars=_LONGEST_NAME,
        placeholder=plain(usual_name),
        on_change=address.follow,
        args=(address.NAME, state.TRAIN_NAME),
    )
    num_seeds = seeds_column.number_input(
        "Seeds",
        1,
        _MOST_SEEDS,
        key=state.TRAIN_SEEDS,
        placeholder=WHOLE,
        on_change=address.follow,
        args=(address.SEEDS, state.TRAIN_SEEDS),
        help="Train so many runs, each with the next seed: how much of a difference is chance?",
    )
    return name or usual_name, num_seeds


def _render_undo(wanted: Wanted) -> None:
    origin = wanted.origin
    what = "Back to" if wanted.is_changed else "There is nothing to undo: the form holds"
    # Also while nothing differs: what somebody types is told when they leave the box, which may be for this button.
    st.button(
        "Undo the changes",
        key="undo_changes",
        type="tertiary",
        icon=":material/undo:",
        help=f"{what} {origin.words}.",
        on_click=_undo,
        args=(origin,),
    )


def _undo(origin: Origin) -> None:
    form_values.fill_form(origin.config, origin.key)


def _describe_changes(wanted: Wanted) -> str:
    """Say in a line what the form has otherwise than what it starts from."""
    origin = wanted.origin
    if not wanted.changes:
        nothing = "Nothing" if draft.chosen_fork() is None else "Nothing but its first weights"
        return f"{nothing} changed against {origin.words if origin.is_run else 'the preset'}."
    advised = ":material/lightbulb: Filled in by advice. " if draft.is_advised() else ""
    return f"{advised}Changed against {origin.words}: {words_of(wanted.changes, '**')}."


def _render_fork(runs: list[RunSummary], config: RunConfig | None) -> str:
    """Say from whose weights the run starts, if not from new ones. Returns why it cannot, if so."""
    fork = draft.chosen_fork()
    if fork is None:
        return ""
    origin = next((run for run in runs if run.run_id == fork.run_id), None)
    why_not = ""
    if origin is None:
        st.warning(f"Run {title_of(fork.run_id)} is gone: there are no weights of it to start from.")
        why_not = "the run whose weights it starts from is gone; allowed: to start from new ones"
    elif config is not None and origin.config is not None and origin.config.model != config.model:
        st.warning("These weights are another network's: start from new ones, or with the settings that it had.")
        why_not = (
            "the weights it starts from are another network's; allowed: the same network, or to start from new ones"
        )
    with st.container(horizontal=True, vertical_alignment="center"):
        words = literal(run_name(origin) if origin is not None else fork.run_id, most=None)
        st.markdown(f":material/call_split: Starts from the {fork.which} weights of **{words}**")
        st.button("From new ones", type="tertiary", on_click=draft.choose_fork, args=(None,))
    return why_not


def _start(store: RunStore, wanted: Wanted, name: str, num_seeds: int) -> None:
    """Queue the runs in the order of their seeds, and show the first."""
    config, preset = wanted.config, wanted.origin.preset
    if config is None:  # the button has said so
        return
    first, owner, run_ids = config.training.seed, learner_name(), []
    for seed in range(first, first + num_seeds):
        seeded = with_overrides(config, {"training.seed": seed})
        words = name if num_seeds == 1 else f"{name or config.model.name}, seed {seed}"
        run_ids.append(store.submit(seeded, name=words, preset=preset, fork=draft.chosen_fork(), owner=owner))
    for parameter in (address.NAME, address.SEEDS):  # the next run is another one
        parameter.choose(None)
    draft.choose_fork(None)
    draft.note_edited(False)  # what was changed is the run's now, and the form follows it
    state.choose_run(run_ids[0])
    arrive_at(TOP)
