"""Train: start from a preset, change what you are curious about, watch it learn, steer it."""

import streamlit as st

from cifar_core.config import RunConfig
from cifar_core.overrides import ConfigError, with_overrides
from dashboard.drawing.literal import message
from dashboard.session.cache import get_store
from dashboard.session.frame import find_run, page_frame, require_dataset
from dashboard.session.opening import newest_to_watch
from dashboard.train.memory_view import render_shortage
from dashboard.train.network_view import render_network
from dashboard.train.panel import render_run
from dashboard.train.preset_picker import choose_preset, remember_form, render_keeping
from dashboard.train.setup import render_differences, render_settings, render_start
from dashboard.train.steering import render_queue

with page_frame("Train", newest_to_watch) as runs:
    require_dataset()
    form_column, view_column = st.columns([2, 3], gap="medium")
    with form_column:
        preset = choose_preset()
        start = st.container()
        settings = render_settings()
        try:
            wanted: RunConfig | None = with_overrides(RunConfig(), settings)
        except ConfigError as error:
            wanted = None
            start.error(message(error), icon=":material/block:")
    if wanted is not None:
        with start:
            shortage = st.container()  # filled last: it needs torch, which a new server is still loading
            render_start(wanted, preset, runs)
        with form_column:
            with st.expander("What differs", icon=":material/difference:"):
                render_differences(wanted, preset, runs)
            render_keeping(wanted, preset)
            remember_form(wanted, preset)
    with view_column:
        if runs:
            render_queue(get_store(), runs)
        run = find_run(runs)
        if run is not None:
            with st.container(key="first_on_phones"):
                render_run(get_store(), run)
        else:
            st.info(
                "Start a run, or choose one in the sidebar, and its curves grow here.", icon=":material/show_chart:"
            )
        if wanted is not None:
            with st.expander(
                "The network that Start would train", expanded=run is None, icon=":material/account_tree:"
            ):
                render_network(wanted)
    if wanted is not None:
        with shortage:
            render_shortage(wanted)
