"""The one thing that makes sense now, and the latest runs."""

import streamlit as st

from cifar_core.data import Dataset
from cifar_core.presets import PRESETS
from cifar_core.runs import RunSummary
from dashboard.components.follower import follow_runs
from dashboard.drawing.literal import literal, message
from dashboard.drawing.words import STATUS_ICONS, percent, short_name
from dashboard.session import state
from dashboard.session.activity import stage_of
from dashboard.session.cache import get_store, list_readable_runs, why_not_startable
from dashboard.session.links import open_page, page_link
from dashboard.session.saying import errors_said, fragment

_NUM_LATEST = 6
_CIFAR10_NUM_TRAIN = 50_000


@fragment
def render_runs(dataset: Dataset | None) -> None:
    """Draw what hangs on the runs, and again whenever one comes, goes or moves on."""
    runs = list_readable_runs()
    _render_next_step(dataset, runs)
    _render_latest(runs)
    follow_runs("runs", stage_of(runs), key="follow_runs")


def _render_next_step(dataset: Dataset | None, runs: list[RunSummary]) -> None:
    """Offer the one thing that makes sense now."""
    active = next((run for run in runs if run.status.status in ("running", "paused")), None)
    finished = next((run for run in runs if run.status.test_accuracy_best is not None), None)
    shown = active or finished
    name = literal(short_name(shown)) if shown is not None else ""
    with st.container(border=True):
        st.subheader("Next step")
        if dataset is None:
            st.write("The data folder cannot be used as it is. Follow the message above, then reload this page.")
        elif active is not None:
            st.write(f"**{name}** is {active.status.status}. Watch its loss and accuracy change.")
            _open("Train", "Watch it train", active)
        elif finished is not None:
            accuracy = percent(finished.status.test_accuracy_best)
            of = "the practice set's test images" if finished.data_source == "practice" else "the test images"
            st.write(f"**{name}** gets {accuracy} of {of} right. Which does it get wrong, and why?")
            _open("Errors", "See its errors", finished)
        else:
            _offer_first_run(dataset)


def describe_first_run(dataset: Dataset) -> str:
    """Say what the quick preset would learn from this dataset, and of a smaller one how much sooner."""
    quick = PRESETS["quick"]
    if not dataset.is_practice:
        return f"Preset **{quick.title}**: {quick.description}"
    share = percent(dataset.num_train / _CIFAR10_NUM_TRAIN, 0)
    return (
        f"Preset **{quick.title}** would learn the practice set: {dataset.num_train:,} training images where CIFAR-10 "
        f"has {_CIFAR10_NUM_TRAIN:,}, in about {share} of the time that CIFAR-10 takes here. That is enough to try "
        "everything; CIFAR-10 can follow at any time."
    )


def _offer_first_run(dataset: Dataset) -> None:
    quick = PRESETS["quick"]
    st.write(f"Nothing has been trained yet. {describe_first_run(dataset)}")
    with st.container(horizontal=True, vertical_alignment="center"):
        why_not = why_not_startable()
        is_wanted = st.button(
            "Train the quick preset",
            type="primary",
            icon=":material/play_arrow:",
            disabled=why_not is not None,
            help=why_not and message(why_not),
        )
        page_link("Train", "Choose the settings first", ":material/tune:")
    if is_wanted:
        with errors_said():
            state.choose_run(get_store().submit(quick.config, preset=quick.name))
            open_page("Train")


def _open(page: str, label: str, run: RunSummary) -> None:
    if st.button(label, type="primary", icon=":material/arrow_forward:"):
        state.choose_run(run.run_id)
        open_page(page)


def _render_latest(runs: list[RunSummary]) -> None:
    """List the newest runs, each with a way in."""
    with st.container(border=True):
        st.subheader("Latest runs")
        if not runs:
            st.caption("No run yet. They appear here, whether started on Train or on the command line.")
        for run in runs[:_NUM_LATEST]:
            _render_line(run)
        if len(runs) > _NUM_LATEST:
            page_link("Runs", f"All {len(runs)} runs", ":material/table_rows:")


def _render_line(run: RunSummary) -> None:
    status = run.status
    words: list[str] = [status.status]
    if status.best_val_accuracy is not None:
        words.append(f"best val {percent(status.best_val_accuracy)} at epoch {status.best_epoch}")
    if run.data_source == "practice":
        words.append("practice set")
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.markdown(f"{STATUS_ICONS[status.status]} **{literal(short_name(run))}** :small[{', '.join(words)}]")
        if st.button("Open", key=f"overview_open_{run.run_id}"):
            state.choose_run(run.run_id)
            open_page("Train")
