"""Overview: data, machine, latest runs and the next step, in every state."""

from cifar_core.presets import PRESETS
from cifar_core.runs import RunStore
from tests.app.reading import galleries


def texts(at):
    return "\n".join(element.value for group in (at.markdown, at.caption, at.info, at.error) for element in group)


def button(at, label):
    return next(button for button in at.button if button.label.startswith(label))


def labels(at):
    return [button.label for button in at.button]


def test_a_fresh_start_shows_the_practice_set_and_offers_both_ways(open_page, practice_dir):
    at = open_page("Overview")
    assert "**Practice set**: 5,000 train and 1,000 test images of 10 classes" in texts(at)
    assert f"into `{practice_dir}`" in texts(at)
    assert "No run yet" in texts(at)
    assert labels(at) == ["Train the quick preset", "Download CIFAR-10 (170 MB)"]
    assert len(galleries(at)) == 1, "one image of each class"


def test_the_first_step_starts_the_quick_preset_and_goes_to_watch_it(open_page):
    at = open_page("Overview")
    button(at, "Train the quick preset").click().run()
    assert not at.exception
    run = RunStore().list_runs()[0]
    assert run.config == PRESETS["quick"].config
    assert at.query_params["run"] == run.run_id
    assert at.header[0].value == "Train"


def test_a_broken_data_folder_is_explained_and_nothing_crashes(open_page, tmp_path, monkeypatch):
    folder = tmp_path / "broken" / "cifar-10-batches-py"
    folder.mkdir(parents=True)
    (folder / "data_batch_1").write_bytes(b"no pickle")
    monkeypatch.setenv("CIFAR_DATA_DIR", str(folder.parent))
    at = open_page("Overview")
    assert "is incomplete" in at.error[0].value
    assert "data_batch_2" in at.error[0].value
    assert not at.button, "neither a download nor a training would help"


def test_a_damaged_archive_can_be_downloaded_anew(open_page, tmp_path, monkeypatch):
    (tmp_path / "cifar-10-python.tar.gz").write_bytes(b"no archive")
    monkeypatch.setenv("CIFAR_DATA_DIR", str(tmp_path))
    at = open_page("Overview")
    assert "cifar-10-python.tar.gz" in at.error[0].value
    assert labels(at) == ["Download CIFAR-10 (170 MB)"]


def test_a_running_run_is_the_next_thing_to_watch(open_page, lab):
    lab.complete()
    run_id = lab.run("hare")
    at = open_page("Overview")
    assert "**hare** is running" in texts(at)
    button(at, "Watch it train").click().run()
    assert at.query_params["run"] == run_id
    assert at.header[0].value == "Train"


def test_a_finished_run_is_the_way_to_its_errors(open_page, lab):
    run_id = lab.complete("tortoise")
    at = open_page("Overview")
    assert "**tortoise** gets 58.0 % of the practice set's test images right" in texts(at)
    assert "completed, best val 60.0 % at epoch 3, practice set" in texts(at)
    button(at, "See its errors").click().run()
    assert at.query_params["run"] == run_id
    assert at.header[0].value == "Errors"


def test_a_damaged_run_shows_as_failed_among_the_others(open_page, lab):
    lab.complete("whole")
    damaged = lab.damage()
    at = open_page("Overview")
    assert f"**{damaged}** :small[failed]" in texts(at)
    assert "**whole**" in texts(at)


def test_only_the_newest_runs_are_listed(open_page, lab):
    for number in range(8):
        lab.end("stopped", "Stopped on request.", f"run {number}", 1)
    at = open_page("Overview")
    assert labels(at).count("Open") == 6
    assert "All 8 runs" in [link.proto.label for link in at.get("page_link")]


def test_the_first_run_is_promised_for_the_images_at_hand(open_page):
    words = texts(open_page("Overview"))
    assert "5,000 training images where CIFAR-10 has 50,000, in about 10 % of the time" in words
    assert "six minutes" not in words
