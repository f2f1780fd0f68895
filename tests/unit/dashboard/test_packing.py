"""python -m pytest tests/unit/dashboard/test_packing.py. Settings in an address."""

import base64
import random
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cifar_core.presets import PRESETS
from dashboard.session.packing import pack, unpack

SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20)


@given(st.dictionaries(st.text(max_size=20), SCALARS | st.lists(SCALARS, max_size=3), max_size=12))
def test_what_is_packed_is_unpacked(settings):
    text = pack(settings)
    assert text is not None
    assert unpack(text) == settings


def test_a_few_settings_can_be_read_and_many_are_short():
    assert pack({"training.batch_size": 32}) == '{"training.batch_size":32}'
    blocks = [{"kind": "conv", "channels": 32 + place, "kernel_size": 3} for place in range(40)]
    text = pack({"model.name": "custom", "model.blocks": blocks})
    assert len(text) < 600
    assert unpack(text)["model.blocks"] == blocks
    assert all(len(pack(preset.config.model_dump())) < 1_800 for preset in PRESETS.values())


def test_what_is_too_long_for_an_address_is_not_packed():
    noise = random.Random(0).choices("abcdefghijklmnopqrstuvwxyz0123456789", k=6_000)
    assert pack({"name": "".join(noise)}) is None


@pytest.mark.parametrize("text", ["", "{", "[1]", "3", "null", "~", "~!!", "~eJw", "~" + "A" * 50])
def test_what_holds_no_settings_is_refused(text):
    with pytest.raises(ValueError, match=r"."):
        unpack(text)


def test_a_bomb_is_refused():
    bomb = base64.urlsafe_b64encode(zlib.compress(b" " * 50_000_000, 9)).decode()
    with pytest.raises(ValueError, match="longer than any"):
        unpack(f"~{bomb}")
