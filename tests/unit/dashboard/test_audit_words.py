"""What Explain says and draws of an audit of all methods."""

import numpy as np

from cifar_core.attribution import audit_frame
from dashboard.explain.audit_chart import audit_figure
from dashboard.explain.audit_view import audit_table, describe_audit

GOOD = np.linspace(0.2, 0.21, 4)
ARRAYS = {
    "methods": np.array(["saliency", "occlusion", "grad_cam"]),
    "untrained": np.stack([GOOD, GOOD, GOOD]),
    "seeds": np.full((3, 4), np.nan),
    "deletion": np.stack([GOOD, -GOOD, GOOD]),
    "insertion": np.stack([GOOD, GOOD, np.array([-0.001, 0.001, -0.001, -0.001])]),
}


def test_methods_are_named_by_what_they_pass_and_none_is_called_best_where_intervals_overlap():
    words = describe_audit(audit_frame(ARRAYS))
    assert "Of 3 methods 1 passes every check: Saliency; 1 fails at least one: Occlusion; 1 is undecided" in words
    assert words.endswith("None is best: by every measure the leading intervals overlap.")


def test_the_table_writes_intervals_and_no_minus_before_a_zero():
    rows = audit_table(audit_frame(ARRAYS)).set_index("Method")
    assert rows.loc["Grad-CAM", "Insertion better than at random"] == "0.00 (0.00 to 0.00)"
    assert rows.loc["Occlusion", "Deletion better than at random"] == "-0.20 (-0.21 to -0.20)".replace(
        "-", "\N{MINUS SIGN}"
    )
    assert set(rows["Likeness to other seeds' maps"]) == {"–"}


def test_a_measure_that_nothing_is_known_of_is_not_drawn():
    titles = [annotation.text for annotation in audit_figure(audit_frame(ARRAYS)).layout.annotations]
    assert len(titles) == 3
    assert "Like other seeds" not in titles
