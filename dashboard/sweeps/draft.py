"""A sweep that is being defined: a plan as a file would have it, kept in the address until it is begun."""

import json
from collections.abc import Mapping
from typing import Any

from cifar_core.config import RunConfig
from cifar_core.overrides import ConfigError, overrides_between, with_overrides
from cifar_core.presets import FIRST_PRESET, PRESETS
from cifar_core.sweeps import Plan, PlanError, create_plan
from dashboard.session import address
from dashboard.session.packing import pack, unpack
from dashboard.sweeps.subject import NEW

Draft = dict[str, Any]

_EMPTY: Draft = {"preset": FIRST_PRESET, "search": {}, "sampler": "quasi-random", "budget": "20 runs"}


def empty_draft() -> Draft:
    """Return a plan of which nothing is said yet."""
    return _EMPTY | {"search": {}, "settings": {}}


def read_draft() -> Draft:
    """Return the plan so far.

    Raises:
        PlanError: The address holds none.
    """
    text = address.PLAN.value()
    try:
        draft = _EMPTY | unpack(text) if text else dict(_EMPTY)
    except ValueError as error:
        raise PlanError(f"plan in the address cannot be read: {error}; allowed: what this page writes there") from error
    for name, kind in (("search", dict), ("settings", dict), ("halving", dict)):
        if not isinstance(draft.get(name) or {}, kind):
            raise PlanError(f"{name} = {draft[name]!r} is not allowed; allowed: fields with values")
    return draft | {"search": dict(draft["search"] or {}), "settings": dict(draft.get("settings") or {})}


def read_draft_or_empty() -> Draft:
    """Return the plan so far; one that the page has refused to read is begun anew. For callbacks."""
    try:
        return read_draft()
    except PlanError:
        return empty_draft()


def keep_draft(draft: Mapping[str, Any]) -> None:
    """Keep the plan, as a step of the browser's history. For callbacks."""
    kept = {name: value for name, value in draft.items() if value not in (None, {}) and _EMPTY.get(name) != value}
    # What is too long for an address lasts for the visit.
    address.PLAN.choose(pack(kept) or json.dumps(kept))
    address.step_on()


def change_draft(**changes: Any) -> None:
    """Change some fields of it. For callbacks."""
    keep_draft(read_draft_or_empty() | changes)


def open_draft(draft: Mapping[str, Any]) -> None:
    """Show the definition, filled with a plan. For callbacks."""
    address.SWEEP.choose(NEW)
    keep_draft(draft)


def plan_tree(plan: Plan) -> Draft:
    """Return a plan as a draft."""
    return plan.model_dump(mode="json", exclude_none=True) | {"budget": str(plan.budget)}


def base_of(draft: Mapping[str, Any]) -> RunConfig:
    """Return the settings of all runs, less what is searched.

    Raises:
        ConfigError: No run can have them.
    """
    preset = PRESETS.get(str(draft.get("preset")))
    if preset is None:
        raise ConfigError(f"preset = {draft.get('preset')!r} is not allowed; allowed: {', '.join(PRESETS)}")
    return with_overrides(preset.config, draft["settings"])


def settings_of(config: RunConfig) -> Draft:
    """Return the part of a plan that says which settings all runs have."""
    settings = overrides_between(PRESETS[FIRST_PRESET].config, config)
    kept = {path: value for path, value in settings.items() if path not in ("training.evaluate_test", "training.seed")}
    return {"preset": FIRST_PRESET, "settings": kept}


def finish(draft: Mapping[str, Any]) -> Plan:
    """Return the plan that the draft has come to.

    Raises:
        PlanError: Something is missing, or not allowed. The text names the field, the value and what is allowed.
    """
    if not draft["search"]:
        raise PlanError("nothing is ticked: tick one setting or more of what is searched")
    settings = {path: value for path, value in draft["settings"].items() if path not in draft["search"]}
    return create_plan({**draft, "settings": settings})
