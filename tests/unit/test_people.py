"""python -m pytest tests/unit/test_people.py."""

import pytest

from cifar_core.people import PersonError, clean_name, default_owner, is_same_person


@pytest.mark.parametrize(("text", "name"), [("  Ada  L. ", "Ada L."), ("Zoe\u0308", "Zoë"), ("\u6587", "\u6587")])
def test_names_have_one_spelling(text, name):
    assert clean_name(text) == name


@pytest.mark.parametrize("text", ["", "  ", "x" * 41, "a\x00b", "a\u202eb"])
def test_what_is_no_name_is_refused(text):
    with pytest.raises(PersonError, match="allowed: 1 to 40 letters"):
        clean_name(text)


def test_case_makes_nobody_somebody_else():
    assert is_same_person("Ada L.", "ADA l.")
    assert not is_same_person("Ada", "")


def test_the_command_line_starts_runs_for_who_the_environment_names(monkeypatch):
    monkeypatch.delenv("CIFAR_OWNER", raising=False)
    assert default_owner() == ""
    monkeypatch.setenv("CIFAR_OWNER", "  Ada   L. ")
    assert default_owner() == "Ada L."
    monkeypatch.setenv("CIFAR_OWNER", "x" * 41)
    with pytest.raises(PersonError, match=r"\$CIFAR_OWNER = 'xxx.*allowed: 1 to 40 letters"):
        default_owner()
