"""python -m pytest tests/app/test_block_editor.py. A network put together block by block on the Train page."""

import pytest

from cifar_core.config import CustomConfig
from cifar_core.runs import RunStore
from tests.app.reading import drawn_boxes

DEFAULT = [block.model_dump() for block in CustomConfig().blocks]
PATH = "train_form.model.blocks"


@pytest.fixture
def editor(open_page):
    at = open_page("Train")
    next(box for box in at.selectbox if box.key == "train_form.model.name").set_value("custom").run()
    assert not at.exception
    return at


def press(at, key):
    next(button for button in at.button if button.key == f"train_{key}").click().run()
    assert not at.exception


def blocks(at):
    return at.session_state[PATH]


def words(at):
    return "\n".join(element.value for element in (*at.markdown, *at.caption, *at.error))


def lines(at):
    """What the blocks' lines say: each opens the settings of its block."""
    return [button.label for button in at.button if button.label.startswith("**")]


def start_button(at):
    return next(button for button in at.button if button.label == "Start training")


def start(at):
    start_button(at).click().run()
    return RunStore().list_runs()[0].config.model


def test_blocks_show_what_they_are_and_what_leaves_them(editor):
    assert lines(editor)[:2] == [
        "**1** Convolution 3x3, 32 channels, batch norm, ReLU :gray[→ 32 x 32 x 32]",
        "**2** Max pooling 2x2 :gray[→ 32 x 16 x 16]",
    ]
    assert len(lines(editor)) == len(DEFAULT), "one each"
    assert start(editor) == CustomConfig()


def test_a_block_can_be_added_copied_moved_and_removed(editor):
    press(editor, "add_dropout")
    assert blocks(editor)[-1]["kind"] == "dropout"
    press(editor, "content_copy_0")
    assert blocks(editor)[1] == DEFAULT[0]
    press(editor, "arrow_downward_1")
    assert [block["kind"] for block in blocks(editor)[:3]] == ["conv", "pool", "conv"]
    press(editor, "arrow_upward_1")
    assert [block["kind"] for block in blocks(editor)[:3]] == ["pool", "conv", "conv"]
    assert editor.session_state["arrival_wish"] == ("train_arrow_downward_0", 2), "with it, to move it on"
    press(editor, "close_0")
    assert [block["kind"] for block in blocks(editor)] == ["conv"] * 2 + [block["kind"] for block in DEFAULT[2:]] + [
        "dropout"
    ]
    kept = blocks(editor)
    assert [block.model_dump() for block in start(editor).blocks] == kept


def test_a_setting_of_a_block_reaches_the_run(editor):
    box = next(box for box in editor.number_input if box.key == "train_block_0.conv.channels")
    box.set_value(24).run()
    next(box for box in editor.selectbox if box.key == "train_block_2.conv.activation").set_value("gelu").run()
    model = start(editor)
    assert (model.blocks[0].channels, model.blocks[2].activation) == (24, "gelu")


def test_changed_blocks_are_said_and_marked_however_many_there_are(editor):
    start(editor)
    next(group for group in editor.get("button_group") if group.key == "train_part").set_value("new").run()
    next(box for box in editor.number_input if box.key == "train_block_0.conv.channels").set_value(24).run()
    assert "Changed against this run's settings: blocks **changed**." in words(editor)
    assert ".st-key-train_form-model-blocks" in "".join(element.proto.body for element in editor.get("html"))


def test_an_impossible_block_is_named_with_the_reason_and_start_waits(editor):
    before = drawn_boxes(editor)
    press(editor, "arrow_downward_5")  # global pooling behind the dense layer
    assert "Block 7" in words(editor)
    start_button(editor).click().run()
    assert "it waits for this" in editor.toast[0].value
    assert "block 7" in start_button(editor).proto.help
    assert before
    assert drawn_boxes(editor) == before
    press(editor, "arrow_upward_6")
    assert not start_button(editor).proto.help


def test_the_editor_is_there_as_it_was_after_another_page(editor):
    press(editor, "close_0")
    kept = blocks(editor)
    editor.switch_page("dashboard/pages/Runs.py").run()
    editor.switch_page("dashboard/pages/Train.py").run()
    assert blocks(editor) == kept
