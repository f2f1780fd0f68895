"""Overview: what is here, and what to do next."""

import psutil
import streamlit as st

from cifar_core.data import DataError, Dataset, default_data_dir
from cifar_core.runs import RunSummary
from dashboard import state
from dashboard.cache import get_dataset, get_devices
from dashboard.download import render_download
from dashboard.frame import page_frame
from dashboard.words import STATUS_ICONS, percent

BY_HAND = "By hand: put `cifar-10-python.tar.gz` or the folder `cifar-10-batches-py` into `{folder}`, then look again."


def find_dataset() -> Dataset | None:
    """Return the dataset, or say why it cannot be read."""
    try:
        return get_dataset()
    except DataError as error:
        st.error(str(error), icon=":material/folder_off:")
        return None


def render_next_step(dataset: Dataset | None, runs: list[RunSummary]) -> None:
    """Offer the one thing that makes sense now."""
    active = next((run for run in runs if run.status.is_active), None)
    finished = next((run for run in runs if run.status.test_accuracy_best is not None), None)
    with st.container(border=True):
        st.subheader("Next step")
        if dataset is None:
            st.write("Repair the data folder, or download CIFAR-10 anew.")
        elif active is not None:
            st.write(f"**{active.name}** is {active.status.status}. Watch its loss and accuracy grow.")
            _link("pages/Train.py", "Watch it train", active.run_id)
        elif finished is not None:
            accuracy = percent(finished.status.test_accuracy_best)
            st.write(f"**{finished.name}** reached {accuracy} on test. Which images does it get wrong, and why?")
            _link("pages/Errors.py", "See its errors", finished.run_id)
        else:
            st.write("Nothing has been trained yet. Start from a preset and watch a network learn.")
            _link("pages/Train.py", "Train a first network", None)


def _link(page: str, label: str, run_id: str | None) -> None:
    if st.button(label, type="primary", icon=":material/arrow_forward:"):
        if run_id is not None:
            state.choose_run(run_id)
        st.switch_page(page)


def render_data(dataset: Dataset | None) -> None:
    """Say what the images are and where they came from; offer the download where it is wanted."""
    with st.container(border=True):
        st.subheader("Data")
        if dataset is not None:
            st.write(
                f"**{dataset.title}**: {dataset.num_train:,} train and {dataset.num_test:,} test images, 32x32 pixels, "
                f"{dataset.num_classes} classes."
            )
        if dataset is not None and dataset.source == "cifar10-unverified":
            st.caption("Its files lack the official checksums, so numbers may differ a little from published ones.")
        if dataset is None or dataset.is_practice:
            st.write("CIFAR-10 is not here yet. The practice set, drawn by code, keeps every page working meanwhile.")
            render_download()
            st.caption(BY_HAND.format(folder=default_data_dir()))


def render_machine() -> None:
    """Say what can train here."""
    with st.container(border=True):
        st.subheader("This machine")
        for device in get_devices():
            st.write(f"**{device.title}** `{device.name}`, {device.detail}")
        memory = psutil.virtual_memory()
        st.caption(f"{memory.available / 2**30:.0f} of {memory.total / 2**30:.0f} GiB memory free.")


def render_latest(runs: list[RunSummary]) -> None:
    """List the newest runs, each with a way in."""
    with st.container(border=True):
        st.subheader("Latest runs")
        if not runs:
            st.caption("No run yet. They appear here, whether started on Train or on the command line.")
        for run in runs[:5]:
            left, right = st.columns([5, 1], vertical_alignment="center")
            accuracy = percent(run.status.best_val_accuracy)
            left.markdown(
                f"{STATUS_ICONS[run.status.status]} **{run.name or run.run_id}** {run.status.status}, val {accuracy}"
            )
            if right.button("Open", key=f"overview_open_{run.run_id}"):
                state.choose_run(run.run_id)
                st.switch_page("pages/Train.py")


all_runs = page_frame("Overview")
st.write(
    "See what a convolutional network learns, where it fails and why: look at the images, train a network, open its "
    "errors, ask what it looked at, change one thing, go round again."
)
found = find_dataset()
top_left, top_right = st.columns([3, 2])
with top_left:
    render_next_step(found, all_runs)
    render_latest(all_runs)
with top_right:
    render_data(found)
    render_machine()
