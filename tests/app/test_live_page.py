"""python -m pytest tests/app/test_live_page.py. A network's page that was made is opened where the dashboard is."""

import zipfile

import pytest
from starlette.requests import Request

from cifar_core.data import default_data_dir
from cifar_core.export.page_files import FILES
from cifar_core.export.shelf import ExportShelf
from dashboard.session.live_page import create_routes, page_address
from tests.app.driving import save_weights
from tests.app.reading import labelled
from tests.app.test_taking import order_of


@pytest.fixture
def trained_run(lab):
    """The id of a run at its end, with weights."""
    run_id = lab.complete()
    save_weights(lab.record(run_id))
    return run_id


@pytest.fixture
def kept():
    """Return a function that puts a page on the shelf as its process does, and says where it is."""

    def keep(run_id):
        shelf, order = ExportShelf(default_data_dir()), order_of(run_id, "web")
        path = shelf.prepare(order) / f"{run_id}-web.zip"
        with zipfile.ZipFile(path, "w") as archive:
            for name in FILES:
                archive.writestr(f"{run_id}-web/{name}", f"content of {name}")
        shelf.keep(order, path, 1.0, {})
        return shelf.find(order).path

    return keep


def ask(slot, result, name):
    (route,) = create_routes()
    places = {"slot": slot, "result": result, "name": name}
    return route.endpoint(Request({"type": "http", "method": "GET", "path_params": places, "headers": []}))


def test_the_page_is_answered_file_by_file(trained_run, kept):
    address = page_address(kept(trained_run))
    *_, base, slot, result, name = address.split("/")
    assert (base, name) == ("network", "index.html")
    for name, kind in FILES.items():
        answer = ask(slot, result, name)
        assert answer.body == f"content of {name}".encode()
        assert answer.media_type == kind
        assert answer.headers["x-content-type-options"] == "nosniff"
    gone = [ask(slot, result, "other.js"), ask(slot, "0" * 16, "index.html"), ask("..", "..", "index.html")]
    assert [(answer.status_code, b"Take along" in answer.body) for answer in gone] == [(404, True)] * 3


def links(at):
    return {link.proto.label: link.proto.url for link in at.get("link_button")}


def test_the_dialog_opens_what_was_made(open_page, trained_run, kept):
    path = kept(trained_run)
    at = open_page("Runs", run=trained_run, take=trained_run)
    assert links(at)["Open it here"] == page_address(path)


def test_explain_leads_from_own_pictures_to_the_page_or_to_where_it_is_made(open_page, trained_run, kept):
    at = open_page("Explain", run=trained_run)
    assert "Try it live" not in links(at)
    labelled(at.get("button_group"), "Image from").set_value("drawing").run()
    [link] = [link for link in at.get("page_link") if link.proto.label == "Try it live"]
    assert f"take={trained_run}" in link.proto.query_string
    path = kept(trained_run)
    at.run()
    assert links(at)["Try it live"] == page_address(path)
