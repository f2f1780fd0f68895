"""python -m pytest tests/app/test_names.py. A name is shown as it is: it draws nothing and asks nobody."""

import json
import re

import pytest

from cifar_core.config import RunConfig
from cifar_core.data import load_dataset
from cifar_core.overrides import with_overrides
from cifar_core.runs import SavedPresets, default_runs_dir
from cifar_core.runs.status import change_status
from cifar_core.selections import SelectionStore, create_selection
from tests.app.driving import save_weights, unfold
from tests.app.reading import labelled
from tests.app.test_frame import PAGES

HOSTILE = "![p](http://e.test/p)<img src=//e.test/q>$x$ :red[r] :material/delete: ~~s~~"
PRESET = "<b>p</b> ![p](//e.test) :smile: $x$"
NOTE = f"{HOSTILE}\n\n# {HOSTILE}\u202e"
# Each would do something where Markdown is read; where it is escaped, none of them is left.
SIGNS = ("![p](", "<img", "<b>", "$x$", ":red[r]", ":material/delete:", ":smile:", "~~s~~", "\u202e", "\u200b")
# Where Streamlit reads no Markdown: what is typed, what is chosen from, code, data for components and tables.
PLAIN = {
    "selectbox.options",
    "multiselect.options",
    "text_input.default",
    "text_input.placeholder",
    "text_input.value",
    "text_area.default",
    "text_area.value",
    "code.code_text",
    "html.body",
    "bidi_component.json",
    "multiselect.raw_values",
    "selectbox.raw_value",
    "button_group.query_param_key",
}
# A picture that a page brings along itself, under a name that can end no attribute.
OWN_PICTURE = re.compile(r"""<img src="data:image/[a-z]+;base64,[A-Za-z0-9+/=]+" alt="[^"<>]*">""")
ESCAPED = re.compile(r"\\[!-/:-@\[-`{-~]")
SHOWN_AS_IT_IS = ("\u202e", "\u200b")  # nowhere, not even there


@pytest.fixture
def hostile(lab):
    """A run of this name in every state, each with a message that quotes it."""
    SavedPresets(default_runs_dir()).save(PRESET, RunConfig())
    found = {"completed": lab.complete(HOSTILE, preset=PRESET), "queued": lab.queue(HOSTILE, preset=PRESET)}
    found["running"] = lab.run(HOSTILE, preset=PRESET)
    for status in ("paused", "stopped", "diverged", "failed", "lost"):
        found[status] = lab.end(status, f"It said {HOSTILE}.", HOSTILE)
    found["damaged"] = lab.damage("config.json")
    save_weights(lab.record(found["completed"]))
    for run_id in found.values():
        meta_path = lab.record(run_id).run_dir / "meta.json"
        meta_path.write_text(json.dumps(json.loads(meta_path.read_text()) | {"name": HOSTILE + "\u202e", "note": NOTE}))
    for other in ("running", "queued"):
        change_status(lab.record(found[other]).run_dir, message=HOSTILE)
    return found


def strings(message, path=""):
    """All text of a message, with where it stands."""
    for field, value in message.ListFields():
        here = f"{path}.{field.name}"
        for part in value if field.is_repeated else [value]:
            if field.message_type is not None and field.message_type.GetOptions().map_entry:
                continue
            if field.message_type is not None:
                yield from strings(part, here)
            elif isinstance(part, str):
                yield here.removeprefix("."), part


def elements(node):
    """All elements and blocks below a node, with their kinds."""
    if getattr(node, "proto", None) is not None:
        yield node.type, node.proto
    for child in getattr(node, "children", {}).values():
        yield from elements(child)


def found_signs(at):
    """Where a page holds a sign that Streamlit would follow."""
    signs = []
    for kind, proto in elements(at._tree):
        for path, text in strings(proto):
            where = f"{kind}.{path}"
            if path.endswith("icon"):
                continue
            wanted = SHOWN_AS_IT_IS if where in PLAIN or kind in ("plotly_chart", "bidi_component") else SIGNS
            without_own = OWN_PICTURE.sub("", text)
            unescaped = ESCAPED.sub("", without_own).replace("\\u202e", "\u202e")
            signs += [(where, text) for sign in wanted if sign in unescaped]
            if kind in ("plotly_chart", "html") and "<img" in without_own:
                signs.append((where, text))
    return signs


VIEWS = {
    "Train": ("watch", ("Curves", "Steps", "Layers")),
    "Errors": ("show", ("Mistakes", "Classes", "Calibration", "Learning", "Labels", "Robust", "Score card")),
    "Explain": ("see", ("Trust", "How firm", "What if", "What taught it")),
    "Explore": ("view", ("Images", "Map")),
    "Labels": ("labels", ("Doubted", "Known", "People", "Game")),
    "Compare": ("way", ("Pile by pile", "Cell by cell", "Class by class")),
}


@pytest.mark.parametrize("status", ["completed", "queued", "running", "stopped", "failed", "damaged"])
def test_no_page_follows_what_a_name_says(open_page, hostile, status):
    for page in PAGES:
        at = open_page(page, run=hostile[status], runs=hostile[status], preset=PRESET)
        assert found_signs(at) == [], page


@pytest.mark.parametrize("origin", ["preset", "run"])
def test_the_form_does_not_follow_what_a_name_says(open_page, hostile, origin):
    preset = PRESET if origin == "preset" else f"run:{hostile['completed']}"
    at = open_page("Train", run=hostile["running"], part="new", preset=preset)
    assert found_signs(at) == []
    unfold(at, "train_differences")
    assert found_signs(at) == []


@pytest.mark.parametrize("page", VIEWS)
def test_no_view_follows_what_a_name_says(open_page, hostile, page):
    run_id, other = hostile["completed"], hostile["running"]
    parameter, views = VIEWS[page]
    for view in views:
        chosen = {"run": run_id, "with": other, "against": other, "compared": other, "image": 5000, parameter: view}
        at = open_page(page, **chosen)
        assert found_signs(at) == [], view


@pytest.mark.parametrize("page", ["Explore", "Errors", "Train"])
def test_a_selection_may_be_called_anything(open_page, lab, page):
    made = create_selection(HOSTILE[:58], [3, 5], note=NOTE, origin=HOSTILE, fingerprint=load_dataset().fingerprint)
    kept = SelectionStore(default_runs_dir()).save(made)
    config = with_overrides(lab.config, {"data.exclude": kept.content_hash})
    run_id = lab.complete("told", config)
    for parameters in ({"view": "Selections"}, {"view": "Selections", "selection": kept.id}, {"selection": kept.id}):
        assert found_signs(open_page(page, run=run_id, **parameters)) == []
    assert found_signs(open_page("Train", run=run_id, part="new", preset=f"run:{lab.complete('other')}")) == []


def test_a_picture_may_be_called_anything(open_page, hostile, own_picture):
    at = open_page("Explain", run=hostile["completed"])
    labelled(at.get("button_group"), "Image from").select("own pictures").run()
    at.file_uploader[0].set_value((f"{HOSTILE}\u202egnp.png", own_picture, "image/png")).run()
    assert not at.exception
    assert found_signs(at) == []
    at.file_uploader[0].set_value((f"{HOSTILE}\u202egnp.png", b"none", "image/png")).run()
    assert "e.test" in at.error[0].value
    assert found_signs(at) == []


def test_a_long_name_is_cut_on_reading(open_page, lab):
    run_id = lab.complete("short")
    meta_path = lab.record(run_id).run_dir / "meta.json"
    meta_path.write_text(json.dumps(json.loads(meta_path.read_text()) | {"name": "long " * 400}))
    for page in PAGES:
        at = open_page(page, run=run_id, runs=run_id)
        found = [text for _, proto in elements(at._tree) for _, text in strings(proto) if "long long" in text]
        assert not any("long " * 17 in text for text in found), page
