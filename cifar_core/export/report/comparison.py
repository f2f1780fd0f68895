"""Several runs against each other as one web page that needs nothing else."""

from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Any

from cifar_core.data import Dataset
from cifar_core.export.exceptions import ExportError
from cifar_core.export.report import apart, together
from cifar_core.export.report.mistakes import MATRIX_WORDS, MOST_IN_CELL, matrix_section, worst_section
from cifar_core.export.report.page import MOST_BYTES, check_size, render_page, warn_of_practice
from cifar_core.export.subject import Subject
from cifar_core.export.watch import Watch

# The page's style has so many colours, and a phone so much room.
MOST_RUNS = 6
_NUM_WORST = 8
# Images behind a cell, until the page is small enough.
_STEPS = (MOST_IN_CELL, 8, 6, 4, 3, 2, 1)


def write_comparison(subjects: Sequence[Subject], path: Path, watch: Watch) -> dict[str, Any]:
    """Write the page.

    Raises:
        ExportError: The runs cannot be held against each other, or are too many.
    """
    _check(subjects)
    watch.tell(0.05, "Reading the images")
    dataset = subjects[0].load_images()
    for subject in subjects[1:]:
        if subject.environment.get("data_fingerprint") != subjects[0].environment.get("data_fingerprint"):
            raise ExportError("the runs were trained on different images; allowed: runs on the same ones")
    worst = [_explain_worst(subjects, place, dataset, watch.part(0.1, 0.6)) for place in range(len(subjects))]
    watch.tell(0.6, "Drawing charts")
    page = ""
    for most in _STEPS:
        page = _create_page(subjects, dataset, worst, most)
        watch.tell(0.7, "Fitting the images behind each cell into three megabytes")
        if len(page.encode()) <= MOST_BYTES:
            break
    check_size(page)
    path.write_text(page, encoding="utf-8")
    return {"num_runs": len(subjects), "images_in_cell": most}


def _check(subjects: Sequence[Subject]) -> None:
    if len(subjects) > MOST_RUNS:
        raise ExportError(f"a report compares {len(subjects)} runs; allowed: 2 to {MOST_RUNS}")
    for subject in subjects:
        if not subject.val.is_finite:
            name = subject.record.run_id
            raise ExportError(f"run {name} diverged: its scores are no numbers; allowed: another epoch, or without it")


def _explain_worst(subjects: Sequence[Subject], place: int, dataset: Dataset, watch: Watch) -> tuple[str, str]:
    """Return a run's surest mistakes, each beside its map, and the style that holds them."""
    subject, mark = subjects[place], together.mark_of(place)
    watch.tell(place / len(subjects), f"Explaining mistakes of {subject.title}")
    content, style, method = worst_section(subject, dataset, mark=mark, most=_NUM_WORST)
    words = f"<p>In colour, what spoke for the class it named ({escape(method)}).</p>" if method else ""
    return words + content, style


def _create_page(subjects: Sequence[Subject], dataset: Dataset, worst: Sequence[tuple[str, str]], most: int) -> str:
    matrices = [
        matrix_section(subject.val, dataset, subject.class_names, mark=together.mark_of(place), most=most)
        for place, subject in enumerate(subjects)
    ]
    names = together.name_apart(subjects)

    def by_run(contents: Sequence[str]) -> str:
        pairs = enumerate(zip(names, contents, strict=True))
        return "".join(f"<h3>{together.tag(place, name)}</h3>{content}" for place, (name, content) in pairs)

    sections = [
        ("What the difference is worth", together.results_section(subjects, names)),
        ("Settings that differ", apart.differing_section(subjects, names)),
        ("How they learned", together.curves_section(subjects, names)),
        ("What each takes for what", MATRIX_WORDS + by_run([content for content, _ in matrices])),
        ("Class by class", together.classes_section(subjects, names)),
        ("Are they as right as they are sure?", together.calibration_section(subjects, names)),
        ("Their surest mistakes", by_run([content for content, _ in worst])),
        ("Settings they share", apart.shared_section(subjects)),
        ("Where they ran", apart.environments_section(subjects, names)),
    ]
    body = "".join(f"<section><h2>{escape(title)}</h2>{content}</section>" for title, content in sections if content)
    pictures = "\n".join(style for _, style in (*matrices, *worst))
    header = f"<p>{escape(together.introduce(subjects, names))}</p>{warn_of_practice(subjects)}{apart.notes(subjects)}"
    return render_page(f"{len(subjects)} runs compared", header, body, pictures)
