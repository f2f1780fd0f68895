"""The draft of the next run, Train's form: what is to know of it beside its values, which `state` holds."""

import streamlit as st

from cifar_core.config import RunConfig
from cifar_core.runs import Fork
from dashboard.session import address

_EDITED, _ADVISED = "train_edited", "train_advised"
_FOLLOWED, _DRAWN = "train_followed", "train_drawn"


def is_edited() -> bool:
    """Whether the form holds something else than what it starts from."""
    return st.session_state.get(_EDITED, False)


def is_advised() -> bool:
    """Whether advice filled the form, which still holds something else than what it starts from."""
    return st.session_state.get(_ADVISED, False)


def note_edited(is_edited: bool) -> None:
    """Note whether the form holds something else than what it starts from."""
    st.session_state[_EDITED] = is_edited
    st.session_state[_ADVISED] = is_advised() and is_edited


def note_advised() -> None:
    """Note that advice has just filled the form."""
    st.session_state[_EDITED] = st.session_state[_ADVISED] = True


def followed_run() -> str | None:
    """Return the id of the run that the form followed last, or need not follow."""
    return st.session_state.get(_FOLLOWED)


def note_followed(run_id: str | None) -> None:
    """Note that the form need not follow this run: it did, or somebody wanted something else."""
    st.session_state[_FOLLOWED] = run_id


def chosen_fork() -> Fork | None:
    """Return the weights that the next run of this session starts from; None: new ones."""
    which, _, run_id = (address.FORK.value() or "").partition("-")
    return Fork(run_id, "best" if which == "best" else "last") if which in ("best", "last") else None


def choose_fork(fork: Fork | None) -> None:
    """Let the next run start from a run's weights, or from new ones."""
    address.FORK.choose(None if fork is None else f"{fork.which}-{fork.run_id}")


def drawn_config() -> RunConfig | None:
    """Return the last settings whose network could be drawn."""
    return st.session_state.get(_DRAWN)


def note_drawn(config: RunConfig) -> None:
    """Note them."""
    st.session_state[_DRAWN] = config
