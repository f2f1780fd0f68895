"""The newest runs, each with a way in."""

import streamlit as st

from cifar_core.runs import RunSummary
from dashboard.components.follower import follow_runs
from dashboard.drawing.literal import literal
from dashboard.drawing.words import STATUS_ICONS, percent, short_name
from dashboard.session import address
from dashboard.session.activity import stage_of
from dashboard.session.cache import list_readable_runs
from dashboard.session.links import page_link
from dashboard.session.saying import fragment

_NUM_LATEST = 6


@fragment
def render_latest() -> None:
    """List the newest runs, and again whenever one comes, goes or moves on."""
    runs = [run for run in list_readable_runs() if run.experiment is None]
    st.markdown("**Latest runs**")
    if not runs:
        st.caption("No run yet. They appear here, whether started on Train or on the command line.")
    for run in runs[:_NUM_LATEST]:
        _render_line(run)
    if len(runs) > _NUM_LATEST:
        page_link("Runs", f"All {len(runs)} runs", ":material/table_rows:")
    follow_runs("runs", stage_of(runs), key="follow_latest")


def _render_line(run: RunSummary) -> None:
    status = run.status
    words: list[str] = [status.status]
    if status.best_val_accuracy is not None:
        words.append(f"best val {percent(status.best_val_accuracy)} at epoch {status.best_epoch}")
    if run.data_source == "practice":
        words.append("practice set")
    badge = " :violet-badge[demo]" if run.is_demo else " :violet-badge[imported]" if run.is_imported else ""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        label = literal(short_name(run))
        carried = {address.RUN: run.run_id, address.PART: address.THIS_RUN}
        page_link("Train", label, STATUS_ICONS[status.status], carrying=carried)
        st.markdown(f":small[:gray[{', '.join(words)}]]{badge}", width="content")
