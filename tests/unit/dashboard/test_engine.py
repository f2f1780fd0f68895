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
    if not module.name.startswith(("dashboard.engine.networks", "dashboard.pages.")):  # the pages are scripts
        importlib.import_module(module.name)
sys.exit(len({"torch", "torchvision", "captum"} & set(sys.modules)))
"""


WHAT_PAGES_WAIT_FOR = """
import sys, dashboard.engine.networks
print(*{"torchvision", "torch._dynamo", "sklearn", "scipy.stats"} & set(sys.modules))
"""

# What needs a late module asks for it the moment pages are let through, each in a thread of its own.
ALL_AT_ONCE = """
import sys, threading
from dashboard.engine import warm
threading.Thread(target=warm._import_all, name=warm._THREAD).start()
warm.wait_until_warm()
import numpy as np, torch
from pathlib import Path
from cifar_core.attribution.superpixels import segment
from cifar_core.augmentation.policies import create_policy
from cifar_core.config import AugmentationConfig
from cifar_core.evaluation.comparison import compare_counts
from cifar_core.inference.what_if import Change
from cifar_core.presets import PRESETS
from dashboard import engine
tasks = [
    lambda: engine.estimate_memory_need(PRESETS["notebook"].config, 4500, Path.cwd()),
    lambda: engine.apply_change(np.zeros((3, 32, 32), np.uint8), Change(rotation=20.0, blur=1.0)),
    lambda: create_policy(AugmentationConfig(policy="rand_augment")),
    lambda: torch.optim.Adam([torch.nn.Parameter(torch.zeros(2))]),
    lambda: segment(np.zeros((3, 32, 32), np.float32), 4),
    lambda: compare_counts(3, 9, 100),
]
done = []
threads = [threading.Thread(target=lambda task=task: done.append(task() is not None)) for task in tasks]
for thread in threads: thread.start()
for thread in threads: thread.join()
sys.exit(len(tasks) - len(done))
"""


def run_alone(code):
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)


def test_no_page_loads_torch_before_it_asks():
    assert run_alone(EVERYTHING_BUT_THE_ENGINE).returncode == 0


def test_pages_wait_for_nothing_that_few_of_them_need():
    assert run_alone(WHAT_PAGES_WAIT_FOR).stdout.split() == []


def test_who_needs_what_is_imported_late_may_ask_at_once():
    ended = run_alone(ALL_AT_ONCE)
    assert ended.returncode == 0, ended.stderr


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
