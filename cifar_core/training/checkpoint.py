"""Checkpoints: tensors in a safetensors file, everything else as JSON in its header. Loading one executes nothing."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, optim

from cifar_core.config import ImportedConfig, RunConfig
from cifar_core.files import replaced_atomically
from cifar_core.formats import dump_config, read_config
from cifar_core.models import Classifier, create_classifier
from cifar_core.models.imported import ImportedNetworkError, create_imported, create_untrained_twin
from cifar_core.overrides import ConfigError, with_overrides
from cifar_core.training.exceptions import CheckpointError
from cifar_core.training.optimizer_state import ENTRY, PREFIX

_FORMAT = "1"


@dataclass(frozen=True)
class Progress:
    """How far a run is. Carried by every checkpoint.

    Attributes:
        epoch: Epochs finished.
        step: Optimizer updates done.
        best_epoch: Epoch with the highest val accuracy so far, None before the first.
        best_val_accuracy: In [0, 1].
        last_val_accuracy: In [0, 1].
        seconds: Spent training so far.
    """

    epoch: int = 0
    step: int = 0
    best_epoch: int | None = None
    best_val_accuracy: float | None = None
    last_val_accuracy: float | None = None
    seconds: float = 0.0


@dataclass(frozen=True)
class CheckpointHeader:
    """What a checkpoint says of itself besides its tensors."""

    config: RunConfig
    progress: Progress
    environment: dict[str, Any]

    @property
    def dtype(self) -> torch.dtype:
        """The number format in which its run trained and predicted."""
        return torch.bfloat16 if self.environment.get("precision") == "bfloat16" else torch.float32


@dataclass(frozen=True)
class Checkpoint:
    """What a checkpoint file will hold: a copy, so that training can go on before it is written.

    Attributes:
        tensors: By name, on the CPU.
        header: Everything else, as JSON.
    """

    tensors: dict[str, Tensor]
    header: dict[str, str]

    def write(self, path: Path) -> None:
        """Put it in place of the file at `path`, all or nothing."""
        with replaced_atomically(path) as temporary:
            save_file(self.tensors, temporary, self.header)


def save_checkpoint(path: Path, config: RunConfig, classifier: Classifier, progress: Progress, **rest: Any) -> None:
    """Write a checkpoint in place of the one at `path`, all or nothing; arguments as for `take_checkpoint`."""
    take_checkpoint(config, classifier, progress, **rest).write(path)


def take_checkpoint(
    config: RunConfig,
    classifier: Classifier,
    progress: Progress,
    *,
    optimizer: optim.Optimizer | None = None,
    average: Classifier | None = None,
    environment: Mapping[str, Any] | None = None,
) -> Checkpoint:
    """Copy what a checkpoint holds.

    Args:
        config: The run's.
        classifier: Its weights and buffers are saved.
        progress: How far the run is.
        optimizer: Saved too if given; without it the checkpoint can be used, but not continued.
        average: The moving average of the weights, saved too if given; who loads the network then gets it.
        environment: Versions, device and threads, for the record.
    """
    tensors = {f"model/{name}": tensor for name, tensor in classifier.state_dict().items()}
    if average is not None:
        tensors |= {f"average/{name}": tensor for name, tensor in average.state_dict().items()}
    header = {
        "format": _FORMAT,
        "config": dump_config(config),
        "progress": json.dumps(asdict(progress)),
        "environment": json.dumps(dict(environment or {})),
    }
    if optimizer is not None:
        state = _flatten_state(optimizer)
        tensors |= {key: value for key, value in state.items() if isinstance(value, Tensor)}
        header[ENTRY] = json.dumps({k: v for k, v in state.items() if not isinstance(v, Tensor)})
    return Checkpoint({key: _copy(value) for key, value in tensors.items()}, header)


def read_checkpoint_header(path: Path) -> CheckpointHeader:
    """Return a checkpoint's config, progress and environment without its tensors.

    Raises:
        CheckpointError: The file is missing, broken, or of another kind.
    """
    metadata, _ = _read(path, with_tensors=False)
    return CheckpointHeader(
        config=_read_config(path, metadata),
        progress=_read_progress(path, metadata),
        environment=_read_object(path, metadata, "environment"),
    )


def load_classifier(path: Path, device: str = "cpu") -> Classifier:
    """Build the network a checkpoint describes, with its weights (their average if there is one), in eval mode.

    Raises:
        CheckpointError: The file is missing, broken, or does not fit its own config.
    """
    metadata, tensors = _read(path)
    config = _read_config(path, metadata)
    if isinstance(config.model, ImportedConfig):
        return _create_imported(path, config.model, tensors).to(device)
    classifier = create_classifier(config, mean=(0.0,) * 3, std=(1.0,) * 3)
    has_average = any(key.startswith("average/") for key in tensors)
    _load_weights(path, classifier, tensors, "average" if has_average else "model")
    return classifier.to(device).eval()


def create_untrained(path: Path) -> Classifier:
    """Build the network a checkpoint describes with new weights, from another seed than the run's; pixels as it scales.

    Raises:
        CheckpointError: As of `load_classifier`.
    """
    trained, config = load_classifier(path), read_checkpoint_header(path).config
    if isinstance(config.model, ImportedConfig):
        try:
            return create_untrained_twin(trained, config.model)
        except ImportedNetworkError as error:
            raise CheckpointError(str(error)) from error
    other = with_overrides(config, {"training.seed": config.training.seed ^ 1})
    untrained = create_classifier(other, mean=(0.0,) * 3, std=(1.0,) * 3)
    untrained.normalize.load_state_dict(trained.normalize.state_dict())
    return untrained.eval()


def load_weights(path: Path, classifier: Classifier) -> None:
    """Start a network from a checkpoint's weights (their average if there is one); pixels stay scaled as it has them.

    Raises:
        CheckpointError: The checkpoint is broken, or of another network.
    """
    _, tensors = _read(path)
    part = "average" if any(key.startswith("average/") for key in tensors) else "model"
    kept = {key: value for key, value in tensors.items() if not key.startswith(f"{part}/normalize.")}
    scaling = {f"{part}/normalize.{name}": value for name, value in classifier.normalize.state_dict().items()}
    _load_weights(path, classifier, kept | scaling, part)


def restore(
    path: Path,
    config: RunConfig,
    classifier: Classifier,
    optimizer: optim.Optimizer | None,
    average: Classifier | None = None,
) -> Progress:
    """Put a run's weights, their average and the optimizer back as they were when the checkpoint was written.

    The number of epochs may have changed since, and whether test is looked at: a finished run can be extended, and look
    at test later.

    Args:
        path: Of the checkpoint.
        config: The run's.
        classifier: Gets the weights.
        optimizer: Gets its state; None where no step is left to do.
        average: Gets the moving average of the weights.

    Raises:
        CheckpointError: The checkpoint belongs to another config, or has no optimizer for what is left to do.
    """
    metadata, tensors = _read(path)
    stored = _read_config(path, metadata, in_full=True)
    may_change = {name: getattr(config.training, name) for name in ("num_epochs", "evaluate_test")}
    if stored.model_copy(update={"training": stored.training.model_copy(update=may_change)}) != config:
        raise CheckpointError(f"{path.name} belongs to a run with other settings, so it cannot be continued with these")
    if optimizer is not None and ENTRY not in metadata:
        raise CheckpointError(f"{path.name} is without its optimizer, so it cannot be continued")
    _load_weights(path, classifier, tensors, "model")
    if average is not None:
        _load_weights(path, average, tensors, "average")
    if optimizer is not None:
        _load_optimizer(optimizer, tensors | _read_object(path, metadata, ENTRY))
    return _read_progress(path, metadata)


def _create_imported(path: Path, config: ImportedConfig, tensors: Mapping[str, Tensor]) -> Classifier:
    try:
        return create_imported(config, {key.removeprefix("model/"): value for key, value in tensors.items()})
    except (ImportedNetworkError, RuntimeError) as error:
        raise CheckpointError(f"{path.name} holds an imported network that cannot be opened: {error}") from error


def _copy(tensor: Tensor) -> Tensor:
    return tensor.detach().to("cpu", copy=True, memory_format=torch.contiguous_format)


def _flatten_state(optimizer: optim.Optimizer) -> dict[str, Any]:
    return {
        f"{PREFIX}{index}/{name}": value
        for index, entries in optimizer.state_dict()["state"].items()
        for name, value in entries.items()
    }


def _load_optimizer(optimizer: optim.Optimizer, values: Mapping[str, Any]) -> None:
    parameters = [parameter for group in optimizer.param_groups for parameter in group["params"]]
    state: dict[int, dict[str, Any]] = {}
    for key, value in values.items():
        if key.startswith(PREFIX):
            _, index, name = key.split("/", 2)
            state.setdefault(int(index), {})[name] = _laid_out_like(parameters[int(index)], value)
    optimizer.load_state_dict({"state": state, "param_groups": optimizer.state_dict()["param_groups"]})


def _laid_out_like(parameter: Tensor, value: Any) -> Any:
    """Fused updates walk through memory in order, so a momentum must have its weight's strides (channels last)."""
    if isinstance(value, Tensor) and value.shape == parameter.shape:
        return torch.empty_like(parameter, memory_format=torch.preserve_format).copy_(value)
    return value


def _load_weights(path: Path, classifier: Classifier, tensors: Mapping[str, Tensor], part: str) -> None:
    weights = {key.removeprefix(f"{part}/"): value for key, value in tensors.items() if key.startswith(f"{part}/")}
    try:
        classifier.load_state_dict(weights)
    except RuntimeError as error:
        raise CheckpointError(f"{path.name} does not fit the network of its config: {error}") from error


def _read(path: Path, *, with_tensors: bool = True) -> tuple[dict[str, str], dict[str, Tensor]]:
    try:
        with safe_open(path, framework="pt") as file:
            metadata = file.metadata() or {}
            tensors = {key: torch.clone(file.get_tensor(key)) for key in file.keys()} if with_tensors else {}  # noqa: SIM118
    except (OSError, SafetensorError) as error:
        raise CheckpointError(f"{path.name} cannot be read as a checkpoint: {error}") from error
    missing = {"format", "config", "progress", "environment"} - metadata.keys()
    if missing:
        raise CheckpointError(f"{path.name} is not a checkpoint of CIFAR Lab: it lacks {', '.join(sorted(missing))}")
    return metadata, tensors


def _read_progress(path: Path, metadata: Mapping[str, str]) -> Progress:
    """A newer release may say more; an older one said less."""
    stored, known = _read_object(path, metadata, "progress"), {field.name for field in fields(Progress)}
    return Progress(**{name: value for name, value in stored.items() if name in known})


def _read_object(path: Path, metadata: Mapping[str, str], key: str) -> dict[str, Any]:
    try:
        stored = json.loads(metadata[key])
    except (ValueError, RecursionError) as error:
        raise CheckpointError(f"{path.name} has no readable {key}: {error}") from error
    if not isinstance(stored, dict):
        raise CheckpointError(f"{path.name} has no readable {key}: {type(stored).__name__} in place of an object")
    return stored


def _read_config(path: Path, metadata: Mapping[str, str], *, in_full: bool = False) -> RunConfig:
    """Return a checkpoint's config: all that decides the network, or all of it."""
    try:
        stored = read_config(metadata["config"])
    except ConfigError as error:
        raise CheckpointError(f"{path.name} has no readable config: {error}") from error
    if stored.unknown and (in_full or any(setting.startswith("model.") for setting in stored.unknown)):
        raise CheckpointError(f"{path.name} was {stored.explanation}")
    return stored.config
