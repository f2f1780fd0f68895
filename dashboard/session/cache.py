"""What pages load, loaded once a server. Keys name everything that changes a result."""

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from cifar_core.config import DataConfig, ModelConfig, RunConfig, Section
from cifar_core.data import (
    ChannelStatistics,
    Contents,
    DataError,
    Dataset,
    Splits,
    compute_channel_statistics,
    default_data_dir,
    inspect_source,
    load_dataset,
    splits_of,
    without_choices,
    without_selections,
)
from cifar_core.data.similarity import Descriptors, describe_images, project_to_plane
from cifar_core.evaluation import Predictions, PredictionsError, load_predictions
from cifar_core.evaluation.track import EpochReading, Track, create_track, read_epoch
from cifar_core.files import Stamp, stamp
from cifar_core.presets import Preset
from cifar_core.runs import RunError, RunRecord, RunStore, RunSummary, default_runs_dir, list_presets
from cifar_core.selections import SelectionError, find_contents
from cifar_core.training.device import DeviceInfo, list_devices
from dashboard import engine
from dashboard.drawing.pictures import lay_out
from dashboard.session.lock import without_test

if TYPE_CHECKING:
    from dashboard.engine import PipelineCost, Preview


# Of the thread that draws a page: its runs, and its dataset by where that lies.
_page = threading.local()


def get_store() -> RunStore:
    """Return the store of all runs."""
    return _store(default_runs_dir())


@contextmanager
def listed_for_page(runs: list[RunSummary]) -> Iterator[None]:
    """Let all that a page draws speak of the same runs, listed once: thousands take some hundredths of a second.

    Callbacks, and parts of a page that are drawn again by themselves, list them anew.
    """
    _page.runs = runs
    try:
        yield
    finally:
        _page.runs = None


@contextmanager
def looked_at_once() -> Iterator[None]:
    """Let all that a page draws show the same dataset: whether it is as it was takes some fifty questions of the disk.

    Callbacks, and parts of a page that are drawn again by themselves, ask anew.
    """
    _page.datasets = {}
    try:
        yield
    finally:
        _page.datasets = None


def list_readable_runs() -> list[RunSummary]:
    """Return all runs, newest first; none where their folder cannot be read, which the page says at its top."""
    if (runs := getattr(_page, "runs", None)) is not None:
        return list(runs)
    try:
        return without_test(get_store().list_runs())
    except RunError:
        return []


def refresh_runs() -> list[RunSummary]:
    """Return all runs likewise, after a look for dead workers and free devices; a page that is being drawn has looked.

    Raises:
        RunError: Their folder cannot be read.
    """
    return list_readable_runs() if getattr(_page, "runs", None) is not None else without_test(get_store().refresh())


def is_any_training(runs: Iterable[RunSummary]) -> bool:
    """Whether one of these makes steps just now: what else computes is in its way, and what is timed tells nothing."""
    return any(run.status.status == "running" for run in runs)


def why_not_startable() -> str | None:
    """Return in one sentence why no run can be started here; None if one can."""
    try:
        return get_store().why_not_writable()
    except RunError as error:
        return str(error)


def get_dataset() -> Dataset:
    """Return the dataset as it is on disk now: a download or a folder put there by hand is found without a restart.

    The first call of a server may take some seconds.

    Raises:
        DataError: A folder or archive is there but cannot be used.
    """
    data_dir, seen = default_data_dir(), getattr(_page, "datasets", None)
    if seen is not None and data_dir in seen:
        return seen[data_dir]
    dataset = _dataset(str(data_dir), inspect_source(data_dir).key)
    if seen is not None:
        seen[data_dir] = dataset
    return dataset


def get_presets() -> dict[str, Preset]:
    """Return all presets by name, those of the project first."""
    return list_presets(default_runs_dir())


def get_splits(dataset: Dataset, config: RunConfig | None = None) -> Splits:
    """Return the splits a run uses; those of the default settings without a run.

    Images that a run was told to leave out count as left out only while the selections, or some run's copy of them, are
    there.
    """
    data = (config or RunConfig()).data
    return _splits(dataset, dataset.fingerprint, data.model_dump_json(), data)


def get_predictions(record: RunRecord, split: str, epoch: int | str) -> Predictions | None:
    """Return a run's saved predictions, None if there are none."""
    path = record.predictions_path(split, epoch)
    return None if path is None else _predictions(path, stamp(path))


def get_track(record: RunRecord) -> Track | None:
    """Return a run's val predictions over its epochs, None before the first. Each epoch's file is read once.

    Epochs whose file is damaged are left out.
    """
    readings = {}
    for epoch in record.prediction_epochs():
        path = record.predictions_path("val", epoch)
        with suppress(PredictionsError):
            if path is not None:
                readings[epoch] = _epoch_reading(path, stamp(path))
    return create_track(list(readings), list(readings.values())) if readings else None


def get_filter_sheet(path: Path, most: int) -> tuple[NDArray[np.uint8], int] | None:
    """Return a picture of the first layer's filters in a checkpoint, and how many it has; None before there is one."""
    stamped = stamp(path)
    sheet = None if stamped is None else _filter_sheet(path, stamped, most)
    return sheet if sheet is not None and sheet[1] else None


def get_model_summary(config: RunConfig) -> tuple[pd.DataFrame, dict[str, float]]:
    """Return a network's layers as a table, and its totals: parameters, multiply-accumulates, megabytes."""
    return _model_summary(config.model.model_dump_json(), config.model)


def get_statistics(dataset: Dataset) -> ChannelStatistics:
    """Return mean and standard deviation of each colour over the official training images."""
    return _statistics(dataset, dataset.fingerprint)


def get_preview(dataset: Dataset, config: RunConfig, indices: NDArray[np.int64], num_epochs: int) -> "Preview":
    """Return what the first epochs of a run of this config see of some images."""
    parts = (config.augmentation, config.data, config.training.seed)
    key = "/".join(part.model_dump_json() if isinstance(part, Section) else str(part) for part in parts)
    return _preview(dataset, config, dataset.fingerprint, key, tuple(indices.tolist()), num_epochs)


def get_torchvision_code(dataset: Dataset, config: RunConfig) -> str:
    """Return a config's augmentation and normalisation as torchvision code."""
    return engine.torchvision_code(config, get_statistics(dataset))


def measure_pipeline(dataset: Dataset, config: RunConfig) -> "PipelineCost":
    """Time a config's augmentation here, beside torchvision's; takes some seconds."""
    known, contents = _find_chosen(dataset, config)
    return engine.measure_cost(dataset, known, contents, get_statistics(dataset))


def get_descriptors(dataset: Dataset) -> Descriptors:
    """Return every image as the numbers by which likeness is judged."""
    return _descriptors(dataset, dataset.fingerprint)


def get_plane(dataset: Dataset) -> tuple[NDArray[np.float32], NDArray[np.float64]]:
    """Return every image's place by the principal components of its pixels, and the shares of variance they hold."""
    return _plane(dataset, dataset.fingerprint)


@st.cache_resource(show_spinner=False, max_entries=2)
def _descriptors(_dataset: Dataset, fingerprint: str) -> Descriptors:
    return describe_images(_dataset.images)


@st.cache_resource(show_spinner=False, max_entries=2)
def _plane(_dataset: Dataset, fingerprint: str) -> tuple[NDArray[np.float32], NDArray[np.float64]]:
    return project_to_plane(get_descriptors(_dataset))


@st.cache_resource(show_spinner=False, max_entries=4)
def _statistics(_dataset: Dataset, fingerprint: str) -> ChannelStatistics:
    return compute_channel_statistics(_dataset.images[: _dataset.num_train])


@st.cache_resource(show_spinner=False, max_entries=128)
def _preview(
    _dataset: Dataset, _config: RunConfig, fingerprint: str, key: str, indices: tuple[int, ...], num_epochs: int
) -> "Preview":
    known, contents = _find_chosen(_dataset, _config)
    return engine.preview_augmentation(_dataset, known, contents, np.array(indices), num_epochs)


def _find_chosen(dataset: Dataset, config: RunConfig) -> tuple[RunConfig, Contents]:
    """Return a config and the images that it refers to; without such where they are gone, or may not be trained on."""
    try:
        contents = find_contents(default_runs_dir(), config.data)
        splits_of(dataset, config.data, contents)
    except (SelectionError, DataError):
        return config.model_copy(update={"data": without_choices(config.data)}), {}
    return config, contents


# Asked for hundreds of times a page: Streamlit's cache would take a fifth of a millisecond each time.
@lru_cache(maxsize=8)
def _store(runs_dir: Path) -> RunStore:
    return RunStore(runs_dir)


@st.cache_resource(show_spinner="Preparing the images; this happens once", max_entries=2)
def _dataset(data_dir: str, key: str) -> Dataset:  # as text: Streamlit pickles a path to know it again, on every page
    return load_dataset(Path(data_dir))


@st.cache_resource(show_spinner=False, max_entries=8)
def _splits(_dataset: Dataset, fingerprint: str, settings: str, _config: DataConfig) -> Splits:
    try:
        return splits_of(_dataset, _config, find_contents(default_runs_dir(), _config))
    except (SelectionError, DataError):
        return without_selections(_dataset, _config)


@st.cache_resource(show_spinner=False, max_entries=64)
def _predictions(path: Path, stamped: Stamp | None) -> Predictions:
    return load_predictions(path)


@st.cache_resource(show_spinner=False, max_entries=4096)
def _epoch_reading(path: Path, stamped: Stamp | None) -> EpochReading:
    return read_epoch(load_predictions(path))


@st.cache_data(show_spinner=False, max_entries=64)
def _filter_sheet(path: Path, stamped: Stamp, most: int) -> tuple[NDArray[np.uint8], int]:
    filters = engine.draw_filters(path)
    return lay_out(filters[:most]) if len(filters) else filters, len(filters)


@st.cache_resource(show_spinner=False)
def get_devices() -> list[DeviceInfo]:
    """Return the devices of this machine, the fastest first."""
    return list_devices()


@st.cache_data(show_spinner=False, max_entries=32)
def _model_summary(model_json: str, _model: ModelConfig) -> tuple[pd.DataFrame, dict[str, float]]:
    return engine.summarize(_model)
