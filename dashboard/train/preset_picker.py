"""What the form starts from: the choice of it, what an address brings along, and the run that it follows."""

from collections.abc import Mapping, Sequence

import streamlit as st

from cifar_core.overrides import with_overrides
from cifar_core.presets import FIRST_PRESET, PRESETS
from cifar_core.runs import RunSummary
from dashboard.drawing.literal import literal, message
from dashboard.session import address, draft, form_values, state
from dashboard.session.cache import list_readable_runs
from dashboard.session.packing import unpack
from dashboard.train.origins import Origin, base_of, list_origins, run_key


def prepare_form(runs: Sequence[RunSummary]) -> None:
    """Fill the form with what the address brings along, else with the run that was started or opened since.

    What somebody changed in the form is never given up for a run. To be called whichever half of Train is shown: the
    address tells of it once.
    """
    origins = list_origins(runs, address.PRESET.value())
    taken = _take_address(origins)
    run_id = state.chosen_run()
    origin = origins.get(run_key(run_id or ""))
    if origin is not None and run_id != draft.followed_run():
        draft.note_followed(run_id)
        if not taken and not draft.is_edited():
            form_values.fill_form(origin.config, origin.key)
            draft.choose_fork(None)
            address.PRESET.choose(None)
            address.SETTINGS.choose(None)
    form_values.ensure_form_filled()


def choose_origin(runs: Sequence[RunSummary]) -> Origin:
    """Draw what the form can start from and return the chosen one; choosing one fills every widget of the form."""
    origins = list_origins(runs)
    if state.widget_value(state.TRAIN_PRESET) not in origins:  # deleted meanwhile
        state.set_widget(state.TRAIN_PRESET, FIRST_PRESET)
    key = st.pills(
        "Start from",
        list(origins),
        required=True,
        format_func=lambda key: literal(origins[key].title if key in origins else key),
        key=state.TRAIN_PRESET,
        on_change=fill_from_origin,
        wrap=True,
        persist_state="session",
    )
    origin = origins[key or FIRST_PRESET]
    st.caption(origin.description)
    return origin


def fill_from_origin() -> None:
    """Set every widget to what the form starts from, and begin from new weights."""
    origins = list_origins(list_readable_runs())
    origin = origins.get(state.widget_value(state.TRAIN_PRESET), origins[FIRST_PRESET])
    form_values.fill_form(origin.config)
    draft.choose_fork(None)


def _take_address(origins: Mapping[str, Origin]) -> bool:
    """Fill the form with what the address brought along; what no run can have is said and leaves the form as it is.

    Returns:
        Whether it brought something along.
    """
    settings, key = address.SETTINGS.value(), address.PRESET.value()
    if not address.is_from_address(address.PRESET, address.SETTINGS) or not (settings or key):
        return False
    origin = origins.get(key or FIRST_PRESET)
    try:
        config = with_overrides(base_of(key or FIRST_PRESET).config, unpack(settings or "{}"))
    except (ValueError, TypeError) as error:
        st.error(f"The link's settings cannot be used: {message(error)}", icon=":material/link_off:")
        return False
    if origin is not None and origin.key not in PRESETS and not settings:
        config = origin.config
    form_values.fill_form(config, FIRST_PRESET if origin is None else origin.key)
    draft.note_edited(config != (origin or origins[FIRST_PRESET]).config)
    if address.ADVISED.value():
        draft.note_advised()
        address.ADVISED.choose(None)
    return True
