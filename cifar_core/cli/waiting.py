"""Waiting for runs to end, and what an interrupt means meanwhile."""

import contextlib
from collections.abc import Sequence
from typing import Any

from cifar_core.cli.answers import PROGRAM, FailedError, print_json, print_result, remark, result_of
from cifar_core.following import follow
from cifar_core.interrupts import Interrupts
from cifar_core.runs import RunError, RunStatus, RunStore

_GOOD_ENDS = ("completed", "stopped", "parked")


def await_runs(
    store: RunStore, run_ids: Sequence[str], interrupts: Interrupts, *, as_json: bool, detach: bool = False
) -> None:
    """Follow runs to their ends, one after another, and say what each reached.

    An interrupt stops the run that trains and those behind it, and keeps what they have; the second leaves them to
    themselves, and says how to end them.

    Args:
        store: Of the runs.
        run_ids: In the order in which they train.
        interrupts: Counted since before the runs were begun.
        as_json: Print one last line of JSON: the run's, or `{"runs": [...]}` with all of several.
        detach: Do not wait at all.

    Raises:
        FailedError: One of them did not succeed.
        KeyboardInterrupt: At the second interrupt.
    """
    if detach:
        print(_how_to_end(run_ids))
        print_json(_answer([result_of(run_id, store.record(run_id).status()) for run_id in run_ids]), as_json)
        return
    try:
        ends = [_await(store, run_id, run_ids[place + 1 :], interrupts) for place, run_id in enumerate(run_ids)]
    except KeyboardInterrupt:
        remark(_how_to_end([run_id for run_id in run_ids if store.record(run_id).status().is_active]))
        raise
    print_json(_answer([result_of(run_id, end) for run_id, end in zip(run_ids, ends, strict=True)]), as_json)
    failed = [(run_id, end) for run_id, end in zip(run_ids, ends, strict=True) if end.status not in _GOOD_ENDS]
    if failed:
        raise FailedError("\n".join(f"Run {run_id} {end.status}: {end.message}" for run_id, end in failed))


def _await(store: RunStore, run_id: str, behind: Sequence[str], interrupts: Interrupts) -> RunStatus:
    def stop() -> None:
        for waiting in reversed([run_id, *behind]):  # those that wait first, so that none of them starts
            with contextlib.suppress(RunError):  # it ended by itself meanwhile
                store.stop(waiting)

    status = follow(store, run_id, interrupts, stop)
    print_result(status)
    return status


def _answer(results: list[dict[str, Any]]) -> Any:
    return results[0] if len(results) == 1 else {"runs": results}


def _how_to_end(run_ids: Sequence[str]) -> str:
    return f"Training goes on. Stop it with: {PROGRAM} stop {' '.join(run_ids)}" if run_ids else "Nothing goes on."
