"""What the chosen run is, and what can be done with it: watch, name, note, make the baseline, resume, delete."""

from collections.abc import Callable, Sequence

import streamlit as st

from cifar_core.runs import RunStore, RunSummary
from dashboard.drawing.literal import literal, message, plain, plain_lines
from dashboard.drawing.words import duration, percent, run_title, short_name, source_title
from dashboard.runs.slimming import describe_slimness, render_slimming
from dashboard.session import address, state
from dashboard.session.changes import describe_changes, describe_first_weights
from dashboard.session.links import open_page, scorecard_link
from dashboard.session.lock import read_lock
from dashboard.session.opening import has_predictions
from dashboard.session.owning import is_agreed
from dashboard.session.saying import errors_said, try_or_toast
from dashboard.session.taking import offer_taking


def render_actions(store: RunStore, run: RunSummary, runs: Sequence[RunSummary]) -> None:
    """Say what a run is; watch, name, note, resume or delete it."""
    st.markdown(f"**{literal(short_name(run))}** `{run.run_id}`")
    st.caption(_introduce(run, runs))
    if has_predictions(run):
        scorecard_link(run.run_id)
    name = st.text_input("Name", plain(run.name), key=f"runs_name_{run.run_id}", max_chars=80)
    note = st.text_area(
        "Note", plain_lines(run.note), key=f"runs_note_{run.run_id}", placeholder="What did you expect, and see?"
    )
    with st.container(horizontal=True):
        # Also while nothing differs: what somebody types is told when they leave the box, which may be for this button.
        if st.button("Save", icon=":material/save:", disabled=run.is_read_only):
            _try(lambda: store.describe(run.run_id, name=name, note=note))
        if run.config is not None:
            if st.button("Open", icon=":material/show_chart:", help="Its curves, step by step, on Train"):
                state.choose_run(run.run_id)
                open_page("Train")
            _offer_as_baseline(run)
            if run.status.epoch:
                offer_taking([run.run_id])
        if (
            run.status.is_resumable
            and run.config is not None
            and not run.is_read_only
            and st.button("Resume", icon=":material/restart_alt:")
        ):
            _try(lambda: store.resume_run(run.run_id))
        is_hidden = read_lock().hides("delete")
        if not is_hidden and st.button("Delete", icon=":material/delete:", disabled=run.status.is_active):
            confirm_deletion(store, run)
        if not is_hidden and not run.is_read_only:
            render_slimming(store, run)


def _introduce(run: RunSummary, runs: Sequence[RunSummary]) -> str:
    """Say in a sentence or two what a run did, and in what it differs from the preset it started from."""
    changes = describe_changes(run)
    read_only = f"It can only be looked at: {literal(run.read_only_because, most=None)}." if run.is_read_only else ""
    against = changes and f"Against the preset: {literal(changes, most=None)}."
    status, accuracy = run.status, ""
    if status.best_val_accuracy is not None:
        of_epoch = f"Best val {percent(status.best_val_accuracy)} after epoch {status.best_epoch}"
        accuracy = f"Val {percent(status.best_val_accuracy)}" if run.is_imported else of_epoch
        accuracy += f", test {percent(status.test_accuracy_best)}" if status.test_accuracy_best is not None else ""
    if run.is_imported:
        came = f"Imported from {literal(run.imported_from)}: it was trained elsewhere, and cannot be trained on here."
        return "  \n".join(filter(None, (came, f"{accuracy}." if accuracy else "", message(run.damage))))
    parts = [f"{status.status.capitalize()}, {status.epoch} of {status.num_epochs} epochs done"] if run.config else []
    parts += [f"{duration(status.seconds)} of training"] if status.seconds else []
    parts += [f"on {source_title(run.data_source)}"] if run.data_source else []
    parts += [f"of {literal(run.owner)}"] if run.owner else []
    sentence = f"{', '.join(parts)}." if parts else ""
    words = (
        sentence,
        f"{accuracy}." if accuracy else "",
        message(status.message),
        message(run.damage),
        describe_first_weights(run, runs),
        against,
        read_only,
        describe_slimness(run),
    )
    return "  \n".join(filter(None, words))


def _offer_as_baseline(run: RunSummary) -> None:
    is_baseline = address.BASELINE.value() == run.run_id
    st.button(
        "No baseline" if is_baseline else "Make it the baseline",
        icon=":material/flag:",
        on_click=_choose_baseline,
        args=(None if is_baseline else run.run_id,),
        help="The list and the charts then hold all runs against it.",
    )


def _choose_baseline(run_id: str | None) -> None:
    address.BASELINE.choose(run_id)
    address.step_on()


@st.dialog("Delete this run?")
def confirm_deletion(store: RunStore, run: RunSummary) -> None:
    """Ask before a run is gone for good."""
    st.write(f"{literal(run_title(run), most=None)}: its settings, curves, weights and predictions will be removed.")
    may_go, act = is_agreed(run.owner, "delete"), (store, run.run_id)
    # In the callback: the page is then drawn without the run.
    if st.button(
        "Delete it", type="primary", icon=":material/delete:", disabled=not may_go, on_click=_delete, args=act
    ):
        st.rerun()


def _delete(store: RunStore, run_id: str) -> None:
    if not try_or_toast(store.delete, run_id):
        return
    for parameter in (address.TICKED, address.BASELINE, address.VERSUS):
        parameter.choose(",".join(other for other in (parameter.value() or "").split(",") if other != run_id))
    if state.chosen_run() == run_id:
        state.choose_run(None)


def _try(action: Callable[[], None]) -> None:
    with errors_said():
        action()
        st.rerun()
