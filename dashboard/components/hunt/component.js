import { destination, perRow } from "../gallery/layout.js";
import { clock } from "../quiz/asking.js";
import { create, find, keepOneTabStop, origin } from "../shared/elements.js";
import { isSame, unpack } from "../shared/message.js";
import { createCanvas, paintPictures } from "../shared/sprite.js";
import { createRegistry } from "../shared/state.js";
import { tell } from "./telling.js";

/**
 * @import { Mounted } from "../shared/streamlit.js"
 * @import { Revealed } from "./telling.js"
 * @typedef {{ labels: string[], spriteColumns: number, seconds: number, numWrong: number, revealed: Revealed | null }} Header
 * @typedef {{ flagged: number[] }} Finished
 * @typedef {{ bytes: Uint8Array | null, header: Header, tiles: HTMLElement[], flagged: Set<number>, isOver: boolean,
 *   report: (finished: Finished) => void, stop: () => void }} State
 */

const TICK_MS = 200;
const HURRY_SECONDS = 15;
const SIGNS = { found: "✓", alarm: "×", missed: "!", plain: "" };

const stateOf = createRegistry(
  () =>
    /** @type {State} */ ({
      bytes: null,
      header: { labels: [], spriteColumns: 1, seconds: 0, numWrong: 0, revealed: null },
      tiles: [],
      flagged: new Set(),
      isOver: false,
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
    Object.assign(state, { header, flagged: new Set(), isOver: header.revealed !== null });
    lay(parentElement, state);
    paintPictures(find(parentElement, ".tiles", HTMLElement), rest, header.spriteColumns);
  }
  return () => state.stop();
}

/**
 * @param {ShadowRoot} root
 * @param {State} state
 */
function lay(root, state) {
  const { labels, revealed, seconds, numWrong } = state.header;
  state.tiles = labels.map((label, place) => createTile(label, place, revealed));
  const list = find(root, ".tiles", HTMLElement);
  list.replaceChildren(...state.tiles);
  list.hidden = revealed === null;
  keepOneTabStop(state.tiles, state.tiles[0]);
  const start = find(root, ".start", HTMLButtonElement);
  start.textContent = `Start: ${labels.length} images, ${clock(seconds)} minutes`;
  start.hidden = revealed !== null;
  start.onclick = () => begin(root, state);
  find(root, ".clock", HTMLElement).hidden = true;
  find(root, ".end", HTMLElement).hidden = true;
  find(root, ".words", HTMLElement).textContent =
    revealed === null ? `${numWrong} of ${labels.length} labels are wrong. Click those, by what you see.` : "";
  list.onclick = (event) => {
    const tile = origin(event, ".tile");
    if (tile && !state.isOver) {
      toggle(root, state, state.tiles.indexOf(tile));
    }
  };
  list.onkeydown = (event) => {
    const tile = origin(event, ".tile");
    const place = tile ? state.tiles.indexOf(tile) : -1;
    const next = destination(event.key, place, state.tiles.length, perRow(state.tiles.map((each) => each.offsetTop)));
    if (next !== null) {
      keepOneTabStop(state.tiles, state.tiles[next]);
      state.tiles[next].focus();
      event.preventDefault();
    }
  };
}

/**
 * @param {string} label
 * @param {number} place
 * @param {Revealed | null} revealed
 */
function createTile(label, place, revealed) {
  const tile = create("button", "tile");
  tile.type = "button";
  const picture = create("span", "picture");
  picture.append(createCanvas());
  tile.append(picture, create("span", "label", label));
  if (revealed === null) {
    tile.setAttribute("aria-pressed", "false");
    return tile;
  }
  const { kind, words, isOthers } = tell(place, label, revealed);
  tile.classList.add(kind);
  tile.title = words;
  tile.setAttribute("aria-label", words);
  if (SIGNS[kind]) {
    picture.append(hidden(create("span", "mark", SIGNS[kind])));
  }
  if (isOthers) {
    picture.append(hidden(create("span", "other", "R")));
  }
  if (kind === "found" || kind === "missed") {
    find(tile, ".label", HTMLElement).replaceChildren(create("s", "", label), ` ${revealed.names[place]}`);
    tile.setAttribute("aria-label", `${label} ${revealed.names[place]}: ${words}`); // what is seen belongs to the name
  }
  return tile;
}

/** @param {HTMLElement} element */
function hidden(element) {
  element.setAttribute("aria-hidden", "true");
  return element;
}

/**
 * @param {ShadowRoot} root
 * @param {State} state
 */
function begin(root, state) {
  const until = performance.now() + 1000 * state.header.seconds;
  const face = find(root, ".clock", HTMLElement);
  const end = find(root, ".end", HTMLButtonElement);
  find(root, ".start", HTMLButtonElement).hidden = true;
  find(root, ".tiles", HTMLElement).hidden = false;
  face.hidden = false;
  end.hidden = false;
  end.onclick = () => finish(root, state);
  const tick = () => {
    const left = (until - performance.now()) / 1000;
    face.textContent = clock(Math.ceil(left));
    face.classList.toggle("hurry", left < HURRY_SECONDS);
    if (left <= 0) {
      finish(root, state);
    }
  };
  const ticking = setInterval(tick, TICK_MS);
  state.stop = () => clearInterval(ticking);
  tick();
  count(root, state);
  state.tiles[0]?.focus({ preventScroll: true });
}

/**
 * @param {ShadowRoot} root
 * @param {State} state
 */
function finish(root, state) {
  if (state.isOver) {
    return;
  }
  state.isOver = true;
  state.stop();
  find(root, ".end", HTMLElement).hidden = true;
  state.report({ flagged: [...state.flagged] });
}

/**
 * @param {ShadowRoot} root
 * @param {State} state
 * @param {number} place
 */
function toggle(root, state, place) {
  const isFlagged = !state.flagged.has(place);
  if (isFlagged) {
    state.flagged.add(place);
  } else {
    state.flagged.delete(place);
  }
  state.tiles[place].setAttribute("aria-pressed", String(isFlagged));
  keepOneTabStop(state.tiles, state.tiles[place]);
  count(root, state);
}

/**
 * @param {ShadowRoot} root
 * @param {State} state
 */
function count(root, { flagged, header }) {
  const words = `${flagged.size} clicked; ${header.numWrong} of ${header.labels.length} labels are wrong.`;
  find(root, ".words", HTMLElement).textContent = words;
}
