"""Beside the peers: one training in our `fit`, in a plain good loop, the course's, Lightning's, Keras's, fastai's.

python -m benchmarks.peers [--quick] [NETWORK ...]. Uses CIFAR_DATA_DIR; without CIFAR-10 there, the practice set.
Networks: simple_cnn, resnet, speed; all if none is named. What `pip install -r requirements-bench.txt` brings takes
part where it is installed and is skipped with a word where not.

All take turns, each in a process of its own, in an order that rotates from round to round: the same images, batch
size and kind of optimizer, crop and flip as a user of each would write them, a look at val after each epoch. torch,
Lightning and fastai train the very network; Keras one of its own that learns as many numbers. What is timed is the
second epoch: its steps, and all of it. `fit` runs as a worker does, with metrics, checkpoints and predictions, in the
number format that `auto` chooses and in float32; the plain loop in both formats; the others in float32. Its share of
the limit is that of another run, within which the limits take turns.
"""

import argparse
import statistics
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from importlib.util import find_spec
from typing import Any

from benchmarks._report import judge, print_report
from benchmarks._ways import COURSE, FIT, FLOAT32, IN_TURN, LIMIT, WAYS, MissingPackageError, Pace, Way, measure_way
from benchmarks._ways.cases import Case, list_cases
from cifar_core.config import RunConfig
from cifar_core.data import load_dataset
from cifar_core.overrides import with_overrides
from cifar_core.training.device import has_bfloat16, resolve_device

_NETWORKS = ("simple_cnn", "resnet", "speed")
_EXTRAS = ("keras", "lightning", "fastai")
_NUM_ROUNDS = 3
FIT_IN_FLOAT32 = "fit, float32"
_LOOP = "plain loop"


def main(arguments: list[str]) -> int:
    """Compare on each network and print a JSON line last."""
    wanted = _parse(arguments)
    dataset, device = load_dataset(), resolve_device("auto")
    cases = list_cases(dataset, device, wanted.quick)
    names = wanted.networks or _NETWORKS[: 1 if wanted.quick else None]
    ways = _ways_here()
    goals: list[dict[str, Any]] = []
    for name in names:
        paces = _measure(cases[name], ways, device, 1 if wanted.quick else _NUM_ROUNDS)
        print(f"{name}\n{format_paces(paces)}", flush=True)
        goals += judge_paces(name, cases[name].goal, paces)
    print_report("peers", goals, device=device, source=dataset.source)
    return 0


def format_paces(paces: Mapping[str, Sequence[Pace]]) -> str:
    """Return a line for each way, the fastest epoch first: images a second of its steps and of the whole epoch."""
    ordered = sorted(paces, key=lambda name: -(_median(paces[name], whole=True) or 0))
    lines = [f"  {'images a second, medians':<34}{'steps':>10}{'whole epoch':>14}"]
    for name in ordered:
        whole = _median(paces[name], whole=True)
        lines.append(f"  {name:<34}{_median(paces[name]):>10,.0f}{'' if whole is None else f'{whole:,.0f}':>14}")
    return "\n".join(lines)


def judge_paces(name: str, times_course: float | None, paces: Mapping[str, Sequence[Pace]]) -> list[dict[str, Any]]:
    """Hold `fit` against the fastest peer, against the fixed batch and against the course's way.

    Args:
        name: The network's.
        times_course: What `fit` is to reach, times the course's way; 0.97 of the limit is asked where that is less.
        paces: Of every way, a pace for each round. Rounds are compared with each other, then the median counts.
    """
    fit = _steps(paces, FIT)
    limit = [max(pair) for pair in zip(_steps(paces, LIMIT), _steps(paces, FLOAT32), strict=True)]
    peers = [way for way in paces if way not in (FIT, FIT_IN_FLOAT32, IN_TURN, LIMIT, FLOAT32)]
    in_float32 = [way for way in peers if way != f"{_LOOP}, bfloat16"]
    course = _fastest(paces, COURSE)
    goal = None
    if times_course is not None:
        goal = min(times_course, 0.97 * statistics.median(_ratios(limit, course)))
    whole = _wholes(paces, FIT)
    goals = [
        _judge(f"{name}: fit, whole epoch, times the fastest peer's", whole, _fastest(paces, peers, True), 1),
        _judge(f"{name}: fit, steps, times the fastest peer's", fit, _fastest(paces, peers), 1),
        _judge(f"{name}: fit, share of the limit in the better format", _steps(paces, IN_TURN), limit, 0.97),
        _judge(f"{name}: fit, times the course's way", fit, course, goal),
    ]
    if FIT_IN_FLOAT32 in paces:
        alike = _wholes(paces, FIT_IN_FLOAT32), _fastest(paces, in_float32, True)
        goals.append(_judge(f"{name}: fit in float32, whole epoch, times the fastest peer's", *alike, 1))
    return goals


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.peers", description=__doc__)
    parser.add_argument("networks", nargs="*", metavar="NETWORK", help=f"which of {', '.join(_NETWORKS)}; else all")
    parser.add_argument("--quick", action="store_true", help="a smoke run: does it work, not what does it measure")
    wanted = parser.parse_args(arguments)
    if unknown := set(wanted.networks) - set(_NETWORKS):
        parser.error(f"no network {', '.join(sorted(unknown))}; allowed: {', '.join(_NETWORKS)}")
    return wanted


def _ways_here() -> list[Way]:
    """Return the ways whose packages are installed; say which are left out, and how to have them."""
    missing = [way for way in _EXTRAS if find_spec(way) is None]
    for way in missing:
        print(f"{way}: skipped, it is not installed; python -m pip install -r requirements-bench.txt brings it")
    return [way for way in WAYS if way not in missing]


def _measure(case: Case, ways: Sequence[Way], device: str, num_rounds: int) -> dict[str, list[Pace]]:
    # The same work for all: nobody else predicts each image twice.
    config = with_overrides(case.config, {"training.flip_averaging": False})
    turns = [(way, changed) for way in ways for changed in _formats(way, config, device, is_quick=num_rounds == 1)]
    paces: dict[str, list[Pace]] = defaultdict(list)
    missing: set[Way] = set()
    for number in range(num_rounds):
        start = number * len(turns) // num_rounds
        for way, changed in turns[start:] + turns[:start]:
            if way in missing:
                continue
            try:
                measured = measure_way(way, changed, case.num_images)
            except MissingPackageError as error:
                print(f"{way}: skipped, it cannot be imported here: {error}", flush=True)
                missing.add(way)
                continue
            for name, pace in _named(measured, way, changed):
                paces[name].append(pace)
    return paces


def _formats(way: Way, config: RunConfig, device: str, *, is_quick: bool) -> list[RunConfig]:
    """Return a config for each number format that the way is measured in."""
    formats = ["float32", *(["bfloat16"] if has_bfloat16(device) else [])]
    chosen = {"fit": ["auto", "float32"], "limit": ["auto"], "loop": formats}
    names = chosen.get(way, ["float32"])[: 1 if is_quick else None]
    return [with_overrides(config, {"training.precision": name}) for name in names]


def _named(measured: Mapping[str, Pace], way: Way, config: RunConfig) -> Iterator[tuple[str, Pace]]:
    """Return paces by the names they are compared under: of our second run, in float32, `fit` alone."""
    if way != "fit" or config.training.precision == "auto":
        yield from measured.items()
    else:
        yield FIT_IN_FLOAT32, measured[FIT]


def _judge(what: str, ours: Sequence[float], theirs: Sequence[float], goal: float | None) -> dict[str, Any]:
    return judge(what, statistics.median(_ratios(ours, theirs)), goal, at_least=True)


def _ratios(ours: Sequence[float], theirs: Sequence[float]) -> list[float]:
    return [one / other for one, other in zip(ours, theirs, strict=True)]


def _steps(paces: Mapping[str, Sequence[Pace]], name: str) -> list[float]:
    return [pace.steps for pace in paces[name]]


def _wholes(paces: Mapping[str, Sequence[Pace]], name: str) -> list[float]:
    return [pace.whole for pace in paces[name] if pace.whole is not None]


def _fastest(paces: Mapping[str, Sequence[Pace]], names: Sequence[str], is_whole: bool = False) -> list[float]:
    """Return the fastest of some ways, round by round."""
    read = _wholes if is_whole else _steps
    return [max(speeds) for speeds in zip(*(read(paces, name) for name in names), strict=True)]


def _median(paces: Sequence[Pace], *, whole: bool = False) -> float | None:
    speeds = [pace.whole if whole else pace.steps for pace in paces]
    return None if None in speeds else statistics.median(speeds)  # type: ignore[type-var]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
