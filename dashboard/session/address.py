"""What the address of a page carries beside what its widgets are bound to.

A bound widget puts what it shows into the address, and nothing while it shows its default. A run is known by its id
though and shown by its name, and a default such as "the best epoch" comes to mean something else as a run goes on. Such
values are kept in the session as text and mirrored to the address here, always written out. Whatever changed the
address meanwhile (a link, Back, somebody's typing) is taken over before the page is drawn.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

import streamlit as st

from dashboard.session.asked import is_asked_for, offer
from dashboard.session.parameter import Parameter, chosen_values

_PAGE, _SHOWN, _LINKED = "address_page", "address_shown", "address_linked"
_WENT_BACK, _TAKEN = "address_went_back", "address_taken"

# In place of a run's id: somebody wants none on the open page, which would else choose one by itself.
NO_RUN = "none"
# The two halves of Train.
THIS_RUN, NEW_RUN = "this", "new"
# In place of a sweep's id: one is being defined.
NEW_SWEEP = "new"
# Of the views of Lessons, while none is open, the one of what one did.
MINE = "mine"


# Titles of all pages.
PAGES = (
    "Overview",
    "Explore",
    "Augment",
    "Train",
    "Runs",
    "Sweeps",
    "Lessons",
    "Errors",
    "Explain",
    "Compare",
    "Labels",
)


_declared: list[Parameter] = []


def _on(name: str, *pages: str) -> Parameter:
    _declared.append(Parameter(name, frozenset(pages)))
    return _declared[-1]


RUN = _on("run", "Explore", "Train", "Runs", "Errors", "Explain", "Labels")
IMAGE = _on("image", "Explore", "Errors", "Explain", "Compare", "Labels")
EPOCH = _on("epoch", "Explore", "Errors", "Explain")  # a number
AGAINST = _on("against", "Errors")  # a number of an epoch, or a run's id
# The images that Errors shows and Explain goes through: `dashboard.session.selection` says what they may be.
SPLIT = _on("on", "Errors", "Explain")
TRUE = _on("true", "Errors", "Explain")
PRED = _on("pred", "Errors", "Explain")
OUTCOME = _on("which", "Errors", "Explain")
ORDER = _on("rank", "Errors", "Explain")
PROBS = _on("probs", "Errors", "Explain")  # from and to, in per cent
WORSE = _on("worse", "Errors")  # a corruption and its severity: `dashboard.session.worsened` says how they are written
UNDER = _on("under", "Explain")  # likewise: how the chosen image is made worse
METHOD = _on("method", "Explain")  # its title
BESIDE = _on("beside", "Explain")  # a run's id
TICKED = _on("runs", "Runs")  # ids, with commas between them; or `NO_RUN`
BASELINE = _on("baseline", "Runs")  # a run's id
VERSUS = _on("versus", "Runs")  # likewise: what the chosen run is held against
FIND = _on("find", "Runs")  # a part of a name or note
STATES = _on("states", "Runs")  # names of statuses, with commas between them
NETWORKS = _on("nets", "Runs")  # likewise
SOURCES = _on("sources", "Runs")  # likewise
GROUP = _on("group", "Runs")  # a setting's path, or what else runs have in common
SORT = _on("by", "Runs")  # a column's key, behind a "-" if descending
MOST = _on("most", "Runs")  # a number of runs
EXPERIMENTS = _on("experiments", "Runs")  # whether their runs are listed
WHOSE = _on("whose", "Runs")  # `dashboard.session.owning` says what it may be
FOLDED = _on("bundled", "Runs")  # whether runs that differ in their seed alone are one line
BAND = _on("band", "Train", "Runs", "Lessons", "Compare")  # how far the band of several seeds reaches
PART = _on("part", "Train")  # THIS_RUN or NEW_RUN
# Not bound to their widgets: those are of one half, and to lose what is bound would be a step of the history.
WATCH = _on("watch", "Train")  # the title of a view
NAME = _on("name", "Train")
SEEDS = _on("seeds", "Train")  # a number
FORK = _on("fork", "Train")  # whose weights a new run starts from: `dashboard.session.draft` says how they are written
FIRST = _on("a", "Compare")  # a run's id
SECOND = _on("b", "Compare")  # likewise
COMPARED_SPLIT = _on("of", "Compare")  # not SPLIT: what was looked at on Errors shall not lead to a look at test here
PILE = _on("pile", "Compare")
CELL = _on("cell", "Compare")  # names of a true and a predicted class with a comma between them, either one empty
MAP_FOR = _on("for", "Compare")  # a class's name: what both maps of an image speak for
OVERLAY = _on("with", "Train")  # runs' ids with commas between them
COMPARED = _on("compared", "Train")  # a run's id, or a preset's name behind "preset:"
ADVISED = _on("advised", "Train")  # whether the settings are advice of ours
PRESET = _on("preset", "Train")  # what the form starts from: a preset's name, or a run's id behind "run:"
SETTINGS = _on("settings", "Train")  # what the form has otherwise than the preset
PIPELINE = _on("pipeline", "Augment")  # likewise, against where the page starts
MARKED = _on("marked", "Explore", "Errors", "Explain")  # on a map: `dashboard.session.marked` says what it may be
ONLY_MARKED = _on("only", "Explore", "Errors", "Explain")  # whether pages show these alone
SELECTION = _on("selection", "Explore", "Errors", "Explain")  # the id of one that is kept: pages show its images alone
DRAW = _on("draw", "Augment")  # a number: other pictures for each
LESSON = _on("lesson", "Lessons")  # its name
EXPERIMENT = _on("experiment", "Lessons")  # its id, or that one is about to be asked
PREDICTED = _on("predicted", "Lessons")  # a letter a claim, before it is run
DRAWN = _on("drawn", "Lessons")  # whole per cents, an epoch each, with dots between them, before it is run
SURE = _on("sure", "Lessons")  # likewise, numbers with commas between them
LOOKED_SEED = _on("seed", "Lessons")  # of which its links lead to runs
CHANGED_PAIR = _on("pair", "Lessons")  # of its arms, between which images changed: a number, from 1
ROOM = _on("room", "Lessons")  # which view, while no lesson is open
WALL = _on("wall", "Lessons")  # a pooled lesson
LEARNER = _on("learner", *PAGES)  # the name of who sits here
TAKE = _on("take", "Train", "Runs")  # ids of the runs that are about to be taken along, with commas between them
TAKE_WEIGHTS = _on("weights", "Train", "Runs")  # "last", where it is not the best epoch that goes along
TAKE_TEST = _on("told", "Train", "Runs")  # whether results on test go along
BRING = _on("bring", "Runs")  # "file", or the key of an import: `dashboard.runs.bringing` says what it may be
SWEEP = _on("sweep", "Sweeps")  # its id, or that one is about to be defined
PLAN = _on("plan", "Sweeps")  # what is defined so far: `dashboard.sweeps.draft` says what it may be
CHART = _on("chart", "Sweeps")  # how a sweep is looked at
BRUSH = _on("brush", "Sweeps")  # what is selected: `dashboard.sweeps.brush` says what it may be
ACROSS = _on("across", "Sweeps")  # a setting's path
UPWARDS = _on("upwards", "Sweeps")  # likewise
QUIZ = _on("quiz", "Labels")  # a number: which images are asked about
ANSWERS = _on("answers", "Labels")  # `cifar_core.labels.quiz` says what it may be, once all are given
GAME = _on("game", "Labels")  # a number: which errors are planted
FLAGGED = _on("flagged", "Labels")  # `cifar_core.labels.planted` says what it may be, once the game is over
PEOPLE_CELL = _on("people_cell", "Labels")  # as CELL
LOCK = _on("lock", *PAGES)  # `dashboard.session.lock` says what it may be

# All of them, as they stand above.
PARAMETERS = tuple(_declared)


def read_address(page: str) -> None:
    """Take over what the address says otherwise than it was left.

    Called first on every page. On a page that was not open until now, an address without a value asks for nothing, and
    one that our own link led to is no newer than the session.

    Args:
        page: Its title.
    """
    is_new, shown = st.session_state.get(_PAGE) != page, st.session_state.get(_SHOWN, {})
    present = _read_present()
    if not is_new and present != shown and not is_asked_for(present):
        step_on()
        return
    if is_new and present == st.session_state.get(_LINKED, {}).get(page):
        changed = []
    elif is_new:
        changed = [parameter for parameter in PARAMETERS if parameter.name in present]
    else:
        changed = [parameter for parameter in PARAMETERS if present.get(parameter.name) != shown.get(parameter.name)]
    changed = [parameter for parameter in changed if page in parameter.pages]
    for parameter in changed:
        parameter.choose(present.get(parameter.name))
    if is_new and RUN.name not in present and RUN.value() == NO_RUN:
        RUN.choose(None)  # that was another page's
    st.session_state[_PAGE] = page
    st.session_state[_WENT_BACK] = bool(changed) and not is_new
    if changed and not is_new:
        # A link of the page to itself brings its address to the server alone: this tells the browser, as one step.
        st.query_params.update(present)
    # At once: who types before the page is drawn to its end has it drawn anew, and the address brings nothing then.
    st.session_state[_SHOWN] = present
    st.session_state[_TAKEN] = st.session_state.get(_TAKEN, set()) | {parameter.name for parameter in changed}


def _read_present() -> dict[str, str]:
    """Return what the address carries, as the browser had it when it asked."""
    carried = st.query_params.to_dict()
    return {parameter.name: carried[parameter.name] for parameter in PARAMETERS if parameter.name in carried}


def is_from_address(*parameters: Parameter) -> bool:
    """Whether the address has just brought one of these along; asking takes the news."""
    taken = st.session_state.get(_TAKEN, set())
    names = {parameter.name for parameter in parameters} & taken
    taken -= names
    return bool(names)


def open_page() -> str:
    """Return the title of the page that is drawn."""
    return str(st.session_state.get(_PAGE))


def is_shown(parameter: Parameter) -> bool:
    """Whether the address carries a parameter just now: brought along, or written there before."""
    return parameter.name in st.query_params


def show_address() -> None:
    """Mirror what the open page depends on to its address, in one go: each change is a step of the browser's history.

    Not where Back led to: to write there would throw away what lies before and behind.
    """
    present = _read_present()
    went_back = st.session_state.get(_WENT_BACK)
    wanted = present if went_back else values_for(str(st.session_state.get(_PAGE)))
    st.session_state[_SHOWN] = wanted
    # Not the address as a whole: what widgets are bound to is theirs.
    changes: dict[str, str | list[str]] = {name: value for name, value in wanted.items() if present.get(name) != value}
    gone = [name for name in present if name not in wanted]
    if changes or gone:
        # What goes is emptied in the same message: of its own, it would be a step to what nobody ever chose.
        st.query_params.update(changes | {name: [] for name in gone})
    for name in gone:
        del st.query_params[name]


def step_on() -> None:
    """Show a choice that somebody has just made, as a step of the history of its own. For callbacks."""
    st.session_state[_WENT_BACK] = False
    show_address()


def follow(parameter: Parameter, key: str) -> None:
    """Let a parameter follow a widget, by its key: for its callback. It is set to the value before it is drawn."""
    value = st.session_state.get(key)
    parameter.choose(None if value is None else str(value))
    step_on()


def bind(parameter: Parameter, key: str, options: Sequence[str]) -> dict[str, Any]:
    """Let a choice show a parameter and follow it both ways: its keyword arguments, to be drawn right after.

    What is none of the options is forgotten; without a choice the first one is shown, and the address stays empty.
    """
    if parameter.value() not in options:
        parameter.choose(None)
    st.session_state[key] = parameter.value() or options[0]
    return {"key": key, "on_change": follow, "args": (parameter, key)}


def values_for(page: str) -> dict[str, str]:
    """Return what the address of a page carries, or would carry."""
    chosen = chosen_values()
    values = {p.name: chosen[p.name] for p in PARAMETERS if p.name in chosen and page in p.pages}
    if values.get(RUN.name) == NO_RUN and page != st.session_state.get(_PAGE):
        del values[RUN.name]
    return values


def link_to(page: str, carrying: Mapping[Parameter, str] | None = None) -> dict[str, str]:
    """Return what a link to a page shall carry, so that it leads there in one step; remembered as ours.

    Args:
        page: Its title.
        carrying: What shall be chosen there, beside what is chosen now.
    """
    values = values_for(page)
    st.session_state.setdefault(_LINKED, {})[page] = values
    if not carrying:
        return values
    carried = values | {parameter.name: value for parameter, value in carrying.items()}
    if page == open_page():
        offer(carried)
    return carried


def share(values: dict[Parameter, str]) -> str:
    """Return the open page's address, whole, with these values: to be sent to somebody."""
    return f"{(st.context.url or '').split('?')[0]}?{urlencode({key.name: value for key, value in values.items()})}"


def read_list(parameter: Parameter, allowed: Iterable[str]) -> list[str]:
    """Return those of a parameter's ids that are allowed, in the order chosen."""
    known = set(allowed)
    return [part for part in dict.fromkeys((parameter.value() or "").split(",")) if part in known]


def choose_list(parameter: Parameter, values: Iterable[str]) -> None:
    """Choose several ids."""
    parameter.choose(",".join(values))
