"""Where and in which number format to train. torch is imported only when a question needs it."""

import os
import platform
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from cifar_core.processes import GIVEN_THREADS

# What whoever started this process calls the one device of its kind that it lets it see, e.g. "cuda:3".
GIVEN_DEVICE = "CIFAR_DEVICE"

# Where Linux says what a container may use, and uses: control groups of version 2, and of version 1.
_CONTAINER_LIMITS = {
    "/sys/fs/cgroup": ("memory.max", "memory.current", "inactive_file"),
    "/sys/fs/cgroup/memory": ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"),
}


class DeviceError(ValueError):
    """The device asked for is not on this machine."""


@dataclass(frozen=True)
class DeviceInfo:
    """A device that can train.

    Attributes:
        name: As `training.device` takes it, e.g. "cuda:0".
        title: What people call it, e.g. the name on the box.
        detail: Memory or cores.
    """

    name: str
    title: str
    detail: str


def list_devices() -> list[DeviceInfo]:
    """Return the devices of this machine, the fastest first; the CPU is always there."""
    import torch

    gib = 2**30
    found = [
        DeviceInfo(f"cuda:{index}", properties.name, f"{properties.total_memory / gib:.0f} GiB memory")
        for index, properties in enumerate(map(torch.cuda.get_device_properties, range(torch.cuda.device_count())))
    ]
    if torch.backends.mps.is_available():
        found.append(DeviceInfo("mps", "Apple GPU", "shared memory"))
    if torch.xpu.is_available():
        found += [
            DeviceInfo(f"xpu:{index}", torch.xpu.get_device_name(index), "Intel GPU")
            for index in range(torch.xpu.device_count())
        ]
    return [*found, DeviceInfo("cpu", "CPU", f"{count_cores()} cores")]


def resolve_device(name: str) -> str:
    """Return the device that a configured name means here, with its number where it has one.

    A process that was given one device of several knows it by the number 0, whatever number was asked for.

    Args:
        name: "auto", "cpu", "cuda", "cuda:1", "mps", "xpu" ...

    Raises:
        DeviceError: There is no such device.
    """
    if name == "cpu":
        return name
    available = [device.name for device in list_devices()]
    if name == "auto":
        return available[0]
    kind, given = name.partition(":")[0], os.environ.get(GIVEN_DEVICE, "").partition(":")[0]
    wanted = f"{kind}:0" if name in ("cuda", "xpu") or kind == given else name
    if wanted not in available:
        raise DeviceError(f"training.device = {name!r} is not on this machine; allowed: auto, {', '.join(available)}")
    return wanted


def has_bfloat16(device: str) -> bool:
    """Whether the device has instructions for bfloat16. On a GPU it is the faster format then; on a CPU it may be."""
    import torch

    kind, _, index = device.partition(":")
    if kind == "cuda":
        return torch.cuda.get_device_capability(int(index))[0] >= 8  # Ampere brought bfloat16 to the tensor cores
    if kind == "cpu":
        # Private, but the only place that says it in every release since 2.4; without it, stay with float32.
        probes = (getattr(torch.cpu, name, None) for name in ("_is_avx512_bf16_supported", "_is_amx_tile_supported"))
        return any(probe() for probe in probes if probe is not None)
    return kind == "xpu"


def processor_name() -> str:
    """Return the CPU's name. Linux tells it; elsewhere its kind must do."""
    try:
        with open("/proc/cpuinfo") as lines:  # noqa: PTH123 - no file on a disk
            return next(line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


def measure_device_load(device: str) -> tuple[float | None, float | None]:
    """Return the most memory in bytes that this process has held on a GPU, and the per cent of the time it is busy.

    None where nobody can say: on other devices, or without NVIDIA's management library.
    """
    import torch

    if not device.startswith("cuda"):
        return None, None
    try:
        busy: float | None = float(torch.cuda.utilization(device))
    except (ModuleNotFoundError, RuntimeError):
        busy = None
    return float(torch.cuda.max_memory_allocated(device)), busy


def measure_free_memory(device: str) -> int | None:
    """Return the bytes that a new process could use where it trains; None where nobody can say.

    On a CPU the smaller of what the system has and what a container leaves; on a GPU what it has not given away.
    """
    if device.startswith("cuda"):
        import torch

        return int(torch.cuda.mem_get_info(device)[0])
    if device == "cpu":
        limits = (_free_in_container(Path(folder), *names) for folder, names in _CONTAINER_LIMITS.items())
        return min(psutil.virtual_memory().available, *(limit for limit in limits if limit is not None), sys.maxsize)
    return None


def limit_memory(device: str, num_sharing: int) -> None:
    """Keep this process to its part of a GPU's memory where several share it: beyond, it is told that memory is full.

    Args:
        device: As `resolve_device` returns it.
        num_sharing: How many processes share it.
    """
    if num_sharing > 1 and device.startswith("cuda"):
        import torch

        torch.cuda.set_per_process_memory_fraction(1 / num_sharing, device)


def count_cores() -> int:
    """Return the CPU cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def share_cores(device: str, num_sharing: int) -> None:
    """Keep this process to its part of the cores where several train on the processor.

    With more threads than cores each waits, at every step, for one that others keep from its core: two such trainings
    are not half as fast each, but many times slower.

    Args:
        device: As `resolve_device` returns it.
        num_sharing: How many processes share it.
    """
    if num_sharing > 1 and device == "cpu":
        os.environ[GIVEN_THREADS] = str(max(1, count_cores() // num_sharing))


def count_threads(configured: int) -> int:
    """Return the CPU threads of a training here.

    Args:
        configured: `training.num_threads`; 0 for as many as this process was given, or one for each core.
    """
    given = os.environ.get(GIVEN_THREADS, "")
    return configured or (int(given) if given.isdecimal() and int(given) > 0 else count_cores())


@contextmanager
def reproducible(device: str, num_threads: int) -> Iterator[None]:
    """Make the block's arithmetic a function of its inputs on this device and thread count; restore what was set.

    The global random state is put back too.
    """
    import torch

    # cuBLAS reads this when the first CUDA context is made; with it, its sums have a fixed order.
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    before = torch.get_num_threads(), torch.are_deterministic_algorithms_enabled(), torch.backends.cudnn.benchmark
    memory: Any = torch.utils.deterministic  # its types lack the attribute
    was_filled = memory.fill_uninitialized_memory
    kind, _, _ = device.partition(":")
    try:
        torch.set_num_threads(count_threads(num_threads))
        torch.use_deterministic_algorithms(True, warn_only=True)
        # No kernel here reads memory before it writes it; filling it first costs some per cent.
        memory.fill_uninitialized_memory = False
        torch.backends.cudnn.benchmark = False
        with torch.random.fork_rng(
            devices=None if kind != "cpu" else [], device_type="cuda" if kind == "cpu" else kind
        ):
            yield
    finally:
        torch.set_num_threads(before[0])
        torch.use_deterministic_algorithms(before[1])
        memory.fill_uninitialized_memory = was_filled
        torch.backends.cudnn.benchmark = before[2]


def _free_in_container(folder: Path, limit: str, used: str, reclaimable: str) -> int | None:
    """Return what a control group has left, counting pages of files that it would give up; None without a limit."""
    try:
        most, now = int((folder / limit).read_text()), int((folder / used).read_text())
        lines = (folder / "memory.stat").read_text().splitlines()
        pages = next((int(line.split()[1]) for line in lines if line.split()[0] == reclaimable), 0)
    except (OSError, ValueError, IndexError):  # no such group, or "max": no limit
        return None
    return max(most - now + pages, 0)
