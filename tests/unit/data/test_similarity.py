"""python -m pytest tests/unit/data/test_similarity.py. What looks alike, what is a duplicate, what is measured."""

import numpy as np
import pytest
from sklearn.decomposition import PCA

from cifar_core.data import create_splits
from cifar_core.data.dataset import Dataset
from cifar_core.data.duplicates import NearDuplicates, find_near_duplicates
from cifar_core.data.similarity import describe_images, find_neighbours, normalize_rows, project_to_plane
from cifar_core.data.splits import stratified_sample
from cifar_core.data.traits import TRAIT_NAMES, compute_class_statistics, compute_traits


def draw_images(count, seed=0):
    coarse = np.random.default_rng(seed).integers(30, 226, (count, 3, 8, 8), dtype=np.uint8)
    return coarse.repeat(4, axis=2).repeat(4, axis=3)


def make_dataset(images, labels, num_train):
    return Dataset(images, np.asarray(labels, np.int64), tuple("abcdefghij"), num_train, "practice")


def test_descriptors_multiply_to_the_correlation_of_coarse_images():
    images = draw_images(5)
    described = describe_images(images)
    coarse = images[:, :, ::4, ::4].reshape(5, -1).astype(float)
    np.testing.assert_allclose(described @ described.T, np.corrcoef(coarse), atol=1e-5)


def test_mirrored_descriptors_are_those_of_mirrored_images():
    images = draw_images(5)
    np.testing.assert_allclose(describe_images(images, mirrored=True), describe_images(images[..., ::-1]), atol=1e-6)


def test_an_image_of_one_colour_is_like_nothing():
    images = draw_images(3)
    images[1] = 128
    described = describe_images(images)
    assert not described[1].any()
    assert np.isfinite(described).all()
    assert not normalize_rows(np.full((1, 4), 7.0, np.float32)).any()


def test_neighbours_are_sorted_and_leave_the_image_out():
    images = draw_images(50)
    images[20] = np.clip(images[3].astype(int) + 15, 0, 255)
    described = describe_images(images)
    found, correlations = find_neighbours(described, 3, 10)
    assert found[0] == 20
    assert 3 not in found
    assert (np.diff(correlations) <= 0).all()
    reference = np.argsort(-(described @ described[3]))[1:11]
    assert set(found) == set(reference)


def test_as_many_neighbours_as_there_are_others():
    found, _ = find_neighbours(describe_images(draw_images(4)), 0, 3)
    assert sorted(found) == [1, 2, 3]


def test_the_plane_is_that_of_sklearns_pca():
    described = describe_images(draw_images(200))
    positions, shares = project_to_plane(described)
    reference = PCA(2)
    expected = reference.fit_transform(described)
    np.testing.assert_allclose(np.abs(positions), np.abs(expected), atol=1e-4)
    np.testing.assert_allclose(shares, reference.explained_variance_ratio_, rtol=1e-4)


@pytest.fixture
def doubled():
    """60 training images; test images that are copies of the first of them, and some of their own."""
    train, own = draw_images(60, seed=1), draw_images(6, seed=2)
    noise = np.random.default_rng(3).normal(0, 6, train.shape)
    copies = np.clip(train + noise, 0, 255).astype(np.uint8)
    brighter = np.clip(copies[1].astype(int) + 25, 0, 255).astype(np.uint8)
    shifted = np.roll(train[3], 1, axis=2)
    tests = np.stack([copies[0], brighter, copies[2][..., ::-1], shifted, *own])
    return make_dataset(np.concatenate([train, tests]), [place % 10 for place in range(70)], 60)


def test_copies_are_found_also_brighter_mirrored_or_shifted(doubled):
    shares = []
    found = find_near_duplicates(doubled, shares.append).above(0.93)
    pairs = set(zip(found.test.tolist(), found.train.tolist(), found.is_mirrored.tolist(), strict=True))
    assert pairs == {(60, 0, False), (61, 1, False), (62, 2, True), (63, 3, False)}
    assert (np.diff(found.correlation) <= 0).all()
    assert shares[-1] == 1.0
    assert shares == sorted(shares)


def test_without_duplicates_there_are_none():
    dataset = make_dataset(draw_images(30), [0] * 30, 20)
    found = find_near_duplicates(dataset)
    assert len(found.test) == len(found.correlation) == 0


def test_a_higher_correlation_keeps_fewer_pairs():
    pairs = NearDuplicates(np.arange(3), np.arange(3), np.zeros(3, bool), np.array([0.99, 0.95, 0.9], np.float32))
    assert pairs.above(0.95).test.tolist() == [0, 1]


@pytest.fixture
def measured():
    images = draw_images(40)
    images[0], images[1] = 0, 255
    images[2] = np.array([200, 50, 50])[:, None, None]
    images[3] = np.where(np.arange(32) % 8 < 4, 0, 255)
    dataset = make_dataset(images, [place % 10 for place in range(40)], 30)
    statistics = compute_class_statistics(dataset)
    return dataset, statistics, compute_traits(dataset, statistics)


def test_class_statistics_are_numpys_over_training_images(measured):
    dataset, statistics, _ = measured
    for class_idx in range(10):
        members = dataset.images[:30][dataset.labels[:30] == class_idx] / 255
        np.testing.assert_allclose(statistics.mean[class_idx], members.mean(axis=0), atol=1e-5)
        np.testing.assert_allclose(statistics.variance[class_idx], members.var(axis=0), atol=1e-5)
    assert statistics.histograms.sum() == 30 * 3 * 1024
    assert statistics.histograms[0, 1, 0] == (dataset.images[:30][dataset.labels[:30] == 0][:, 1] == 0).sum()


def test_traits_of_plain_images_are_known(measured):
    _, _, traits = measured
    np.testing.assert_allclose(traits.brightness[:2], [0, 1], atol=1e-6)
    np.testing.assert_allclose(traits.contrast[:3], 0, atol=1e-6)
    np.testing.assert_allclose(traits.colourfulness[[0, 1, 3]], 0, atol=1e-6)
    # One colour: no spread, so 0.3 times the length of (R - G, (R + G) / 2 - B).
    assert traits.colourfulness[2] == pytest.approx(0.3 * np.hypot(150, 75) / 255, abs=1e-5)
    assert traits.contrast[3] == pytest.approx(0.5, abs=1e-6)
    assert traits.edge_density[:3].tolist() == [0, 0, 0]
    assert traits.edge_density[3] == pytest.approx(14 / 32)  # seven edges between stripes, two columns each


def test_traits_lie_in_their_ranges(measured):
    dataset, statistics, traits = measured
    for name in TRAIT_NAMES:
        values = getattr(traits, name)
        assert values.shape == (40,)
        assert values.dtype == np.float32
        assert np.isfinite(values).all()
    expected = np.sqrt(np.square(dataset.images[35] / 255 - statistics.mean[5]).mean())
    assert traits.distance_to_class_mean[35] == pytest.approx(expected, abs=1e-5)
    assert (np.abs(traits.typicality) <= 1 + 1e-6).all()


def test_a_sample_keeps_the_shares_of_classes_and_of_train_and_test(tiny_dataset):
    count = tiny_dataset.num_images // 2
    chosen = stratified_sample(tiny_dataset, count)
    assert abs(len(chosen) - count) <= 20
    assert (np.diff(chosen) > 0).all()
    assert np.array_equal(chosen, stratified_sample(tiny_dataset, count))
    share = (chosen >= tiny_dataset.num_train).mean()
    assert share == pytest.approx(tiny_dataset.num_test / tiny_dataset.num_images, abs=0.03)
    counts = np.bincount(tiny_dataset.labels[chosen], minlength=10)
    assert counts.max() - counts.min() <= 2 + np.ptp(np.bincount(tiny_dataset.labels))
    assert len(stratified_sample(tiny_dataset, 10**6)) == tiny_dataset.num_images
    assert create_splits(tiny_dataset, 0.1, 0).test[0] == tiny_dataset.num_train
