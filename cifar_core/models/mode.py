"""Evaluation mode for a while."""

from collections.abc import Iterator
from contextlib import contextmanager

from torch import nn


@contextmanager
def evaluation_mode(model: nn.Module) -> Iterator[None]:
    """Switch dropout off and batch norm to its running statistics, then give every module its own mode back."""
    training = [module for module in model.modules() if module.training]
    try:
        model.eval()
        yield
    finally:
        # Not model.train(): a part that was frozen in evaluation mode stays so.
        for module in training:
            module.training = True
