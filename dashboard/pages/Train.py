"""Train: watch and steer this run, and set up a new one. Which of the two is shown lives in the address."""

from dashboard.session import address
from dashboard.session.arrival import render_arrival
from dashboard.session.frame import page_frame, require_dataset
from dashboard.session.opening import newest_to_watch
from dashboard.session.redraw import is_redraw_due
from dashboard.session.taking import render_taking
from dashboard.train.new_run import render_new_run
from dashboard.train.parts import choose_part
from dashboard.train.preset_picker import prepare_form
from dashboard.train.this_run import render_this_run

with page_frame("Train", newest_to_watch) as runs:
    require_dataset()
    is_redraw_due()  # this is the drawing that was wished for
    part = choose_part(runs)
    prepare_form(runs)
    if part == address.NEW_RUN:
        render_new_run(runs)
    else:
        render_this_run(runs)
    render_taking(runs)
    render_arrival()
