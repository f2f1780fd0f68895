"""In what several runs differ and what they have in common, as HTML."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from cifar_core.export.report.sections import ENVIRONMENT, list_pairs, say_value
from cifar_core.export.report.together import tag
from cifar_core.export.subject import Subject

_ABSENT = "has none"


def differing_section(subjects: Sequence[Subject], names: Sequence[str]) -> str:
    """Return the settings in which the runs differ, a column a run."""
    differing = _split([subject.settings for subject in subjects])[0]
    if not differing:
        return "<p>They have the same settings, seed included.</p>"
    return _matrix({_say_path(path): values for path, values in differing.items()}, names)


def shared_section(subjects: Sequence[Subject]) -> str:
    """Return the settings that all runs have alike."""
    shared = _split([subject.settings for subject in subjects])[1]
    groups: dict[str, list[tuple[str, str]]] = {}
    for path, value in shared.items():
        section, _, name = path.partition(".")
        groups.setdefault(section, []).append((name.replace("_", " "), say_value(value)))
    parts = (f"<div><h3>{escape(name.capitalize())}</h3>{list_pairs(pairs)}</div>" for name, pairs in groups.items())
    return f'<div class="groups">{"".join(parts)}</div>'


def environments_section(subjects: Sequence[Subject], names: Sequence[str]) -> str:
    """Return what the runs ran on: what all have alike once, else a column a run."""
    told = [{title: str(one.environment.get(key, "")) for key, title in ENVIRONMENT.items()} for one in subjects]
    differing, shared = _split(told)
    differing = {"Run": [subject.record.run_id for subject in subjects], **differing}
    alike = list_pairs((title, value) for title, value in shared.items() if value)
    return f"{_matrix(differing, names)}<h3>All of them</h3>{alike}"


def notes(subjects: Sequence[Subject]) -> str:
    """Return what people noted on the runs."""
    noted = [(place, subject) for place, subject in enumerate(subjects) if subject.meta.note]
    return "".join(
        f"<blockquote>{tag(place, subject.title)}\n{escape(subject.meta.note)}</blockquote>" for place, subject in noted
    )


def _split(trees: Sequence[Mapping[str, Any]]) -> tuple[dict[str, list[Any]], dict[str, Any]]:
    """Return what differs, with each one's value, and what all have alike."""
    paths = dict.fromkeys(path for tree in trees for path in tree)
    values = {path: [tree.get(path, _ABSENT) for tree in trees] for path in paths}
    differing = {path: found for path, found in values.items() if any(value != found[0] for value in found)}
    return differing, {path: found[0] for path, found in values.items() if path not in differing}


def _matrix(rows: Mapping[str, Sequence[Any]], names: Sequence[str]) -> str:
    head = "".join(f'<th scope="col">{tag(place, name)}</th>' for place, name in enumerate(names))
    body = "".join(_row(title, values) for title, values in rows.items())
    table = f'<table class="runs"><thead><tr><th></th>{head}</tr></thead><tbody>{body}</tbody></table>'
    return f'<div class="wide">{table}</div>'


def _row(title: str, values: Sequence[Any]) -> str:
    cells = "".join(f"<td>{escape(say_value(value))}</td>" for value in values)
    return f'<tr><th scope="row">{escape(title)}</th>{cells}</tr>'


def _say_path(path: str) -> str:
    section, _, name = path.partition(".")
    return f"{section}: {name.replace('_', ' ')}"
