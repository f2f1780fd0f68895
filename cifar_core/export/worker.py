"""Make one export: python -m cifar_core.export.worker DATA_DIR ORDER_AS_JSON. It yields to trainings."""

import os
import shutil
import sys
from pathlib import Path

from cifar_core.export.exceptions import ExportError
from cifar_core.export.exporting import Exported, export_runs
from cifar_core.export.shelf import ExportShelf, Order, say_why_not
from cifar_core.export.watch import ExportProgress, Watch
from cifar_core.jobs import seldom
from cifar_core.processes import NICE_DERIVING, let_others_first
from cifar_core.runs import RunError


def work_on(shelf: ExportShelf, order: Order) -> None:
    """Make what is wanted and keep it; a failure is noted for whoever waits, and leaves nothing."""
    pid = os.getpid()

    @seldom
    def tell(progress: ExportProgress) -> None:
        shelf.tell(order, progress.share, pid, words=progress.words)

    try:
        made = export_runs(order.list_subjects(), order.kind, shelf.prepare(order), Watch(tell))
        shelf.keep(order, _as_file(made), made.seconds, made.facts)
        shelf.forget(order)
    except (ExportError, RunError, ValueError, OSError) as error:
        shelf.clear(order)
        shelf.tell(order, 0.0, pid, message=say_why_not(error))
    except Exception as error:
        # The boundary of the process: whatever it was, who waits for the result is told.
        shelf.clear(order)
        shelf.tell(order, 0.0, pid, message=f"{type(error).__name__}: {say_why_not(error)}")
        raise


def _as_file(made: Exported) -> Path:
    """Return what was made as one file, which a browser can save: a folder becomes a zip."""
    if made.path.is_file():
        return made.path
    archive = shutil.make_archive(str(made.path), "zip", made.path.parent, made.path.name)
    shutil.rmtree(made.path)
    return Path(archive)


def main(arguments: list[str]) -> None:
    """Read the command line and work in the background of everything else."""
    let_others_first(NICE_DERIVING)
    data_dir, text = arguments
    work_on(ExportShelf(Path(data_dir)), Order.from_json(text))


if __name__ == "__main__":
    main(sys.argv[1:])
