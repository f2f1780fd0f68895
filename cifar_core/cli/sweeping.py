"""Commands that try many configurations: begin, follow, stop, extend and promote sweeps."""

import time
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, Field
from pydantic_settings import CliPositionalArg

from cifar_core.cli.answers import PROGRAM, FailedError, print_json, remark, remark_on
from cifar_core.cli.arguments import AsJson, DataDir, Detach, Overrides, Owner, RunsDir, find_owner, parse_overrides
from cifar_core.cli.findings import describe_promotion, describe_search
from cifar_core.data import load_dataset
from cifar_core.interrupts import Interrupts, counted_interrupts
from cifar_core.overrides import ConfigError, overrides_between, parse_value, with_overrides
from cifar_core.presets import FIRST_PRESET, PRESETS
from cifar_core.runs import RunError, RunStore, default_runs_dir, list_presets
from cifar_core.sweeps import (
    Plan,
    Sweep,
    SweepStore,
    count_val,
    create_plan,
    find_importance,
    is_over,
    is_search_over,
    is_searched,
    read_budget,
    read_plan,
    require_optuna,
    sweep_facts,
)

_LOOK_SECONDS, _DRIVE_SECONDS = 0.5, 5.0
_MOST_STARTS = 4

SweepId = Annotated[CliPositionalArg[str], Field(description="As `sweeps` lists it")]


class SweepCommand(BaseModel):
    """Try many configurations, and say which are best and how much of that is luck. Reads no test.

    Ranges and choices are settings with several values: --set optimizer.learning_rate=log:1e-4:1 (factors count),
    --set training.batch_size=int:32:512, --set augmentation.cutout_size=0:16, --set model.width=16,32,64. Interrupted
    once, it stops and keeps what it has; named by its id, it goes on.
    """

    what: Annotated[
        CliPositionalArg[str | None],
        Field(description="A YAML file with all of this, or the id of a sweep"),
    ] = None
    preset: Annotated[str, Field(description=f"Settings to start from: {', '.join(PRESETS)}, or a saved one")] = (
        FIRST_PRESET
    )
    overrides: Overrides = []
    budget: Annotated[str | None, Field(description="Runs, or minutes of training as in '30 min' (default: 20)")] = None
    sampler: Annotated[
        str, Field(description="random, quasi-random (evenly spread), or tpe (learns from what came before)")
    ] = "quasi-random"
    halving: Annotated[
        bool, Field(description="Train all for a few epochs, only the best of them longer, and so on")
    ] = False
    factor: Annotated[int, Field(description="With --halving: of so many one goes on, so many times as long")] = 3
    first_epochs: Annotated[int, Field(description="With --halving: epochs until the first choice")] = 1
    seeds: Annotated[int, Field(description="Runs of each configuration, whose mean counts")] = 1
    name: Annotated[str, Field(description="Short, of lower-case letters, digits and hyphens")] = "sweep"
    stop: Annotated[bool, Field(description="Stop the sweep that is named")] = False
    extend: Annotated[str | None, Field(description="Add to the budget of the sweep that is named")] = None
    owner: Owner = None
    data_dir: DataDir = None
    runs_dir: RunsDir = None
    detach: Detach = False
    as_json: AsJson = False

    def cli_cmd(self) -> None:
        """Begin a sweep, or do what is asked of one."""
        sweeps = SweepStore(RunStore(self.runs_dir))
        is_file = self.what is not None and (Path(self.what).is_file() or self.what.endswith((".yaml", ".yml")))
        with counted_interrupts() as interrupts:
            if self.what is not None and not is_file:
                sweep = self._go_on(sweeps, self.what)
            else:
                require_optuna()
                plan = self._plan() if self.what is None else self._read(Path(self.what))
                remark_on(load_dataset(self.data_dir))
                sweep = sweeps.start(plan, data_dir=self.data_dir, owner=find_owner(self.owner))
            _finish(sweeps, sweep, interrupts, detach=self.detach, as_json=self.as_json)

    def _go_on(self, sweeps: SweepStore, sweep_id: str) -> Sweep:
        if self.overrides or self.budget is not None:
            raise ConfigError(f"sweep {sweep_id!r} is no file; allowed: of a sweep that exists --stop or --extend")
        if self.stop:
            return sweeps.stop(sweep_id)
        if self.extend is not None:
            return sweeps.extend(sweep_id, read_budget(self.extend))
        return sweeps.go_on(sweep_id)

    def _read(self, path: Path) -> Plan:
        if self.overrides or self.budget is not None:
            raise ConfigError(f"{path.name} says what is searched; allowed: a file, or --set and --budget")
        return read_plan(path)

    def _plan(self) -> Plan:
        presets = list_presets(self.runs_dir or default_runs_dir())
        if self.preset not in presets:
            raise ConfigError(f"preset = {self.preset!r} is not allowed; allowed: {', '.join(presets)}")
        config = presets[self.preset].config
        texts = dict(text.partition("=")[::2] for text in self.overrides)
        parse_overrides(self.overrides)  # says what is wrong with one that has no "="
        search = {path.strip(): text for path, text in texts.items() if is_searched(path.strip(), text, config)}
        fixed = {path.strip(): parse_value(text) for path, text in texts.items() if path.strip() not in search}
        if not search:
            raise ConfigError("nothing is searched; allowed: --set with a range or choices, as in model.width=16,32,64")
        settings = overrides_between(PRESETS[FIRST_PRESET].config, with_overrides(config, fixed))
        kept = {path: value for path, value in settings.items() if path not in search}
        tree: dict[str, Any] = {"name": self.name, "settings": kept, "search": search, "sampler": self.sampler}
        tree |= {"budget": self.budget or "20", "num_seeds": self.seeds}
        if self.halving:
            tree["halving"] = {"factor": self.factor, "first_epochs": self.first_epochs}
        return create_plan(tree)


class SweepsCommand(BaseModel):
    """List the sweeps, newest first."""

    runs_dir: RunsDir = None
    as_json: AsJson = False

    def cli_cmd(self) -> None:
        """Print a line a sweep; one that somebody wants and nobody drives is driven again."""
        sweeps = SweepStore(RunStore(self.runs_dir))
        rows = []
        for sweep in sweeps.list_sweeps():
            if sweeps.runs.why_not_writable() is None:
                sweeps.drive(sweep.id)
            best = sweep.ranking()[0].score if sweep.ranking() else None
            state = "over" if is_over(sweep) else sweep.state
            words = "" if best is None else f", best val {best:.2%}"
            print(f"{sweep.id:<40} {state:<8} {len(sweep.trials)} configurations, budget {sweep.budget}{words}")
            rows.append(
                {"sweep": sweep.id, "state": state, "num_trials": len(sweep.trials), "budget": str(sweep.budget)}
                | {"best_val_accuracy": best, "is_promoted": sweep.promotion is not None}
            )
        for words in sweeps.list_unreadable().values():
            remark(f"{words[0].upper()}{words[1:]}.")
        print_json(rows, self.as_json)


class PromoteCommand(BaseModel):
    """Train the best of a sweep again with fresh seeds, then let the winner look at test, once."""

    sweep_id: SweepId
    top: Annotated[int, Field(ge=1, le=20, description="How many configurations")] = 3
    seeds: Annotated[int, Field(ge=2, le=20, description="Fresh seeds of each")] = 5
    no_test: Annotated[bool, Field(description="Do not look at test")] = False
    runs_dir: RunsDir = None
    detach: Detach = False
    as_json: AsJson = False

    def cli_cmd(self) -> None:
        """Promote, wait, and report."""
        sweeps = SweepStore(RunStore(self.runs_dir))
        with counted_interrupts() as interrupts:
            sweep = sweeps.promote(self.sweep_id, top=self.top, num_seeds=self.seeds, reads_test=not self.no_test)
            _finish(sweeps, sweep, interrupts, detach=self.detach, as_json=self.as_json)


def _finish(sweeps: SweepStore, sweep: Sweep, interrupts: Interrupts, *, detach: bool, as_json: bool) -> None:
    """Follow a sweep to its end and report."""
    if detach:
        sweeps.drive(sweep.id)
        print(f"Sweep {sweep.id} goes on by itself. Stop it with: {PROGRAM} sweep {sweep.id} --stop")
    else:
        sweep = _follow(sweeps, sweep, interrupts)
    num_val = count_val(sweeps.runs, sweep)
    for line in (*describe_search(sweep, num_val), *describe_promotion(sweep)):
        print(line)
    importance, words = _importance(sweep)
    for path, share in sorted(importance.items(), key=lambda item: -item[1]):
        print(f"{share:6.0%}  {path}")
    print(words)
    if is_search_over(sweep) and sweep.promotion is None and sweep.ranking():
        remark(f"What the best are worth: {PROGRAM} promote {sweep.id}")
    facts = sweep_facts(sweep, num_val)
    print_json(facts | {"importance": importance or None, "importance_says": words}, as_json)
    if not detach and is_search_over(sweep) and not sweep.ranking():
        raise FailedError("Nothing came of any configuration; `runs` says why.")


def _importance(sweep: Sweep) -> tuple[dict[str, float], str]:
    try:
        return find_importance(sweep.dimensions(), sweep.plan.sampler, sweep.tried())
    except (ConfigError, RunError) as error:
        return {}, f"Importance is not told: {error}."


def _follow(sweeps: SweepStore, sweep: Sweep, interrupts: Interrupts) -> Sweep:
    """Say what is done while a process of its own does it; return the sweep as it is in the end."""
    told, seen, starts, driven_at = "", sweep, 0, float("-inf")
    while sweep.state == "running" and not is_over(sweep):
        if interrupts.count:
            sweeps.stop(sweep.id)
            remark(f"Stopped. What was trained is kept; it goes on with: {PROGRAM} sweep {sweep.id}")
            return sweeps.advance(sweep.id)  # notes what there is, and no more
        if time.monotonic() - driven_at > _DRIVE_SECONDS:
            starts = starts + 1 if sweep == seen and not sweeps.is_driven(sweep.id) else 0
            seen, driven_at = sweep, time.monotonic()
            if starts > _MOST_STARTS:
                raise FailedError(
                    f"Sweep {sweep.id} does not go on: {sweeps.log_tail(sweep.id) or 'no reason is known'}"
                )
            sweeps.drive(sweep.id)
        told = _tell(describe_progress(sweep), told)
        time.sleep(_LOOK_SECONDS)
        sweep = sweeps.get(sweep.id)
    if sweep.message:
        remark(sweep.message)
    return sweep


def _tell(words: str, told: str) -> str:
    if words != told:
        remark(words)
    return words


def describe_progress(sweep: Sweep) -> str:
    """Say in a line how far a sweep is."""
    if sweep.promotion is not None:
        done = sum(len(by_seed) for by_seed in sweep.promotion.scores.values())
        total = len(sweep.promotion.trials) * len(sweep.promotion.seeds)
        return f"{done} of {total} runs with fresh seeds are done." + (
            " The winner looks at test." if sweep.promotion.winner is not None and sweep.promotion.reads_test else ""
        )
    if not sweep.trials:
        return "The first configurations are being chosen."
    rung = max(trial.rung for trial in sweep.trials)
    there = [trial for trial in sweep.trials if trial.rung >= rung]
    done = sum(trial.is_settled for trial in there)
    until = sweep.rungs[rung]
    words = "to their end" if until is None else "for 1 epoch" if until == 1 else f"for {until} epochs"
    return f"{done} of {len(there)} configurations are trained {words}."
