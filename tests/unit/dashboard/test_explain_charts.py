"""What the charts of Explain draw, and what a map's message holds."""

import base64
import io
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

import dashboard
from cifar_core.attribution.trust import PerturbationCurve
from dashboard.components import PictureMap
from dashboard.components.maps import encode_maps
from dashboard.drawing.pictures import lay_out
from dashboard.explain import charts
from tests.app.reading import decoded_maps, unpack


def test_perturbation_curves_stand_side_by_side():
    shares = np.array([0.0, 0.5, 1.0])
    curve = PerturbationCurve(shares, np.array([0.9, 0.2, 0.1]), np.array([[0.9, 0.6, 0.1], [0.9, 0.4, 0.1]]))
    frame = charts.perturbation_frame({"Deletion": curve, "Insertion": curve})
    assert frame["random_probability"].tolist() == pytest.approx([0.9, 0.5, 0.1] * 2)
    drawn = charts.perturbation_figure(frame).data
    assert len(drawn) == 4
    assert list(drawn[0].y) == pytest.approx([90, 20, 10])
    assert drawn[0].xaxis != drawn[2].xaxis
    assert curve.area == pytest.approx((0.9 + 0.2) / 4 + (0.2 + 0.1) / 4)


def test_strips_of_two_runs_share_their_panels():
    frame = pd.DataFrame(
        {"change": ["blur", "blur", "noise"], "value": [0.0, 1.0, 0.1], "probability": [0.9, 0.5, 0.7]}
    )
    titles = {"blur": "Blur", "noise": "Noise"}
    drawn = charts.robustness_figure({"tortoise": frame, "hare": frame}, titles).data
    assert [trace.name for trace in drawn] == ["tortoise", "tortoise", "hare", "hare"]
    assert list(drawn[0].y) == list(drawn[2].y) == [90, 50]
    assert drawn[0].xaxis == drawn[2].xaxis != drawn[1].xaxis
    assert drawn[0].line.color != drawn[2].line.color
    assert [trace.showlegend for trace in drawn] == [True, False, True, False]


def test_variants_and_before_and_after_show_their_numbers():
    frame = pd.DataFrame({"variant": ["as it is", "mirrored"], "probability": [0.75, 0.5]})
    variants = charts.variants_rows(frame)
    assert [(row.name, row.bars[0].text) for row in variants] == [("as it is", "75.0 %"), ("mirrored", "50.0 %")]
    assert variants[0].bars[0].colour != variants[1].bars[0].colour
    rows = charts.before_after_rows(np.array([0.1, 0.9]), np.array([0.6, 0.4]), ["cat", "dog"])
    assert [[bar.share for bar in row.bars] for row in rows] == [[0.1, 0.6], [0.9, 0.4]]


def test_a_map_may_lie_over_an_image_of_its_own():
    first, second = np.zeros((3, 32, 32), np.uint8), np.full((3, 32, 32), 7, np.uint8)
    values = np.ones((32, 32), np.float32)
    message = encode_maps(
        first, [PictureMap("a", values), PictureMap("b", image=second)], side=100, limit=None, overlay=1
    )
    over_first, over_second = decoded_maps(*unpack(message))
    assert set(over_first["image"].flat) == {0}
    assert set(over_second["image"].flat) == {7}


def test_pictures_are_laid_out_with_nothing_between():
    sheet = lay_out(np.full((3, 3, 5, 5), 9, np.uint8), columns=2)
    factor = sheet.shape[1] // 12
    assert sheet.shape == (12 * factor, 12 * factor, 4)
    assert (sheet[sheet[..., 3] == 255][:, :3] == 9).all()
    assert (sheet[..., 3] == 255).sum() == 3 * 25 * factor**2


def _draw_in_app(pixels):
    from dashboard.drawing.pictures import show_picture

    show_picture(pixels, "four squares", width=64)


def test_a_picture_comes_with_the_page_and_is_asked_for_at_no_address():
    pixels = np.array([[[255, 0, 0], [0, 255, 0]], [[0, 0, 255], [9, 8, 7]]], np.uint8)
    (drawn,) = AppTest.from_function(_draw_in_app, args=(pixels,)).run().get("image")
    kind, _, content = drawn.proto.imgs[0].url.partition(",")
    assert kind == "data:image/webp;base64"
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(base64.b64decode(content)))), pixels)


def test_all_pictures_of_pages_come_so():
    drawn_as_files = [
        path.name for path in Path(dashboard.__file__).parent.rglob("*.py") if "st.image(" in path.read_text()
    ]
    assert drawn_as_files == ["pictures.py"]
