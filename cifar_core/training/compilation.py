"""Compiling a network ahead of its first step, so that the time it takes shows as what it is."""

import time

import torch

from cifar_core.training.exceptions import CompilationError
from cifar_core.training.state import TrainingState


def compile_ahead(state: TrainingState) -> float:
    """Compile a run's network for every size that its batches have, and return the seconds that took.

    torch compiles within the first forward and backward pass of a kind: here on black images. Weights, statistics and
    gradients are left as they were.

    Raises:
        CompilationError: torch cannot compile it here, e.g. for want of a C++ compiler.
    """
    started = time.perf_counter()
    buffers = {name: buffer.clone() for name, buffer in state.classifier.named_buffers()}
    state.model.train()
    try:
        for size in sorted({end - start for start, end in state.batch_bounds}, reverse=True):
            images = torch.zeros(size, 3, 32, 32, device=state.device)
            with torch.autocast(images.device.type, torch.bfloat16, enabled=state.precision == "bfloat16"):
                logits = state.model(images)
            logits.float().sum().backward()
    except RuntimeError as error:
        reason = " ".join(str(error).split("\n")[:2]).strip()  # who raised, then what
        raise CompilationError(
            f"training.compile = True: torch cannot compile this network here ({reason}); allowed: False, or install "
            "what is missing"
        ) from error
    state.optimizer.zero_grad(set_to_none=True)
    with torch.no_grad():
        for name, buffer in state.classifier.named_buffers():
            buffer.copy_(buffers[name])
    return time.perf_counter() - started
