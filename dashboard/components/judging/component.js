import { destination, perRow } from "../gallery/layout.js";
import { create, createButton, find, keepOneTabStop, origin } from "../shared/elements.js";
import { isTaken } from "../shared/keys.js";
import { isSame, unpack } from "../shared/message.js";
import { createCanvas, paintPictures } from "../shared/sprite.js";
import { createRegistry } from "../shared/state.js";
import { ANSWERS, nextPlace, wish } from "./keys.js";

/**
 * @import { Mounted } from "../shared/streamlit.js"
 * @import { Judgement } from "./keys.js"
 * @typedef {{ names: string[], spriteColumns: number, ids: number[], given: number[], suggested: number[],
 *   notes: string[], judgements: (Judgement | "")[], shown: (number | null)[] }} Header
 * @typedef {[number, number, Judgement | "", number | null]} Entry Its number, the image, what was decided, what it shows.
 * @typedef {{ mount: string, log: Entry[] }} Decided
 * @typedef {{ place: number, judgement: Judgement | "", shown: number | null }} Step
 * @typedef {{ bytes: Uint8Array | null, header: Header, place: number, steps: Step[], log: Entry[], number: number,
 *   mount: string, tiles: HTMLElement[], report: (decided: Decided) => void, stop: () => void }} State
 */

const MOST_SENT = 200;
const NOTHING = {
  names: [],
  spriteColumns: 1,
  ids: [],
  given: [],
  suggested: [],
  notes: [],
  judgements: [],
  shown: [],
};

const stateOf = createRegistry(
  () =>
    /** @type {State} */ ({
      bytes: null,
      header: NOTHING,
      place: 0,
      steps: [],
      log: [],
      number: 0,
      mount: crypto.getRandomValues(new Uint32Array(2)).join("-"),
      tiles: [],
      report: () => {},
      stop: () => {},
    }),
);

/** @param {Mounted<Uint8Array, { decided: Decided }>} mounted */
export default function render({ data, parentElement, setStateValue }) {
  const state = stateOf(parentElement);
  state.report = (decided) => setStateValue("decided", decided);
  if (!isSame(state.bytes, data)) {
    state.bytes = data;
    /** @type {{ header: Header, rest: Uint8Array<ArrayBuffer> }} */
    const { header, rest } = unpack(data);
    const isOther = header.ids.join() !== state.header.ids.join();
    state.header = header;
    state.steps = isOther ? [] : state.steps;
    state.place = isOther ? Math.max(0, header.judgements.indexOf("")) : state.place;
    lay(parentElement, state);
    listen(parentElement, state);
    paint(parentElement, state, rest);
    show(parentElement, state);
  }
  return state.stop;
}

/**
 * @param {ShadowRoot} root
 * @param {State} state
 */
function lay(root, state) {
  const { names, ids } = state.header;
  const answers = ANSWERS.map(({ judgement, key, words, sign }) => {
    const button = createButton("", () => judge(root, state, judgement));
    button.className = judgement;
    const mark = create("span", "sign", sign);
    mark.setAttribute("aria-hidden", "true");
    button.append(mark, ` ${words} `, create("kbd", "", key));
    return button;
  });
  find(root, ".answers", HTMLElement).replaceChildren(...answers);
  const options = names.map((name, place) => new Option(name, String(place)));
  find(root, "select", HTMLSelectElement).replaceChildren(new Option("none of the ten", ""), ...options);
  state.tiles = ids.map((_, place) => createTile(state, place));
  find(root, ".tiles", HTMLElement).replaceChildren(...state.tiles);
}

/**
 * @param {State} state
 * @param {number} place
 */
function createTile({ header }, place) {
  const tile = create("button", "tile");
  tile.type = "button";
  tile.setAttribute("role", "option");
  const picture = create("span", "picture");
  const mark = create("span", "mark");
  mark.setAttribute("aria-hidden", "true");
  picture.append(createCanvas(), mark);
  const label = create("span", "label", header.names[header.given[place]]);
  label.append(create("span", "arrow", " → "), header.names[header.suggested[place]]);
  tile.append(picture, label);
  return tile;
}

/**
 * @param {ShadowRoot} root
 * @param {State} state
 */
function listen(root, state) {
  const list = find(root, ".tiles", HTMLElement);
  list.onclick = (event) => {
    const tile = origin(event, ".tile");
    if (tile) {
      move(root, state, state.tiles.indexOf(tile));
    }
  };
  find(root, ".undo", HTMLButtonElement).onclick = () => undo(root, state);
  const select = find(root, "select", HTMLSelectElement);
  select.onchange = () => {
    const shown = select.value === "" ? null : Number(select.value);
    const isGiven = shown === state.header.given[state.place];
    decide(root, state, isGiven ? "right" : "wrong", isGiven ? null : shown);
  };
  state.stop();
  /** @param {KeyboardEvent} event */
  const hear = (event) => {
    if (isTaken(event)) {
      return;
    }
    const asked = wish(event);
    const isHere = event.composedPath().includes(root);
    const next = isHere ? destination(event.key, state.place, state.tiles.length, columns(state)) : null;
    if (asked === "undo") {
      undo(root, state);
    } else if (asked !== null) {
      if (!event.repeat) {
        judge(root, state, asked); // held down, it means one label and not all that follow
      }
    } else if (next !== null) {
      move(root, state, next);
      state.tiles[next].focus();
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  };
  // Before anybody else: to Streamlit, R means to run the page again.
  window.addEventListener("keydown", hear, true);
  state.stop = () => window.removeEventListener("keydown", hear, true);
}

/** @param {State} state */
function columns(state) {
  return perRow(state.tiles.map((tile) => tile.offsetTop));
}

/**
 * @param {ShadowRoot} root
 * @param {State} state
 * @param {Judgement} judgement
 */
function judge(root, state, judgement) {
  const { suggested } = state.header;
  const hadFocus = state.tiles[state.place]?.matches(":focus");
  decide(root, state, judgement, judgement === "wrong" ? suggested[state.place] : null);
  move(root, state, nextPlace(state.place, state.header.judgements));
  if (hadFocus) {
    state.tiles[state.place].focus();
  }
}

/**
 * @param {ShadowRoot} root
 * @param {State} state
 * @param {Judgement} judgement
 * @param {number | null} shown
 */
function decide(root, state, judgement, shown) {
  const { judgements, shown: shownBefore } = state.header;
  const { place } = state;
  state.steps.push({ place, judgement: judgements[place], shown: shownBefore[place] });
  put(root, state, place, judgement, shown);
}

/**
 * @param {ShadowRoot} root
 * @param {State} state
 */
function undo(root, state) {
  const step = state.steps.pop();
  if (step) {
    state.place = step.place;
    put(root, state, step.place, step.judgement, step.shown);
  }
}

/**
 * Notes a decision here, and sends it with those before it.
 *
 * @param {ShadowRoot} root
 * @param {State} state
 * @param {number} place
 * @param {Judgement | ""} judgement
 * @param {number | null} shown
 */
function put(root, state, place, judgement, shown) {
  state.header.judgements[place] = judgement;
  state.header.shown[place] = shown;
  state.number += 1;
  state.log = [...state.log, /** @type {Entry} */ ([state.number, state.header.ids[place], judgement, shown])];
  state.log = state.log.slice(-MOST_SENT);
  state.report({ mount: state.mount, log: state.log });
  show(root, state);
}

/**
 * @param {ShadowRoot} root
 * @param {State} state
 * @param {number} place
 */
function move(root, state, place) {
  state.place = place;
  show(root, state);
}

/**
 * Shows the image that is being judged, and what was decided of all.
 *
 * @param {ShadowRoot} root
 * @param {State} state
 */
function show(root, { header, place, tiles, steps }) {
  const name = (/** @type {number} */ class_idx) => create("strong", "", header.names[class_idx]);
  find(root, ".place", HTMLElement).textContent = `${place + 1} of ${tiles.length}, image ${header.ids[place]}`;
  const question = find(root, ".question", HTMLElement);
  question.replaceChildren("Labelled ", name(header.given[place]), ", the run says ", name(header.suggested[place]));
  question.append(create("span", "note", ` ${header.notes[place]}`));
  const large = find(root, ".large", HTMLCanvasElement);
  large.setAttribute("aria-label", `Image ${header.ids[place]}`);
  const small = tiles[place]?.querySelector("canvas");
  if (small) {
    large.getContext("2d")?.drawImage(small, 0, 0);
  }
  for (const [at, { judgement }] of ANSWERS.entries()) {
    const button = find(root, ".answers", HTMLElement).children[at];
    button.setAttribute("aria-pressed", String(header.judgements[place] === judgement));
  }
  const select = find(root, "select", HTMLSelectElement);
  const shown = header.shown[place];
  select.value =
    shown === null ? (header.judgements[place] === "wrong" ? "" : String(header.suggested[place])) : String(shown);
  find(root, ".undo", HTMLButtonElement).disabled = steps.length === 0;
  tiles.forEach((tile, at) => {
    mark(tile, header, at, at === place);
  });
  keepOneTabStop(tiles, tiles[place]);
}

/**
 * @param {HTMLElement} tile
 * @param {Header} header
 * @param {number} place
 * @param {boolean} isSelected
 */
function mark(tile, header, place, isSelected) {
  const { names, ids, given, suggested, judgements } = header;
  const answer = ANSWERS.find(({ judgement }) => judgement === judgements[place]);
  const sign = find(tile, ".mark", HTMLElement);
  sign.textContent = answer?.sign ?? "";
  sign.className = `mark ${answer?.judgement ?? "none"}`;
  tile.setAttribute("aria-selected", String(isSelected));
  const words = answer ? `, marked ${answer.judgement}` : "";
  tile.setAttribute("aria-label", `${names[given[place]]} → ${names[suggested[place]]}, image ${ids[place]}${words}`);
}

/**
 * @param {ShadowRoot} root
 * @param {State} state
 * @param {Uint8Array<ArrayBuffer>} bytes
 */
async function paint(root, state, bytes) {
  const { tiles, header } = state;
  await paintPictures(find(root, ".tiles", HTMLElement), bytes, header.spriteColumns);
  if (tiles === state.tiles) {
    show(root, state);
  }
}
