"""A locked link hides what it says, on every page, and says so."""

import pytest

from cifar_core.experiments import ExperimentStore, list_lessons
from dashboard.session import address
from tests.app.driving import labels, widget
from tests.app.reading import labelled, run_rows, texts
from tests.app.test_lessons import finish


@pytest.fixture(autouse=True)
def _no_probe(monkeypatch):
    monkeypatch.setattr("dashboard.session.pacing.find_derived", lambda *of: None)


def pages_in_sidebar(at):
    return [link.proto.label for link in at.sidebar.get("page_link")]


def all_links(at):
    return [link.proto.label for link in at.get("page_link")]


def go(at, page):
    """Follow the sidebar's link, as a browser does: with what it carries."""
    link = next(link.proto for link in at.sidebar.get("page_link") if link.proto.label == page)
    at.switch_page(f"dashboard/pages/{page}.py")
    at.query_params.clear()
    for part in link.query_string.split("&"):
        name, _, value = part.partition("=")
        at.query_params[name] = value.replace("%3A", ":").replace("%2C", ",").replace("%3B", ";")
    return at.run()


def test_pages_that_are_not_named_are_hidden_everywhere_one_goes(open_page, lab):
    lab.complete("mine")
    at = open_page("Lessons", lock="pages:lessons,errors")
    assert pages_in_sidebar(at) == ["Lessons", "Errors"]
    assert "Data" not in [caption.value for caption in at.sidebar.caption]
    said = texts(at)
    assert "Locked by the link you came by" in said
    assert "Pages that stay: Lessons, Errors." in said
    assert "open the address without `lock=...`" in said
    go(at, "Errors")
    assert at.query_params["lock"] == "pages:lessons,errors"
    assert set(all_links(at)) <= {"Lessons", "Errors"}


def test_a_page_that_is_left_out_shows_nothing_but_the_way(open_page, lab):
    lab.complete("mine")
    at = open_page("Runs", lock="pages:lessons,errors")
    assert "The link you came by leaves this page out" in at.info[0].value
    assert [link.proto.label for link in at.main.get("page_link")] == ["Lessons", "Errors"]
    assert [element.key for element in at.main.get("bidi_component")] == ["words"]


def test_without_a_lock_nothing_is_said_or_hidden(open_page):
    at = open_page("Lessons")
    assert len(pages_in_sidebar(at)) == len(address.PAGES)
    assert "Locked" not in texts(at)
    assert "lock" not in at.query_params


def test_a_lock_that_cannot_be_read_locks_nothing_and_is_named(open_page):
    at = open_page("Lessons", lock="pages:lessons;parts:exam")
    assert "nothing is locked: lock, parts = 'exam' is not allowed; allowed: other" in at.warning[0].value
    assert len(pages_in_sidebar(at)) == len(address.PAGES)


def test_a_locked_setting_is_shown_and_not_to_be_changed(open_page):
    at = open_page("Train", part="new", lock="settings:optimizer.learning_rate,model")
    rate = widget(at, "optimizer.learning_rate")
    assert rate.disabled
    assert "by the link" in rate.label
    assert widget(at, "model.name").disabled
    assert widget(at, "model.width").disabled
    assert not widget(at, "training.num_epochs").disabled
    assert "Settings that stay as they are: learning rate, all of model." in texts(at)


def test_neither_another_preset_nor_another_optimizer_changes_what_is_locked(open_page):
    at = open_page("Train", part="new", lock="settings:optimizer.learning_rate")
    before = widget(at, "optimizer.learning_rate").value
    epochs = widget(at, "training.num_epochs").value
    group = next(group for group in at.get("button_group") if group.label == "Start from")
    group.set_value("speed").run()
    assert widget(at, "training.num_epochs").value != epochs
    widget(at, "optimizer.name").set_value("sgd").run()
    assert widget(at, "optimizer.learning_rate").value == before


def test_the_links_own_settings_are_what_stays(open_page):
    at = open_page("Train", part="new", preset="quick", settings='{"optimizer.learning_rate": 0.005}',
                   lock="settings:optimizer.learning_rate")  # fmt: skip
    rate = widget(at, "optimizer.learning_rate")
    assert rate.disabled
    assert rate.value == 0.005


def test_locked_blocks_can_be_read_alone(open_page):
    at = open_page("Train", part="new", lock="settings:model.blocks")
    widget(at, "model.name").set_value("custom").run()
    assert not [label for label in labels(at) if label == "Convolution"]
    assert "1. Convolution" in texts(at)


def test_deleting_is_hidden(open_page, lab):
    run = lab.complete("mine")
    assert "Delete" in labels(open_page("Runs", run=run))
    assert "Delete" not in labels(open_page("Runs", run=run, lock="parts:delete"))
    active = lab.run("busy")
    assert "Stop and discard it" in labels(open_page("Train", run=active))
    assert "Stop and discard it" not in labels(open_page("Train", run=active, lock="parts:delete"))


def test_test_is_neither_shown_nor_read(open_page, lab):
    run = lab.complete("mine")
    at = open_page("Runs", run=run)
    assert (run_rows(at)["mine"]["test"], ", test 58.0 %" in texts(at)) == ("58.0 %", True)
    hidden = open_page("Runs", run=run, lock="parts:test")
    assert ", test " not in texts(hidden)
    assert "58" not in run_rows(hidden)["mine"]["test"]
    at = open_page("Errors", run=run, on="test", lock="parts:test")
    assert lab.record(run).test_readings() == 1  # as the run ended
    (split,) = [group for group in at.get("button_group") if group.label == "Split"]
    assert split.options == ["val"]
    at = open_page("Train", run=run, part="this", lock="parts:test")
    assert "Test accuracy" not in [metric.label for metric in at.metric]


@pytest.fixture
def asked(lab):
    experiments = ExperimentStore(lab.store)
    experiment = experiments.start(
        list_lessons()["batch-norm"], num_seeds=3, predictions={0: "supported"}, learner="Bob"
    )
    finish(lab, experiment, {"without": (0.3, 0.31, 0.32), "with batch norm": (0.5, 0.51, 0.52)})
    return experiment


def test_parts_of_a_card_are_hidden(open_page, asked):
    whole = labels(open_page("Lessons", lesson="batch-norm"))
    assert {"All lessons", "Ask it with this change", "Next: Dropout"} <= set(whole)
    assert any("more seeds" in label for label in whole)
    at = open_page("Lessons", lesson="batch-norm", lock="parts:break_it,more_seeds,other_lessons")
    left = labels(at)
    assert not {"All lessons", "Ask it with this change", "Next: Dropout"} & set(left)
    assert not any("more seeds" in label for label in left)
    assert "Supported here" in texts(at)
    at = open_page("Lessons", lesson="batch-norm", experiment="broken", lock="parts:break_it")
    assert not at.info


def test_answers_of_others_are_hidden_until_one_has_ones_own(open_page, asked):
    at = open_page("Lessons", lesson="batch-norm", learner="Ada", lock="parts:others")
    assert "Supported here" not in texts(at)
    assert labelled(at.button, "Run it").disabled
    at = open_page("Lessons", lesson="batch-norm", experiment=asked.id, learner="Ada", lock="parts:others")
    assert "asked by somebody else" in at.warning[0].value
    assert "Supported here" not in texts(at)
    at = open_page("Lessons", lesson="batch-norm", learner="bob", lock="parts:others")
    assert "Supported here" in texts(at)


def test_a_question_of_ones_own_can_be_given_to_learners_who_shall_not_see_its_answers(open_page, lab):
    own = list_lessons()["batch-norm"].model_copy(update={"name": "mine", "title": "Mine"})
    ExperimentStore(lab.store).start(own, num_seeds=2, learner="Ada")
    for learner in ("Bob", ""):
        at = open_page("Lessons", lesson="mine", learner=learner, lock="parts:others")
        assert not at.warning
        assert labelled(at.button, "Run it").disabled, "what they expect comes first"
        assert "runs are done" not in texts(at)
    listed = texts(open_page("Lessons", learner="Bob"))
    assert listed.count("Not asked yet.") == len(list_lessons()) + 1


def test_the_class_and_links_are_hidden_by_what_they_would_give_away(open_page):
    def rooms(at):
        return next(group for group in at.get("button_group") if group.label == "View").options

    assert rooms(open_page("Lessons")) == ["All lessons", "What I did", "The class", "For instructors"]
    assert rooms(open_page("Lessons", lock="parts:others")) == ["All lessons", "What I did"]
    assert rooms(open_page("Lessons", room="link", lock="pages:lessons")) == ["All lessons", "What I did", "The class"]


def test_an_instructor_makes_the_link_by_ticking_boxes(open_page):
    at = open_page("Lessons", room="link")
    at.selectbox(key="link_lesson").set_value("batch-norm")
    at.get("button_group")  # the pages are chosen by the state their pills have
    at.session_state["link_pages"] = ["Explain"]
    at.multiselect(key="link_settings").set_value(["optimizer.learning_rate"])
    at.checkbox(key="link_part_break_it").check()
    at.run()
    link = at.code[0].value
    assert link.endswith(
        "Lessons?lesson=batch-norm&lock=pages:lessons,explain;settings:optimizer.learning_rate;parts:break_it"
    )
    said = texts(at)
    assert "Lesson Batch normalisation: Does batch normalisation help a small network?" in said
    assert "Pages that stay: Lessons, Explain." in said
    lock = link.partition("lock=")[2]
    opened = open_page("Lessons", lesson="batch-norm", lock=lock)
    assert pages_in_sidebar(opened) == ["Lessons", "Explain"]


def test_what_an_instructor_has_ticked_is_there_after_a_look_at_the_class(open_page):
    at = open_page("Lessons", room="link")
    at.selectbox(key="link_lesson").set_value("batch-norm")
    at.multiselect(key="link_settings").set_value(["optimizer.learning_rate"])
    at.checkbox(key="link_part_break_it").check().run()
    link = at.code[0].value
    assert link.endswith("?lesson=batch-norm&lock=settings:optimizer.learning_rate;parts:break_it")
    view = next(group for group in at.get("button_group") if group.label == "View")
    view.set_value("class").run()
    assert not at.code
    view = next(group for group in at.get("button_group") if group.label == "View")
    view.set_value("link").run()
    assert at.code[0].value == link


def test_a_page_as_it_was_set_up_is_taken_from_its_address(open_page):
    at = open_page("Lessons", room="link")
    at.radio(key="link_opens").set_value("a page as I have set it up").run()
    assert not at.code
    text = "http://lab:8501/Train?part=new&preset=quick&learner=Me&lock=parts:test"
    at.text_input(key="link_address").set_value(text).run()
    assert at.code[0].value.endswith("Train?part=new&preset=quick")
    at.text_input(key="link_address").set_value("http://elsewhere/Nothing?x=1").run()
    assert "allowed: an address of one of Overview, Explore" in at.error[0].value
    assert not at.code
