"""Keys of widgets: those that Streamlit binds to the address, and those that have a meaning in the browser."""

import ast
import tomllib
from pathlib import Path

from dashboard.session import address, state

ROOT = Path(__file__).parents[3]


def bound_keys():
    """Keys of `state` that a call binds to the address, by the file that does."""
    for path in ROOT.glob("dashboard/**/*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            words = {word.arg: word.value for word in node.keywords} if isinstance(node, ast.Call) else {}
            bind, key = words.get("bind"), words.get("key")
            if isinstance(bind, ast.Constant) and bind.value == "query-params" and isinstance(key, ast.Attribute):
                yield path.name, getattr(state, key.attr)


def test_no_bound_widget_has_the_name_of_an_address_parameter():
    # Streamlit forbids anybody else to delete such a parameter, as pages do that it does not belong to.
    found = list(bound_keys())
    assert len(found) > 10
    names = {parameter.name for parameter in address.PARAMETERS}
    assert [(file, key) for file, key in found if key in names] == []


def test_no_widget_is_taken_for_an_openers_by_its_key():
    found = []
    for path in ROOT.glob("dashboard/**/*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            key = node.value if isinstance(node, ast.keyword) and node.arg == "key" else None
            start = key.values[0] if isinstance(key, ast.JoinedStr) else key
            if isinstance(start, ast.Constant) and str(start.value).startswith(("opens_", "opened_", "opener_")):
                found.append(path.parent.name)
    assert found == ["opener"] * 3


def test_a_view_that_has_a_default_may_be_set_without_a_word_in_the_log():
    # Without the default the address would spell it out; a button that opens another view sets the widget beside it.
    config = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    assert config["global"]["disableWidgetStateDuplicationWarning"] is True
