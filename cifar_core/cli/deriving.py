"""What takes a while to compute: taken from where the dashboard keeps it, or made here and kept there."""

from collections.abc import Mapping
from pathlib import Path

from tqdm import tqdm

from cifar_core.cli.answers import remark
from cifar_core.data import Dataset, default_data_dir
from cifar_core.derived import KINDS, Arrays, DerivedStore, Request
from cifar_core.failures import explain
from cifar_core.overrides import ConfigError
from cifar_core.runs import RunRecord


def obtain(dataset: Dataset, data_dir: Path | None, kind: str, options: Mapping[str, str | int], what: str) -> Arrays:
    """Return derived arrays, with a progress bar while they are made.

    Args:
        dataset: The images.
        data_dir: Where they come from; $CIFAR_DATA_DIR or `data` if None.
        kind: One of `KINDS`.
        options: Whatever else decides the result.
        what: What is being made, for the bar.
    """
    store, request = DerivedStore(data_dir or default_data_dir()), Request(kind, dataset.fingerprint, options)
    arrays = store.load(request)
    if arrays is not None:
        return arrays
    with tqdm(total=100, unit="%", desc=what, disable=None, bar_format="{l_bar}{bar}| {elapsed}") as bar:
        made = KINDS[kind](dataset, options, lambda share: _show(bar, share))
    try:
        store.save(request, made)
    except OSError as error:
        remark(f"It is not kept for the next time: {explain(error)}.")
    return made


def find_checkpoint(record: RunRecord, epoch: str) -> Path:
    """Return the weights of a run's best or last epoch.

    Raises:
        ConfigError: They are not there.
    """
    path = record.checkpoint_path(epoch)
    if not path.exists():
        raise ConfigError(f"run {record.run_id} has no {epoch} weights; allowed: a run that finished an epoch")
    return path


def _show(bar: "tqdm[object]", share: float) -> None:
    bar.update(round(100 * share) - bar.n)
