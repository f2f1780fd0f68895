"""python -m pytest tests/unit/dashboard/test_engine.py. The one door through which pages reach torch."""

import subprocess
import sys

import numpy as np
import pytest

from cifar_core.models import create_classifier
from cifar_core.presets import PRESETS
from dashboard import engine
from dashboard.engine import networks

EVERYTHING_BUT_THE_ENGINE = """
import importlib, pkgutil, sys, dashboard
for module in pkgutil.walk_packages(dashboard.__path__, "dashboard."):
    if module.name != "dashboard.engine.networks":
        importlib.import_module(module.name)
sys.exit(len({"torch", "torchvision", "captum"} & set(sys.modules)))
"""


def test_no_page_loads_torch_before_it_asks():
    assert subprocess.run([sys.executable, "-c", EVERYTHING_BUT_THE_ENGINE], check=False).returncode == 0


def test_the_door_leads_to_what_is_behind_it():
    assert {getattr(engine, name) is getattr(networks, name) for name in networks.__all__} == {True}
    with pytest.raises(AttributeError, match="no_such_thing"):
        _ = engine.no_such_thing


def test_arrays_go_in_and_come_out():
    model = create_classifier(PRESETS["notebook"].config, mean=(0.5,) * 3, std=(0.25,) * 3).eval()
    image = np.random.default_rng(0).integers(0, 256, (3, 32, 32), dtype=np.uint8)
    probs = engine.compute_probs(model, image[None])
    assert probs.shape == (1, 10)
    assert probs.sum() == pytest.approx(1)
    lead = engine.compute_attributions(model, image[None], 3, "input_x_gradient", 5, {})
    alone = [engine.compute_attributions(model, image[None], target, "input_x_gradient", None, {}) for target in (3, 5)]
    np.testing.assert_allclose(lead, alone[0] - alone[1], atol=1e-6)
    assert engine.extract_features(model, image).ndim == 1
