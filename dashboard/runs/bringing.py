"""Bring a network from elsewhere: its file, how it wants its images, and how far its import is."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import streamlit as st

from cifar_core.config import section_choices
from cifar_core.data import default_data_dir
from cifar_core.failures import explain
from cifar_core.importing.conventions import PIXELS
from cifar_core.importing.orders import ImportDesk, ImportOrder, is_import_key
from cifar_core.jobs import JobProgress
from cifar_core.runs import RunSummary, default_runs_dir
from cifar_core.training.device import count_cores
from cifar_core.user_models import user_models_dir
from dashboard.drawing.literal import literal, message
from dashboard.drawing.words import about, choice_title, percent, short_name
from dashboard.session import address, state
from dashboard.session.cache import get_dataset, get_presets, is_any_training, list_readable_runs, why_not_startable
from dashboard.session.learner import learner_name
from dashboard.session.links import page_link
from dashboard.session.lock import read_lock
from dashboard.session.redraw import ask_for_redraw, is_redraw_due

_OPEN = "file"
_REFRESH_SECONDS = 0.5
_MOST_MEGABYTES = 200  # from a browser; the command line takes twice as much
_FILE, _PYTHON, _NETWORK, _PIXELS, _CLASSES, _NAME = (
    f"bring_{name}" for name in ("file", "python", "network", "pixels", "classes", "name")
)
_KEPT = "bring_kept"
_FIND, _TOLD = "", ""


def offer_bringing() -> None:
    """Draw the button that opens the dialog; nothing where no run can be made."""
    if why_not_startable() is None:
        st.button(
            "Bring a network",
            icon=":material/upload_file:",
            type="tertiary",
            on_click=_open,
            args=(_OPEN,),
            help="One that was trained elsewhere: Errors and Explain then speak of it as of any run.",
        )


def render_bringing(runs: Sequence[RunSummary]) -> None:
    """Draw the dialog if the address asks for it.

    Args:
        runs: All.
    """
    if address.BRING.value() is not None:
        _render_dialog(runs)


@st.dialog("Bring a network", width="medium", icon=":material/upload_file:", on_dismiss=lambda: _open(None))
def _render_dialog(runs: Sequence[RunSummary]) -> None:
    key = address.BRING.value() or ""
    desk = ImportDesk(default_data_dir())
    progress = desk.progress(key) if is_import_key(key) else JobProgress("absent")
    if progress.state == "running":
        _keep_answers()
        _render_progress(desk, key)
    elif progress.state == "done":
        state.set_widget(_KEPT, None)
        _render_result(runs, desk.result(key) or "")
    else:
        _fill_again()
        _render_form(runs, progress)


def _render_form(runs: Sequence[RunSummary], progress: JobProgress) -> None:
    st.markdown(
        "A network that was **trained elsewhere** becomes a run: it is asked about val and test once, and Errors and "
        "Explain speak of it. It cannot be trained on here, and no average counts it."
    )
    if progress.state == "failed":
        st.error(f"It was not imported: {message(progress.message)}", icon=":material/block:")
    files: Any = st.file_uploader(
        "Its file",
        type=["safetensors", "pt", "pth", "ts", "onnx"],
        key=_FILE,
        max_upload_size=_MOST_MEGABYTES,
        help="Weights (a state_dict), TorchScript or ONNX; images (N, 3, 32, 32) in, ten scores or probabilities out. "
        "A pickle that would execute anything is refused.",
    )
    python = _choose_python()
    if _needs_architecture(files, python):
        _choose_architecture(runs)
    _choose_convention()
    st.text_input("Name", key=_NAME, max_chars=80, placeholder="That of its file")
    st.button(
        "Import it",
        type="primary",
        icon=":material/upload_file:",
        disabled=files is None and not python,
        on_click=_start,
        args=(files, python),
    )
    if files is None and not python:
        st.caption("The import waits for a file: upload one above.")


def _choose_python() -> str:
    """Draw the Python files that somebody put where they are executed; return one's name, empty for none."""
    folder = user_models_dir()
    names = sorted(path.name for path in folder.glob("*.py")) if folder.is_dir() else []
    if not names:
        st.caption(
            f"Or a Python file with a `torch.nn.Module`, put into `{folder}/` on this server: such a file is executed, "
            "so it is taken from there alone."
        )
        return ""
    chosen = st.selectbox(
        f"Or a Python file in {folder}/",
        names,
        index=None,
        key=_PYTHON,
        placeholder="None",
        help="It is executed, now and whenever its run is asked something. With a file above, that holds its weights.",
    )
    return chosen or ""


def _needs_architecture(files: Any, python: str) -> bool:
    return not python and (files is None or not files.name.lower().endswith((".onnx", ".ts")))


def _choose_architecture(runs: Sequence[RunSummary]) -> None:
    titles = {_TOLD: "Its file tells: TorchScript, or weights that were exported here"}
    titles |= {name: f"{choice_title(name)}, as it is by default" for name in section_choices("model")}
    titles |= {name: f"That of preset {preset.title}" for name, preset in get_presets().items()}
    own = [run for run in runs if run.config is not None and not run.is_imported]
    titles |= {run.run_id: f"That of run {short_name(run)}" for run in own}
    st.selectbox(
        "Its network",
        list(titles),
        format_func=titles.__getitem__,
        key=_NETWORK,
        help="Weights fit one network alone. For another one, put its code into a Python file.",
    )


def _choose_convention() -> None:
    titles = {_FIND: "Find out, on 500 training images"} | {name: each.title for name, each in PIXELS.items()}
    st.selectbox(
        "How it wants its images",
        list(titles),
        format_func=titles.__getitem__,
        key=_PIXELS,
        help="A network sees nonsense where pixels are scaled otherwise than in its training: it then only guesses, "
        "and the run says so.",
    )
    st.text_input(
        "Order of its classes",
        key=_CLASSES,
        placeholder=", ".join(get_dataset().class_names),
        help="Names of the ten classes in the order of its outputs, with commas. Empty: as here.",
    )


def _render_progress(desk: ImportDesk, key: str) -> None:
    @st.fragment(run_every=_REFRESH_SECONDS)
    def bar() -> None:
        progress = desk.progress(key)
        if is_redraw_due() or progress.state != "running":
            st.rerun()
        left = "" if progress.seconds_left is None else f" About {about(progress.seconds_left)} left."
        st.progress(progress.share, text=f"{literal(progress.words or 'Starting', most=None)}.{left}")
        st.button("Stop", icon=":material/stop:", on_click=_stop, args=(desk, key))

    bar()


def _keep_answers() -> None:
    """Keep what the form was told while it is not drawn: an import that is refused or stopped is tried again."""
    told = {key: state.widget_value(key) for key in (_PYTHON, _NETWORK, _PIXELS, _CLASSES, _NAME)}
    if any(told.values()):
        state.set_widget(_KEPT, told)


def _fill_again() -> None:
    """Tell the form what it was told before. Before it is drawn."""
    for key, value in (state.widget_value(_KEPT) or {}).items():
        if value:
            state.set_widget(key, value)
    state.set_widget(_KEPT, None)


def _render_result(runs: Sequence[RunSummary], run_id: str) -> None:
    run = next((run for run in runs if run.run_id == run_id), None)
    if run is None:
        st.info("The run that it became is gone.", icon=":material/folder_off:")
        return
    status = run.status
    test = (
        "" if read_lock().hides("test") else f", and **{percent(status.test_accuracy_best)}** of test, looked at once"
    )
    st.markdown(
        f"**{literal(short_name(run))}** is a run now: right on **{percent(status.best_val_accuracy)}** of val{test}."
    )
    if run.note:
        st.info(literal(run.note, most=None), icon=":material/info:")
    carried = {address.RUN: run_id}
    page_link("Errors", "See its errors", ":material/error_outline:", carrying=carried)
    page_link("Explain", "See where it looks", ":material/center_focus_strong:", carrying=carried)


def _start(files: Any, python: str) -> None:
    desk = ImportDesk(default_data_dir())
    order = ImportOrder(
        path="",
        runs_dir=str(default_runs_dir().resolve()),
        name=str(state.widget_value(_NAME) or ""),
        network="" if python else str(state.widget_value(_NETWORK) or ""),
        pixels=str(state.widget_value(_PIXELS) or ""),
        classes=str(state.widget_value(_CLASSES) or ""),
        owner=learner_name(),
    )
    try:
        sent = "" if files is None else str(desk.take_upload(files.name, files.getvalue()))
        if python:
            order = replace(order, path=str(user_models_dir() / python), weights=sent)
        else:
            order = replace(order, path=sent)
        is_training = is_any_training(list_readable_runs())
        desk.start(order, num_threads=1 if is_training else count_cores())
    except OSError as error:
        st.toast(f"It could not be started: {explain(error)}.", icon=":material/info:")
        return
    _open(order.key)


def _stop(desk: ImportDesk, key: str) -> None:
    desk.stop(key)
    _open(_OPEN)


def _open(what: str | None) -> None:
    """Open the dialog on a file to choose, or on an import by its key; or close it. For callbacks."""
    address.BRING.choose(what)
    address.step_on()
    ask_for_redraw()
