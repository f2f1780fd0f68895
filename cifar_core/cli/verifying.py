"""What was foretold of answers without some training images, and what came of it when networks were trained so."""

from typing import Any

from pydantic import BaseModel

from cifar_core.cli.answers import print_json
from cifar_core.cli.arguments import AsJson, DataDir, RunsDir
from cifar_core.cli.influencing import ask_run
from cifar_core.data import load_dataset
from cifar_core.experiments.verification import (
    Verification,
    VerificationStore,
    agreement_of,
    came_change,
    foretold_change,
)
from cifar_core.runs import RunError, RunStore


class VerificationsCommand(BaseModel):
    """List the cases in which a foretold answer is verified by retraining, and say how well they agree.

    A case is started by `influence --without SELECTION --verify SEEDS`. Changes are those of the log odds of the
    predicted class; of several seeds, their mean.
    """

    runs_dir: RunsDir = None
    data_dir: DataDir = None
    as_json: AsJson = False

    def cli_cmd(self) -> None:
        """Ask the runs that have ended, and print a line a case."""
        store, dataset = RunStore(self.runs_dir), load_dataset(self.data_dir)

        def answer(run_id: str, index: int) -> list[float] | None:
            try:
                said = ask_run(store.record(run_id), dataset, index)
            except RunError:
                return None
            return None if said is None else said.tolist()

        cases = VerificationStore(store).settle(answer)
        rows = [_row_of(case, dataset.class_names) for case in cases]
        for row in rows:
            came = "not yet" if row["came"] is None else f"{row['came']:+.2f}"
            seeds = f"{row['num_known']} of {row['num_seeds']} seeds"
            print(f"{row['id']}  {row['predicted']:<12} foretold {row['foretold']:+.2f}  came {came}  {seeds}")
        found = agreement_of(cases)
        print(f"The direction was right in {found.num_same} of {found.num_cases} verified cases.")
        if found.correlation == found.correlation:  # no NaN
            print(f"Foretold and came correlate by {found.correlation:.2f} ({found.low:.2f} to {found.high:.2f}).")
        facts = {"num_cases": found.num_cases, "num_same": found.num_same, "correlation": _known(found.correlation)}
        facts |= {"low": _known(found.low), "high": _known(found.high), "slope": _known(found.slope)}
        print_json({"cases": rows, "agreement": facts}, self.as_json)


def _row_of(case: Verification, class_names: tuple[str, ...]) -> dict[str, Any]:
    return {
        "id": case.id,
        "run_id": case.run_id,
        "index": case.index,
        "label": class_names[case.label],
        "predicted": class_names[case.target],
        "num_left_out": case.num_images,
        "foretold": foretold_change(case),
        "came": _known(came_change(case)),
        "num_known": len(case.known),
        "num_seeds": len(case.draws),
    }


def _known(value: float) -> float | None:
    return value if value == value else None  # NaN is no JSON
