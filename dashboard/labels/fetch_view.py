"""A file that others have published and that is not here: what it is, under which licence, and the button to get it."""

from functools import partial
from pathlib import Path

import streamlit as st

from cifar_core.data import DataError, Dataset, default_data_dir
from cifar_core.labels.published import Published, fetch_published, is_spoken_of
from dashboard.drawing.literal import in_code, message
from dashboard.session.downloading import DownloadJob, render_job, size
from dashboard.session.links import page_link


def render_missing(dataset: Dataset, published: Published, why: str) -> None:
    """Say what the file would show and how to get it; on other images, how to get those that it speaks of.

    Args:
        dataset: The images that are here.
        published: The file.
        why: What the page would show with it, as a sentence.
    """
    st.markdown(why)
    if not is_spoken_of(dataset):
        st.info(
            f"People looked at CIFAR-10's photographs. The {dataset.title.lower()} is drawn by code, and nobody "
            "judged it.",
            icon=":material/photo_library:",
        )
        page_link("Overview", "Get CIFAR-10", ":material/download:")
        return
    st.info(
        f"**{published.name}** is not here: {published.what}. Licence: {published.licence}. It is not part of CIFAR "
        "Lab and is fetched only when you ask for it.",
        icon=":material/how_to_vote:",
    )
    _render_job(published)


def render_refused(published: Published, error: DataError) -> None:
    """Say why a file that is there is not used, and offer the published one."""
    st.error(message(error), icon=":material/gpp_bad:")
    _render_job(published)


def _render_job(published: Published) -> None:
    job = _job(default_data_dir(), published)
    start = partial(_render_start, job, published)
    render_job(job, published.name, published.num_bytes, start, key=published.name)


@st.cache_resource(show_spinner=False)
def _job(data_dir: Path, published: Published) -> DownloadJob:
    return DownloadJob(partial(fetch_published, published, data_dir))


def _render_start(job: DownloadJob, published: Published) -> None:
    label = "Try again" if job.error else f"Download {published.name}"
    if st.button(f"{label} ({size(published.num_bytes)})", icon=":material/download:", type="primary", key="fetch"):
        job.start()
        st.rerun()
    folder = in_code(str(default_data_dir()))
    st.caption(
        f"By hand: get it from [{published.home.removeprefix('https://')}]({published.home}), put it into {folder} or "
        "into the folder that `CIFAR_PEOPLE_DIR` names, and reload this page. Its SHA-256 is checked."
    )
