"""Overview: data, machine, latest runs and the next step, in every state."""


def test_a_fresh_start_says_what_is_here_and_what_to_do(open_page):
    at = open_page("Overview")
    print([m.value for m in at.markdown], [b.label for b in at.button], [c.value for c in at.caption])
    assert 0
