"""The command that says what trains."""

from typing import Any

from pydantic import BaseModel

from cifar_core.cli.answers import print_json, remark
from cifar_core.cli.arguments import AsJson, RunsDir
from cifar_core.runs import Engine, Place, RunStore


class ExecutorCommand(BaseModel):
    """Say which engine trains ($CIFAR_EXECUTOR; this machine by default), its slots, and what runs where.

    Of a cluster it sees to it that there is a dispatcher, so that runs which wait go on.
    """

    runs_dir: RunsDir = None
    as_json: AsJson = False

    def cli_cmd(self) -> None:
        """Ask the engine, and print a line a slot."""
        store = RunStore(self.runs_dir)
        store.refresh()
        engine, num_waiting = store.find_engine(), len(store.waiting())
        what = "this machine" if store.trains_here else f"Ray at {engine.address}"
        free = f"{engine.num_free} of {len(engine.places)} slots free"
        print(f"{what[0].upper()}{what[1:]}: {free}, {num_waiting} waiting.")
        for place in engine.places:
            print(f"{place.slot.host:<24} {place.slot.device:<8} {_say(place)}")
        if engine.problem:
            remark(engine.problem)
        print_json(_facts(engine, num_waiting), self.as_json)


def _say(place: Place) -> str:
    return "free" if place.run is None else f"{place.run.run_id}  {place.run.status.status}  {place.run.name}"


def _facts(engine: Engine, num_waiting: int) -> dict[str, Any]:
    return {
        "engine": engine.name,
        "address": engine.address or None,
        "problem": engine.problem or None,
        "slots": [
            {
                "host": place.slot.host,
                "device": place.slot.device,
                "run_id": place.run and place.run.run_id,
                "status": place.run and place.run.status.status,
            }
            for place in engine.places
        ],
        "num_waiting": num_waiting,
    }
