"""python -m pytest tests/unit/dashboard/test_pictures.py. The address that answers with images by their indices."""

import base64
import io
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from cifar_core.data import DataError
from dashboard.session.pictures import create_routes, pictures_address, read_indices
from tests.unit.dashboard.test_modules import ask

MOST = 256


def packed(*indices):
    return base64.urlsafe_b64encode(np.array(indices, "<u4").tobytes()).decode().rstrip("=")


@pytest.fixture(autouse=True)
def dataset(monkeypatch):
    """Images of one brightness each: 100 at the first, two more for each that follows."""
    images = np.repeat(np.arange(100, 160, 2, dtype=np.uint8), 3 * 32 * 32).reshape(-1, 3, 32, 32)
    dataset = SimpleNamespace(images=images, num_images=len(images), fingerprint="0f3a")
    monkeypatch.setattr("dashboard.session.pictures.get_dataset", lambda: dataset)
    return dataset


def get(path, host="127.0.0.1"):
    return ask(path, host, create_routes())


def test_pictures_come_in_the_order_asked_for_and_may_be_kept(dataset):
    status, headers, body = get(f"{pictures_address(dataset)}/{packed(20, 0, 29)}")
    assert (status, headers["content-type"]) == (200, "image/webp")
    assert "immutable" in headers["cache-control"]
    sheet = np.asarray(Image.open(io.BytesIO(body)))
    assert sheet.shape == (32, 16 * 32, 3)
    brightness = [sheet[:, 32 * place : 32 * place + 32].mean() for place in range(3)]
    assert brightness == pytest.approx([140, 100, 158], abs=3)


def test_indices_are_read_as_browsers_pack_them():
    assert read_indices("X-oAAA", 60_000).tolist() == [59_999]  # as in tests/javascript/scatter.test.js
    assert len(read_indices(packed(*range(MOST)), 60_000)) == MOST


@pytest.mark.parametrize("text", ["", "AAA", "AAAAAAA", packed(30), packed(2**32 - 1), packed(*[0] * (MOST + 1)), "é"])
def test_what_is_no_index_is_refused(dataset, text):
    with pytest.raises(ValueError, match="indices"):
        read_indices(text, 30)
    assert get(f"{pictures_address(dataset)}/{text}")[0] == 404


def test_other_images_and_other_hosts_get_none(dataset):
    assert get(f"/pictures/ffff/{packed(1)}")[0] == 404
    assert get(f"{pictures_address(dataset)}/{packed(1)}", host="elsewhere.example")[0] == 403


def test_data_that_cannot_be_read_are_told(monkeypatch, dataset):
    def fail():
        raise DataError("the folder is gone")

    monkeypatch.setattr("dashboard.session.pictures.get_dataset", fail)
    status, _, body = get(f"{pictures_address(dataset)}/{packed(1)}")
    assert (status, body) == (404, b"the folder is gone")
