"""python -m pytest tests/unit/training/test_memory.py."""

import pytest
import torch
from torch.profiler import ProfilerActivity, profile

from cifar_core.config import section_choices
from cifar_core.models import create_classifier
from cifar_core.overrides import with_overrides
from cifar_core.presets import PRESETS
from cifar_core.training import device, memory
from cifar_core.training.memory import estimate_memory, explain_shortage, follow_steps
from cifar_core.training.optimizer import create_optimizer
from cifar_core.training.step import train_step


def _profiled_bytes(config, precision):
    """What torch's own profiler says of the same two steps, taken for real."""
    with profile(activities=[ProfilerActivity.CPU], profile_memory=True) as seen:
        classifier = create_classifier(config, mean=(0.0,) * 3, std=(1.0,) * 3).train()
        optimizer = create_optimizer(config.optimizer, classifier)
        images = torch.rand(config.training.batch_size, 3, 32, 32)
        targets = torch.zeros(config.training.batch_size, dtype=torch.int64)
        for _ in range(2):
            train_step(
                classifier,
                optimizer,
                images,
                targets,
                label_smoothing=config.training.label_smoothing,
                precision=precision,
            )
    now = most = 0
    events = [event for event in seen.profiler.kineto_results.events() if event.name() == "[memory]"]
    for event in sorted(events, key=lambda event: event.start_ns()):
        now += event.nbytes()
        most = max(most, now)
    return most


@pytest.mark.parametrize(
    ("preset", "precision"), [("notebook", "float32"), ("quick", "float32"), ("resnet", "bfloat16"), ("mlp", "float32")]
)
def test_a_step_without_memory_holds_what_a_real_one_does(preset, precision):
    config = with_overrides(PRESETS[preset].config, {"training.batch_size": 32})
    during, _, _ = follow_steps(config, precision)
    assert during == pytest.approx(_profiled_bytes(config, precision), rel=0.15)


def test_what_stays_after_a_step_is_weights_gradients_and_state():
    config = PRESETS["mlp"].config
    weights = 4 * sum(p.numel() for p in create_classifier(config, mean=(0.0,) * 3, std=(1.0,) * 3).parameters())
    _, after, copies = follow_steps(config, "float32")
    batch = config.training.batch_size * (3 * 32 * 32 * 4 + 8)
    assert after == pytest.approx(4 * weights + batch, rel=0.01)  # Adam keeps two numbers a weight
    assert copies == pytest.approx(4 * weights, rel=0.01)  # best: 1; last: 1 + 2
    _, after, _ = follow_steps(with_overrides(config, {"training.ema_decay": 0.9}), "float32")
    assert after == pytest.approx(5 * weights + batch, rel=0.01)


@pytest.mark.parametrize("model", sorted(section_choices("model")))
@pytest.mark.parametrize("optimizer", sorted(section_choices("optimizer")))
def test_every_network_and_optimizer_can_be_followed(model, optimizer):
    names = {"model.name": model, "optimizer.name": optimizer, "training.gradient_clipping": 1.0}
    config = with_overrides(PRESETS["notebook"].config, names | {"training.batch_size": 8})
    during, after, copies = follow_steps(config, "bfloat16")
    assert during > after > 0 < copies


def test_more_images_a_step_and_wider_networks_need_more():
    config = PRESETS["resnet"].config
    usual = estimate_memory(config, 60_000)
    batch = estimate_memory(with_overrides(config, {"training.batch_size": 1024}), 60_000)
    wide = estimate_memory(with_overrides(config, {"model.width": 64}), 60_000)
    assert batch.network > 5 * usual.network
    assert wide.network > 3 * usual.network
    assert usual.total == usual.process + usual.images + usual.network
    assert usual.images > 60_000 * 3072 > estimate_memory(config, 6_000).images


def test_settings_that_need_no_memory_are_not_followed_twice(monkeypatch):
    followed = []
    monkeypatch.setattr(memory, "follow_steps", lambda *arguments: followed.append(arguments) or (1, 1, 1))
    memory._follow.cache_clear()
    for changes in ({}, {"training.num_epochs": 3}, {"optimizer.learning_rate": 0.5}, {"training.seed": 9}):
        estimate_memory(with_overrides(PRESETS["notebook"].config, changes), 6_000)
    assert len(followed) == 1
    memory._follow.cache_clear()


def test_a_device_of_its_own_holds_images_and_network_but_no_process():
    config = with_overrides(PRESETS["notebook"].config, {"training.precision": "float32"})
    here, there = estimate_memory(config, 6_000), estimate_memory(config, 6_000, "mps")
    assert there.process == 0
    assert there.images == here.images
    assert there.network < here.network


def test_a_recorded_step_needs_its_own_place_for_what_it_makes():
    config = with_overrides(PRESETS["notebook"].config, {"training.precision": "float32"})
    plain, recorded = (estimate_memory(config, 6_000, device).network for device in ("mps", "cuda:0"))
    during, after, _ = follow_steps(config, "float32")
    assert recorded - plain == during - after


def test_a_shortage_names_both_numbers_and_what_helps(monkeypatch):
    config = PRESETS["speed"].config
    monkeypatch.setattr(memory, "measure_free_memory", lambda device: 10**9)
    sentence = explain_shortage(config, 60_000, "cpu")
    assert "1.0 GB are free" in sentence
    assert "smaller batch or width" in sentence
    monkeypatch.setattr(memory, "measure_free_memory", lambda device: 10**12)
    assert explain_shortage(config, 60_000, "cpu") == ""
    monkeypatch.setattr(memory, "measure_free_memory", lambda device: None)
    assert explain_shortage(config, 60_000, "cpu") == ""


@pytest.mark.parametrize(
    ("files", "free"),
    [
        ({"memory.max": "1000\n", "memory.current": "700\n", "memory.stat": "anon 1\ninactive_file 200\n"}, 500),
        ({"memory.max": "1000", "memory.current": "1300", "memory.stat": "inactive_file 0"}, 0),
        ({"memory.max": "max\n", "memory.current": "700\n", "memory.stat": ""}, None),
        ({"memory.max": "1000\n"}, None),
        ({}, None),
    ],
)
def test_a_containers_limit_counts_what_it_would_give_up(files, free, tmp_path):
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    assert device._free_in_container(tmp_path, "memory.max", "memory.current", "inactive_file") == free


def test_free_memory_is_less_than_the_machine_has():
    free = device.measure_free_memory("cpu")
    assert 0 < free < 2**45
    assert device.measure_free_memory("mps") is None
