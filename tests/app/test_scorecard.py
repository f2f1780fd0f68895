"""The score card on Errors: what it says, what it leaves unread, and what it is saved as."""

import json

import numpy as np
import pytest

from cifar_core.data import load_dataset
from cifar_core.evaluation import load_predictions
from cifar_core.overrides import with_overrides
from dashboard.errors import scorecard_view
from tests.app.driving import labels
from tests.app.reading import texts


@pytest.fixture
def run_id(lab):
    return lab.complete("hare")


@pytest.fixture
def saved(monkeypatch):
    """What the menu would save."""
    found = {}
    export = scorecard_view._export

    def keep(reading, card):
        made = export(reading, card)
        found.update(json.loads(made.make()))
        return made

    monkeypatch.setattr(scorecard_view, "_export", keep)
    return found


@pytest.fixture(autouse=True)
def known(monkeypatch):
    """The near-duplicates that are known, whatever was searched before."""
    pairs = {}
    monkeypatch.setattr(scorecard_view, "read_derived", lambda request: pairs or None)
    return pairs


def open_card(open_page, run_id):
    return open_page("Errors", run=run_id, show="Score card")


def test_the_card_is_one_of_test_and_of_what_choice_adds(open_page, run_id, lab, saved):
    lab.complete("other", with_overrides(lab.config, {"training.seed": 5}))
    said = texts(open_card(open_page, run_id))
    test = load_predictions(lab.record(run_id).predictions_path("test", "best"))
    share = float((test.preds == test.targets).mean())
    assert f"{100 * share:.1f} %" in said
    assert "on test** is the figure to report" in said
    assert "Mean of 2 seeds" in said
    assert "Best of 4 epochs" in said
    assert (saved["run_id"], saved["num_runs"], saved["seeds"]["num"]) == (run_id, 2, 2)
    assert saved["test"]["value"] == pytest.approx(share)
    assert saved["test_without_duplicates"] is None


def test_test_that_nobody_read_stays_unread(open_page, run_id, lab, saved):
    lab.record(run_id).files.events.unlink()
    at = open_card(open_page, run_id)
    assert "test was not read" in texts(at)
    assert saved["test"] is None
    assert lab.record(run_id).test_readings() == 0
    assert "Train it with other seeds" in [link.proto.label for link in at.main.get("page_link")]


def test_looking_at_the_card_counts_as_no_look(open_page, run_id, lab):
    open_card(open_page, run_id)
    assert lab.record(run_id).test_readings() == 1


def test_near_duplicates_are_left_out_where_they_are_known(open_page, run_id, saved, known):
    assert "Search near-duplicates: some minutes, once" in labels(open_card(open_page, run_id))
    dataset = load_dataset()
    first = np.arange(dataset.num_train, dataset.num_train + 3)
    known.update(first=first, second=np.arange(3), is_mirrored=np.zeros(3, bool), likeness=np.full(3, 0.9))
    at = open_card(open_page, run_id)
    assert saved["test_without_duplicates"]["num_images"] == dataset.num_test - 3
    assert "Search near-duplicates: some minutes, once" not in labels(at)


def test_runs_and_compare_lead_to_the_card(open_page, run_id, lab):
    lab.complete("other", with_overrides(lab.config, {"training.seed": 5}))
    for page, label in (("Runs", "How good is it really?"), ("Compare", "Score card of A")):
        links = {link.proto.label: link.proto for link in open_page(page, run=run_id).main.get("page_link")}
        assert "show=Score+card" in links[label].query_string
