"""One lesson: the question, what was predicted, how far its runs are, what they answer, and where to go on."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

import streamlit as st

from cifar_core.data import Dataset
from cifar_core.experiments import Experiment, ExperimentStore, expect_seconds, list_lessons
from cifar_core.runs import RunSummary
from dashboard.drawing.literal import literal, message, plain
from dashboard.lessons.answer_view import render_answers, render_curves, render_runs
from dashboard.lessons.before_view import render_before, render_plan
from dashboard.lessons.pace import find_paces, list_configs
from dashboard.lessons.subject import BROKEN, NEW, Lesson, Subject, is_broken, open_lesson
from dashboard.lessons.words import about, describe_progress
from dashboard.session import address
from dashboard.session.cache import why_not_startable
from dashboard.session.lock import read_lock
from dashboard.session.saying import act_or_toast

_MORE_SEEDS = 3
_PICKER = "lesson_experiment"


def render_card(
    store: ExperimentStore,
    dataset: Dataset,
    lessons: Mapping[str, Lesson],
    subject: Subject,
    runs: Sequence[RunSummary],
) -> None:
    """Draw it from the question to the next one."""
    _render_top(subject)
    if subject.experiment is None:
        render_before(store, dataset, subject, runs)
    else:
        _render_asked(store, dataset, subject, subject.experiment, runs)
    _render_next(lessons, subject.lesson)


def _render_top(subject: Subject) -> None:
    lesson = subject.lesson
    with st.container(horizontal=True, vertical_alignment="center"):
        if not read_lock().hides("other_lessons"):
            st.button("All lessons", icon=":material/arrow_back:", type="tertiary", on_click=open_lesson, args=(None,))
        if lesson.asked:
            _render_picker(lesson)
    place = "Your own question" if lesson.number is None else f"Lesson {lesson.number} of {len(list_lessons())}"
    st.caption(f"{place}: {literal(lesson.question.title)}")
    st.subheader(literal(lesson.question.question, most=None), anchor=False)
    if subject.is_broken and lesson.question.break_it is not None:
        st.info(f"With a change: {literal(lesson.question.break_it.says, most=None)}", icon=":material/construction:")


def _render_picker(lesson: Lesson) -> None:
    titles = {each.id: _title(each, lesson) for each in lesson.asked} | {NEW: "Ask anew"}
    if address.EXPERIMENT.value() == BROKEN:
        titles[BROKEN] = "With the change, about to be asked"
    bound = address.bind(address.EXPERIMENT, _PICKER, list(titles))
    st.selectbox(
        "Asked", list(titles), format_func=titles.__getitem__, label_visibility="collapsed", width=340, **bound
    )


def _title(experiment: Experiment, lesson: Lesson) -> str:
    when = datetime.fromtimestamp(experiment.created_at).strftime("%Y-%m-%d %H:%M")
    change = ", with the change" if is_broken(experiment.question, lesson) else ""
    by = f" by {plain(experiment.learner)}" if experiment.learner else ""
    return f"Asked {when}{by}, {len(experiment.seeds)} seeds{change}"


def _render_asked(
    store: ExperimentStore, dataset: Dataset, subject: Subject, experiment: Experiment, runs: Sequence[RunSummary]
) -> None:
    paces = find_paces(dataset, experiment.question, runs, may_try=False)
    answers, is_over = store.answers(experiment, runs), store.is_over(experiment, runs)
    if not is_over:
        _render_running(store, experiment, paces, runs)
    elif (num_ended := store.progress(experiment, paces, runs).num_ended) > 0:
        _render_ended(store, experiment, num_ended, runs)
    render_answers(answers, experiment)
    by_id = {run.run_id: run for run in runs}
    render_curves(experiment, by_id)
    with st.expander("What was run", icon=":material/science:"):
        render_plan(experiment.question)
    if not is_over:
        return
    if any(answer.verdict is not None for answer in answers):
        _render_why(store, subject, experiment, runs)
    _render_more(store, subject, experiment, paces)


def _render_running(
    store: ExperimentStore, experiment: Experiment, paces: Mapping[str, float], runs: Sequence[RunSummary]
) -> None:
    progress = store.progress(experiment, paces, runs)
    with st.container(horizontal=True, vertical_alignment="center"):
        words = f"{describe_progress(progress)}. What it says so far may change; what is done is kept."
        st.progress(min(progress.share, 1.0), text=words)
        st.button(
            "Stop", icon=":material/stop:", on_click=act_or_toast, args=(store.stop, experiment), key="lesson_stop"
        )


def _render_ended(store: ExperimentStore, experiment: Experiment, num_ended: int, runs: Sequence[RunSummary]) -> None:
    """Say that some runs came to nothing, why, and offer to go on with those that can."""
    mine = set(experiment.run_ids)
    ended = [run for run in runs if run.run_id in mine and run.status.is_resumable]
    failed = next((run.status.message for run in ended if run.status.status != "stopped"), "")
    with st.container(horizontal=True, vertical_alignment="center"):
        are = "run was" if num_ended == 1 else "runs were"
        st.warning(
            f"{num_ended} {are} stopped, failed or deleted and count for nothing. {message(failed)}".strip(),
            icon=":material/stop_circle:",
        )
        if ended:
            _button("Go on", ":material/restart_alt:", "lesson_go_on", store.go_on, experiment)


def _render_why(store: ExperimentStore, subject: Subject, experiment: Experiment, runs: Sequence[RunSummary]) -> None:
    question = subject.question
    left, right = st.columns(2, gap="medium")
    with left:
        st.markdown("##### Why")
        st.markdown(literal(question.why, most=None))
    with right:
        st.markdown("##### What to look at")
        st.markdown(literal(question.look, most=None))
        render_runs(experiment, store.results(experiment, runs))


def _render_more(store: ExperimentStore, subject: Subject, experiment: Experiment, paces: Mapping[str, float]) -> None:
    """Offer more seeds, and the change that turns the result round."""
    first = max(experiment.seeds, default=-1) + 1
    configs = list_configs(experiment.question, range(first, first + _MORE_SEEDS))
    seconds = expect_seconds(configs, paces)
    time = "" if seconds is None else f", {about(seconds)}"
    if not read_lock().hides("more_seeds"):
        _render_more_seeds(store, experiment, time)
    change = subject.lesson.question.break_it
    if change is None or read_lock().hides("break_it"):
        return
    name = subject.lesson.question.name
    st.markdown("##### Break it")
    with st.container(horizontal=True, vertical_alignment="center"):
        if subject.is_broken:
            st.button("Back to the lesson as it was", on_click=open_lesson, args=(name, _find_whole(subject.lesson)))
        else:
            st.markdown(literal(change.says, most=None), width="content")
            st.button(
                "Ask it with this change", icon=":material/construction:", on_click=open_lesson, args=(name, BROKEN)
            )


def _render_more_seeds(store: ExperimentStore, experiment: Experiment, time: str) -> None:
    st.markdown("##### More certain")
    with st.container(horizontal=True, vertical_alignment="center"):
        _button(f"{_MORE_SEEDS} more seeds{time}", ":material/add:", "lesson_more", store.add_seeds, experiment)
        st.caption(
            "More seeds make the intervals narrower: with six instead of three, about half as wide.", width="content"
        )


def _find_whole(lesson: Lesson) -> str:
    """Return the newest experiment without the change."""
    return next((each.id for each in lesson.asked if not is_broken(each.question, lesson)), NEW)


def _button(label: str, icon: str, key: str, action: Callable[[Experiment], object], experiment: Experiment) -> None:
    why_not = why_not_startable()
    st.button(
        label,
        icon=icon,
        key=key,
        on_click=act_or_toast,
        args=(action, experiment),
        disabled=why_not is not None,
        help=why_not and message(why_not),
    )


def _render_next(lessons: Mapping[str, Lesson], lesson: Lesson) -> None:
    names = list(lessons)
    following = names[names.index(lesson.question.name) + 1 :] if lesson.question.name in names else []
    if not following or read_lock().hides("other_lessons"):
        return
    title = literal(lessons[following[0]].question.title)
    st.divider()
    label = f"Next: {title}"
    st.button(label, icon=":material/arrow_forward:", on_click=open_lesson, args=(following[0],), key="lesson_next")
