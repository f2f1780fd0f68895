"""Small tables, as HTML."""

import re

import pandas as pd

from dashboard.drawing.tables import TableColumn, csv_export, write_table

COLUMNS = {"name": TableColumn("Name"), "seeds": TableColumn("Seeds"), "mean": TableColumn("Mean", "%.1f %%")}


def test_numbers_have_their_form_and_what_is_missing_is_a_dash():
    frame = pd.DataFrame({"other": [1, 2], "mean": [61.04, None], "seeds": ["3, 8", None], "name": ["hare", "mole"]})
    table = write_table(frame, COLUMNS, "Means")
    rows = [re.findall(r"<t[hd][^>]*>([^<]*)</t[hd]>", row) for row in table.split("<tr>")[1:]]
    assert rows == [["Name", "Seeds", "Mean"], ["hare", "3, 8", "61.0 %"], ["mole", "\N{EN DASH}", "\N{EN DASH}"]]
    assert table.count('class="number"') == 3


def test_names_are_shown_as_they_are():
    frame = pd.DataFrame({"name": ['<img src="x">\u202e'], "seeds": ['"'], "mean": [1.0]})
    table = write_table(frame, COLUMNS, 'Means of "all"')
    assert table.count("&lt;img src=&quot;x&quot;&gt;") == 2
    assert "<img" not in table
    assert "\u202e" not in table
    assert 'aria-label="Means of &quot;all&quot;"' in table


def test_a_table_that_only_a_file_shows_is_made_when_somebody_asks_for_it():
    made = []

    def make():
        made.append("once")
        return pd.DataFrame({"name": ["hare"], "mean": [61.04]})

    export = csv_export("Means as CSV", make, "means.csv")
    assert not made
    assert export.make() == "name,mean\nhare,61.04\n"
    assert csv_export("Means as CSV", make(), "means.csv").make() == export.make()
