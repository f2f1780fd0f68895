import { create, createButton, find } from "../shared/elements.js";
import { paintPixels } from "../shared/sprite.js";
import { Paper, startPaper } from "../sketch/paper.js";
import { Camera, sayTrouble } from "./camera.js";
import { paintFramed, readPicture } from "./files.js";
import { fromBase64 } from "./parts.js";
import { shrink, toPlanes } from "./resample.js";
import { best } from "./words.js";

/**
 * The ways in which a picture comes to the network.
 *
 * @import { Known } from "./answer.js"
 * @import { Looking } from "./looking.js"
 * @import { About } from "./parts.js"
 * @typedef {{ about: About, looking: () => Looking | null, know: (known: Known | null) => void, wait: () => void }} Page
 *   `wait` says that there is nothing to look at yet.
 * @typedef {{ hint: string, open: () => void, close: () => void }} Way What to do first, and what happens when it is
 *   chosen and when another one is.
 */

const PICTURE = 3 * 32 * 32;
const PREVIEW = 320;

/**
 * @param {HTMLElement} panel
 * @param {Page} page
 * @returns {Way}
 */
export function examplesWay(panel, page) {
  const { classNames, examples } = page.about;
  const pixels = fromBase64(examples.pixels);
  const pictureAt = (/** @type {number} */ place) => pixels.slice(PICTURE * place, PICTURE * (place + 1));
  let chosen = 0;
  const look = () => {
    const { label, probs } = examples.items[chosen];
    const top = best(probs);
    buttons.forEach((button, place) => {
      button.setAttribute("aria-pressed", String(place === chosen));
    });
    page.know({
      label: label === null ? null : classNames[label],
      saved: { name: classNames[top], prob: probs[top] },
    });
    page.looking()?.look(pictureAt(chosen));
  };
  const buttons = examples.items.map(({ index, label }, place) => {
    const button = createButton("", () => {
      chosen = place;
      look();
    });
    const canvas = create("canvas");
    const picture = pictureAt(place);
    paintPixels(canvas, (pixel) => [picture[pixel], picture[1024 + pixel], picture[2048 + pixel]]);
    button.title = label === null ? `Image ${index}` : `${classNames[label]}, image ${index}`;
    button.setAttribute("aria-label", button.title);
    button.append(canvas);
    return button;
  });
  find(panel, ".tiles", HTMLElement).replaceChildren(...buttons);
  return { hint: "Choose an example.", open: look, close: () => {} };
}

/**
 * @param {HTMLElement} panel
 * @param {Page} page
 * @returns {Way}
 */
export function cameraWay(panel, page) {
  const camera = new Camera(find(panel, "video", HTMLVideoElement));
  const [start, turn] = [".start", ".turn"].map((name) => find(panel, name, HTMLButtonElement));
  const trouble = find(panel, ".trouble", HTMLElement);
  const stop = () => {
    camera.stop();
    start.textContent = "Start the camera";
    page.looking()?.rest();
  };
  const watch = () => {
    if (!camera.stream) {
      page.wait();
      return;
    }
    page.know(null);
    page.looking()?.watch(() => {
      const frame = camera.grab();
      return frame && shrink(frame);
    });
  };
  const begin = async () => {
    stop();
    trouble.textContent = "";
    try {
      if (await camera.start()) {
        start.textContent = "Stop the camera";
        watch();
        turn.hidden = (await camera.count()) < 2;
      }
    } catch (error) {
      stop();
      trouble.textContent = sayTrouble(error);
    }
  };
  start.onclick = () => (camera.stream ? stop() : begin());
  turn.onclick = () => {
    camera.turn();
    begin();
  };
  return { hint: "Start the camera: what it sees is named here, again and again.", open: watch, close: stop };
}

/**
 * @param {HTMLElement} panel
 * @param {Page} page
 * @returns {Way}
 */
export function drawingWay(panel, page) {
  const { html, css } = page.about.paper;
  const root = panel.attachShadow({ mode: "open" });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`${css}\n.hand-over, .row.seen { display: none; }`);
  root.adoptedStyleSheets = [sheet];
  root.innerHTML = html;
  let isOpen = false;
  const look = (/** @type {Paper} */ drawn) => {
    if (isOpen && drawn.isTouched) {
      page.know(null);
      page.looking()?.look(toPlanes(drawn.pixels(), 3));
    } else if (isOpen) {
      page.wait();
    }
  };
  const paper = new Paper(root, startPaper(), look);
  paper.wire("Paper to draw on");
  paper.show();
  return {
    hint: "Draw something: the network says what it takes it for.",
    open: () => {
      isOpen = true;
      look(paper);
    },
    close: () => {
      isOpen = false;
    },
  };
}

/**
 * @param {HTMLElement} panel
 * @param {Page} page
 * @param {() => void} choose Chooses this way, whichever is open: a picture may be dropped at any time.
 * @returns {Way}
 */
export function pictureWay(panel, page, choose) {
  const input = find(panel, "input", HTMLInputElement);
  const trouble = find(panel, ".trouble", HTMLElement);
  const preview = find(panel, "canvas", HTMLCanvasElement);
  /** @type {Uint8Array | null} */
  let picture = null;
  let isOpen = false;
  const look = () => {
    if (!picture) {
      page.wait();
      return;
    }
    page.know(null);
    page.looking()?.look(picture);
  };
  const take = async (/** @type {Blob | null | undefined} */ file) => {
    if (!file) {
      return;
    }
    choose();
    try {
      const { bitmap, canvas } = await readPicture(file);
      picture = shrink(bitmap);
      trouble.textContent = "";
      preview.hidden = false;
      paintFramed(preview, canvas, PREVIEW);
      if (isOpen) {
        look(); // else somebody has gone on to another way meanwhile
      }
    } catch (error) {
      trouble.textContent = error instanceof Error ? error.message : String(error);
    }
  };
  input.onchange = () => take(input.files?.[0]);
  listen(panel, take);
  return {
    hint: "Choose a picture: the network says what it takes it for.",
    open: () => {
      isOpen = true;
      look();
    },
    close: () => {
      isOpen = false;
    },
  };
}

/**
 * Takes what is dropped anywhere on the page, or pasted.
 *
 * @param {HTMLElement} panel Shows that something is held over the page.
 * @param {(file: Blob | undefined) => void} take
 */
function listen(panel, take) {
  document.ondragover = (event) => {
    event.preventDefault();
    panel.classList.add("over");
  };
  document.ondragleave = () => panel.classList.remove("over");
  document.ondrop = (event) => {
    event.preventDefault();
    panel.classList.remove("over");
    take(event.dataTransfer?.files[0]);
  };
  document.onpaste = (event) => take(event.clipboardData?.files[0]);
}
