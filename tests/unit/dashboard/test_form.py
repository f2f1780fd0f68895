"""The form: widgets from the schema, and their values on the way into a RunConfig."""

import pytest
from streamlit.testing.v1 import AppTest

from cifar_core.config import SECTIONS, RunConfig, section_choices
from cifar_core.config.fields import CHOOSES
from cifar_core.overrides import flatten, with_overrides
from cifar_core.presets import PRESETS
from cifar_core.runs import default_runs_dir
from cifar_core.selections import SelectionStore, create_selection
from dashboard.drawing.glossary import explain_field

SECTION_CHOICES = [(section, choice) for section in SECTIONS for choice in section_choices(section)]


def _one_section(section, choice):
    import streamlit as st

    from dashboard.forms import sections

    st.session_state["result"] = sections.render_fields(section, choice)


def _whole_form(preset):
    import streamlit as st

    from cifar_core.config import SECTIONS, section_choices
    from cifar_core.presets import PRESETS
    from dashboard.forms import sections
    from dashboard.session import form_values

    if "result" not in st.session_state:
        form_values.fill_form(PRESETS[preset].config)
    values = {}
    for section in SECTIONS:
        choice = ""
        if "" not in section_choices(section):
            values |= sections.render_choice(section, section)
            choice = values[f"{section}.name"]
        values |= sections.render_fields(section, choice)
    st.session_state["result"] = values


def _run(script, *args):
    at = AppTest.from_function(script, args=args, default_timeout=30).run()
    assert not at.exception
    return at


def _widgets(at):
    groups = (at.number_input, at.selectbox, at.toggle, at.text_input)
    return {widget.key.removeprefix("train_form."): widget for group in groups for widget in group}


@pytest.mark.parametrize(("section", "choice"), SECTION_CHOICES)
def test_every_field_has_a_widget_with_its_default_bounds_and_help(section, choice):
    model = section_choices(section)[choice]
    at = _run(_one_section, section, choice)
    widgets = _widgets(at)
    fields = [field for field in model.model_fields if field != "name"]
    assert list(at.session_state["result"]) == [f"{section}.{field}" for field in fields]
    for field in [field for field in fields if field != "blocks"]:  # blocks have an editor
        info, widget = model.model_fields[field], widgets[f"{section}.{field}"]
        assert widget.value == info.default
        help_words = explain_field(info.description, f"{section}.{field}")
        is_whole = widget.help == help_words
        assert is_whole or (CHOOSES in model.field_schemas()[field] and widget.help.startswith(help_words))
        assert "num " not in widget.label.lower()
        if hasattr(widget, "min"):
            schema = model.field_schemas()[field]
            assert widget.min == schema.get("minimum", schema.get("exclusiveMinimum"))
            assert widget.max == schema.get("maximum", schema.get("exclusiveMaximum"))


@pytest.mark.parametrize("preset", list(PRESETS))
def test_a_preset_comes_back_unchanged(preset):
    at = _run(_whole_form, preset)
    assert with_overrides(RunConfig(), at.session_state["result"]) == PRESETS[preset].config


def _form_with_selections():
    from cifar_core.config import RunConfig
    from cifar_core.overrides import with_overrides
    from dashboard.forms import sections
    from dashboard.session import form_values

    chosen = {"data.exclude": "sel-" + "0" * 16, "data.oversample": "sel-" + "1" * 16, "data.oversample_weight": 4}
    import streamlit as st

    if "result" not in st.session_state:
        form_values.fill_form(with_overrides(RunConfig(), chosen))
    st.session_state["result"] = sections.render_fields("data")


def test_selections_are_chosen_by_name_and_none_acts_unseen():
    kept = SelectionStore(default_runs_dir()).save(create_selection("blurred", [1, 2, 3]))
    labelled = SelectionStore(default_runs_dir()).save(create_selection("renamed", [1, 2], labels=[0, 1]))
    at = _run(_form_with_selections)
    widgets = _widgets(at)
    unknown = "sel-" + "0" * 16
    assert widgets["data.exclude"].value == unknown
    assert widgets["data.exclude"].options == [
        "none",
        f"{unknown}, which only runs still hold",
        "blurred (3)",
        "renamed (2)",
    ]
    assert widgets["data.relabel"].options == ["none", "renamed (2)"], "the others say no classes"
    assert widgets["data.oversample_weight"].value == 4
    widgets["data.only"].set_value(kept.content_hash)
    widgets["data.relabel"].set_value(labelled.content_hash)
    widgets["data.exclude"].set_value("").run()
    data = with_overrides(RunConfig(), at.session_state["result"]).data
    assert (data.exclude, data.only, data.relabel) == ("", kept.content_hash, labelled.content_hash)
    assert not _widgets(at)["data.oversample_weight"].disabled
    _widgets(at)["data.oversample"].set_value("").run()
    assert _widgets(at)["data.oversample_weight"].disabled, "there is nothing that it would weigh"


def test_values_of_widgets_reach_the_config():
    at = _run(_whole_form, "notebook")
    widgets = _widgets(at)
    widgets["training.num_epochs"].set_value(3)
    widgets["optimizer.learning_rate"].set_value(0.0025)
    widgets["augmentation.horizontal_flip"].set_value(True)
    widgets["data.normalization"].set_value("none")
    widgets["training.device"].set_value("cpu")
    at.run()
    config = with_overrides(RunConfig(), at.session_state["result"])
    assert (config.training.num_epochs, config.training.device) == (3, "cpu")
    assert config.optimizer.learning_rate == 0.0025
    assert config.augmentation.horizontal_flip is True
    assert config.data.normalization == "none"


def test_another_choice_shows_its_own_options_at_its_own_defaults():
    at = _run(_whole_form, "notebook")
    widgets = _widgets(at)
    assert "optimizer.momentum" not in widgets
    widgets["optimizer.name"].set_value("sgd").run()
    widgets = _widgets(at)
    assert widgets["optimizer.momentum"].value == 0.9
    assert widgets["optimizer.learning_rate"].value == 0.05, "Adam's 0.001 would cripple SGD"
    widgets["model.name"].set_value("resnet").run()
    shown = {path for path in _widgets(at) if path.startswith("model.")}
    assert shown == {path for path in flatten(PRESETS["resnet"].config) if path.startswith("model.")}
    assert with_overrides(RunConfig(), at.session_state["result"]).model.depth == 20


@pytest.mark.parametrize(
    ("choice", "field", "step"),
    [("sgd", "learning_rate", 0.01), ("adam", "learning_rate", 1e-4), ("sgd", "weight_decay", 1e-4)],
)
def test_a_step_fits_the_magnitude_of_the_default(choice, field, step):
    widget = _widgets(_run(_one_section, "optimizer", choice))[f"optimizer.{field}"]
    assert widget.step == pytest.approx(step)
    assert widget.proto.format == "%g"
