"""One lesson: the question, what was predicted, how far its runs are, what they answer, and where to go on."""

from collections.abc import Callable, Mapping, Sequence

import streamlit as st

from cifar_core.data import Dataset
from cifar_core.experiments import Experiment, ExperimentStore, Found, answer_all, expect_seconds, list_lessons
from cifar_core.runs import RunSummary
from dashboard.drawing.literal import literal, message, plain
from dashboard.drawing.words import moment
from dashboard.lessons.answer_view import render_answers, render_curves
from dashboard.lessons.before_view import render_before, render_plan
from dashboard.lessons.changed_view import render_changed
from dashboard.lessons.look_view import render_links
from dashboard.lessons.pace import find_paces, list_configs
from dashboard.lessons.subject import BROKEN, FULL, NEW, Lesson, Subject, is_whole, open_lesson
from dashboard.lessons.words import about, describe_change, describe_progress, describe_size, say_narrower
from dashboard.session import address
from dashboard.session.cache import why_not_startable
from dashboard.session.lock import read_lock
from dashboard.session.owning import offer_action
from dashboard.session.saying import act_or_toast, try_or_toast
from dashboard.session.waiting import describe_wait, find_waits

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
    if change := describe_change(subject.question, lesson.question):
        is_full = subject.question.form == "full size"
        st.info(change, icon=":material/expand_content:" if is_full else ":material/construction:")


def _render_picker(lesson: Lesson) -> None:
    titles = {each.id: _title(each, lesson) for each in lesson.asked} | {NEW: "Ask anew"}
    if address.EXPERIMENT.value() == BROKEN:
        titles[BROKEN] = "With the change, about to be asked"
    if address.EXPERIMENT.value() == FULL:
        titles[FULL] = "At full size, about to be asked"
    bound = address.bind(address.EXPERIMENT, _PICKER, list(titles))
    st.selectbox(
        "Asked", list(titles), format_func=titles.__getitem__, label_visibility="collapsed", width=340, **bound
    )


def _title(experiment: Experiment, lesson: Lesson) -> str:
    is_full = experiment.question.form == "full size"
    change = ", at full size" if is_full else "" if is_whole(experiment.question, lesson) else ", with the change"
    by = f" by {plain(experiment.learner)}" if experiment.learner else ""
    return f"Asked {moment(experiment.created_at)}{by}, {len(experiment.seeds)} seeds{change}"


def _render_asked(
    store: ExperimentStore, dataset: Dataset, subject: Subject, experiment: Experiment, runs: Sequence[RunSummary]
) -> None:
    paces = find_paces(dataset, experiment.question, runs, may_try=False)
    results, is_over = store.results(experiment, runs), store.is_over(experiment, runs)
    answers = answer_all(experiment.question, results)
    if not is_over:
        _render_running(store, experiment, paces, runs)
    elif (num_ended := store.progress(experiment, paces, runs).num_ended) > 0:
        _render_ended(store, experiment, num_ended, runs)
    render_answers(answers, experiment)
    by_id = {run.run_id: run for run in runs}
    render_curves(experiment, by_id)
    if is_over:
        render_changed(experiment, results, dataset, by_id)
    with st.expander("What was run", icon=":material/science:"):
        render_plan(experiment.question)
    if not is_over:
        return
    if any(answer.verdict is not None for answer in answers):
        _render_why(subject, experiment, results, by_id)
    _render_more(store, experiment, paces, min(answer.num_pairs for answer in answers))
    _render_forms(subject, paces)


def _render_running(
    store: ExperimentStore, experiment: Experiment, paces: Mapping[str, float], runs: Sequence[RunSummary]
) -> None:
    progress = store.progress(experiment, paces, runs)
    with st.container(horizontal=True, vertical_alignment="center"):
        words = f"{describe_progress(progress)}. {_say_waiting(experiment, runs)}"
        words += "What it says so far may change; what is done is kept."
        st.progress(min(progress.share, 1.0), text=words)
        offer_action(
            "Stop",
            _stop,
            (store, experiment),
            owner=experiment.learner,
            icon=":material/stop:",
            key="lesson_stop",
        )


def _stop(store: ExperimentStore, experiment: Experiment) -> None:
    """Stop its runs, and say that the one which trains takes a moment. For callbacks."""
    if try_or_toast(store.stop, experiment):
        words = "Sent. Nothing more of it begins; what runs obeys after its present step, or before its first one."
        st.toast(words, icon=":material/hourglass:")


def _say_waiting(experiment: Experiment, runs: Sequence[RunSummary]) -> str:
    """Say when its next run begins while others train in its place; empty while one of its own trains."""
    mine = set(experiment.run_ids)
    active = {run.run_id: run.status.status for run in runs if run.run_id in mine and run.status.is_active}
    if set(active.values()) != {"queued"}:
        return ""
    waits = find_waits(list(runs))
    first = min((waits[run_id] for run_id in active if run_id in waits), key=lambda wait: wait.place, default=None)
    return "" if first is None else f"They wait for others: the next {describe_wait(first)}. "


def _render_ended(store: ExperimentStore, experiment: Experiment, num_ended: int, runs: Sequence[RunSummary]) -> None:
    """Say that some runs came to nothing, why, and offer to go on with those that can."""
    mine = set(experiment.run_ids)
    ended = [run for run in runs if run.run_id in mine and run.status.is_resumable]
    failed = next((run.status.message for run in ended if run.status.status not in ("parked", "stopped")), "")
    with st.container(horizontal=True, vertical_alignment="center"):
        are = "run was" if num_ended == 1 else "runs were"
        st.warning(
            f"{num_ended} {are} stopped, failed or deleted and count for nothing. {message(failed)}".strip(),
            icon=":material/stop_circle:",
        )
        if ended:
            _button("Go on", ":material/restart_alt:", "lesson_go_on", store.go_on, experiment)


def _render_why(
    subject: Subject,
    experiment: Experiment,
    results: Mapping[str, Mapping[int, Found]],
    runs: Mapping[str, RunSummary],
) -> None:
    question = subject.question
    left, right = st.columns(2, gap="medium")
    with left:
        st.markdown("##### Why")
        st.markdown(literal(question.why, most=None))
    with right:
        st.markdown("##### What to look at")
        st.markdown(literal(question.look, most=None))
        render_links(experiment, results, runs)


def _render_more(store: ExperimentStore, experiment: Experiment, paces: Mapping[str, float], num_trained: int) -> None:
    """Offer more seeds, beside so many that were trained: those that were stopped count for nothing."""
    first = max(experiment.seeds, default=-1) + 1
    configs = list_configs(experiment.question, range(first, first + _MORE_SEEDS))
    seconds = expect_seconds(configs, paces)
    time = "" if seconds is None else f", {about(seconds)}"
    if not read_lock().hides("more_seeds"):
        _render_more_seeds(store, experiment, time, num_trained)


def _render_forms(subject: Subject, paces: Mapping[str, float]) -> None:
    """Offer the change that turns the result round, and the real thing; of these, the way back."""
    name, whole = subject.lesson.question.name, subject.lesson.question
    if not subject.is_whole:
        st.button("Back to the lesson as it was", on_click=open_lesson, args=(name, _find_whole(subject.lesson)))
        return
    if whole.break_it is not None and not read_lock().hides("break_it"):
        label, icon = "Ask it with this change", ":material/construction:"
        _offer_form("Break it", whole.break_it.says, label, icon, name, BROKEN)
    full = whole.at_full_size()
    seconds = expect_seconds(list_configs(full, range(full.num_seeds)), paces)
    time = "" if seconds is None else f" That takes {about(seconds)} here."
    says = f"Does it hold for the real thing: {describe_size(full)}?{time}"
    _offer_form("At full size", says, "Ask it at full size", ":material/expand_content:", name, FULL)


def _offer_form(title: str, says: str, label: str, icon: str, name: str, form: str) -> None:
    st.markdown(f"##### {title}")
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(literal(says, most=None), width="content")
        st.button(label, icon=icon, on_click=open_lesson, args=(name, form))


def _render_more_seeds(store: ExperimentStore, experiment: Experiment, time: str, num_trained: int) -> None:
    st.markdown("##### More certain")
    with st.container(horizontal=True, vertical_alignment="center"):
        _button(f"{_MORE_SEEDS} more seeds{time}", ":material/add:", "lesson_more", store.add_seeds, experiment)
        st.caption(say_narrower(num_trained, _MORE_SEEDS), width="content")


def _find_whole(lesson: Lesson) -> str:
    """Return the newest experiment that asked it as it was written."""
    return next((each.id for each in lesson.asked if is_whole(each.question, lesson)), NEW)


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
