"""What the best of a sweep are worth: trained again with fresh seeds, then one look at test for the winner."""

from collections.abc import Sequence
from functools import partial

import pandas as pd
import streamlit as st

from cifar_core.runs import RunSummary
from cifar_core.sweeps import (
    Fresh,
    Promotion,
    Sweep,
    SweepStore,
    expect_promotion_seconds,
    interval_on_test,
    is_search_over,
    report_fresh,
)
from dashboard.components import dots
from dashboard.components.numbers import WHOLE
from dashboard.drawing.literal import literal, message
from dashboard.drawing.tables import offer_csv
from dashboard.drawing.words import about, count, percent, signed
from dashboard.session import state
from dashboard.session.links import scorecard_link
from dashboard.session.lock import read_lock
from dashboard.session.saying import act_or_toast
from dashboard.sweeps.fresh_chart import describe_interval, fresh_frame, fresh_rows
from dashboard.sweeps.head_view import go_on, render_act, render_left_alone, render_stop, why_not_driven
from dashboard.sweeps.luck import describe_luck, describe_winner
from dashboard.sweeps.words import write_values

_TOP, _SEEDS, _TEST = "sweep_top", "sweep_fresh_seeds", "sweep_reads_test"


def render_promotion(
    store: SweepStore, sweep: Sweep, runs: Sequence[RunSummary], num_val: int | None, now: float
) -> None:
    """Draw the offer to train the best again, how far that is, or what came of it.

    Args:
        store: The sweeps.
        sweep: Which.
        runs: All.
        num_val: Val images; None if that is not known.
        now: Unix time.
    """
    if not sweep.ranking():
        return
    with st.container(border=True, key="sweep_promotion"):
        st.markdown("##### What are the best worth?")
        if luck := describe_luck(sweep, num_val):
            st.markdown(luck)
        if sweep.promotion is not None:
            _render_promoted(store, sweep, sweep.promotion, runs, now)
        elif not sweep.is_of_newer:
            _render_offer(store, sweep)


def _render_offer(store: SweepStore, sweep: Sweep) -> None:
    if not (is_search_over(sweep) or sweep.state == "stopped"):
        st.caption(
            "When the search is over, or stopped, the best can be trained again with seeds that the choice did not "
            "see: their mean is what the settings are worth."
        )
        return
    most = min(20, len(sweep.ranking()))
    _fill(most)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        top = st.number_input("The best", 1, most, key=_TOP, placeholder=WHOLE, width=130)
        seeds = st.number_input("Fresh seeds of each", 2, 20, key=_SEEDS, placeholder=WHOLE, width=170)
        if not read_lock().hides("test"):
            st.checkbox("Then the winner looks at test, once", key=_TEST, help="Counted, like each look at test.")
    if top is None or seeds is None:
        return
    seconds = expect_promotion_seconds(sweep, int(top), int(seeds))
    time = "" if seconds is None else f", about **{about(seconds)}** here"
    st.markdown(
        f"{count(int(top) * int(seeds), 'whole run')}{time}, with seeds that the choice did not see: their mean is "
        "what the settings are worth. Then nothing more is searched."
    )
    why_not = why_not_driven()
    which = f"the best {int(top)}" if top > 1 else "the best"
    st.button(
        f"Train {which} again with {int(seeds)} fresh seeds",
        type="primary",
        icon=":material/military_tech:",
        key="sweep_promote",
        disabled=why_not is not None,
        help=why_not and message(why_not),
        on_click=act_or_toast,
        args=(_promote, store, sweep, int(top), int(seeds)),
    )


def _fill(most: int) -> None:
    for key, usual in ((_TOP, min(3, most)), (_SEEDS, 5), (_TEST, True)):
        if state.widget_value(key) is None:
            state.set_widget(key, usual)
    state.keep_widget_at(_TOP, min(int(state.widget_value(_TOP)), most))


def _promote(store: SweepStore, sweep: Sweep, top: int, num_seeds: int) -> None:
    reads_test = bool(state.widget_value(_TEST)) and not read_lock().hides("test")
    store.promote(sweep.id, top=top, num_seeds=num_seeds, reads_test=reads_test)
    store.drive(sweep.id)


def _render_promoted(
    store: SweepStore, sweep: Sweep, promotion: Promotion, runs: Sequence[RunSummary], now: float
) -> None:
    if not promotion.is_over and not sweep.is_of_newer:
        _render_on_the_way(store, sweep, promotion, runs, now)
    fresh = report_fresh(sweep)
    if not fresh:
        if promotion.is_over:
            st.warning("Nothing came of the runs with fresh seeds: all of them ended before their time.")
        return
    dots(fresh_rows(fresh), "Val accuracies with fresh seeds, beside what the sweep said", key="sweep_fresh")
    st.markdown("\n".join(map(_describe_fresh, fresh)))
    if promotion.winner is None:
        st.caption("Which is better is said when all are trained.")
    else:
        st.markdown(describe_winner(sweep))
        _render_test(promotion)
    offer_csv("Fresh seeds as CSV", partial(_fresh_table, fresh), "sweep_fresh.csv")


def _fresh_table(fresh: Sequence[Fresh]) -> pd.DataFrame:
    return fresh_frame(fresh).explode("scores")


def _describe_fresh(each: Fresh) -> str:
    interval = describe_interval(each)
    values = literal(write_values(each.trial.values), most=None)
    return (
        f"- **#{each.trial.number}** {percent(each.mean)}{interval} over {count(len(each.scores), 'fresh seed')}; the "
        f"sweep said {percent(each.claimed)}, so {signed(each.mean - each.claimed)} points: {values}"
    )


def _render_on_the_way(
    store: SweepStore, sweep: Sweep, promotion: Promotion, runs: Sequence[RunSummary], now: float
) -> None:
    by_id = {run.run_id: run for run in runs}
    mine = [by_id[run_id] for by_seed in promotion.runs.values() for run_id in by_seed.values() if run_id in by_id]
    total = len(promotion.trials) * len(promotion.seeds)
    done = sum(len(by_seed) for by_seed in promotion.scores.values())
    words = f"{done} of {total} runs with fresh seeds are done."
    if promotion.winner is not None and promotion.reads_test:
        words = "All are trained. The winner looks at test."
    with st.container(horizontal=True, vertical_alignment="center"):
        st.progress(min(sum(run.status.progress for run in mine) / total, 1.0), text=words)
        if sweep.state == "stopped":
            render_act("Go on", ":material/play_arrow:", "sweep_go_on", partial(go_on, store, sweep), why_not_driven())
        else:
            render_stop(store, sweep)
    if sweep.state == "running":
        render_left_alone(store, sweep, now)


def _render_test(promotion: Promotion) -> None:
    if not promotion.is_over or read_lock().hides("test"):
        return
    if not promotion.reads_test:
        st.caption("Test was not looked at.")
        return
    interval = interval_on_test(promotion)
    if promotion.test_accuracy is None or interval is None:
        st.warning(
            "Test was not looked at: the run that was named for it is gone, did not come to its end, or was taken "
            "out of the queue."
        )
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(
            f"**Test, read once, for #{promotion.winner}: {percent(promotion.test_accuracy)}** "
            f"({percent(interval[0])} to {percent(interval[1])}). It is the run with the first fresh seed, named "
            "before anybody saw what it came to.",
            width="content",
        )
        if promotion.test_run is not None:
            scorecard_link(promotion.test_run)
