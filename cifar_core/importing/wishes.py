"""What somebody says of a file in words, understood."""

from collections.abc import Sequence
from pathlib import Path

from cifar_core.config import ModelConfig, RunConfig, section_choices
from cifar_core.importing.assembly import Wish
from cifar_core.importing.conventions import Pixels, choose_pixels, own_pixels, read_class_order
from cifar_core.importing.exceptions import ImportRefusedError
from cifar_core.importing.orders import ImportOrder
from cifar_core.overrides import parse_value, with_overrides
from cifar_core.runs import RunRecord, list_presets
from cifar_core.runs.naming import is_run_id


def make_wish(order: ImportOrder, class_names: Sequence[str]) -> Wish:
    """Return an order, understood.

    Raises:
        ImportRefusedError: Some of it is not allowed.
    """
    return Wish(
        path=Path(order.path),
        model=find_model(order.network, order.overrides, Path(order.runs_dir)),
        pixels=_find_pixels(order),
        class_order=read_class_order(order.classes, class_names),
        weights_path=Path(order.weights) if order.weights else None,
        entry=order.entry,
    )


def find_model(network: str, overrides: Sequence[str], runs_dir: Path) -> ModelConfig | None:
    """Return an architecture by the name of its kind, of a preset or of a run; None where none is said.

    Raises:
        ImportRefusedError: There is none of this name.
        ConfigError: A setting of it is not allowed.
    """
    changes = dict(_parse(text) for text in overrides)
    if not network:
        if changes:
            raise ImportRefusedError("--set changes a network that is not said; allowed: --network with it")
        return None
    presets = list_presets(runs_dir)
    if network in presets:
        config = presets[network].config
    elif network in section_choices("model"):
        config = with_overrides(RunConfig(), {"model.name": network})
    elif is_run_id(network) and (runs_dir / network).is_dir():
        config = RunRecord(runs_dir / network).stored_config().config
    else:
        allowed = ", ".join((*section_choices("model"), *presets))
        raise ImportRefusedError(f"--network {network!r} is not allowed; allowed: the id of a run, {allowed}")
    return with_overrides(config, changes).model


def _find_pixels(order: ImportOrder) -> Pixels | None:
    if order.mean or order.std:
        if order.pixels:
            raise ImportRefusedError("--pixels and --mean with --std were both given; allowed: one of them")
        return own_pixels(order.mean, order.std)
    return choose_pixels(order.pixels) if order.pixels else None


def _parse(text: str) -> tuple[str, object]:
    path, equals, value = text.partition("=")
    if not equals or not path.startswith("model."):
        raise ImportRefusedError(f"--set {text!r} is not allowed; allowed: model.FIELD=VALUE")
    return path.strip(), parse_value(value.strip())
