"""python -m pytest tests/unit/attribution/test_audit.py. Maps over seeds, and all methods held to the same checks."""

from dataclasses import asdict

import numpy as np
import pytest
import torch

from cifar_core.attribution import METHODS, audit_frame, average_maps, find_best, judge_methods
from cifar_core.attribution.audit import audit_methods
from cifar_core.config import RunConfig, SimpleCNNConfig
from cifar_core.models import create_classifier


def draw(seed):
    return np.random.default_rng(seed).normal(size=(32, 32)).astype(np.float32)


def test_maps_over_seeds_count_alike_whatever_their_scale():
    first = draw(0)
    found = average_maps([first, 1000 * first, np.zeros_like(first)])
    assert found.num_maps == 2
    np.testing.assert_allclose(found.mean, first / np.abs(first).mean(), rtol=1e-4)
    assert found.likeness == pytest.approx(1)
    assert found.shared_share == 1
    assert not found.deviation.round(5).any()


def test_what_seeds_share_is_where_all_have_one_sign():
    first, second = np.ones((32, 32), np.float32), np.ones((32, 32), np.float32)
    second[:, :8] = -1
    found = average_maps([first, second])
    assert found.shared_share == 0.75
    assert not found.shared[:, :8].any()
    np.testing.assert_allclose(found.deviation[:, :8], 2**0.5)
    unlike = average_maps([draw(1), draw(2)])
    assert abs(unlike.likeness) < 0.1
    assert average_maps([np.zeros((32, 32), np.float32)]) is None
    assert np.isnan(average_maps([draw(1)]).likeness)


def test_every_method_is_checked_on_every_image(monkeypatch):
    few = {name: METHODS[name] for name in ("saliency", "grad_cam", "occlusion")}
    monkeypatch.setattr("cifar_core.attribution.audit.METHODS", few)
    config = RunConfig(model=SimpleCNNConfig(width=4, hidden_size=16))
    mean, std = (0.5,) * 3, (0.25,) * 3
    model, other = (create_classifier(config, mean=mean, std=std).eval() for _ in range(2))
    images, shares = torch.rand(2, 3, 32, 32, generator=torch.Generator().manual_seed(0)), []
    with torch.no_grad():
        for parameter in other.parameters():
            parameter.add_(0.1 * torch.randn(parameter.shape, generator=torch.Generator().manual_seed(1)))
    audit = audit_methods(model, other, [model], images, shares.append)
    assert audit.methods.tolist() == list(few)
    assert audit.untrained.shape == audit.deletion.shape == (len(few), 2)
    assert shares[-1] == 1
    assert np.nanmin(audit.seeds) == pytest.approx(1), "a network agrees with itself"
    assert np.nanmax(audit.untrained) < 0.999
    one = {name: values[..., :1] if values.ndim > 1 else values for name, values in asdict(audit).items()}
    frame = audit_frame(one)
    assert frame["low"].isna().all(), "of one image there is no interval"
    assert set(judge_methods(frame).values()) == {"undecided"}


def arrays(**measures):
    rows = {"seeds": [[np.nan] * 4] * 2, "untrained": [[0.1, 0.12, 0.1, 0.12]] * 2} | measures
    return {"methods": np.array(["saliency", "occlusion"])} | {name: np.array(value) for name, value in rows.items()}


GOOD, BAD, VAGUE = [0.2, 0.21, 0.2, 0.21], [-0.2, -0.21, -0.2, -0.21], [0.2, -0.2, 0.2, -0.2]


@pytest.mark.parametrize(
    ("second", "verdict"), [(GOOD, "passes"), (BAD, "fails"), (VAGUE, "undecided"), ([np.nan] * 4, "undecided")]
)
def test_a_method_passes_only_where_its_intervals_say_so(second, verdict):
    frame = audit_frame(arrays(deletion=[GOOD, GOOD], insertion=[GOOD, second]))
    assert judge_methods(frame) == {"Saliency": "passes", "Occlusion": verdict}


def test_likeness_to_an_untrained_network_fails_a_method():
    alike = [[0.1, 0.12, 0.1, 0.12], [0.8, 0.82, 0.8, 0.82]]
    frame = audit_frame(arrays(untrained=alike, deletion=[GOOD, GOOD], insertion=[GOOD, GOOD]))
    assert judge_methods(frame)["Occlusion"] == "fails"
    assert find_best(frame, "untrained") == "Saliency"


def test_where_intervals_overlap_none_is_best():
    frame = audit_frame(arrays(deletion=[GOOD, [0.19, 0.22, 0.2, 0.22]], insertion=[GOOD, BAD]))
    assert find_best(frame, "deletion") is None
    assert find_best(frame, "insertion") == "Saliency"
    assert find_best(frame, "seeds") is None
