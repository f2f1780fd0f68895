"""Take along: runs made into files that work elsewhere, in a dialog that every page with a run can open."""

from collections.abc import Sequence

import streamlit as st

from cifar_core.data import default_data_dir
from cifar_core.export.kinds import KINDS, Kind, estimate_bytes, explain_misfit
from cifar_core.export.shelf import ExportShelf, Made, Order
from cifar_core.failures import explain
from cifar_core.jobs import JobProgress
from cifar_core.runs import RunSummary, default_runs_dir
from cifar_core.training.device import count_cores
from dashboard.drawing.literal import literal, message
from dashboard.drawing.words import about, percent, short_name
from dashboard.session import address, state
from dashboard.session.cache import get_store, is_any_training
from dashboard.session.live_page import open_link
from dashboard.session.lock import read_lock
from dashboard.session.redraw import ask_for_redraw

_REFRESH_SECONDS = 0.5
_WEIGHTS, _TOLD, _GONE = "take_weights", "take_test", "take_gone"
_BEST, _LAST = "best", "last"
_QUIET, _TELL = "no", "yes"


def offer_taking(run_ids: Sequence[str], label: str = "Take along", *, kind: str = "secondary") -> None:
    """Draw the button that opens the dialog for some runs, by their ids."""
    st.button(
        label,
        icon=":material/luggage:",
        key=f"take_{label}_{'_'.join(run_ids)[:80]}",
        type="tertiary" if kind == "tertiary" else "secondary",
        on_click=_open,
        args=(tuple(run_ids),),
        help="As files that work elsewhere: a zip that trains it again, a notebook, a model, a report, tables.",
    )


def render_taking(runs: Sequence[RunSummary]) -> None:
    """Draw the dialog if the address asks for it. At the end of a page, outside of its fragments' parts.

    Args:
        runs: All.
    """
    by_id = {run.run_id: run for run in runs}
    chosen = [by_id[run_id] for run_id in address.read_list(address.TAKE, by_id)]
    if chosen:
        _render_dialog(chosen)
    elif address.TAKE.value() is not None and runs:
        address.TAKE.choose(None)


@st.dialog("Take along", width="large", icon=":material/luggage:", on_dismiss=lambda: _open(()))
def _render_dialog(runs: list[RunSummary]) -> None:
    st.markdown(_introduce(runs))
    ready = [run for run in runs if run.status.epoch and run.config is not None]
    if len(ready) < len(runs):
        names = ", ".join(literal(short_name(run)) for run in runs if run not in ready)
        st.info(f"There is nothing yet to take along of {names}: no epoch is done.", icon=":material/hourglass:")
        return
    which, with_test = _choose_contents()
    kinds = [kind for kind in KINDS.values() if len(runs) == 1 or kind.takes_several]
    kinds = [kind for kind in kinds if not any(_explain_misfit(kind, run) for run in runs)]
    for kind in kinds:
        order = Order(
            kind.name,
            tuple(run.run_id for run in runs),
            str(default_runs_dir().resolve()),
            which="last" if which == _LAST else "best",
            with_test=with_test,
            look=state.sitting(),
        )
        _render_kind(kind, order)
    if any(run.is_imported for run in runs):
        st.caption("What was trained elsewhere cannot be trained again here: the kinds that do that are left out.")


def _explain_misfit(kind: Kind, run: RunSummary) -> str:
    return explain_misfit(kind, is_imported=run.is_imported, is_program=run.is_program)


def _introduce(runs: Sequence[RunSummary]) -> str:
    if len(runs) == 1:
        return (
            f"**{literal(short_name(runs[0]))}** as files that work without this page. Each is made once, and kept "
            "until the run changes."
        )
    names = ", ".join(f"**{literal(short_name(run))}**" for run in runs)  # which may have commas of their own
    return f"{len(runs)} runs as one: {names}. Each file is made once, and kept until a run changes."


def _choose_contents() -> tuple[str, bool]:
    """Draw what of the runs goes along; return which weights, and whether results on test do."""
    with st.container(horizontal=True, gap="medium"):
        which = st.selectbox(
            "Weights",
            [_BEST, _LAST],
            format_func={_BEST: "Of the best epoch", _LAST: "Of the last epoch"}.__getitem__,
            width=200,
            **address.bind(address.TAKE_WEIGHTS, _WEIGHTS, [_BEST, _LAST]),
        )
        if read_lock().hides("test"):
            return which, False
        told = st.selectbox(
            "Results on test",
            [_QUIET, _TELL],
            format_func={_QUIET: "Not told", _TELL: "Told, and counted"}.__getitem__,
            width=200,
            help="Test is for the end. To tell what it said is a look at it, and counted on the run: once for all that "
            "you look at and make before you reload.",
            **address.bind(address.TAKE_TEST, _TOLD, [_QUIET, _TELL]),
        )
    return which, told == _TELL


def _render_kind(kind: Kind, order: Order) -> None:
    """Draw a kind. The dialog never draws the page anew: it would close for a moment, and open at its top."""
    shelf = ExportShelf(default_data_dir())
    state_now = shelf.progress(order).state
    is_running, can_be_begun = state_now == "running", state_now not in ("running", "done")

    # A part that redraws alone cannot begin to do so by itself: what begins the making is drawn with the dialog.
    @st.fragment(run_every=_REFRESH_SECONDS if is_running else None)
    def way() -> None:
        if can_be_begun:
            return
        if not is_running and shelf.find(order) is None:
            st.rerun()  # gone meanwhile: to make it again is drawn with the dialog
        _render_way(kind, shelf, order)

    @st.fragment(run_every=_REFRESH_SECONDS if is_running else None)
    def outcome() -> None:
        progress = shelf.progress(order)
        _render_outcome(kind, shelf.find(order), progress)

    with st.container(border=True, gap="small"):
        left, right = st.columns([5, 2], vertical_alignment="center")
        with left:
            st.markdown(f"**{kind.title}** :small[{kind.description}]")
            st.caption(f"{kind.purpose} Needed there: {kind.use}.")
        with right:
            if can_be_begun:
                _render_way(kind, shelf, order)
            way()
        outcome()
        if can_be_begun and st.session_state.get(_GONE) == order.slot:
            del st.session_state[_GONE]
            st.caption(":material/info: What was made is gone: only the newest files are kept. Make it again.")


def _render_way(kind: Kind, shelf: ExportShelf, order: Order) -> None:
    """Draw what can be done with a kind now: make it, stop that, or save what was made."""
    progress, made = shelf.progress(order), shelf.find(order)
    key = f"{kind.name}_{order.slot}"
    if progress.state == "running":
        st.button("Stop", icon=":material/stop:", key=f"stop_{key}", on_click=shelf.stop, args=(order,))
    elif made is not None:
        st.download_button(
            f"Download, {say_size(made.num_bytes)}",
            made.path.read_bytes,
            made.path.name,
            icon=":material/download:",
            key=f"save_{key}",
            type="primary",
            on_click=_note_if_gone,
            args=(shelf, order),
        )
        if kind.name == "web":
            open_link(made.path, "Open it here")
    else:
        _offer_making(kind, shelf, order, "Try again" if progress.state == "failed" else "Make it", key)


def _offer_making(kind: Kind, shelf: ExportShelf, order: Order, label: str, key: str) -> None:
    records = [get_store().record(run_id) for run_id in order.run_ids]
    st.button(
        f"{label}, about {say_size(estimate_bytes(kind, *records))}",
        icon=":material/build:",
        key=f"make_{key}",
        disabled=bool(kind.refusal),
        on_click=_start,
        args=(shelf, order),
    )


def _render_outcome(kind: Kind, made: Made | None, progress: JobProgress) -> None:
    if progress.state == "running":
        left = "" if progress.seconds_left is None else f" About {about(progress.seconds_left)} left."
        st.progress(progress.share, text=f"{literal(progress.words or 'Starting', most=None)}.{left}")
    elif made is not None:
        st.caption(" ".join([f"Made in {made.seconds:.1f} s.", *(literal(words, most=None) for words in made.words)]))
    elif kind.refusal:
        st.caption(f":material/extension_off: {literal(kind.refusal, most=None)}.")
    elif progress.state == "failed":
        st.error(f"It could not be made: {message(progress.message)}", icon=":material/error:")
    elif progress.state == "stopped":
        st.caption(f"Stopped at {percent(progress.share, 0)}; nothing of it was kept.")


def say_size(num_bytes: int) -> str:
    """Return a size in words."""
    return f"{num_bytes / 1e6:.1f} MB" if num_bytes >= 100_000 else f"{max(1, round(num_bytes / 1e3))} KB"


def _note_if_gone(shelf: ExportShelf, order: Order) -> None:
    """Others may have made so many since that it had to make room. For callbacks."""
    if shelf.find(order) is None:
        st.session_state[_GONE] = order.slot


def _start(shelf: ExportShelf, order: Order) -> None:
    is_training = is_any_training(get_store().list_runs())
    try:
        shelf.start(order, num_threads=1 if is_training else count_cores())
    except OSError as error:
        st.toast(f"It could not be started: {explain(error)}.", icon=":material/info:")


def _open(run_ids: Sequence[str]) -> None:
    """Open the dialog for some runs; for none, close it. For callbacks."""
    address.choose_list(address.TAKE, run_ids)
    for parameter in () if run_ids else (address.TAKE_WEIGHTS, address.TAKE_TEST):
        parameter.choose(None)
    address.step_on()
    ask_for_redraw()
