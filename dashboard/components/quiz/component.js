import { create, createButton, find } from "../shared/elements.js";
import { isTaken } from "../shared/keys.js";
import { isSame, unpack } from "../shared/message.js";
import { decodeSprite, paintPicture } from "../shared/sprite.js";
import { createRegistry } from "../shared/state.js";
import { classOf, clock, keyOf } from "./asking.js";

/**
 * @import { Mounted } from "../shared/streamlit.js"
 * @typedef {{ names: string[], spriteColumns: number, count: number }} Header
 * @typedef {{ answers: number[], seconds: number }} Finished
 * @typedef {{ bytes: Uint8Array | null, header: Header, sprite: ImageBitmap | null, answers: number[],
 *   began: number | null, report: (finished: Finished) => void, stop: () => void }} State
 */

const TICK_MS = 250;

const stateOf = createRegistry(
  () =>
    /** @type {State} */ ({
      bytes: null,
      header: { names: [], spriteColumns: 1, count: 0 },
      sprite: null,
      answers: [],
      began: null,
      report: () => {},
      stop: () => {},
    }),
);

/** @param {Mounted<Uint8Array, { finished: Finished }>} mounted */
export default function render({ data, parentElement, setTriggerValue }) {
  const state = stateOf(parentElement);
  state.report = (finished) => setTriggerValue("finished", finished);
  if (!isSame(state.bytes, data)) {
    state.stop();
    state.bytes = data;
    /** @type {{ header: Header, rest: Uint8Array<ArrayBuffer> }} */
    const { header, rest } = unpack(data);
    Object.assign(state, { header, sprite: null, answers: [], began: null });
    lay(parentElement, state);
    load(parentElement, state, rest);
  }
  return () => state.stop();
}

/**
 * @param {ShadowRoot} root
 * @param {State} state
 * @param {Uint8Array<ArrayBuffer>} bytes
 */
async function load(root, state, bytes) {
  const { header } = state;
  const sprite = await decodeSprite(bytes);
  if (state.header === header) {
    state.sprite = sprite;
    show(root, state);
  }
}

/**
 * @param {ShadowRoot} root
 * @param {State} state
 */
function lay(root, state) {
  const buttons = state.header.names.map((name, place) => {
    const button = createButton("", () => answer(root, state, place));
    button.append(create("kbd", "", keyOf(place)), ` ${name}`);
    return button;
  });
  find(root, ".classes", HTMLElement).replaceChildren(...buttons);
  const start = find(root, ".start", HTMLButtonElement);
  start.textContent = `Start: ${state.header.count} images`;
  start.onclick = () => begin(root, state);
  show(root, state);
}

/**
 * @param {ShadowRoot} root
 * @param {State} state
 */
function begin(root, state) {
  state.began = performance.now();
  const tick = setInterval(() => say(root, state), TICK_MS);
  /** @param {KeyboardEvent} event */
  const hear = (event) => {
    const place = isTaken(event) ? null : classOf(event, state.header.names.length);
    if (place !== null) {
      event.preventDefault();
      answer(root, state, place);
    }
  };
  document.addEventListener("keydown", hear);
  state.stop = () => {
    clearInterval(tick);
    document.removeEventListener("keydown", hear);
  };
  show(root, state);
}

/**
 * @param {ShadowRoot} root
 * @param {State} state
 * @param {number} place
 */
function answer(root, state, place) {
  if (state.began === null || state.answers.length >= state.header.count) {
    return;
  }
  state.answers.push(place);
  if (state.answers.length === state.header.count) {
    state.stop();
    state.report({ answers: state.answers, seconds: (performance.now() - state.began) / 1000 });
  }
  show(root, state);
}

/**
 * @param {ShadowRoot} root
 * @param {State} state
 */
function show(root, state) {
  const { answers, began, header, sprite } = state;
  const isOver = answers.length >= header.count;
  const isAsking = began !== null && !isOver;
  const canvas = find(root, "canvas", HTMLCanvasElement);
  canvas.hidden = !isAsking;
  if (isAsking && sprite !== null) {
    paintPicture(canvas, sprite, answers.length, header.spriteColumns);
    canvas.setAttribute("aria-label", `Image ${answers.length + 1}, to be named`);
  }
  find(root, ".classes", HTMLElement).hidden = !isAsking;
  find(root, ".bar", HTMLElement).hidden = began === null;
  find(root, ".done", HTMLElement).style.width = `${(100 * answers.length) / Math.max(1, header.count)}%`;
  const start = find(root, ".start", HTMLButtonElement);
  start.hidden = began !== null;
  start.disabled = sprite === null; // the pictures are on their way
  say(root, state);
}

/**
 * @param {ShadowRoot} root
 * @param {State} state
 */
function say(root, { answers, began, header }) {
  const words = find(root, ".words", HTMLElement);
  if (began === null) {
    words.textContent =
      "Each is shown as people saw it: 32 x 32 pixels, enlarged to 160. The clock starts with the first.";
  } else if (answers.length >= header.count) {
    words.textContent = "That was the last one.";
  } else {
    const { length } = answers;
    words.textContent = `${length + 1} of ${header.count}, ${clock((performance.now() - began) / 1000)}`;
  }
}
