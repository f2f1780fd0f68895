"""python -m pytest tests/unit/selections/test_selections.py. Sets of images: made, kept, joined, written and read."""

import json
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from cifar_core.data import ChosenImages, DataError, create_splits
from cifar_core.selections import (
    SelectionError,
    SelectionStore,
    compute_balance,
    create_selection,
    intersect,
    read_table,
    subtract,
    unite,
    write_table,
)
from cifar_core.selections.selection import read_selection

NAMES = ("airplane", "automobile", "bird")


def chosen(*indices, labels=None):
    return ChosenImages(np.array(indices, np.int64), None if labels is None else np.array(labels, np.int64))


def test_a_hash_is_of_images_and_labels_alone_and_reads_like_no_number():
    hashes = [
        create_selection("a", [3, 1, 2, 1]).content_hash,
        create_selection("b", [1, 2, 3], note="other").content_hash,
        create_selection("a", [1, 2, 3], labels=[0, 0, 0]).content_hash,
        create_selection("a", [1, 2, 3], labels=[0, 0, 1]).content_hash,
        create_selection("a", [1, 2]).content_hash,
    ]
    assert hashes[0] == hashes[1]
    assert len(set(hashes)) == 4
    assert all(text.startswith("sel-") and len(text) == 20 for text in hashes)
    assert create_selection("a", [5, 2], labels=[7, 1]).images.labels.tolist() == [1, 7]


@pytest.mark.parametrize("indices", [[2, 1], [1, 1], [-1, 2], [], [[1, 2]]])
def test_chosen_images_ascend(indices):
    with pytest.raises(DataError, match="allowed"):
        ChosenImages(np.array(indices, np.int64))


@pytest.mark.parametrize(
    ("name", "indices", "labels", "words"),
    [
        (" ", [1], None, "name '' is not allowed"),
        ("x" * 61, [1], None, "1 to 60 characters"),
        ("äöü", [1], None, "a letter of a to z"),
        ("a", [], None, "no images"),
        ("a", [4, -2], None, "index -2 is not allowed"),
        ("a", [4, 4], [0, 1], "index 4 has two classes"),
        ("a", [4, 5], [0], "1 classes for 2 images"),
    ],
)
def test_what_is_no_selection_is_refused_in_words(name, indices, labels, words):
    with pytest.raises(SelectionError, match=words):
        create_selection(name, indices, labels=labels)


def test_sets_are_joined_and_parted_as_sets_are():
    generator = np.random.default_rng(0)
    for _ in range(20):
        first, second = (set(generator.choice(40, 15, replace=False).tolist()) for _ in range(2))
        images = [chosen(*sorted(each)) for each in (first, second)]
        assert set(unite(*images).indices.tolist()) == first | second
        assert set(intersect(*images).indices.tolist()) == first & second
        assert set(subtract(*images).indices.tolist()) == first - second


def test_labels_are_kept_where_both_agree():
    one, two = chosen(1, 2, labels=[5, 6]), chosen(2, 3, labels=[6, 7])
    assert unite(one, two).labels.tolist() == [5, 6, 7]
    assert intersect(one, chosen(2, 3)).labels.tolist() == [6]
    assert subtract(one, two).labels.tolist() == [5]
    assert unite(one, chosen(2, 3)).labels is None
    with pytest.raises(SelectionError, match="image 2 has another class"):
        unite(one, chosen(2, labels=[7]))


def test_nothing_is_no_selection():
    with pytest.raises(SelectionError, match="no image in common"):
        intersect(chosen(1), chosen(2))
    with pytest.raises(SelectionError, match="holds all of the first"):
        subtract(chosen(1), chosen(1, 2))


def test_a_selection_is_kept_and_read_back_whole(tmp_path):
    store = SelectionStore(tmp_path)
    made = create_selection("Odd Deer!", [9, 4], labels=[1, 2], note="n", origin="a lasso", fingerprint="f")
    kept = store.save(made)
    read = store.get("odd-deer")
    assert (kept.id, read.name, read.note, read.origin, read.fingerprint) == (
        "odd-deer",
        "Odd Deer!",
        "n",
        "a lasso",
        "f",
    )
    assert read.images.indices.tolist() == [4, 9]
    assert read.images.labels.tolist() == [2, 1]
    assert read.created_at == made.created_at
    assert store.find(made.content_hash).id == "odd-deer"
    assert store.find("sel-0000000000000000") is None
    assert {path.name for path in (tmp_path / "selections").iterdir()} == {"odd-deer.json", ".lock"}


def test_a_name_that_is_taken_gets_a_number_unless_it_is_replaced(tmp_path):
    store = SelectionStore(tmp_path)
    ids = [store.save(create_selection("deer", [number])).id for number in range(3)]
    assert ids == ["deer", "deer-2", "deer-3"]
    assert store.save(create_selection("deer", [8]), may_replace=True).id == "deer"
    assert store.get("deer").images.indices.tolist() == [8]
    assert store.get("deer-2").images.indices.tolist() == [1]
    long = [store.save(create_selection("x" * 60, [number])).id for number in range(2)]
    assert long == ["x" * 40, "x" * 38 + "-2"]


def test_of_threads_that_save_at_once_none_loses_anything(tmp_path):
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda n: SelectionStore(tmp_path).save(create_selection("deer", [n])).id, range(24)))
    assert len(set(made)) == 24
    kept = sorted(int(selection.images.indices[0]) for selection in SelectionStore(tmp_path).all())
    assert kept == list(range(24))


@pytest.mark.parametrize("selection_id", ["../run", "Deer", "a b", "", ".lock", "x" * 41])
def test_no_id_leads_out_of_the_folder(tmp_path, selection_id):
    with pytest.raises(SelectionError, match="does not exist"):
        SelectionStore(tmp_path).get(selection_id)


def test_a_damaged_file_is_named_left_out_and_left_alone(tmp_path):
    store = SelectionStore(tmp_path)
    store.save(create_selection("good", [1]))
    tree = json.loads(create_selection("bad", [1, 2]).to_json())
    texts = [
        "{",
        "[]",
        json.dumps(tree | {"indices": [1, 3]}),
        json.dumps(tree | {"indices": [2, 1]}),
        '{"indices": 3}',
    ]
    for number, text in enumerate(texts):
        (tmp_path / "selections" / f"bad-{number}.json").write_text(text)
    assert [selection.id for selection in store.all()] == ["good"]
    for number in range(len(texts)):
        assert f"bad-{number}.json is damaged" in store.problem()
    with pytest.raises(SelectionError, match="its images are not those of sel-"):
        read_selection(texts[2], "bad.json")
    assert (tmp_path / "selections" / "bad-0.json").read_text() == "{"


def test_a_deleted_selection_is_gone_and_the_message_says_which_are_there(tmp_path):
    store = SelectionStore(tmp_path)
    for name in ("one", "two"):
        store.save(create_selection(name, [1]))
    store.delete("one")
    with pytest.raises(SelectionError, match="'one' does not exist; allowed: two"):
        store.delete("one")


def test_a_file_where_the_folder_should_be_is_said_in_words(tmp_path):
    (tmp_path / "selections").write_text("")
    with pytest.raises(SelectionError, match="selection 'deer' cannot be changed"):
        SelectionStore(tmp_path).save(create_selection("deer", [1]))


def test_balance_counts_classes_and_splits(tiny_dataset):
    splits = create_splits(tiny_dataset, 0.1, 0)
    images = ChosenImages(np.sort(np.concatenate([splits.train[:5], splits.val[:3], splits.test[:2]])))
    balance = compute_balance(images, tiny_dataset, splits)
    assert balance.splits == {"train": 5, "val": 3, "test": 2, "unused": 0}
    assert balance.classes.sum() == 10
    assert balance.classes.tolist() == np.bincount(tiny_dataset.labels[images.indices], minlength=10).tolist()
    with pytest.raises(SelectionError, match="index 280 is not allowed; allowed: 0 to 279"):
        compute_balance(chosen(1, 280), tiny_dataset, splits)


@pytest.mark.parametrize("images", [chosen(1, 5, 9), chosen(1, 5, labels=[2, 0])])
def test_a_table_is_read_back_as_it_was_written(images):
    indices, labels = read_table(write_table(images, NAMES), 10, NAMES)
    assert indices == images.indices.tolist()
    assert labels == (None if images.labels is None else images.labels.tolist())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("3\n1\n", ([3, 1], None)),
        ("\ufeffindex\r\n3\r\n\r\n1\r\n", ([3, 1], None)),
        ("score;Index;note\n0.5;3;x\n0.1;1;\n", ([3, 1], None)),
        ("3,bird\n1,0\n", ([3, 1], [2, 0])),
        ("label\tindex\nBIRD\t3\n", ([3], [2])),
    ],
)
def test_tables_as_people_write_them(text, expected):
    assert read_table(text, 10, NAMES) == expected


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no line holds anything"),
        ("index\n", "only a heading"),
        ("index\n1\nx\n", "line 3: index 'x' is no whole number; allowed: a whole number from 0 to 9"),
        ("1\n10\n", "line 2: index 10 is not in the dataset; allowed: a whole number from 0 to 9"),
        ("1\n-1\n", "line 2: index '-1' is no whole number"),
        ("1\n2.0\n", "line 2: index '2.0' is no whole number"),
        ("1\n" + "9" * 400, "line 2: index 9{40} is not in the dataset"),
        ("index,label\n1,cow\n", "line 2: label 'cow' is no class; allowed: airplane, automobile, bird"),
        ("index,label\n1,3\n", "line 2: label '3' is no class"),
        ("index,label\n1\n", "line 2: label '' is no class"),
    ],
)
def test_a_bad_line_is_named_with_its_value_and_what_is_allowed(text, words):
    with pytest.raises(SelectionError, match=words):
        read_table(text, 10, NAMES)
