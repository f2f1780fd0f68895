"""python -m pytest tests/unit/training/test_device.py."""

import pytest
import torch

from cifar_core.training.device import (
    DeviceError,
    count_cores,
    count_threads,
    has_bfloat16,
    list_devices,
    measure_device_load,
    processor_name,
    reproducible,
    resolve_device,
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


@pytest.mark.parametrize(("capability", "expected"), [((7, 5), False), ((8, 0), True), ((9, 0), True)])
def test_a_gpu_has_bfloat16_from_ampere_on(monkeypatch, capability, expected):
    monkeypatch.setattr("torch.cuda.get_device_capability", lambda index: capability)
    assert has_bfloat16("cuda:0") is expected


@pytest.mark.parametrize(("instructions", "amx", "expected"), [(False, False, False), (True, False, True)])
def test_a_cpu_has_bfloat16_where_its_instructions_say_so(monkeypatch, instructions, amx, expected):
    monkeypatch.setattr("torch.cpu._is_avx512_bf16_supported", lambda: instructions)
    monkeypatch.setattr("torch.cpu._is_amx_tile_supported", lambda: amx)
    assert has_bfloat16("cpu") is expected


def test_of_other_devices_only_intels_have_it():
    assert (has_bfloat16("mps"), has_bfloat16("xpu:0")) == (False, True)


def test_the_processor_has_a_name():
    assert processor_name()


def test_settings_and_random_state_are_put_back():
    threads, state = torch.get_num_threads(), torch.get_rng_state()
    with reproducible("cpu", 1):
        assert torch.get_num_threads() == 1
        assert torch.are_deterministic_algorithms_enabled()
        torch.rand(3)
    assert torch.get_num_threads() == threads
    assert not torch.are_deterministic_algorithms_enabled()
    assert torch.equal(torch.get_rng_state(), state)


def test_a_training_takes_no_more_threads_than_its_process_was_given(monkeypatch):
    monkeypatch.delenv("CIFAR_THREADS", raising=False)
    assert count_threads(0) == count_cores()
    monkeypatch.setenv("CIFAR_THREADS", "1")
    before = torch.get_num_threads()
    with reproducible("cpu", 0):
        assert torch.get_num_threads() == 1
    assert torch.get_num_threads() == before
    assert count_threads(3) == 3, "what somebody has set stays"
    monkeypatch.setenv("CIFAR_THREADS", "many")
    assert count_threads(0) == count_cores()


def test_the_load_of_a_gpu_is_measured_and_of_other_devices_is_not(monkeypatch):
    assert measure_device_load("cpu") == (None, None)
    monkeypatch.setattr("torch.cuda.max_memory_allocated", lambda name: 5_000_000)
    monkeypatch.setattr("torch.cuda.utilization", lambda name: 87)
    assert measure_device_load("cuda:0") == (5_000_000.0, 87.0)

    def missing(name):
        raise ModuleNotFoundError("pynvml")

    monkeypatch.setattr("torch.cuda.utilization", missing)
    assert measure_device_load("cuda:0") == (5_000_000.0, None)
