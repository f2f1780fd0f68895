"""What components send to the browser, and what they take from it."""

import base64
import io
import json
import re
from dataclasses import asdict, dataclass, field, replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from dashboard.components import Bar, BarRow, HeatCell, HeatRow, Level, Line, LineChart, Mark, PictureMap, Tile
from dashboard.components.bars import encode_bars
from dashboard.components.colours import colour_css
from dashboard.components.confusion_matrix import encode_matrix, read_cell
from dashboard.components.dots import Balance, Dot, DotRow, encode_dots, read_press
from dashboard.components.forecast import read_curve
from dashboard.components.gallery import _encode_kept, encode_gallery
from dashboard.components.gallery.ticks import parse_ticks
from dashboard.components.heat_table import encode_table
from dashboard.components.inspector import encode_image
from dashboard.components.lines import encode_chart
from dashboard.components.maps import encode_maps
from dashboard.components.messages import as_data, encode_sprite, pack_message
from dashboard.components.received import read_place
from dashboard.components.sketch import read_drawing
from dashboard.components.stepper import read_step
from dashboard.drawing.matrices import matrix_cells
from tests.app.reading import decode_pictures, decoded_maps, unpack
from tests.browser.app import ROOT


def draw_images(count):
    return np.random.default_rng(0).integers(0, 256, (count, 3, 32, 32), dtype=np.uint8)


def decode(message):
    header, sprite = unpack(message)
    return header, open_sprite(sprite)


def open_sprite(sprite):
    return np.asarray(Image.open(io.BytesIO(sprite)))


def decode_maps(message):
    return decoded_maps(*unpack(message))


@pytest.mark.parametrize("count", [1, 20, 21, 100])
def test_a_gallery_carries_every_pixel_unchanged(count):
    images = draw_images(count)
    tiles = [Tile(10 * place, f"image {place}", "wrong" if place % 2 else "neutral") for place in range(count)]
    header, sprite = decode(encode_gallery(images, tiles, "all", 48))
    assert (header["label"], header["tile"]) == ("all", 48)
    assert header["ids"] == [10 * place for place in range(count)]
    assert header["captions"][-1] == f"image {count - 1}"
    assert header["tones"] == ["wrong" if place % 2 else "neutral" for place in range(count)]
    for place, image in enumerate(images):
        row, column = divmod(place, header["spriteColumns"])
        part = sprite[32 * row : 32 * row + 32, 32 * column : 32 * column + 32]
        assert np.array_equal(part.transpose(2, 0, 1), image)


@pytest.mark.parametrize(
    ("reported", "expected"),
    [
        ({"round": 2, "ids": [5, 3.0, 5, 9]}, [5, 3, 9]),
        ({"round": 1, "ids": [5]}, []),  # on its way when the round began
        ({"round": 2, "ids": [-1, 10, 2.5, "3", None, True, float("nan"), float("inf")]}, []),
        ({"round": 2, "ids": "35"}, []),
        ({"round": 2}, []),
        ([5, 3], []),
        (None, []),
        ({"round": 2, "ids": [1] * 100_001}, []),
    ],
)
def test_ticks_are_those_of_this_round_that_can_be(reported, expected):
    assert parse_ticks(reported, 2, 10) == expected


def test_images_are_encoded_once_and_again_when_a_pixel_changes():
    images, tiles = draw_images(3), [Tile(place, "") for place in range(3)]
    _encode_kept.cache_clear()
    for _ in range(2):
        encode_gallery(images, tiles, "all", 48)
    assert _encode_kept.cache_info().misses == 1
    images[2, 1, 4, 5] += 1
    _, sprite = decode(encode_gallery(images, tiles, "all", 48))
    assert np.array_equal(sprite[:32, 64:96].transpose(2, 0, 1), images[2])


def test_an_empty_gallery_is_a_valid_message():
    header, sprite = decode(encode_gallery(draw_images(0), [], "none", 64))
    assert header["ids"] == []
    assert sprite.ndim == 3


def test_a_hundred_tiles_take_little_room():
    smooth = np.repeat(np.repeat(draw_images(100)[:, :, ::8, ::8], 8, axis=2), 8, axis=3)
    tiles = [Tile(place, f"cat, image {place}") for place in range(100)]
    assert len(encode_gallery(smooth, tiles, "all", 64)) < 100_000


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ([3, 5], (3, 5)),
        ((0.0, 9.0), (0, 9)),
        ([None, 5], (None, 5)),
        ([3, None], (3, None)),
        ([None, None], None),
        (None, None),
        ([3], None),
        ([3, 5, 1], None),
        ([10, 0], None),
        ([-1, 0], None),
        ([1.5, 0], None),
        ([True, 0], None),
        (["3", 5], None),
        ({"row": 3}, None),
        ([float("nan"), 1], None),
        ([float("inf"), 1], None),
    ],
)
def test_only_cells_that_exist_are_taken_from_the_browser(value, expected):
    assert read_cell(value, 10) == expected


@pytest.mark.parametrize(
    ("value", "expected"), [(1, 1), (-1.0, -1), (0, None), (2, None), (True, None), ("1", None), (None, None)]
)
def test_only_steps_by_one_are_taken_from_the_browser(value, expected):
    assert read_step(value) == expected


def test_a_drawing_comes_back_as_the_pixels_that_were_sent():
    image = draw_images(1)[0]
    sent = base64.b64encode(image.transpose(1, 2, 0).tobytes()).decode()
    assert (read_drawing(sent) == image).all()


@pytest.mark.parametrize(
    "value", [None, 3, "", "A" * 4095, "A" * 4097, "\u00e4" * 4096, "-" * 4096, "=" * 4096, ["A"] * 4096]
)
def test_what_is_no_drawing_is_not_taken_from_the_browser(value):
    assert read_drawing(value) is None


def test_maps_share_one_scale():
    image = draw_images(1)[0]
    weak, strong = np.full((32, 32), -0.25, np.float32), np.full((32, 32), 0.5, np.float32)
    maps = [PictureMap("image"), PictureMap("weak", weak, "p"), PictureMap("strong", strong)]
    message = encode_maps(image, maps, side=200, limit=None, overlay=0.5)
    alone, first, second = decode_maps(message)
    assert alone["values"] is None
    assert (set(first["values"]), set(second["values"])) == ({-500}, {1000})
    assert (first["title"], first["note"]) == ("weak", "p")
    assert unpack(message)[0]["hasScale"]
    assert np.array_equal(alone["image"], image)


def test_a_given_limit_clips_and_a_map_of_zeros_is_no_division_by_zero():
    image = draw_images(1)[0]
    strong, nothing = np.full((32, 32), 2.0, np.float32), np.zeros((32, 32), np.float32)
    clipped = encode_maps(image, [PictureMap("a", strong)], side=1, limit=1.0, overlay=1)
    assert set(decode_maps(clipped)[0]["values"]) == {1000}
    flat = encode_maps(image, [PictureMap("a", nothing)], side=1, limit=None, overlay=1)
    assert set(decode_maps(flat)[0]["values"]) == {0}
    alone = encode_maps(image, [PictureMap("a")], side=1, limit=None, overlay=1)
    assert not unpack(alone)[0]["hasScale"]


def test_columns_of_a_gallery_can_stand_apart():
    tiles = [Tile(place, "x") for place in range(4)]
    header, _ = decode(encode_gallery(draw_images(4), tiles, "all", 48, ("a", "b", "c", "d"), (2,)))
    assert header["headings"] == ["a", "b", "c", "d"]
    assert header["gaps"] == [2]


def test_a_line_chart_travels_as_json_with_five_digits_and_gaps():
    line = Line("val", [1, 2, 3], [0.123456789, float("nan"), None], "#123456", end_label="cat")
    chart = LineChart([line], "Epoch", "Loss", (0.0, 1.0), levels=[Level("chance", 0.1)], marks=[Mark(1.5, "here")])
    sent = json.loads(encode_chart(chart, "loss over epochs"))
    assert sent["label"] == "loss over epochs"
    assert sent["lines"][0]["x"] == [1, 2, 3]
    assert sent["lines"][0]["y"] == [0.12346, None, None]
    assert sent["levels"] == [{"name": "chance", "y": 0.1}]
    assert sent["marks"] == [{"x": 1.5, "label": "here", "tone": "finding"}]
    assert sent["y_range"] == [0.0, 1.0]


def test_a_matrix_is_sent_as_counts_shares_or_differences():
    matrix, other = np.array([[8, 2], [1, 4]]), np.array([[5, 5], [0, 5]])
    message = encode_matrix(matrix, ("cat", "dog"))
    assert message["values"] == message["counts"] == matrix.tolist()
    assert (message["isShare"], message["isDifference"]) == (False, False)
    assert encode_matrix(matrix, ("cat", "dog"), matrix_cells(matrix, "true"))["values"] == [[0.8, 0.2], [0.2, 0.8]]
    message = encode_matrix(matrix, ("cat", "dog"), matrix_cells(matrix, "true", other))
    np.testing.assert_allclose(message["values"], [[0.3, -0.3], [0.2, -0.2]])
    assert message["isDifference"] is True


def test_the_large_view_carries_every_pixel_unchanged():
    image = draw_images(1)[0]
    header, rest = unpack(encode_image(image, "cat", "test split", 352))
    assert header == {"title": "cat", "hint": "test split", "side": 352}
    assert np.array_equal(decode_pictures(rest)[0], image)


def test_a_message_is_a_length_a_header_and_its_parts():
    assert pack_message({"a": "é"}, b"12", b"3") == b"\x0e\x00\x00\x00" + b'{"a":"\\u00e9"}' + b"123"
    with pytest.raises(ValueError, match="JSON"):
        pack_message({"a": float("nan")})


@pytest.mark.parametrize(("count", "columns"), [(512, 1), (1, 512), (512 * 3, 3)])
def test_more_pictures_than_a_file_holds_are_refused(count, columns):
    with pytest.raises(ValueError, match=f"images: {count} are too many for one sprite; allowed: up to 261121"):
        encode_sprite(np.broadcast_to(np.uint8(0), (count, 3, 32, 32)), columns)


def test_every_colour_that_a_component_asks_for_is_sent_along():
    sent = dict(re.findall(r"--lab-([a-z-]+):(#[0-9a-f]{6});", colour_css()))
    folder = ROOT / "dashboard" / "components"
    asked = {
        name
        for path in [*folder.glob("*/*.css"), *folder.glob("*/*.js")]
        for name in re.findall(r"""var\(--lab-([a-z-]+)\)|namedColour\(\w+, "([a-z-]+)"\)""", path.read_text("utf-8"))
    }
    assert {name for pair in asked for name in pair if name} == set(sent)


def test_a_drawn_curve_is_whole_per_cents_of_each_epoch():
    assert read_curve("0.42.100", 3) == [0, 42, 100]
    for strange in (None, "", 7, "0.42", "0.42.101", "0.-1.2", "0.4 2.3", "0.1e1.2", "0.\u0664.2", "0.0100.1"):
        assert read_curve(strange, 3) is None, strange


def test_bars_carry_their_rows_and_only_shares_are_drawn():
    drawn = Bar(0.5, "50.0 %", "50.00 %", "#123456")
    rows = [BarRow("cat", (drawn, drawn), ("true",)), BarRow("dog", (drawn, drawn))]
    sent = json.loads(json.dumps(encode_bars(rows, "all", ("A", "B"))))
    assert (sent["label"], sent["series"]) == ("all", ["A", "B"])
    assert [(row["name"], row["notes"], len(row["bars"])) for row in sent["rows"]] == [
        ("cat", ["true"], 2),
        ("dog", [], 2),
    ]
    assert sent["rows"][0]["bars"][0] == {"share": 0.5, "text": "50.0 %", "exact": "50.00 %", "colour": "#123456"}
    assert (sent["sizes"], sent["room"]) == ({"row": 2.0, "legend": 1.75}, "5.75rem")
    with pytest.raises(ValueError, match="there is none"):
        encode_bars([], "all", ("A",))
    with pytest.raises(ValueError, match="cat has 2 bars, of 1 series"):
        encode_bars(rows, "all", ("A",))
    for share in (-0.1, 1.1, float("nan")):
        with pytest.raises(ValueError, match="cat has a share of"):
            encode_bars([BarRow("cat", (Bar(share, "", "", "red"),))], "all", ("A",))


def test_a_heat_table_carries_its_numbers_and_a_picture_for_each_cell():
    images = draw_images(4)
    rows = [HeatRow("fog", "weather", "Clouds.", "50 %"), HeatRow("snow", "weather")]
    cells = [[HeatCell(f"{row}{column}", -0.5, "words") for column in range(2)] for row in range(2)]
    header, sprite = decode(encode_table(rows, ["1", "2"], cells, "key", "all", ("", "lost"), "mean", images))
    assert [row["note"] for row in header["rows"]] == ["50 %", ""]
    assert [[cell["text"] for cell in line] for line in header["heat"]] == [["00", "01"], ["10", "11"]]
    assert (header["columns"], header["hasPictures"], header["legend"]) == (["1", "2"], True, ["", "lost"])
    for place, image in enumerate(images):
        row, column = divmod(place, 2)
        part = sprite[32 * row : 32 * row + 32, 32 * column : 32 * column + 32]
        assert np.array_equal(part.transpose(2, 0, 1), image)
    bare, rest = unpack(encode_table(rows, ["1", "2"], cells, "key", "all", ("", "lost")))
    assert (bare["hasPictures"], rest) == (False, b"")


@pytest.mark.parametrize(
    ("value", "place"),
    [
        (0, 0),
        (74, 74),
        (3.0, 3),
        (75, None),
        (-1, None),
        (1.5, None),
        (True, None),
        ("3", None),
        (None, None),
        (float("nan"), None),
        (float("inf"), None),
        (10**400, None),
    ],
)
def test_only_a_place_that_is_there_comes_from_a_browser(value, place):
    assert read_place(value, 75) == place


def test_rows_of_dots_keep_room_for_their_headings():
    row = DotRow("best", [Dot(0.5, "seed 0", id="hare")], "#000000", mean=0.5, interval=(0.4, 0.6))
    above = replace(row, heading="wide")
    heights = [float(str(encode_dots(rows, "runs")["room"]).removesuffix("rem")) for rows in ([row], [above, row])]
    sizes = encode_dots([row], "runs")["sizes"]
    assert heights == pytest.approx([sizes["row"] + sizes["axis"], 2 * sizes["row"] + sizes["heading"] + sizes["axis"]])


@pytest.mark.parametrize("wrong", [{"mean": 1.5}, {"interval": (-0.1, 0.5)}, {"dots": [Dot(float("nan"), "")]}])
def test_what_is_no_share_is_drawn_as_no_dot(wrong):
    row = DotRow("best", [Dot(0.5, "seed 0")], "#000000")
    with pytest.raises(ValueError, match=r"rows: .* in 'best' is no share; allowed: from 0 to 1"):
        encode_dots([replace(row, **wrong)], "runs")
    with pytest.raises(ValueError, match="no dot"):
        encode_dots([replace(row, dots=())], "runs")


def test_differences_have_an_axis_of_their_own_with_room_for_its_ends():
    row = DotRow("3 seeds", [Dot(-0.02, "seed 0")], "#000000", mean=0.01, interval=(-1.2, 1.3))
    sent = encode_dots([row], "runs", Balance(0.05, 0.01, ("A better", "B better")))
    sizes = sent["sizes"]
    assert sent["balance"] == {"extent": 0.05, "margin": 0.01, "ends": ["A better", "B better"]}
    assert sent["room"] == f"{sizes['row'] + sizes['axis'] + sizes['ends']:g}rem"
    dense = encode_dots([row] * 2, "runs", Balance(0.05, 0.01, ("", "")), is_dense=True)
    assert dense["sizes"]["row"] < sizes["row"]
    with pytest.raises(ValueError, match=r"rows: nan in '3 seeds' is no difference; allowed: what is finite"):
        encode_dots([replace(row, mean=float("nan"))], "runs", Balance(0.05, 0.01, ("", "")))
    for extent in (0.0, -1.0, float("inf")):
        with pytest.raises(ValueError, match=f"extent of {extent} shows nothing; allowed: finite and above 0"):
            encode_dots([row], "runs", Balance(extent, 0.01, ("", "")))


def test_only_a_dot_that_is_there_can_be_pressed():
    rows = [DotRow("best", [Dot(0.5, "seed 0", id="hare"), Dot(0.6, "seed 1")], "#000000")]
    assert [read_press(value, rows) for value in ("hare", "mole", "", 0, None)] == ["hare", None, None, None, None]


@dataclass(frozen=True)
class Leaf:
    """What a message may hold."""

    name: str
    numbers: tuple[float | None, ...] = ()


@dataclass(frozen=True)
class Branch:
    """What holds others."""

    leaves: tuple[Leaf, ...]
    by_name: dict[str, Leaf] = field(default_factory=dict)
    first: Leaf | None = None


@given(
    st.recursive(
        st.builds(Leaf, st.text(max_size=3), st.lists(st.none() | st.floats(allow_nan=False), max_size=3).map(tuple)),
        lambda leaf: st.builds(
            Branch,
            st.lists(leaf, max_size=3).map(tuple),
            st.dictionaries(st.text(max_size=3), leaf, max_size=3),
            st.none() | leaf,
        ),
        max_leaves=8,
    )
)
def test_data_of_dataclasses_is_what_the_standard_library_makes_of_them(whole):
    assert json.dumps(as_data(whole)) == json.dumps(asdict(whole))
    assert json.dumps(as_data([whole, {"again": whole}])) == json.dumps([asdict(whole), {"again": asdict(whole)}])
