"""python -m pytest tests/unit/data/test_similarity.py. What looks alike, what is a duplicate, what is measured."""

import numpy as np
import pytest
from PIL import Image
from scipy import ndimage
from sklearn.decomposition import PCA

from cifar_core.data import create_splits
from cifar_core.data.alignment import align
from cifar_core.data.dataset import Dataset
from cifar_core.data.duplicates import LOWEST_LIKENESS, USUAL_LIKENESS, NearDuplicates, find_near_duplicates
from cifar_core.data.outlines import blur, compute_detail, describe_outlines
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


def draw_scenes(count, seed=0):
    """Pictures of 40x40 pixels with structure of several sizes, as photographs have it."""
    generator = np.random.default_rng(seed)
    scenes = np.zeros((count, 3, 40, 40), np.float32)
    for side, weight in ((2, 1.0), (5, 2.0), (10, 3.0)):
        coarse = generator.normal(size=(count, 3, 40 // side, 40 // side)).astype(np.float32)
        shared = coarse.mean(axis=1, keepdims=True) * 1.5 + coarse * 0.5
        scenes += weight * shared.repeat(side, axis=2).repeat(side, axis=3)
    return np.clip(128 + 22 * scenes, 0, 255).astype(np.uint8)


def cut(scenes, down=4, right=4):
    return scenes[..., down : down + 32, right : right + 32]


def zoom(image, factor):
    """The middle of an image, larger."""
    picture = Image.fromarray(image.transpose(1, 2, 0))
    side = 32 / factor
    box = (16 - side / 2, 16 - side / 2, 16 + side / 2, 16 + side / 2)
    return np.asarray(picture.resize((32, 32), Image.Resampling.BICUBIC, box=box)).transpose(2, 0, 1)


def recolour(image, gains, offsets):
    changed = image * np.array(gains)[:, None, None] + np.array(offsets)[:, None, None]
    return np.clip(changed, 0, 255).astype(np.uint8)


SCENES = draw_scenes(40, seed=1)
CHANGES = {
    "noisy": lambda scene: np.clip(cut(scene) + np.random.default_rng(3).normal(0, 6, (3, 32, 32)), 0, 255),
    "brighter": lambda scene: recolour(cut(scene), (1, 1, 1), (25, 25, 25)),
    "recoloured": lambda scene: recolour(cut(scene), (0.6, 1.0, 1.2), (50, 0, -30)),
    "mirrored": lambda scene: cut(scene)[..., ::-1],
    "shifted": lambda scene: cut(scene, 5, 3),
    "enlarged by a tenth": lambda scene: zoom(cut(scene), 1.1),
    "made smaller": lambda scene: shrink(scene),
}


def shrink(scene):
    """36 pixels of the scene where the original shows 32."""
    picture = Image.fromarray(scene.transpose(1, 2, 0))
    return np.asarray(picture.resize((32, 32), Image.Resampling.BICUBIC, box=(2, 2, 38, 38))).transpose(2, 0, 1)


def find_pairs(train, tests):
    images = np.concatenate([train, np.stack(tests).astype(np.uint8)])
    dataset = make_dataset(images, [place % 10 for place in range(len(images))], len(train))
    found = find_near_duplicates(dataset).above(USUAL_LIKENESS)
    return list(zip(found.first.tolist(), found.second.tolist(), found.is_mirrored.tolist(), strict=True))


@pytest.mark.parametrize("change", CHANGES)
def test_a_copy_is_found_also_when_it_was_changed(change):
    tests = [*cut(draw_scenes(6, seed=2)), CHANGES[change](SCENES[7])]
    assert find_pairs(cut(SCENES), tests) == [(46, 7, change == "mirrored")]


def test_copies_within_test_are_found_once_the_earlier_one_first():
    own = cut(draw_scenes(6, seed=2))
    assert find_pairs(cut(SCENES), [*own, own[2][..., ::-1]]) == [(42, 46, True)]


def test_pictures_with_little_in_them_are_no_duplicates():
    """Two horizons, with something small on each."""
    horizons = np.full((2, 3, 32, 32), 190, np.uint8)
    horizons[:, :, 18:] = 120
    horizons += np.random.default_rng(0).integers(0, 8, horizons.shape, dtype=np.uint8)
    horizons[0, :, 14:18, 6:14], horizons[1, :, 15:18, 17:29] = 60, 230
    assert find_pairs(np.concatenate([cut(SCENES), horizons[:1]]), [horizons[1]]) == []
    plain = np.random.default_rng(1).integers(100, 104, (2, 3, 32, 32), dtype=np.uint8)
    assert find_pairs(np.concatenate([cut(SCENES), plain[:1]]), [plain[1]]) == []


def test_pairs_come_the_most_alike_first_and_progress_is_told():
    tests = np.stack([CHANGES["recoloured"](SCENES[1]), cut(SCENES)[2], CHANGES["enlarged by a tenth"](SCENES[3])])
    dataset = make_dataset(np.concatenate([cut(SCENES), tests]), [0] * 43, 40)
    shares = []
    found = find_near_duplicates(dataset, shares.append)
    assert found.first[0] == 41
    assert (np.diff(found.likeness) <= 0).all()
    assert found.likeness.max() <= 1
    assert found.likeness.min() >= LOWEST_LIKENESS
    assert shares[-1] == 1.0
    assert shares == sorted(shares)


def test_without_duplicates_there_are_none():
    dataset = make_dataset(cut(draw_scenes(30)), [0] * 30, 20)
    assert len(find_near_duplicates(dataset).above(USUAL_LIKENESS).first) == 0


def test_a_higher_likeness_keeps_fewer_pairs():
    pairs = NearDuplicates(np.arange(3), np.arange(3), np.zeros(3, bool), np.array([0.99, 0.95, 0.9], np.float32))
    assert pairs.above(0.95).first.tolist() == [0, 1]


@pytest.mark.parametrize(("scale", "shift"), [(1.0, 0), (1.0, 4), (1.25, -2), (0.8, 1)])
def test_a_scaled_and_shifted_copy_is_laid_over_its_original(scale, shift):
    large = Image.fromarray(draw_scenes(1, seed=5)[0].transpose(1, 2, 0)).resize((80, 80), Image.Resampling.BICUBIC)

    def view(side, down):
        """32x32 pixels of the large picture: `side` wide, its middle moved."""
        box = (40 - side / 2, 40 - side / 2 + down, 40 + side / 2, 40 + side / 2 + down)
        return np.asarray(large.resize((32, 32), Image.Resampling.BICUBIC, box=box)).transpose(2, 0, 1)

    itself = align(view(50, 0)[None], view(50, 0)[None])
    aligned = align(view(50 * scale, 0)[None], view(50, shift * 50 / 32)[None])
    assert aligned.detail[0] > 0.93 * itself.detail[0] > 0.65
    assert aligned.colour[0] > 0.93 * itself.colour[0] > 0.85
    assert align(view(50, 0)[None], cut(SCENES)[:1]).detail[0] < 0.4


def test_outlines_do_not_depend_on_brightness_or_contrast_and_mirror_as_images_do():
    images = cut(draw_scenes(4))
    paler = (images * 0.5 + 60).astype(np.uint8)
    same = np.einsum("nd,nd->n", describe_outlines(images), describe_outlines(paler))
    assert same.min() > 0.97
    np.testing.assert_allclose(
        describe_outlines(images, mirrored=True), describe_outlines(images[..., ::-1]), atol=1e-6
    )
    assert not describe_outlines(np.full((1, 3, 32, 32), 9, np.uint8)).any()


def test_noise_in_plain_areas_is_no_detail():
    noisy = np.random.default_rng(0).normal(100, 1, (1, 32, 32)).astype(np.float32)
    assert np.abs(compute_detail(noisy)).max() < 0.6
    edges = noisy.copy()
    edges[:, :, 16:] += 80
    assert np.abs(compute_detail(edges)).max() > 0.8


@pytest.mark.parametrize("side", [3, 9])
def test_blur_is_scipys(side):
    pixels = np.random.default_rng(0).normal(size=(2, 20, 20)).astype(np.float32)
    expected = [ndimage.uniform_filter(image, side, mode="nearest") for image in pixels]
    np.testing.assert_allclose(blur(pixels, side), expected, atol=1e-5)


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


def test_near_duplicates_that_count_are_those_of_training_images():
    pairs = NearDuplicates(*map(np.array, ([4, 3, 4, 5], [1, 5, 0, 3], [False] * 4, [0.9, 0.9, 0.8, 0.8])))
    assert pairs.test_images(num_train=2).tolist() == [4]
