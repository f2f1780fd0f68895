"""Components of our own, where Streamlit has none: each a Python module with its HTML, CSS and JavaScript beside it."""

from dashboard.components.arrival import render_arrival
from dashboard.components.bars import Bar, BarRow, bars
from dashboard.components.class_bar import class_bar
from dashboard.components.confusion_matrix import Cells, confusion_matrix
from dashboard.components.dots import Balance, Dot, DotRow, dots
from dashboard.components.forecast import forecast
from dashboard.components.gallery import Tile, gallery
from dashboard.components.heat_table import HeatCell, HeatRow, heat_table
from dashboard.components.hunt import Revealed, hunt
from dashboard.components.inspector import image_inspector
from dashboard.components.judging import Doubt, Judged, judging
from dashboard.components.lines import Level, Line, LineChart, Mark, line_chart
from dashboard.components.maps import PictureMap, picture_maps
from dashboard.components.network import NetworkBox, network_drawing
from dashboard.components.opener import opener
from dashboard.components.pulse import Pulse, render_pulse
from dashboard.components.quiz import quiz
from dashboard.components.scatter import Marking, ScatterPoints, scatter
from dashboard.components.sketch import sketch
from dashboard.components.stepper import stepper

__all__ = [
    "Balance",
    "Bar",
    "BarRow",
    "Cells",
    "Dot",
    "DotRow",
    "Doubt",
    "HeatCell",
    "HeatRow",
    "Judged",
    "Level",
    "Line",
    "LineChart",
    "Mark",
    "Marking",
    "NetworkBox",
    "PictureMap",
    "Pulse",
    "Revealed",
    "ScatterPoints",
    "Tile",
    "bars",
    "class_bar",
    "confusion_matrix",
    "dots",
    "forecast",
    "gallery",
    "heat_table",
    "hunt",
    "image_inspector",
    "judging",
    "line_chart",
    "network_drawing",
    "opener",
    "picture_maps",
    "quiz",
    "render_arrival",
    "render_pulse",
    "scatter",
    "sketch",
    "stepper",
]
