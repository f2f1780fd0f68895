"""The glossary: every technical word that a page uses, in two sentences, for help texts and for whoever taps a word.

What a setting does stands with the setting, in `cifar_core/config/`; what its word means stands here.
"""

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from dashboard.drawing.glossary import changes, data, labels, maps, measures, networks, sweeps, training
from dashboard.drawing.glossary.term import Term
from dashboard.drawing.words import setting_name

__all__ = ["GLOSSARY", "Term", "explain", "explain_field", "find_term", "list_labels"]

_PARTS = (data, networks, training, changes, labels, measures, maps, sweeps)
_ALL = tuple(term for part in _PARTS for term in part.TERMS)
GLOSSARY: tuple[Term, ...] = tuple(sorted(_ALL, key=lambda term: term.name.lower()))


def find_term(word: str) -> Term:
    """Return the term with this spelling.

    Raises:
        ValueError: The glossary has none.
    """
    term = _by_spelling().get(word)
    if term is None:
        raise ValueError(f"word: the glossary does not have {word!r}")
    return term


def explain(text: str, *words: str) -> str:
    """Return a help text with technical words explained below it, as Markdown.

    Args:
        text: What is to be said of the very thing; may be empty.
        words: Spellings of the glossary.
    """
    return "\n\n".join(filter(None, [text, *(_paragraph(find_term(word)) for word in words)]))


def explain_field(text: str, path: str) -> str:
    """Return the help text of a setting with its word explained below it, as Markdown.

    Args:
        text: What the setting does, as the schema has it.
        path: E.g. "optimizer.momentum"; of a block's setting, e.g. "conv.stride".
    """
    term = _by_field().get(path)
    return text if term is None else f"{text}\n\n{_paragraph(term)}"


def list_labels(term: Term) -> list[str]:
    """Return the labels of widgets that are the term, and no other term's."""
    of_fields = [label for label in map(_label, term.fields) if _owners()[label] == {term.name}]
    return list(dict.fromkeys([*term.labels, *of_fields]))


def _paragraph(term: Term) -> str:
    return f"**{term.name[:1].upper()}{term.name[1:]}**: {term.says}"


def _label(path: str) -> str:
    return setting_name(path).capitalize()


@cache
def _by_spelling() -> Mapping[str, Term]:
    return MappingProxyType({spelling: term for term in GLOSSARY for spelling in term.spellings})


@cache
def _by_field() -> Mapping[str, Term]:
    return MappingProxyType({path: term for term in GLOSSARY for path in term.fields})


@cache
def _owners() -> Mapping[str, set[str]]:
    """Return the names of the terms that a label may mean, by label."""
    owners: dict[str, set[str]] = {}
    for term in GLOSSARY:
        for label in (*term.labels, *map(_label, term.fields)):
            owners.setdefault(label, set()).add(term.name)
    return MappingProxyType(owners)
