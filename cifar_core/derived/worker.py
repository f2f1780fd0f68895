"""Work on one request: python -m cifar_core.derived.worker DATA_DIR REQUEST_AS_JSON. It yields to trainings."""

import json
import os
import sys
from pathlib import Path

from cifar_core.data import load_dataset
from cifar_core.derived.kinds import KINDS, UnfinishedError
from cifar_core.derived.store import DerivedStore, Request
from cifar_core.jobs import seldom
from cifar_core.processes import NICE_DERIVING, let_others_first


def work_on(data_dir: Path, request: Request) -> None:
    """Compute what is wanted and keep it; a failure is noted for whoever waits."""
    store, pid = DerivedStore(data_dir), os.getpid()

    @seldom
    def tell(share: float) -> None:
        store.tell(request, share, pid)

    try:
        dataset = load_dataset(data_dir)
        if dataset.fingerprint != request.fingerprint:
            raise ValueError("the images on disk are not those that were asked about; open the page again")
        store.save(request, KINDS[request.kind](dataset, request.options, tell))
    except UnfinishedError as error:
        store.tell(request, 0.0, pid, message=str(error))
    except Exception as error:
        # The boundary of the process: whatever it was, who waits for the result is told.
        store.tell(request, 0.0, pid, message=f"{type(error).__name__}: {error}")
        raise


def main(arguments: list[str]) -> None:
    """Read the command line and work in the background of everything else."""
    let_others_first(NICE_DERIVING)
    data_dir, text = arguments
    work_on(Path(data_dir), Request(**json.loads(text)))


if __name__ == "__main__":
    main(sys.argv[1:])
