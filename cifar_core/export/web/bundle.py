"""The dashboard's JavaScript modules as one script: a page opened from a disk may load scripts, but no modules."""

import re
from pathlib import Path

from cifar_core.export.exceptions import ExportError

_IMPORT = re.compile(r'^import (\{[^}]*\}) from "([^"]+)";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async )?(?:function|class|const|let) (\w+))", re.MULTILINE)
_LEFT = re.compile(r"^(?:import|export)\b.*$", re.MULTILINE)


def bundle_modules(entry: Path) -> str:
    """Return a module and all that it imports as one classic script, each in a scope of its own.

    The modules are written as biome formats them: imports by name, exports where a thing is declared.

    Raises:
        ExportError: One is missing, imports in a circle, or is written otherwise.
    """
    places: dict[Path, int] = {}
    scopes: list[str] = []
    _add(entry.resolve(), places, scopes, ())
    body = "\n".join(scopes)
    return f'"use strict";\n(() => {{\nconst modules = [];\n{body}\n}})();\n'


def _add(path: Path, places: dict[Path, int], scopes: list[str], way: tuple[Path, ...]) -> None:
    """Append the scope of a module behind those of what it imports."""
    if path in way:
        raise ExportError(f"the page's module {path.name} imports itself in a circle; allowed: modules that do not")
    if path in places:
        return
    text = _read(path)
    for _, name in _IMPORT.findall(text):
        _add((path.parent / name).resolve(), places, scopes, (*way, path))
    scopes.append(_scope(path, text, places, len(scopes)))
    places[path] = len(scopes) - 1


def _scope(path: Path, text: str, places: dict[Path, int], number: int) -> str:
    def fetch(found: re.Match[str]) -> str:
        names, name = found.groups()
        return f"const {names.replace(' as ', ': ')} = modules[{places[(path.parent / name).resolve()]}];\n"

    names = _EXPORT.findall(text)
    code = _EXPORT.sub("", _IMPORT.sub(fetch, text))
    if left := _LEFT.search(code):
        raise ExportError(f"the page's module {path.name} has {left[0]!r}; allowed: imports and exports by name")
    scope = f"(() => {{\n{code}return {{ {', '.join(names)} }};\n}})()"
    return f"// {path.parent.name}/{path.name}\nmodules[{number}] = {scope};"


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise ExportError(f"the page's module {path} cannot be read; install the dashboard again") from error
