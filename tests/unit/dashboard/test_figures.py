"""Figures are made once for the same tables."""

import pandas as pd
import plotly.graph_objects as go
from streamlit.testing.v1 import AppTest


def test_equal_tables_share_a_figure_and_others_do_not():
    made = []

    def count_figure(frame, title):
        made.append(title)
        return go.Figure(go.Bar(x=frame["x"], y=frame["y"]), layout={"title": title})

    def page(make, pd):
        from dashboard.drawing.figures import show_figure

        for place, (height, title) in enumerate([(1, "a"), (1, "a"), (2, "a"), (1, "b")]):
            show_figure(make, pd.DataFrame({"x": ["u"], "y": [height]}), title, key=f"chart{place}", alt="A bar")

    at = AppTest.from_function(page, args=(count_figure, pd)).run()
    assert not at.exception
    assert made == ["a", "a", "b"]
    specs = [chart.proto.spec for chart in at.get("plotly_chart")]
    assert specs[0] == specs[1] != specs[2]
    at.run()
    assert len(made) == 3
