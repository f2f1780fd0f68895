"""From a selection to a training: the present settings with one thing changed, which images they train on."""

import streamlit as st

from cifar_core.config import DataConfig
from cifar_core.data import Dataset, Splits
from cifar_core.runs import RunSummary, default_runs_dir
from cifar_core.selections import Selection, SelectionError, leave_out_too
from dashboard.drawing.literal import message
from dashboard.session import draft, form_values
from dashboard.session.held_out import describe_leak
from dashboard.session.redraw import hand_over_page

_LABELS = {
    "exclude": ("Train without these", ":material/remove_circle:"),
    "only": ("Train on these alone", ":material/filter_center_focus:"),
    "oversample": ("Show these more often", ":material/repeat:"),
    "relabel": ("Train with their classes", ":material/label:"),
}


def offer_training(
    selection: Selection, dataset: Dataset, splits: Splits, run: RunSummary | None, *, key: str, all_ways: bool = False
) -> None:
    """Draw what sets up a training that differs from the present settings in a selection alone.

    Present are those of Train's form while somebody has changed something there, else those of the run that pages speak
    of. Where the selection holds images of val or test the button is disabled, and says why.

    Args:
        selection: Whose images.
        dataset: All images.
        splits: Of the run that pages speak of.
        run: That run, if there is one.
        key: Of the buttons.
        all_ways: Whether to offer more than to leave the images out.
    """
    leak = describe_leak(splits, selection.images.indices)
    ways = list(_LABELS) if all_ways else ["exclude"]
    for setting in ways:
        if setting == "relabel" and selection.images.labels is None:
            continue
        label, icon = _LABELS[setting]
        if st.button(
            label,
            icon=icon,
            key=f"{key}_{setting}",
            type="primary" if setting == "exclude" else "secondary",
            disabled=bool(leak),
            help=leak or _explain(run),
            on_click=_set_up,
            args=(selection, setting, run),
        ):
            st.rerun()


def _explain(run: RunSummary | None) -> str:
    if draft.is_edited():
        of = "what Train's form holds"
    else:
        of = "the preset that Train's form starts from" if run is None else "the run that pages speak of"
    return (
        f"Leads to Train with the settings of {of}, this one changed and marked, same seed. Its comparison is offered "
        "there when it ends."
    )


def _set_up(selection: Selection, setting: str, run: RunSummary | None) -> None:
    """Fill Train's form, and lead there. For callbacks."""
    if not draft.is_edited() and run is not None and run.config is not None:
        form_values.fill_form(run.config, f"{form_values.RUN_ORIGIN}{run.run_id}")
        draft.choose_fork(None)
    form_values.ensure_form_filled()
    path = f"data.{setting}"
    try:
        chosen = selection
        if setting == "exclude":
            chosen = leave_out_too(default_runs_dir(), DataConfig(exclude=form_values.form_value(path, "")), selection)
    except SelectionError as error:
        st.toast(message(error), icon=":material/info:")
        return
    form_values.set_form({path: chosen.content_hash})
    form_values.lead_to_form()
    hand_over_page("Train")
