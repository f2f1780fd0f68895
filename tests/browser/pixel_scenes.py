"""Components with contents that are known to the pixel."""

import numpy as np
import streamlit as st

from dashboard.components import (
    Line,
    LineChart,
    PictureMap,
    ScatterPoints,
    Tile,
    confusion_matrix,
    gallery,
    image_inspector,
    line_chart,
    picture_maps,
    quiz,
    scatter,
)
from dashboard.components.lines import encode_chart
from dashboard.components.scatter import encode_scatter

CORNERS = {"top": (0.0, 1.0), "right": (1.0, 0.0), "bottom": (0.0, -1.0), "left": (-1.0, 0.0)}
COLOURS = {"top": "#e08000", "right": "#00a000", "bottom": "#404080", "left": "#a000a0"}  # none of the picture's
CURVES = {"high": "#d00000", "low": "#0000d0", "dotted": "#00a000"}
HEIGHTS = {"high": 0.8, "low": 0.2, "dotted": 0.5}


def draw_halves():
    """A picture, red above, its left lower quarter green, its right one blue."""
    image = np.zeros((3, 32, 32), np.uint8)
    image[0, :16] = 255
    image[1, 16:, :16] = 255
    image[2, 16:, 16:] = 255
    return image


def show_scatter():
    positions = np.array(list(CORNERS.values()), np.float32)
    names, colours, places = list(CORNERS), list(COLOURS.values()), np.arange(4)
    points = ScatterPoints(places, positions, places, names, colours, places, None, "/pictures")
    scatter(encode_scatter(points), "four points", key="scatter")


def show_gallery():
    tiles = [Tile(0, "wrong one", "wrong"), Tile(1, "right one", "right"), Tile(2, "neither")]
    gallery(np.stack([draw_halves()] * 3), tiles, key="gallery", label="three")


def show_matrix():
    matrix = np.array([[80, 20], [20, 80]])
    confusion_matrix(matrix, ("cat", "dog"), key="matrix", selected=(0, 0), on_select=lambda true, pred: None)


def show_inspector():
    image_inspector(draw_halves(), "halves", key="inspector")


def show_maps():
    values = np.zeros((32, 32), np.float32)
    values[:8], values[-8:] = 1, -1
    picture_maps(draw_halves(), [PictureMap("alone"), PictureMap("signed", values)], key="maps", overlay=1.0)


def show_lines():
    lines = [
        Line(name, [0, 1, 2, 3], [HEIGHTS[name]] * 4, colour, width=3, is_dotted=name == "dotted")
        for name, colour in CURVES.items()
    ]
    chart = LineChart(lines, "Epoch", "Accuracy", (0.0, 1.0))
    line_chart(encode_chart(chart, "three curves"), key="lines")


def show_quiz():
    def finish(answers, seconds):
        st.session_state["told"] = f"answers {answers}, timed: {seconds > 0}"

    names = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
    st.text_input("Somewhere else")
    quiz(np.stack([draw_halves()] * 4), names, key="quiz", on_finish=finish)
    st.write(st.session_state.get("told", "nothing was told"))


SCENES = {
    "scatter": show_scatter,
    "gallery": show_gallery,
    "matrix": show_matrix,
    "inspector": show_inspector,
    "maps": show_maps,
    "lines": show_lines,
    "quiz": show_quiz,
}
