"""A network as ONNX, in float32 and int8. Needs packages of requirements-export.txt."""

import logging
import tempfile
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
_PORTION = 64


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


def write_int8(source: Path, path: Path, images: NDArray[np.uint8]) -> Model:
    """Write a model of float32 with numbers of 8 bits, in the way of two that says more often what float32 says.

    "dynamic" rounds what comes between layers as it is computed; "static" by ranges seen beforehand. Which one keeps
    more of a network hangs on the network. The first convolution, which sees the pixels, stays as it is.

    Args:
        source: Of the model in float32.
        path: Where to write.
        images: (N, 3, 32, 32) uint8 training images: one half to see ranges, the other to choose by.
    """
    seen, unseen = np.array_split(images, 2)
    said = open_onnx(source)(unseen).argmax(axis=1)
    agreements: dict[Path, float] = {}
    with tempfile.TemporaryDirectory() as folder, _quietly():
        for way in (_write_dynamic, _write_static):
            candidate = Path(folder) / f"{way.__name__}.onnx"
            way(source, candidate, seen)
            agreements[candidate] = float((open_onnx(candidate)(unseen).argmax(axis=1) == said).mean())
        path.write_bytes(max(agreements, key=agreements.__getitem__).read_bytes())
    return open_onnx(path)


def _write_dynamic(source: Path, path: Path, seen: NDArray[np.uint8]) -> None:
    from onnxruntime.quantization import QuantType, quantize_dynamic

    # Convolutions take unsigned weights alone on a CPU.
    quantize_dynamic(source, path, weight_type=QuantType.QUInt8, nodes_to_exclude=_first_convolution(source))


def _write_static(source: Path, path: Path, seen: NDArray[np.uint8]) -> None:
    from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static

    portions = iter(np.array_split(seen, -(-len(seen) // _PORTION)))

    class Reader(CalibrationDataReader):
        def get_next(self) -> dict[str, NDArray[np.uint8]] | None:
            portion = next(portions, None)
            return None if portion is None else {"images": portion}

    quantize_static(
        source,
        path,
        Reader(),
        quant_format=QuantFormat.QDQ,
        per_channel=True,
        activation_type=QuantType.QUInt8,
        weight_type=QuantType.QInt8,
        op_types_to_quantize=["Conv", "Gemm", "MatMul"],
        nodes_to_exclude=_first_convolution(source),
    )


def _first_convolution(source: Path) -> list[str]:
    """Return the name of a model's first convolution, in a list; an empty one if it has none."""
    import onnx

    return [node.name for node in onnx.load(source).graph.node if node.op_type == "Conv"][:1]


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
