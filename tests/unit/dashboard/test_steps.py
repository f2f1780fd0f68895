"""python -m pytest tests/unit/dashboard/test_steps.py. How far the loop is, and what comes next."""

import numpy as np
import pytest

from cifar_core.runs import RunStatus, RunSummary
from dashboard.components.colours import RIGHT, WRONG
from dashboard.drawing.matrices import matrix_picture
from dashboard.overview.steps import STEPS, Shown, find_states


def run(name, status="completed", epoch=3, is_demo=False):
    return RunSummary(run_id=name, is_demo=is_demo, status=RunStatus(status=status, epoch=epoch))


def states(runs, shown, opened=()):
    return [find_states(runs, shown, opened)[step] for step in STEPS]


def test_with_nothing_one_trains_next():
    assert states([], Shown()) == ["done", "next", "later", "later", "later"]


def test_until_the_first_epoch_there_is_nothing_to_go_on_to():
    demo = run("demo", "running", 0, is_demo=True)
    assert states([demo], Shown(trained=demo)) == ["done", "now", "later", "later", "later"]


@pytest.mark.parametrize(
    ("opened", "following"), [((), "errors"), (("Errors",), "explain"), (("Errors", "Explain"), "change")]
)
def test_each_page_that_was_opened_is_done(opened, following):
    demo = run("demo", is_demo=True)
    found = find_states([demo], Shown(demo, demo), opened)
    assert [step for step in STEPS if found[step] == "next"] == [following]


def test_pages_opened_before_there_was_a_run_count_for_nothing():
    assert states([], Shown(), ("Errors", "Explain")) == ["done", "next", "later", "later", "later"]


def test_a_change_is_a_run_of_ones_own_after_another():
    demo, own = run("demo", is_demo=True), run("own")
    pages = ("Errors", "Explain")
    assert find_states([own], Shown(own, own), pages)["change"] == "next"
    assert find_states([own, demo], Shown(own, own), ())["change"] == "done"
    assert find_states([own, demo], Shown(own, own), pages)["change"] == "next", "round again"


def test_while_the_next_run_trains_the_last_ones_errors_can_be_seen():
    demo, own = run("demo", is_demo=True), run("own", "running", 0)
    assert states([own, demo], Shown(own, demo)) == ["done", "now", "next", "later", "later"]


def test_a_matrix_as_a_picture_tells_right_from_wrong_and_much_from_little():
    picture = matrix_picture(np.array([[40, 1, 0], [4, 20, 0], [0, 0, 10]]))
    assert picture.shape == (60, 60, 4)
    colour = {name: tuple(bytes.fromhex(value[1:])) for name, value in (("right", RIGHT), ("wrong", WRONG))}
    centre = picture[10::20, 10::20]
    assert tuple(centre[0, 0, :3]) == colour["right"]
    assert tuple(centre[1, 0, :3]) == colour["wrong"]
    assert centre[0, 0, 3] == centre[1, 0, 3] == 255
    assert centre[0, 2, 3] == 0
    assert 0 < centre[0, 1, 3] < centre[1, 0, 3]


def test_a_matrix_without_a_mistake_can_be_drawn():
    assert matrix_picture(np.diag([3, 0])).any()
