"""python -m pytest tests/unit/training/test_device.py."""

import pytest
import torch

from cifar_core.training.device import (
    DeviceError,
    count_cores,
    list_devices,
    measure_device_load,
    reproducible,
    resolve_device,
    resolve_precision,
)


def test_the_cpu_is_always_there_and_last():
    assert list_devices()[-1].name == "cpu"
    assert str(count_cores()) in list_devices()[-1].detail


def test_auto_is_the_first_device():
    assert resolve_device("auto") == list_devices()[0].name
    assert resolve_device("cpu") == "cpu"


def test_a_missing_device_is_named_with_those_there_are():
    with pytest.raises(DeviceError, match=r"training\.device = 'cuda:99'.*cpu"):
        resolve_device("cuda:99")


def test_a_chosen_precision_is_kept_and_auto_is_one_of_two():
    assert resolve_precision("float32", "cpu") == "float32"
    assert resolve_precision("bfloat16", "cpu") == "bfloat16"
    assert resolve_precision("auto", "cpu") in ("float32", "bfloat16")
    assert resolve_precision("auto", "mps") == "float32"


def test_settings_and_random_state_are_put_back():
    threads, state = torch.get_num_threads(), torch.get_rng_state()
    with reproducible("cpu", 1):
        assert torch.get_num_threads() == 1
        assert torch.are_deterministic_algorithms_enabled()
        torch.rand(3)
    assert torch.get_num_threads() == threads
    assert not torch.are_deterministic_algorithms_enabled()
    assert torch.equal(torch.get_rng_state(), state)


def test_the_load_of_a_gpu_is_measured_and_of_other_devices_is_not(monkeypatch):
    assert measure_device_load("cpu") == (None, None)
    monkeypatch.setattr("torch.cuda.max_memory_allocated", lambda name: 5_000_000)
    monkeypatch.setattr("torch.cuda.utilization", lambda name: 87)
    assert measure_device_load("cuda:0") == (5_000_000.0, 87.0)

    def missing(name):
        raise ModuleNotFoundError("pynvml")

    monkeypatch.setattr("torch.cuda.utilization", missing)
    assert measure_device_load("cuda:0") == (5_000_000.0, None)
