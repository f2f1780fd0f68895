"""The files a network is exported as, and how each is asked."""

import json
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file, save_file

from cifar_core.config import RunConfig
from cifar_core.export.model.deployed import Deployed
from cifar_core.export.model.parity import Model
from cifar_core.formats import dump_config
from cifar_core.models import create_classifier

_EXAMPLE_SIZE = 2


def write_safetensors(model: Deployed, path: Path, config: RunConfig, class_names: tuple[str, ...]) -> Model:
    """Write the weights with what is needed to use them in the header; return what a reader of the file predicts."""
    tensors = {name: tensor.contiguous() for name, tensor in model.classifier.state_dict().items()}
    about = {"config": dump_config(config), "class_names": json.dumps(class_names), "format": "pt"}
    save_file(tensors, path, about)
    classifier = create_classifier(config, mean=(0.0,) * 3, std=(1.0,) * 3, num_classes=len(class_names))
    classifier.load_state_dict(load_file(path))
    return as_model(Deployed(classifier.requires_grad_(False), model.views).eval())


def write_program(model: Deployed, path: Path) -> Model:
    """Write a program of `torch.export` for any number of images; return what the file predicts."""
    example = torch.zeros(_EXAMPLE_SIZE, 3, 32, 32, dtype=torch.uint8)
    program = torch.export.export(model, (example,), dynamic_shapes={"images": {0: torch.export.Dim.DYNAMIC}})
    torch.export.save(program, path)
    return as_model(torch.export.load(path).module())


def as_model(module: torch.nn.Module) -> Model:
    """Return a torch module as a function of arrays."""

    def ask(images: NDArray[np.uint8]) -> NDArray[np.float32]:
        with torch.inference_mode():
            probs: NDArray[np.float32] = module(torch.from_numpy(images)).numpy()
        return probs

    return ask
