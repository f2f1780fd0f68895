"""The glossary: two sentences a word, every word of the forms and tables in it, none that no page uses."""

import ast
import json
import re
from functools import cache
from pathlib import Path

import pytest

from cifar_core.attribution import METHODS
from cifar_core.config import SECTIONS, section_choices
from cifar_core.config.blocks import BLOCKS
from dashboard.drawing.curve_charts import CURVES, STEP_CURVES
from dashboard.drawing.glossary import GLOSSARY, Term, explain, explain_field, find_term, list_labels
from dashboard.drawing.words import choice_title
from dashboard.session import dictionary
from tests.unit.dashboard.test_modules import ask

ROOT = Path(__file__).parents[3]
FIELDS = [
    f"{section}.{field}"
    for section in SECTIONS
    for choice in section_choices(section).values()
    for field in choice.model_fields
    if field != "name"
] + [f"{kind}.{field}" for kind, block in BLOCKS.items() for field in block.model_fields if field != "kind"]
CHOICES = [name for section in ("model", "optimizer", "schedule") for name in section_choices(section)]
# Columns and numbers that are plain words; all others are technical.
PLAIN = {"Name", "Status", "Data", "Begun", "Note", "Minutes", "at epoch", "Class", "Images", "Predicted", "Right"}
PLAIN |= {
    "A right",
    "You",
    "Network",
    "People",
    "B right",
    "B better by",
    "Runs",
    "Kind",
    "Output",
    "95 %",
    "Ratio",
    "torchvision, one by one",
}


def mentioned(text):
    """Names of the terms in a text, found as the browser finds them."""
    return {term.name for term in GLOSSARY for word in term.spellings if pattern(word).search(text)}


@cache
def pattern(word):
    first = re.escape(word[0]) if word[0] == word[0].upper() else f"[{word[0]}{word[0].upper()}]"
    return re.compile(rf"(?<![\w-]){first}{re.escape(word[1:])}(?:es|s)?(?!\w)(?!-[a-zA-Z])")


def measure_labels():
    """Labels of all columns and metrics that the pages' code names."""
    for path in (ROOT / "dashboard").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            name = node.func.attr if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) else ""
            if (name.endswith("Column") or name == "metric") and node.args and isinstance(node.args[0], ast.Constant):
                yield node.args[0].value


@cache
def sources():
    """All strings of the pages' code and of the core's words, docstrings of settings among them."""
    folders = ("dashboard", "cifar_core/config", "cifar_core/advice", "cifar_core/attribution")
    files = [path for folder in folders for path in (ROOT / folder).rglob("*.py") if "glossary" not in path.parts]
    files += [ROOT / "cifar_core/presets.py", ROOT / "cifar_core/cautions.py"]
    nodes = [node for path in files for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))]
    strings = [node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    return "\n".join([*strings, *(text.replace("_", " ") for text in strings)])  # choices are shown without underscores


@pytest.mark.parametrize("term", GLOSSARY, ids=lambda term: term.name)
def test_a_term_is_explained_in_two_short_sentences_and_used(term):
    assert len(re.findall(r"[.!?](?=\s|$)", term.says)) == 2, term.says
    assert re.match(r"[A-Z\d].*\.$", term.says), term.says
    assert len(term.says.split()) < 45, term.says
    assert not set(term.fields) - set(FIELDS), "no such setting"
    assert term.fields or any(choice_title(name) in term.labels for name in CHOICES) or is_used(term)


def is_used(term):
    return any(pattern(word).search(sources()) for word in (*term.spellings, *term.labels))


def test_no_two_terms_share_a_spelling_or_a_field():
    spellings = [word.lower() for term in GLOSSARY for word in set(map(str.lower, term.spellings))]
    fields = [field for term in GLOSSARY for field in term.fields]
    assert len(spellings) == len(set(spellings))
    assert len(fields) == len(set(fields))
    assert len(GLOSSARY) >= 70


@pytest.mark.parametrize("path", sorted(set(FIELDS)))
def test_every_field_of_the_forms_has_a_term_in_its_help(path):
    assert explain_field("What it does.", path) != "What it does."


@pytest.mark.parametrize("name", CHOICES)
def test_every_network_optimizer_and_schedule_has_a_term(name):
    title = choice_title(name)
    assert mentioned(title) or any(title in term.labels for term in GLOSSARY)


@pytest.mark.parametrize("method", METHODS.values(), ids=lambda method: method.name)
def test_every_map_of_explain_has_a_term(method):
    assert find_term(method.title).name == method.title


@pytest.mark.parametrize(
    "label",
    sorted({*measure_labels(), *(title for title, _ in STEP_CURVES.values()), *CURVES.values()} - PLAIN),
)
def test_every_measure_has_a_term(label):
    assert mentioned(label), f"add a term, or {label!r} to PLAIN if it is no technical word"


def test_labels_of_widgets_mean_one_thing():
    labels = [label for term in GLOSSARY for label in list_labels(term)]
    assert len(labels) == len(set(labels))
    assert "Padding mode" in labels
    assert "Method" in list_labels(find_term("attribution")), "a pooling's method is told by its own help alone"
    assert "Method" not in list_labels(find_term("pooling"))


def test_help_texts_say_what_a_tap_says():
    says = find_term("momentum").says
    assert explain("Of the step.", "momentum") == f"Of the step.\n\n**Momentum**: {says}"
    assert explain("", "momentum") == f"**Momentum**: {says}"
    assert explain_field("Of the step.", "optimizer.momentum") == f"Of the step.\n\n**Momentum**: {says}"
    with pytest.raises(ValueError, match="'momentun'"):
        explain("", "momentun")


def test_the_server_answers_with_the_glossary():
    status, headers, body = ask(dictionary.create_routes()[0].path, routes=dictionary.create_routes())
    assert status == 200
    assert "immutable" in headers["cache-control"]
    terms = json.loads(body)
    assert [term["name"] for term in terms] == [term.name for term in GLOSSARY]
    assert set(terms[0]) == {"name", "says", "words", "labels"}


def test_terms_are_what_they_are():
    assert Term("a", "b").spellings == ("a",)
