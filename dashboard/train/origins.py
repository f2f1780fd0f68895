"""What the form starts from: a preset, or the settings of a run, which its changes are held against."""

from collections.abc import Sequence
from dataclasses import dataclass

from cifar_core.config import RunConfig
from cifar_core.presets import FIRST_PRESET, PRESETS, Preset
from cifar_core.runs import RunSummary
from dashboard.drawing.literal import literal, plain
from dashboard.drawing.words import run_name, short_name
from dashboard.session import form_values, state
from dashboard.session.cache import get_presets
from dashboard.session.changes import describe_changes


@dataclass(frozen=True)
class Origin:
    """Settings to start from.

    Attributes:
        key: A preset's name, or a run's id behind "run:".
        title: As the choice says it, where no Markdown is read.
        words: As a sentence says it, in Markdown.
        name: Likewise, by itself.
        description: A sentence, in Markdown.
        config: The settings.
        preset: The name of the preset that a run which starts from here is held against; None if there is none.
    """

    key: str
    title: str
    words: str
    name: str
    description: str
    config: RunConfig
    preset: str | None

    @property
    def is_run(self) -> bool:
        """Whether they are a run's."""
        return self.key.startswith(form_values.RUN_ORIGIN)


def run_key(run_id: str) -> str:
    """Return the key of a run's settings."""
    return f"{form_values.RUN_ORIGIN}{run_id}"


def list_origins(runs: Sequence[RunSummary], key: str | None = None) -> dict[str, Origin]:
    """Return what the form can start from, by key: the chosen run, the run of a key, and all presets.

    Args:
        runs: All.
        key: What the form starts from; None: as it is now.
    """
    based = (key or str(state.widget_value(state.TRAIN_PRESET))).removeprefix(form_values.RUN_ORIGIN)
    wanted = tuple(dict.fromkeys((state.chosen_run(), based)))
    by_id = {run.run_id: _of_run(run, run.config) for run in runs if run.run_id in wanted and run.config is not None}
    origins = [by_id[run_id] for run_id in wanted if run_id in by_id]
    origins += [_of_preset(preset) for preset in get_presets().values()]
    return {origin.key: origin for origin in origins}


def base_of(key: str) -> Preset:
    """Return what settings in an address are held against: others do not have the runs and presets that are here."""
    return PRESETS.get(key, PRESETS[FIRST_PRESET])


def _of_run(run: RunSummary, config: RunConfig) -> Origin:
    is_chosen, preset = run.run_id == state.chosen_run(), get_presets().get(run.preset or "")
    against = f": preset {literal(preset.title)}, {literal(describe_changes(run), most=None)}" if preset else ""
    return Origin(
        key=run_key(run.run_id),
        title="This run's settings" if is_chosen else f"Settings of {short_name(run)}",
        words="this run's settings" if is_chosen else f"the settings of {literal(short_name(run))}",
        name=f"**{literal(short_name(run))}** again",
        description=f"**{literal(run_name(run), most=None)}** was trained with them{against}.",
        config=config,
        preset=run.preset,
    )


def _of_preset(preset: Preset) -> Origin:
    return Origin(
        key=preset.name,
        title=plain(preset.title),
        words=literal(preset.title),
        name=f"preset {literal(preset.title)}",
        description=literal(preset.description, most=None),
        config=preset.config,
        preset=preset.name,
    )
