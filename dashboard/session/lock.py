"""What the address locks: pages that are left out, settings that cannot be changed, parts that are hidden.

An instructor writes it, by ticking boxes on Lessons: `lock=pages:lessons,explain;settings:optimizer.learning_rate;
parts:break_it`. It guides who follows the link, and keeps nobody out: the address without it is the whole dashboard.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from cifar_core.config import SECTIONS, section_choices
from cifar_core.runs import RunSummary
from cifar_core.runs.remembered import once_a_run
from dashboard.drawing.words import setting_names
from dashboard.session import address

# What can be hidden, as the address names it, and in words.
PARTS: dict[str, str] = {
    "other_lessons": "other lessons",
    "others": "answers of others",
    "break_it": "Break it",
    "more_seeds": "more seeds",
    "delete": "deleting runs and presets",
    "test": "test, its figures and a look at its images",
}
_ALLOWED = "allowed: pages:, settings: and parts:, each with names behind it and semicolons between them"


class LockError(ValueError):
    """A lock that cannot be read. Its text names the field, the value and what is allowed."""


@dataclass(frozen=True)
class Lock:
    """What a link locks.

    Attributes:
        pages: Titles of the pages that stay; None for all.
        settings: Paths of settings that cannot be changed, and sections of which none can.
        parts: Keys of PARTS that are hidden.
    """

    pages: tuple[str, ...] | None = None
    settings: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether it locks nothing."""
        return self == _NOTHING

    def shows(self, page: str) -> bool:
        """Whether a page, by its title, stays."""
        return self.pages is None or page in self.pages

    def holds(self, path: str) -> bool:
        """Whether a setting, by its path, cannot be changed."""
        return path in self.settings or path.partition(".")[0] in self.settings

    def hides(self, part: str) -> bool:
        """Whether a part, a key of PARTS, is hidden."""
        return part in self.parts

    def describe(self) -> list[str]:
        """Return what it does, a sentence a kind."""
        kinds = []
        if self.pages is not None:
            kinds.append(f"Pages that stay: {', '.join(self.pages)}.")
        if self.settings:
            names = setting_names(path for path in self.settings if path not in SECTIONS)
            words = [names.get(path, f"all of {path}") for path in self.settings]
            kinds.append(f"Settings that stay as they are: {', '.join(words)}.")
        if self.parts:
            kinds.append(f"Hidden: {', '.join(PARTS[part] for part in self.parts)}.")
        return kinds


_NOTHING = Lock()


@cache
def list_settings() -> tuple[str, ...]:
    """Return the paths of all settings that a form shows, section by section."""
    paths = (
        f"{section}.{field}"
        for section in SECTIONS
        for choice in section_choices(section).values()
        for field in choice.model_fields
    )
    return tuple(dict.fromkeys(paths))


def write_lock(lock: Lock) -> str | None:
    """Return a lock as the address has it; None if it locks nothing."""
    kinds = {
        "pages": None if lock.pages is None else [page.lower() for page in lock.pages],
        "settings": lock.settings or None,
        "parts": lock.parts or None,
    }
    written = [f"{kind}:{','.join(names)}" for kind, names in kinds.items() if names is not None]
    return ";".join(written) or None


@lru_cache(maxsize=64)
def parse_lock(text: str) -> Lock:
    """Read a lock from an address.

    Raises:
        LockError: Some of it cannot be read. Then none of it holds.
    """
    found: dict[str, tuple[str, ...]] = {}
    for kind, names in map(_split, text.split(";")):
        if kind in found:
            raise LockError(f"lock, {kind}: twice; allowed: once, with commas between names")
        found[kind] = tuple(dict.fromkeys(names))
    pages, settings, parts = (found.get(kind, ()) for kind in ("pages", "settings", "parts"))
    titles = {page.lower(): page for page in address.PAGES}
    _check("pages", pages, tuple(titles))
    _check("settings", settings, (*SECTIONS, *list_settings()), f"{', '.join(SECTIONS)}, or e.g. {list_settings()[0]}")
    _check("parts", parts, tuple(PARTS))
    return Lock(tuple(title for name, title in titles.items() if name in pages) if pages else None, settings, parts)


def _split(part: str) -> tuple[str, Sequence[str]]:
    kind, colon, names = part.partition(":")
    if not colon or kind.strip() not in ("pages", "settings", "parts"):
        raise LockError(f"lock = {part[:60]!r} is not allowed; {_ALLOWED}")
    return kind.strip(), [name.strip() for name in names.split(",")]


def _check(kind: str, names: Sequence[str], known: Sequence[str], allowed: str | None = None) -> None:
    for name in names:
        if name not in known:
            raise LockError(f"lock, {kind} = {name[:60]!r} is not allowed; allowed: {allowed or ', '.join(known)}")


def read_lock() -> Lock:
    """Return what this session's address locks: nothing where it says nothing, or what cannot be read."""
    try:
        return parse_lock(address.LOCK.value() or "") if address.LOCK.value() else _NOTHING
    except LockError:
        return _NOTHING


def why_unreadable() -> str | None:
    """Return what is wrong with the address's lock; None if nothing is."""
    try:
        parse_lock(address.LOCK.value() or "pages:lessons")
    except LockError as error:
        return str(error)
    return None


def list_splits() -> tuple[str, ...]:
    """Return the splits that runs may be asked about here: val, and test unless that is hidden."""
    return ("val",) if read_lock().hides("test") else ("val", "test")


def without_test(runs: list[RunSummary]) -> list[RunSummary]:
    """Return runs as pages may show them: without their figures of test where that is hidden."""
    if not read_lock().hides("test"):
        return runs
    return [_without_test(run) for run in runs]


@once_a_run
def _without_test(run: RunSummary) -> RunSummary:
    unsaid = {"test_accuracy_best": None, "test_accuracy_last": None}
    return run.model_copy(update={"status": run.status.model_copy(update=unsaid)})
