"""Explain: one image, its probabilities, and the views of why."""

import io
import json
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from cifar_core.config import MLPConfig
from cifar_core.data import default_data_dir, load_dataset
from cifar_core.derived import DerivedStore
from cifar_core.evaluation import Criteria, load_predictions, save_predictions, select_predictions
from cifar_core.evaluation.views import Views
from cifar_core.inference.changes import compute_probs
from cifar_core.inference.predict import predict
from cifar_core.jobs import JobProgress
from cifar_core.models import create_classifier
from cifar_core.training.checkpoint import Progress, load_classifier, save_checkpoint
from tests.app.driving import labels, press
from tests.app.reading import bars, component_messages, galleries, labelled, maps, texts

VIEWS = ["Where it looked", "Trust", "How firm", "What if", "What taught it", "Inside", "Class"]


@pytest.fixture
def complete(lab):
    """A finished run with weights (untrained ones do)."""

    def complete_it(**changes):
        config = lab.config.model_copy(update=changes)
        run_id = lab.complete("tortoise", config)
        classifier = create_classifier(config, mean=(0.5,) * 3, std=(0.25,) * 3)
        for which, epoch in (("best", 3), ("last", 4)):
            path = lab.record(run_id).checkpoint_path(which)
            save_checkpoint(path, config, classifier, Progress(epoch, 36 * epoch, epoch, 0.6))
        return run_id

    return complete_it


def view_maps(at, place=0):
    """The maps below the image and its map at the top."""
    return maps(at, 2 + place)


def stepper(at):
    return next((each for each in component_messages(at) if isinstance(each, dict) and "isFirst" in each), None)


def mistakes(record, split="val", epoch=3):
    rows = select_predictions(load_predictions(record.predictions_path(split, epoch)), Criteria(outcome="wrong"))
    return rows["index"].tolist()


def methods(at):
    return labelled(at.selectbox, "Method").options


def charts(at):
    return [json.loads(chart.proto.spec)["data"] for chart in at.get("plotly_chart")]


def downloads(at):
    return {element.proto.label for element in at.get("download_button")}


def test_a_run_without_weights_is_explained(open_page, lab):
    assert "no weights yet" in open_page("Explain", run=lab.end("failed", "Failed.", num_epochs=0)).info[0].value


def test_probabilities_and_three_maps_on_one_scale(open_page, complete):
    at = open_page("Explain", run=complete(), image="5001")
    rows = bars(at)
    assert len(rows) == 10
    assert [name for name, notes, _ in rows if "predicted" in notes] == [rows[0][0]], "the most probable one is first"
    assert sum("true" in notes for _, notes, _ in rows) == 1
    assert not charts(at), "plotly is loaded by what is opened, and not by the page"
    found = view_maps(at)
    assert len(found) == 3
    assert max(np.abs(part["values"]).max() for part in found) == 1000
    assert "rather than" in found[2]["title"]
    assert "test split" in texts(at)
    assert "weights of epoch 3" in texts(at)
    labelled(at.get("button_group"), "Epoch").set_value(4).run()
    assert "weights of epoch 4" in texts(at)


def test_strengths_alone_have_no_sign(open_page, complete):
    at = open_page("Explain", run=complete(), image="5001")
    assert min(min(part["values"]) for part in view_maps(at)) < 0
    labelled(at.toggle, "For and against told apart").set_value(False).run()
    assert min(min(part["values"]) for part in view_maps(at)) >= 0


METHOD_TITLES = [
    "Saliency",
    "Input x Gradient",
    "Integrated gradients",
    "SmoothGrad",
    "Guided backprop",
    "Guided Grad-CAM",
    "Grad-CAM",
    "DeepLift",
    "Occlusion",
    "Gradient SHAP",
    "Feature ablation",
]


@pytest.mark.parametrize("method", METHOD_TITLES)
def test_each_method_opens_by_link_and_says_what_it_cannot_tell(open_page, complete, method):
    at = open_page("Explain", run=complete(), image="3", method=method)
    assert labelled(at.selectbox, "Method").value == method
    assert len(view_maps(at)) == 3
    assert "**Cannot tell:**" in texts(at)


def test_settings_change_the_map(open_page, complete):
    at = open_page("Explain", run=complete(), image="3", method="Integrated gradients")
    before = view_maps(at)[0]["values"]
    labelled(at.get("button_group"), "Baseline").select("white").run()
    assert (view_maps(at)[0]["values"] != before).any()


def test_methods_that_do_not_fit_are_not_offered(open_page, complete):
    run_id = complete(model=MLPConfig(hidden_size=8))
    at = open_page("Explain", run=run_id, method="Grad-CAM")
    assert methods(at) == [title for title in METHOD_TITLES if "Grad-CAM" not in title]
    assert len(view_maps(at)) == 3


@pytest.mark.parametrize("image", ["999999", "cat", "-1"])
def test_a_link_to_an_image_that_does_not_exist_shows_the_most_confident_mistake(open_page, complete, lab, image):
    run_id = complete()
    at = open_page("Explain", run=run_id, image=image)
    assert at.number_input[0].value == mistakes(lab.record(run_id))[0]


def test_another_image_can_be_typed(open_page, complete):
    at = open_page("Explain", run=complete())
    at.number_input[0].set_value(42).run()
    assert at.query_params["image"] == "42"
    assert "image 42, " in texts(at)


@pytest.mark.parametrize("view", VIEWS)
def test_weights_that_cannot_be_read_are_explained(open_page, complete, lab, view):
    run_id = complete()
    lab.record(run_id).checkpoint_path("best").write_bytes(b"no weights")
    at = open_page("Explain", run=run_id, see=view)
    assert "best.safetensors" in at.error[0].value


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("model", [None, MLPConfig(hidden_size=8)], ids=["cnn", "mlp"])
def test_every_view_opens_for_every_kind_of_network(open_page, complete, view, model):
    run_id = complete(**({} if model is None else {"model": model}))
    at = open_page("Explain", run=run_id, image="5", see=view)
    assert labelled(at.get("button_group"), "View").value == view
    assert not at.error


def test_trust_shows_the_sum_the_untrained_map_and_the_curves(open_page, complete):
    at = open_page("Explain", run=complete(), image="5", see="Trust", method="Integrated gradients")
    values = {metric.label: float(metric.value) for metric in at.metric}
    assert values["Sum of the map"] == pytest.approx(values["Promised"], abs=0.01)
    assert [part["title"] for part in view_maps(at)] == ["Trained", "Untrained"]
    assert (view_maps(at)[0]["values"] != view_maps(at)[1]["values"]).any()
    assert {trace["name"] for trace in charts(at)[0]} == {"in the map's order", "in random order"}
    assert "Deletion: area 0." in texts(at)
    assert "changes when the network forgets, and the pixels it names matter " in texts(at)
    assert "Curves as CSV" in downloads(at)
    at = open_page("Explain", run=complete(), image="5", see="Trust", method="Saliency")
    assert "promises no sum" in texts(at)


def test_a_val_image_is_followed_through_the_epochs(open_page, complete, lab):
    run_id = complete()
    index = int(np.load(lab.record(run_id).predictions_path("val", 1))["indices"][0])
    at = open_page("Explain", run=run_id, image=str(index), see="How firm")
    assert "Its predicted class changed 0 times." in texts(at)
    assert {"Variants as CSV", "Epochs as CSV"} <= downloads(at)
    assert len(bars(at, 1)) == 10
    assert len(charts(at)) == 1
    other = open_page("Explain", run=run_id, image="5001", see="How firm")
    assert "saved for val images alone" in texts(other)


def test_nothing_is_said_of_the_epochs_of_a_training_elsewhere(open_page, complete, lab):
    run_id = complete()
    record = lab.record(run_id)
    index = int(np.load(record.predictions_path("val", 1))["indices"][0])
    record.change_meta(imported_from="elsewhere.onnx")
    at = open_page("Explain", run=run_id, image=str(index), see="How firm")
    assert "It was trained elsewhere: nothing is known of its epochs." in texts(at)
    assert "Epoch" not in {group.label for group in at.get("button_group")}
    assert downloads(at) & {"Variants as CSV", "Epochs as CSV"} == {"Variants as CSV"}
    assert "epoch 3" not in texts(at).lower()


def test_training_images_that_look_alike_are_shown_when_made(open_page, complete, monkeypatch):
    features = np.eye(20, 16, dtype=np.float16)
    made = {"indices": np.arange(100, 120), "features": features}
    monkeypatch.setattr("dashboard.explain.probability_view.find_derived", lambda *parts: made)
    at = open_page("Explain", run=complete(), image="105", see="How firm")
    (gallery,) = galleries(at)
    assert len(gallery["ids"]) == 16
    assert 105 not in gallery["ids"]
    assert "Labelled " in texts(at)


def test_features_are_asked_for_once(open_page, complete, monkeypatch):
    asked = []
    monkeypatch.setattr(DerivedStore, "start", lambda self, request, num_threads: asked.append(request.kind))
    states = iter(["absent"])
    monkeypatch.setattr(DerivedStore, "progress", lambda *parts: JobProgress(next(states, "running"), 0.4))
    at = open_page("Explain", run=complete(), image="105", see="How firm")
    assert asked == ["features"]
    assert "Features of the training images" in at.get("progress")[0].proto.text


def test_what_if_changes_the_image_and_its_probabilities(open_page, complete):
    at = open_page("Explain", run=complete(), image="5", see="What if")
    assert view_maps(at)[0]["picture"] == 0
    assert all(before == after for _, _, (before, after) in bars(at, 1))
    labelled(at.slider, "Brightness").set_value(0.5).run()
    labelled(at.slider, "Square, pixels").set_value(8).run()
    assert view_maps(at)[1]["image"].mean() < np.array(load_dataset().images[5]).mean()
    assert any(before != after for _, _, (before, after) in bars(at, 1))
    labelled(at.button, "As it was").click().run()
    assert labelled(at.slider, "Brightness").value == 1.0
    assert {"Classes as CSV", "Probabilities as CSV", "Strips as CSV"} <= downloads(at)


def test_an_address_brings_changes_of_the_picture_and_settings_of_a_method(open_page, complete):
    run_id = complete()
    by_hand = open_page("Explain", run=run_id, image="5", see="What if")
    labelled(by_hand.slider, "Brightness").set_value(0.5).run()
    at = open_page("Explain", run=run_id, image="5", see="What if", what_if_brightness="0.5")
    assert labelled(at.slider, "Brightness").value == 0.5
    assert np.array_equal(view_maps(at)[1]["image"], view_maps(by_hand)[1]["image"])

    settings = {"explain_occlusion_window": "3", "explain_overlay": "0.25", "explain_signed": "false"}
    at = open_page("Explain", run=run_id, image="5", method="Occlusion", **settings)
    assert (labelled(at.slider, "Window").value, labelled(at.slider, "Overlay").value) == (3, 0.25)
    assert not labelled(at.toggle, "For and against told apart").value


def test_two_runs_are_held_against_each_other(open_page, complete):
    complete()
    at = open_page("Explain", run=complete(model=MLPConfig(hidden_size=8)), image="5", see="What if")
    other = labelled(at.selectbox, "Beside")
    assert len({trace["name"] for trace in charts(at)[0]}) == 1
    other.select(other.options[0]).run()
    assert len({trace["name"] for trace in charts(at)[0]}) == 2


def test_inside_shows_channels_and_grows_an_image(open_page, complete, monkeypatch):
    monkeypatch.setattr("dashboard.explain.inside_view._NUM_STEPS", 4)
    at = open_page("Explain", run=complete(), image="5", see="Inside")
    (gallery,) = galleries(at)
    assert sorted(gallery["ids"]) == list(range(4))
    layer = at.selectbox(key="layer")
    layer.select(layer.options[-1]).run()
    assert sorted(galleries(at)[0]["ids"]) == list(range(8))
    labelled(at.button, "Grow it").click().run()
    assert "after 4 steps" in texts(at)


def test_a_network_without_places_says_so(open_page, complete):
    at = open_page("Explain", run=complete(model=MLPConfig(hidden_size=8)), see="Inside")
    assert "dense layers see all pixels at once" in at.info[0].value


def test_a_class_has_its_mean_map_and_the_strongest(open_page, complete):
    at = open_page("Explain", run=complete(), image="5", see="Class")
    name = load_dataset().class_names[load_dataset().labels[5]]
    assert f"**50 val images of {name}, on average**" in texts(at)
    assert [part["title"] for part in view_maps(at)] == ["Mean image", "Mean map", "Mean strength"]
    strongest = view_maps(at, 1)
    assert len(strongest) == 16
    assert len({part["image"].tobytes() for part in strongest}) == 16
    labelled(at.selectbox, "Class").select("ring").run()
    assert "val images of ring" in texts(at)


@pytest.fixture
def open_upload(open_page, complete):
    def open_it(data, name="mine.png"):
        at = open_page("Explain", run=complete(), image="5")
        labelled(at.get("button_group"), "Image from").select("own pictures").run()
        at.file_uploader[0].set_value([(name, data, "image/png")]).run()
        return at

    return open_it


def test_an_own_picture_is_explained(open_upload, own_picture):
    at = open_upload(own_picture)
    assert "own pictures" in labelled(at.get("button_group"), "Image from").value
    assert "mine.png, your own" in texts(at)
    assert "the central square of 90x60 pixels was kept" in texts(at)
    assert len(view_maps(at)) == 3
    labelled(at.selectbox, "What it shows").select("ring").run()
    assert view_maps(at)[0]["title"] == "For ring"


@pytest.mark.parametrize("data", [b"no picture", b"\x89PNG\r\n\x1a\n" + b"\0" * 40])
def test_what_is_no_picture_is_refused(open_upload, data):
    at = open_upload(data)
    assert "allowed: a JPEG, PNG, WebP, GIF, BMP, TIFF, AVIF or HEIC picture" in at.error[0].value
    assert "mine.png" in at.error[0].value


def test_a_refused_picture_leaves_nothing_of_an_older_one(open_upload, own_picture):
    at = open_upload(own_picture)
    assert len(view_maps(at)) == 3
    at.file_uploader[0].set_value([("worse.png", own_picture[:300], "image/png")]).run()
    assert "worse.png: the picture is broken" in at.error[0].value
    assert not [each for each in component_messages(at) if isinstance(each, bytes)], "no picture and no map"
    assert "mine.png" not in texts(at)
    at.run()
    assert "mine.png" not in texts(at), "the older one was forgotten"


def test_removing_a_picture_removes_it(open_upload, own_picture):
    at = open_upload(own_picture)
    at.file_uploader[0].set_value([]).run()
    assert "Drop pictures" in at.info[0].value
    assert "mine.png" not in texts(at)


def test_a_strip_of_a_picture_is_cropped_and_the_page_goes_on(open_upload):
    picture = io.BytesIO()
    Image.new("RGB", (1, 5000), "red").save(picture, "PNG")
    at = open_upload(picture.getvalue())
    assert not at.exception
    assert "the central square of 1x5000 pixels was kept" in texts(at)
    assert len(view_maps(at)) == 3


def test_a_picture_that_cannot_be_drawn_is_not_kept(open_upload, own_picture, monkeypatch):
    def fail(upload):
        raise RuntimeError("not drawn")

    with monkeypatch.context() as broken:
        broken.setattr("dashboard.explain.own._draw_crop", fail)
        at = open_upload(own_picture)
        assert at.exception
    at.file_uploader[0].set_value([]).run()
    assert not at.exception
    assert "Drop pictures" in at.info[0].value


@pytest.fixture
def map_of(monkeypatch):
    """Let every map be one function of its class."""

    def set_to(make):
        monkeypatch.setattr(
            "dashboard.session.maps._compute",
            lambda model, images, target, choice, against: make(target, against, images).astype(np.float32),
        )

    return set_to


def silence(target, against, images):
    return np.zeros((len(images), 3, 32, 32))


def test_maps_that_are_zero_everywhere_are_no_result(open_page, complete, map_of):
    map_of(silence)
    run_id = complete()
    at = open_page("Explain", run=run_id, image="5")
    assert "All maps are zero everywhere, there is nothing to see: no pixel changes this score." in texts(at)
    assert "share one scale" not in texts(at)
    at = open_page("Explain", run=run_id, image="5", see="Trust", method="Integrated gradients")
    assert "zero everywhere, there is nothing to believe or to doubt" in at.info[0].value
    assert not at.metric
    assert "Likeness" not in texts(at)
    assert "Deletion" not in texts(at)
    at = open_page("Explain", run=run_id, image="5", see="Class")
    assert "Every map is zero everywhere" in at.info[0].value
    assert "middle quarter" not in texts(at)


def test_one_silent_map_beside_others_is_named(open_page, complete, map_of):
    def make(target, against, images):
        values = np.random.default_rng(target).normal(size=(len(images), 3, 32, 32))
        return values if against is None else 0 * values

    map_of(make)
    at = open_page("Explain", run=complete(), image="5", method="Saliency")
    title = view_maps(at)[2]["title"]
    assert f"Zero everywhere is “{title}”: no pixel changes this score. The others share one scale." in texts(at)


def test_a_class_of_maps_some_of_which_are_silent_says_how_many(open_page, complete, map_of):
    def make(target, against, images):
        values = np.ones((len(images), 3, 32, 32))
        values[::2] = 0
        return values

    map_of(make)
    at = open_page("Explain", run=complete(), image="5", see="Class")
    assert "25 of the 50 maps are zero everywhere." in texts(at)
    assert "25 % of the strength lies in the middle quarter of the image; spread evenly it would be 25 %." in texts(at)
    assert all(np.any(part["values"]) for part in view_maps(at, 1))


def test_a_map_that_is_the_same_everywhere_names_no_pixels(open_page, complete, map_of):
    map_of(lambda target, against, images: np.full((len(images), 3, 32, 32), 0.01))
    at = open_page("Explain", run=complete(), image="5", see="Trust", method="Saliency")
    assert "One of the maps is equally strong everywhere: there is no likeness to measure." in texts(at)
    assert "no order follows from it" in texts(at)
    assert "Better than chance" not in texts(at)


def test_a_class_of_one_image_is_no_average(open_page, complete, monkeypatch):
    monkeypatch.setattr("dashboard.explain.class_view._NUM_IMAGES", 1)
    at = open_page("Explain", run=complete(), image="5", see="Class")
    assert "**The one val image of " in texts(at)
    assert "on average" not in texts(at)
    assert "One image says nothing of the class." in texts(at)


@pytest.fixture
def averaging(complete, lab):
    """A run that predicts from an image and its mirror image, with what its network really says saved of val."""

    def complete_it(is_contradicting=False):
        run_id = complete(training=lab.config.training.model_copy(update={"flip_averaging": True}))
        record, dataset = lab.record(run_id), load_dataset()
        path = record.predictions_path("val", 3)
        before = load_predictions(path)
        model = load_classifier(record.checkpoint_path("best"))
        found = predict(model, dataset.images, dataset.labels, before.indices, views=Views(mirrored=True))
        logits = -found.logits if is_contradicting else found.logits
        save_predictions(path, replace(found, logits=logits))
        return run_id, int(before.indices[0])

    return complete_it


def shown_probs(at):
    return {name: float(text.removesuffix(" %")) for name, _, (text,) in bars(at)}


def test_errors_and_explain_say_the_same_of_a_val_image(open_page, averaging):
    run_id, index = averaging()
    at = open_page("Explain", run=run_id, image=str(index))
    probs = shown_probs(at)
    top = max(probs, key=probs.get)
    assert "Saved by the run after epoch 3, the mean over the image and its mirror image." in texts(at)
    errors = open_page("Errors", run=run_id, image=str(index), which="all")
    said = [bar.proto.text for bar in errors.get("progress")]
    assert any(text.startswith(f"{top} (") and text.endswith(f") {probs[top]:.1f} %") for text in said)
    explore = open_page("Explore", run=run_id, image=str(index))
    assert f"takes it for {top} {probs[top]:.1f} %" in texts(explore)


def test_what_was_saved_counts_and_what_the_network_says_now_is_told(open_page, averaging):
    run_id, index = averaging(is_contradicting=True)
    at = open_page("Explain", run=run_id, image=str(index))
    top = max(shown_probs(at), key=shown_probs(at).get)
    assert "which the maps explain, the network says" in texts(at)
    assert f"the network says {top} " not in texts(at)
    assert f"takes it for {top} " in texts(open_page("Explore", run=run_id, image=str(index)))


def test_what_nobody_saved_is_computed_as_the_run_predicts(open_page, averaging, lab):
    run_id, _ = averaging()
    at = open_page("Explain", run=run_id, image="5")
    assert "Computed now, as the run predicts, the mean over the image and its mirror image." in texts(at)
    model = load_classifier(lab.record(run_id).checkpoint_path("best"))
    image = load_dataset().images[5:6]
    expected = compute_probs(model, image, Views(mirrored=True))[0]
    assert sorted(shown_probs(at).values()) == pytest.approx(sorted(100 * expected), abs=0.051)
    assert not np.allclose(expected, compute_probs(model, image)[0], atol=1e-3)


def test_a_look_at_one_test_image_is_no_reading_of_test(open_page, complete, lab):
    run_id = complete()
    before = lab.record(run_id).test_readings()
    at = open_page("Explain", run=run_id, image="5001")
    assert "Saved by the run" in texts(at)
    assert lab.record(run_id).test_readings() == before


def test_all_methods_are_checked_when_asked_and_the_result_is_kept(open_page, complete, lab, monkeypatch):
    run_id = complete()
    started = []
    monkeypatch.setattr(DerivedStore, "start", lambda store, request, **of: started.append(request))
    at = open_page("Explain", run=run_id, image="5", see="Trust")
    assert not started
    states = iter(["absent", "absent"])
    making = {"share": 0.5, "seconds_left": 40.0}
    monkeypatch.setattr(DerivedStore, "progress", lambda *parts: JobProgress(next(states, "running"), **making))
    press(at, "Check all methods")
    (request,) = started
    assert "About 40 s left. Once made, it is kept." in at.get("progress")[0].proto.text
    assert (request.kind, request.options["sisters"]) == ("audit", "[]")
    indices = json.loads(request.options["images"])
    assert len(indices) == 30
    dataset, val = load_dataset(), load_predictions(lab.record(run_id).predictions_path("val", 3)).indices
    assert set(indices) <= set(val.tolist())
    assert np.bincount(dataset.labels[indices]).tolist() == [3] * 10
    rows = np.stack([np.full(30, 0.2), np.full(30, 0.9)]) + np.linspace(0, 0.01, 30)
    arrays = {"methods": np.array(["saliency", "occlusion"]), "untrained": rows, "seeds": np.full((2, 30), np.nan)}
    arrays |= {"deletion": rows, "insertion": rows, "seconds": np.array([2.0, 3.0])}
    DerivedStore(default_data_dir()).save(request, arrays)
    at = open_page("Explain", run=run_id, image="5", see="Trust")
    assert "1 passes every check: Saliency; 1 fails at least one: Occlusion" in texts(at)
    assert "Over 30 val images" in texts(at)
    assert "It took 5 s." in texts(at)
    assert "Check all methods" not in labels(at)
    DerivedStore(default_data_dir()).path(request).unlink()
