"""Import one network: python -m cifar_core.importing.worker DATA_DIR ORDER_AS_JSON. It yields to trainings."""

import os
import sys
from pathlib import Path

from cifar_core.data import load_dataset
from cifar_core.failures import explain
from cifar_core.importing.adopting import adopt
from cifar_core.importing.exceptions import ImportRefusedError
from cifar_core.importing.orders import ImportDesk, ImportOrder
from cifar_core.importing.wishes import make_wish
from cifar_core.jobs import seldom
from cifar_core.processes import NICE_DERIVING, let_others_first


def work_on(desk: ImportDesk, order: ImportOrder, data_dir: Path) -> None:
    """Import what is wanted; a refusal is noted for whoever waits, and leaves nothing."""
    pid = os.getpid()

    @seldom
    def tell(share: float, words: str) -> None:
        desk.tell(order, share, pid, words=words)

    try:
        dataset, runs_dir = load_dataset(data_dir), Path(order.runs_dir)
        wish = make_wish(order, dataset.class_names)
        made = adopt(wish, runs_dir, dataset, data_dir, name=order.name, owner=order.owner, on_progress=tell)
        desk.note_result(order, made.run_id)
    except (ImportRefusedError, ValueError, OSError) as error:
        words = explain(error) if isinstance(error, OSError) else str(error)
        desk.tell(order, 0.0, pid, message=words.partition("\n")[0])
    except Exception as error:
        # The boundary of the process: whatever it was, who waits for the result is told.
        desk.tell(order, 0.0, pid, message=f"{type(error).__name__}: {error}".partition("\n")[0])
        raise
    finally:
        desk.drop_uploads(order)


def main(arguments: list[str]) -> None:
    """Read the command line and work in the background of everything else."""
    let_others_first(NICE_DERIVING)
    data_dir, text = arguments
    work_on(ImportDesk(Path(data_dir)), ImportOrder.from_json(text), Path(data_dir))


if __name__ == "__main__":
    main(sys.argv[1:])
