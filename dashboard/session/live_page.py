"""A run's network as a page, opened where the dashboard is: out of the zip that was made to take it along."""

import re
from pathlib import Path

import streamlit as st
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from cifar_core.data import default_data_dir
from cifar_core.export.page_files import FILES, read_file
from cifar_core.export.shelf import ExportShelf, Order
from cifar_core.runs import default_runs_dir
from dashboard.routes import own_address, own_route
from dashboard.session.address import RUN, TAKE
from dashboard.session.links import page_link

_ICON = ":material/videocam:"
_PATH = "network"
_PLACE = re.compile(r"web-[0-9a-f]{16}|[0-9a-f]{16}")


def offer_live(run_id: str) -> None:
    """Draw what leads to a run's network as a page: to the page itself, or to where it is made."""
    label = "Try it live"
    made = ExportShelf(default_data_dir()).find(Order("web", (run_id,), str(default_runs_dir().resolve())))
    if made is not None:
        open_link(made.path, label)
    else:
        page_link("Runs", label, _ICON, carrying={RUN: run_id, TAKE: run_id})


def open_link(zip_path: Path, label: str) -> None:
    """Draw a link that opens a page that was made in a tab of its own."""
    st.link_button(label, page_address(zip_path), icon=_ICON, help="In the browser alone, camera and pen included")


def page_address(zip_path: Path) -> str:
    """Return where a page that was made is opened, e.g. "/network/web-0f.../3a.../index.html".

    Args:
        zip_path: Where the shelf of exports keeps it.
    """
    result = zip_path.parent
    return own_address(f"{_PATH}/{result.parent.name}/{result.name}/index.html")


def create_routes() -> list[Route]:
    """Return the pages' address."""
    return [own_route(f"{_PATH}/{{slot}}/{{result}}/{{name}}", _answer)]


def _answer(request: Request) -> Response:
    places, name = [request.path_params[part] for part in ("slot", "result")], request.path_params["name"]
    archive = _find_zip(*places) if all(_PLACE.fullmatch(place) for place in places) else None
    content = None if archive is None else read_file(archive, name)
    if content is None:
        return PlainTextResponse(
            "This page is not here any more. Take along, in the dashboard, makes it.", status_code=404
        )
    # The address names the run as it was when the page was made: what it brings never changes.
    headers = {"Cache-Control": "private, max-age=31536000, immutable", "X-Content-Type-Options": "nosniff"}
    return Response(content, media_type=FILES[name], headers=headers)


def _find_zip(slot: str, result: str) -> Path | None:
    return next((ExportShelf(default_data_dir()).folder / slot / result).glob("*.zip"), None)
