"""The pictures in README.md, taken of the dashboard as it is: make pictures.

On the practice set, which is drawn by code: pictures of CIFAR-10 are not ours to give away. Needs a Chromium.
"""

import json
import subprocess
import sys
import tempfile
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.app import ROOT, App, expect_drawn
from tests.browser.chromium import FLAGS, find_chromium

_FOLDER = Path(__file__).parent / "pictures"
_WINDOW = {"width": 1440, "height": 900}
_WIDTH, _QUALITY = 1200, 82
_PATIENCE_MS = 4_000  # for maps and pictures, which come from the background


def main() -> None:
    """Train what is to be seen, then take all pictures."""
    _FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder, sync_playwright() as playwright:
        app = App(Path(folder))
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=list(FLAGS))
        try:
            run = _train(app, "model.width=8", "training.num_epochs=8")
            _take(browser, app, run)
        finally:
            browser.close()
            app.close()


def _train(app: App, *settings: str) -> str:
    changed = [part for setting in settings for part in ("--set", setting)]
    command = [sys.executable, "-m", "cifar_core", "train", "--preset", "notebook", *changed, "--json"]
    finished = subprocess.run(command, cwd=ROOT, env=app.env, capture_output=True, text=True, check=True)
    return str(json.loads(finished.stdout.splitlines()[-1])["run_id"])


def _take(browser: Browser, app: App, run: str) -> None:
    for name, address in {"train": "Train?part=this", "errors": "Errors?on=val", "explain": "Explain?on=val"}.items():
        with browser.new_context(viewport=_WINDOW) as context:  # type: ignore[arg-type]  # its sizes, by name
            page = context.new_page()
            page.goto(f"{app.url}/{address}&run={run}")
            expect_drawn(page)
            page.wait_for_timeout(_PATIENCE_MS)
            expect_drawn(page)
            _save(page, _FOLDER / f"{name}.webp")


def _save(page: Page, path: Path) -> None:
    picture = Image.open(BytesIO(page.screenshot()))
    picture.resize((_WIDTH, _WIDTH * picture.height // picture.width)).save(path, quality=_QUALITY)


if __name__ == "__main__":
    main()
