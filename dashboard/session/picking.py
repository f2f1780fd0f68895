"""Which runs a picker offers: a list of thousands is sent with each page, and nobody searches it by eye."""

from collections.abc import Sequence

from cifar_core.people import is_same_person
from cifar_core.runs import RunSummary
from dashboard.session.learner import learner_name

MOST = 200


def list_offered(runs: Sequence[RunSummary], *wanted: str | None) -> list[RunSummary]:
    """Return the newest runs, those of who sits here before others', and some that are wanted; in the same order.

    Args:
        runs: Newest first.
        wanted: Ids of runs that are offered in any case.
    """
    if len(runs) <= MOST:
        return list(runs)
    name = learner_name()
    own = [run for run in runs if name and is_same_person(run.owner, name)]
    offered = {run.run_id for run in (*own[: MOST // 2], *runs)[:MOST]} | set(wanted)
    return [run for run in runs if run.run_id in offered]


def describe_rest(runs: Sequence[RunSummary]) -> str:
    """Say where the runs are that a picker does not offer; empty if it offers all."""
    return f" The newest {MOST} are offered; any of the others is opened on Runs." if len(runs) > MOST else ""
