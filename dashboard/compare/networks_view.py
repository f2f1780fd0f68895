"""Two networks at a glance: which gets more right, and whether that can be chance."""

import streamlit as st

from dashboard.compare.charts import write_piles
from dashboard.compare.reading import Pair
from dashboard.compare.words import describe_networks, explain_test
from dashboard.session.links import scorecard_link


def render_networks(pair: Pair) -> None:
    """Say it, and draw all images as a bar of piles."""
    answers = pair.answers
    of = f"{len(answers.frame):,} {pair.split} images"
    st.markdown(
        describe_networks(answers.effect, answers.accuracies, of),
        help="Weights of each run's best epoch on val.",
    )
    st.html(write_piles(answers.sizes))
    st.caption(
        explain_test(answers.effect, answers.sizes["fixed"], answers.sizes["broken"]),
        help="The exact test of McNemar, and the interval of Bonett and Price: 19 of 20 such intervals hold the true "
        "difference.",
    )
    with st.container(horizontal=True, gap="small"):
        for letter, run in zip("AB", pair.runs, strict=True):
            scorecard_link(run.run_id, f"Score card of {letter}")
