"""python -m pytest tests/unit/training/test_chosen_images.py. Runs trained without, on, with more of some images."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cifar_core.config import DataConfig, RunConfig
from cifar_core.data import ChosenImages, DataError, labels_for_training, splits_of
from cifar_core.data.chosen import CHOICES, without_choices
from cifar_core.formats import dump_config, read_config
from cifar_core.overrides import ConfigError, config_difference, with_overrides
from cifar_core.presets import PRESETS
from cifar_core.runs.layout import RunFiles
from cifar_core.training.checkpoint import load_classifier
from cifar_core.training.fit import fit
from cifar_core.training.plan import plan_training
from cifar_core.training.preview import create_preview_pool, preview
from cifar_core.training.state import create_training_state, epoch_order, iterate_batches
from tests.unit.training.watching import Watcher


def choose(indices, labels=None):
    return ChosenImages(np.sort(np.asarray(indices, np.int64)), labels)


def configured(config, contents, **chosen):
    """The config, with images chosen by setting; `contents` gets them."""
    for images in chosen.values():
        contents[images.content_hash] = images
    return with_overrides(config, {f"data.{name}": images.content_hash for name, images in chosen.items()})


@pytest.fixture
def train(tiny_dataset):
    return splits_of(tiny_dataset, DataConfig()).train


@given(fraction=st.sampled_from([0.3, 1.0]), seed=st.integers(0, 5), draws=st.integers(0, 1000))
@settings(max_examples=25)
def test_val_and_test_are_the_same_whatever_is_chosen(tiny_dataset, fraction, seed, draws):
    data = DataConfig(train_fraction=fraction, split_seed=seed)
    plain = splits_of(tiny_dataset, data)
    generator, contents = np.random.default_rng(draws), {}
    chosen = {name: choose(generator.choice(plain.train, 20, replace=False)) for name in ("only", "exclude")}
    config = configured(RunConfig(data=data), contents, **chosen)
    if len(np.setdiff1d(chosen["only"].indices, chosen["exclude"].indices)) < 2:
        with pytest.raises(DataError, match=r"data.only and data.exclude leave [01] training images"):
            splits_of(tiny_dataset, config.data, contents)
        return
    splits = splits_of(tiny_dataset, config.data, contents)
    assert np.array_equal(splits.val, plain.val)
    assert np.array_equal(splits.test, plain.test)
    only, excluded = (set(chosen[name].indices.tolist()) for name in ("only", "exclude"))
    assert splits.train.tolist() == sorted(only - excluded)


@pytest.mark.parametrize("setting", CHOICES)
@pytest.mark.parametrize("split", ["val", "test"])
def test_images_of_val_and_test_are_refused_for_they_would_leak(tiny_dataset, train, setting, split):
    leaking = splits_of(tiny_dataset, DataConfig()).indices(split)[:3]
    contents = {}
    images = choose([*train[:5], *leaking], np.zeros(8, np.int64))
    config = configured(RunConfig(), contents, **{setting: images})
    words = f"data.{setting} = 'sel-[0-9a-f]{{16}}' would leak: of its 8 images 3 of {split}; allowed: training images"
    with pytest.raises(DataError, match=words):
        splits_of(tiny_dataset, config.data, contents)


def test_what_cannot_be_trained_on_is_refused_in_words(tiny_dataset, train):
    contents = {}
    with pytest.raises(DataError, match=r"data.only leave 1 training images; allowed: at least 2"):
        splits_of(tiny_dataset, configured(RunConfig(), contents, only=choose(train[:1])).data, contents)
    with pytest.raises(DataError, match=r"data.exclude = 'sel-\w{16}' is not at hand"):
        splits_of(tiny_dataset, configured(RunConfig(), contents, exclude=choose(train[:9])).data, {})
    with pytest.raises(DataError, match="names image 280; allowed: 0 to 279"):
        splits_of(tiny_dataset, configured(RunConfig(), contents, exclude=choose([280])).data, contents)
    with pytest.raises(DataError, match="says no classes; allowed: a selection with labels"):
        labels_for_training(tiny_dataset, configured(RunConfig(), contents, relabel=choose(train[:2])).data, contents)
    wrong = choose(train[:2], np.array([0, 10]))
    with pytest.raises(DataError, match="a class is not one of 0 to 9"):
        labels_for_training(tiny_dataset, configured(RunConfig(), contents, relabel=wrong).data, contents)


def test_oversampled_images_come_several_times_an_epoch_and_look_different(tiny_dataset, tiny_config, train):
    contents = {}
    config = with_overrides(tiny_config, {"data.oversample_weight": 3, "augmentation.noise": 0.1})
    config = configured(config, contents, oversample=choose(train[:10]))
    state = create_training_state(config, tiny_dataset, "cpu", contents=contents)
    order = epoch_order(state, 1)
    images = order % tiny_dataset.num_images
    counts = dict(zip(*np.unique(images, return_counts=True), strict=True))
    assert counts == {index: 3 if index in train[:10] else 1 for index in train}
    assert len(np.unique(order)) == len(train) + 20
    batches = list(iterate_batches(state, 1))
    seen = np.concatenate([batch.images.numpy() for batch in batches])
    targets = np.concatenate([batch.targets.numpy() for batch in batches])
    assert len(seen) == len(order) == state.epoch_images.size
    assert np.array_equal(targets, tiny_dataset.labels[images])
    places = np.flatnonzero(images == train[0])
    means = [np.abs(seen[place] - tiny_dataset.images[train[0]] / 255).mean() for place in places]
    assert max(means) < 0.3  # it is that image, changed
    assert len({seen[place].tobytes() for place in places}) == 3
    assert np.array_equal(state.splits.train, train)


def test_mixing_takes_its_partners_from_what_an_epoch_holds(tiny_dataset, tiny_config, train):
    contents = {}
    config = with_overrides(tiny_config, {"augmentation.cutmix_alpha": 1.0, "data.oversample_weight": 20})
    config = configured(config, contents, only=choose(train[:30]), oversample=choose(train[:3]))
    state = create_training_state(config, tiny_dataset, "cpu", contents=contents)
    shares = np.concatenate([batch.targets.numpy() for batch in iterate_batches(state, 1)])
    often = np.unique(tiny_dataset.labels[train[:3]])
    assert shares[:, often].sum() / shares.sum() > 0.6  # 60 of 87 numbers, and what else has these classes


def test_relabelled_images_are_trained_with_their_new_class_and_noise_stays_where_it_was(tiny_dataset, train):
    contents = {}
    noisy = with_overrides(RunConfig(), {"data.label_noise": 0.2})
    before = labels_for_training(tiny_dataset, noisy.data)
    affected = np.flatnonzero(before != tiny_dataset.labels)
    new = (tiny_dataset.labels[affected[:4]] + 3) % 10
    config = configured(noisy, contents, relabel=choose(affected[:4], new), exclude=choose(affected[10:]))
    after = labels_for_training(tiny_dataset, config.data, contents)
    assert after[affected[:4]].tolist() == new.tolist()
    rest = np.setdiff1d(np.arange(280), affected[:4])
    assert np.array_equal(after[rest], before[rest])
    assert not np.isin(affected[10:], splits_of(tiny_dataset, config.data, contents).train).any()
    assert not tiny_dataset.labels.flags.writeable or np.array_equal(tiny_dataset.labels, np.tile(np.arange(10), 28))


def test_a_run_is_reproducible_and_goes_on_bit_equal(tiny_dataset, tiny_config, train, tmp_path):
    contents = {}
    config = configured(
        tiny_config, contents, exclude=choose(train[::7]), oversample=choose(train[1::9]), only=choose(train[:150])
    )
    whole, again, parted = (RunFiles(tmp_path / name) for name in ("whole", "again", "parted"))
    for outputs in (whole, again):
        fit(config, tiny_dataset, outputs, contents=contents)
    steps = create_training_state(config, tiny_dataset, "cpu", contents=contents).steps_per_epoch
    fit(config, tiny_dataset, parted, Watcher(stop_after=steps + 2), contents)
    fit(config, tiny_dataset, parted, contents=contents)
    weights = [load_classifier(files.checkpoint_path("last")).state_dict() for files in (whole, again, parted)]
    for name, tensor in weights[0].items():
        assert tensor.equal(weights[1][name]), name
        assert tensor.equal(weights[2][name]), name


def test_all_of_train_chosen_is_the_same_run_as_nothing_chosen(tiny_dataset, tiny_config, train, tmp_path):
    contents = {}
    plain, chosen = RunFiles(tmp_path / "plain"), RunFiles(tmp_path / "chosen")
    fit(tiny_config, tiny_dataset, plain)
    fit(configured(tiny_config, contents, only=choose(train)), tiny_dataset, chosen, contents=contents)
    first, second = (load_classifier(files.checkpoint_path("last")).state_dict() for files in (plain, chosen))
    assert all(tensor.equal(second[name]) for name, tensor in first.items())


def test_a_plan_counts_what_is_chosen(tiny_dataset, tiny_config, train):
    contents = {}
    config = configured(tiny_config, contents, exclude=choose(train[:16]))
    assert plan_training(config, tiny_dataset, contents).num_train == len(train) - 16


@pytest.mark.parametrize("preset", PRESETS)
def test_presets_choose_nothing(preset):
    data = PRESETS[preset].config.data
    assert [getattr(data, name) for name in CHOICES] == [""] * 4
    assert without_choices(data) is data


def test_configs_from_before_choose_nothing_and_others_differ_by_their_hash(train):
    config = configured(RunConfig(), {}, exclude=choose(train[:3]))
    tree = dump_config(RunConfig()).replace('"only": "", "exclude": "", "oversample": "", "oversample_weight": 2, ', "")
    tree = tree.replace(', "relabel": ""', "").replace('"relabel": "", ', "")
    assert "exclude" not in tree
    assert read_config(tree).config == RunConfig()
    assert read_config(dump_config(config)).config == config
    assert list(config_difference(RunConfig(), config)) == ["data.exclude"]
    assert without_choices(config.data) == RunConfig().data


@pytest.mark.parametrize("value", ["deer", "sel-123", "sel-0123456789ABCDEF", 3, "sel-0123456789abcdef\n"])
def test_a_hash_that_is_none_is_refused_in_words(value):
    with pytest.raises(ConfigError, match=r"data.exclude = .* is not allowed; allowed: sel- and 16 hexadecimal digits"):
        with_overrides(RunConfig(), {"data.exclude": value})


def test_a_preview_shows_what_a_run_that_was_told_of_images_sees(tiny_dataset, tiny_config, train):
    contents = {}
    config = with_overrides(tiny_config, {"augmentation.cutmix_alpha": 1.0, "training.batch_size": 10})
    renamed = choose(train[:30], (tiny_dataset.labels[train[:30]] + 1) % 10)
    config = configured(config, contents, only=choose(train[:30]), relabel=renamed)
    state = create_training_state(config, tiny_dataset, "cpu", contents=contents)
    batch = next(iterate_batches(state, 1))
    shown = preview(
        create_preview_pool(tiny_dataset, config, contents), config, epoch_order(state, 1)[:10], num_epochs=1
    )
    assert np.allclose(shown.images[0], batch.images.numpy(), atol=1e-6), "the same partners"
    assert np.allclose(shown.targets[0], batch.targets.numpy(), atol=1e-6), "the same labels"
