"""The page around a report: one file, with its style in it and nothing from elsewhere."""

from collections.abc import Iterable
from datetime import UTC, datetime
from html import escape
from importlib.resources import files

from cifar_core.export.exceptions import ExportError
from cifar_core.export.subject import Subject

MOST_BYTES = 3_000_000


def render_page(title: str, header: str, body: str, pictures: str) -> str:
    """Return a page.

    Args:
        title: Its heading, as text.
        header: What stands below that, as HTML.
        body: Its sections, likewise.
        pictures: Lines of style that hold its pictures.
    """
    style = (files(__package__) / "report.css").read_text(encoding="utf-8")
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{escape(title)} - CIFAR Lab</title>
<style>
{style}
{pictures}
</style>
</head>
<body>
<main>
<header>
<h1>{escape(title)}</h1>
{header}
</header>
{body}
<footer>Made with CIFAR Lab on {datetime.now(UTC):%Y-%m-%d}. Accuracies are of val unless said otherwise.</footer>
</main>
</body>
</html>
"""


def warn_of_practice(subjects: Iterable[Subject]) -> str:
    """Return a warning where a run's images were drawn by code, as HTML; empty where none were."""
    if not any(subject.is_practice for subject in subjects):
        return ""
    words = "Trained on the practice set, shapes drawn by code: its numbers say nothing about CIFAR-10."
    return f'<p class="warn">{words}</p>'


def check_size(page: str) -> None:
    """Raise ExportError where a page is larger than three megabytes."""
    size = len(page.encode())
    if size > MOST_BYTES:
        raise ExportError(f"the report has {size / 1e6:.1f} MB; allowed: {MOST_BYTES / 1e6:.0f} MB")
