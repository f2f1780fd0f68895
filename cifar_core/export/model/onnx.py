"""A network as ONNX, in float32 and int8. Needs packages of requirements-export.txt."""

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from cifar_core.export.model.deployed import Deployed
from cifar_core.export.model.parity import Model

_OPSET = 18
_EXAMPLE_SIZE = 2


def write_onnx(model: Deployed, path: Path) -> Model:
    """Write the network for any number of images: input "images", output "probabilities". Return what it predicts."""
    example = torch.zeros(_EXAMPLE_SIZE, 3, 32, 32, dtype=torch.uint8)
    with _quietly():
        torch.onnx.export(
            model,
            (example,),
            path,
            dynamo=True,
            input_names=["images"],
            output_names=["probabilities"],
            dynamic_shapes={"images": {0: torch.export.Dim.DYNAMIC}},
            opset_version=_OPSET,
            external_data=False,
            verbose=False,
        )
    return open_onnx(path)


def write_int8(source: Path, path: Path) -> Model:
    """Write a model of float32 with its weights in 8 bits; what comes in between is rounded as it is computed."""
    from onnxruntime.quantization import QuantType, quantize_dynamic

    with _quietly():
        # Convolutions take unsigned weights alone on a CPU.
        quantize_dynamic(source, path, weight_type=QuantType.QUInt8)
    return open_onnx(path)


def open_onnx(path: Path) -> Model:
    """Return an ONNX file as a function of arrays, on the CPU."""
    import onnxruntime

    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])

    def ask(images: NDArray[np.uint8]) -> NDArray[np.float32]:
        [probs] = session.run(["probabilities"], {"images": images})
        found: NDArray[np.float32] = probs
        return found

    return ask


@contextmanager
def _quietly() -> Iterator[None]:
    """Keep what exporters remark from people: they cannot act on it."""
    level = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(level)
