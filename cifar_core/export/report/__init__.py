"""A run as one web page that needs nothing else: no script, no font, no picture from elsewhere."""

from html import escape
from pathlib import Path
from typing import Any

from cifar_core.data import Dataset
from cifar_core.export.exceptions import ExportError
from cifar_core.export.report.mistakes import MATRIX_WORDS, matrix_section, worst_section
from cifar_core.export.report.page import check_size, render_page, warn_of_practice
from cifar_core.export.report.sections import (
    calibration_section,
    classes_section,
    curves_section,
    environment_section,
    facts_section,
    scorecard_section,
    settings_section,
)
from cifar_core.export.subject import Subject
from cifar_core.export.watch import Watch


def write_report(subject: Subject, path: Path, watch: Watch) -> dict[str, Any]:
    """Write the page.

    Raises:
        ExportError: It would be larger than three megabytes.
    """
    page = create_page(subject, watch)
    check_size(page)
    path.write_text(page, encoding="utf-8")
    return {"num_images": subject.val.num_images}


def create_page(subject: Subject, watch: Watch) -> str:
    """Return the page as HTML."""
    watch.tell(0.1, "Reading the images")
    dataset, names = subject.load_images(), subject.class_names
    if not subject.val.is_finite:
        raise ExportError(f"run {subject.record.run_id} diverged: its scores are no numbers; allowed: another epoch")
    watch.tell(0.3, "Sorting mistakes")
    matrix, matrix_style = matrix_section(subject.val, dataset, names)
    worst, worst_style = _explain_worst(subject, dataset, watch.part(0.4, 0.7))
    watch.tell(0.7, "Drawing charts")
    sections = [
        ("What it is worth", scorecard_section(subject)),
        ("How it learned", curves_section(subject)),
        ("What it takes for what", f"{MATRIX_WORDS}{matrix}"),
        ("Its surest mistakes", worst),
        ("Class by class", classes_section(subject)),
        ("Is it as right as it is sure?", calibration_section(subject)),
        ("Settings", settings_section(subject)),
        ("Where it ran", environment_section(subject)),
    ]
    told = [(title, content) for title, content in sections if content]
    body = "".join(f"<section><h2>{escape(title)}</h2>{content}</section>" for title, content in told)
    watch.tell(0.9, "Writing the page")
    return _page(subject, body, f"{matrix_style}\n{worst_style}")


def _explain_worst(subject: Subject, dataset: Dataset, watch: Watch) -> tuple[str, str]:
    """Return the surest mistakes, each beside its map, and the style that holds them."""
    watch.tell(0.0, "Explaining the surest mistakes")
    content, style, method = worst_section(subject, dataset)
    if not method:
        return content, style
    words = f"Beside each image, in colour, what spoke for the class it named ({escape(method)})."
    return f"<p>{words}</p>{content}", style


def _page(subject: Subject, body: str, pictures: str) -> str:
    config = subject.config
    if subject.is_imported:
        about = f"A network from elsewhere, asked about {subject.data_title}"
    else:
        about = f"{config.model.name} on {subject.data_title}, {subject.status.epoch} epochs, {config.optimizer.name}"
    note = f"<blockquote>{escape(subject.meta.note)}</blockquote>" if subject.meta.note else ""
    header = f"<p>{escape(about)}</p>{warn_of_practice([subject])}{note}"
    return render_page(subject.title, header, f"{facts_section(subject)}{body}", pictures)
