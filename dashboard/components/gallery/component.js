import { create, find, keepOneTabStop, origin } from "../shared/elements.js";
import { marks } from "../shared/marks.js";
import { isSame, unpack } from "../shared/message.js";
import { whileSettling } from "../shared/settling.js";
import { createCanvas, paintPictures } from "../shared/sprite.js";
import { createRegistry } from "../shared/state.js";
import { ticks } from "../shared/ticks.js";
import { areWords, between, destination, nameTile, perRow, template } from "./layout.js";

/**
 * @import { Mounted } from "../shared/streamlit.js"
 * @import { Ticked } from "../shared/ticks.js"
 * @typedef {"neutral" | "right" | "wrong"} Tone
 * @typedef {{ name: string, label: string, tile: number, spriteColumns: number, headings: string[], gaps: number[], ids: number[],
 *   captions: string[], tones: Tone[], labels: string[], badges: string[], isFollowed: boolean, canTick: boolean }} Header
 * @typedef {{ bytes: Uint8Array | null, selected: number | null, report: (selected: number) => void,
 *   reportTicks: (ticked: Ticked) => void, rest: () => void }} State
 */

const FEW = 6; // columns that are wide enough for a word on any page
const MARKS = { right: "✓", wrong: "×" };

/** What was drawn, so that a rerun with the same message draws nothing. */
const stateOf = createRegistry(
  () => /** @type {State} */ ({ bytes: null, selected: null, report: () => {}, reportTicks: () => {}, rest: () => {} }),
);

/** @param {Mounted<Uint8Array, { chosen: number, ticked: Ticked }>} mounted */
export default function render({ data, parentElement, setStateValue, setTriggerValue }) {
  const state = stateOf(parentElement);
  const isNew = state.bytes === null;
  state.report = (selected) => setTriggerValue("chosen", selected);
  state.reportTicks = (ticked) => setStateValue("ticked", ticked);
  if (isSame(state.bytes, data)) {
    return;
  }
  state.bytes = data;
  /** @type {{ header: Header, rest: Uint8Array<ArrayBuffer> }} */
  const { header, rest } = unpack(data);
  if (state.selected !== null && !header.ids.includes(state.selected)) {
    state.selected = null;
  }
  const tiles = header.ids.map((id, place) => createTile(header, place, id === state.selected));
  lay(parentElement, header, tiles);
  listen(parentElement, header, tiles, state);
  if (header.canTick) {
    listenForTicks(parentElement, header, tiles, state);
    if (isNew && ticks.count(header.name)) {
      state.reportTicks(ticks.report(header.name)); // the page was left meanwhile, and the server may have forgotten
    }
  }
  paintPictures(find(parentElement, ".tiles", HTMLElement), rest, header.spriteColumns);
}

/**
 * Puts the tiles, and headings above their columns, into the component.
 *
 * @param {ShadowRoot} root
 * @param {Header} header
 * @param {HTMLElement[]} tiles
 */
function lay(root, header, tiles) {
  const list = find(root, ".tiles", HTMLElement);
  const headings = find(root, ".headings", HTMLElement);
  list.setAttribute("aria-label", header.label);
  list.classList.toggle("words", areWords(header.labels));
  for (const row of [headings, list]) {
    row.classList.toggle("grid", header.headings.length > 0);
    row.classList.toggle("few", header.headings.length <= FEW);
    row.style.gridTemplateColumns = template(header);
    row.style.setProperty("--tile", `${header.tile}px`);
  }
  headings.replaceChildren(
    ...withGaps(
      header.headings.map((text) => create("div", "", text)),
      header,
    ),
  );
  list.replaceChildren(...withGaps(tiles, header));
}

/**
 * @param {ShadowRoot} root
 * @param {Header} header
 * @param {HTMLElement[]} tiles
 * @param {State} state
 */
function listen(root, header, tiles, state) {
  const list = find(root, ".tiles", HTMLElement);
  const caption = find(root, ".caption", HTMLElement);
  const selected = () => (state.selected === null ? -1 : header.ids.indexOf(state.selected));
  /** @param {number} place */
  const tell = (place) => {
    caption.textContent = place >= 0 ? header.captions[place] : "";
  };
  /** @param {number | null} id */
  const mark = (id) => {
    const before = selected();
    state.selected = id !== null && header.ids.includes(id) ? id : null;
    tiles.forEach((tile, place) => {
      tile.setAttribute("aria-selected", String(place === selected()));
    });
    if (!tiles.some((tile) => tile.matches(":focus"))) {
      keepOneTabStop(tiles, tiles[Math.max(0, selected(), id === null ? before : 0)]);
    }
    if (header.isFollowed && selected() !== before) {
      state.rest();
      state.rest = follow(list, tiles, before, selected());
    }
  };
  /** @param {number} place */
  const choose = (place) => {
    if (place < 0) {
      return;
    }
    mark(header.ids[place]);
    keepOneTabStop(tiles, tiles[place]);
    state.report(header.ids[place]);
  };
  tell(-1);
  keepOneTabStop(tiles, tiles[Math.max(0, selected())]);
  marks.follow(header.name, mark);

  list.onclick = (event) => {
    if (!event.defaultPrevented) {
      choose(placeOf(event, tiles));
    }
  };
  list.onmouseover = (event) => tell(placeOf(event, tiles));
  list.onmouseleave = () => tell(selected());
  tiles.forEach((tile, place) => {
    tile.onfocus = () => tell(place);
  });
  list.onkeydown = (event) => {
    if (event.defaultPrevented) {
      return;
    }
    const place = placeOf(event, tiles);
    const next = destination(event.key, place, tiles.length, perRow(tiles.map((tile) => tile.offsetTop)));
    if (next !== null) {
      keepOneTabStop(tiles, tiles[next]);
      tiles[next].focus();
    } else if (event.key === "Enter" || event.key === " ") {
      choose(place);
    } else {
      return;
    }
    event.preventDefault();
  };
}

/**
 * Lets tiles be ticked: by their corner, with Ctrl or Shift anywhere on them, or by the space bar. It hears of a click or
 * a key before what opens an image does.
 *
 * @param {ShadowRoot} root
 * @param {Header} header
 * @param {HTMLElement[]} tiles
 * @param {State} state
 */
function listenForTicks(root, header, tiles, state) {
  const list = find(root, ".tiles", HTMLElement);
  const { name, ids } = header;
  let last = -1;
  const show = () => {
    list.classList.toggle("ticking", ticks.count(name) > 0);
    tiles.forEach((tile, place) => {
      tile.setAttribute("aria-checked", String(ticks.has(name, ids[place])));
    });
  };
  /**
   * @param {number} place
   * @param {boolean} isRange
   */
  const tick = (place, isRange) => {
    if (isRange && last >= 0) {
      ticks.put(
        name,
        between(last, place).map((each) => ids[each]),
        true,
      );
    } else {
      ticks.toggle(name, ids[place]);
    }
    last = place;
    state.reportTicks(ticks.report(name));
  };
  ticks.follow(name, show);
  show();
  tiles.forEach((tile, place) => {
    tile.onclick = (event) => {
      if (origin(event, ".tick") || event.ctrlKey || event.metaKey || event.shiftKey) {
        tick(place, event.shiftKey);
        event.preventDefault();
      }
    };
    tile.onkeydown = (event) => {
      if (event.key === " ") {
        tick(place, event.shiftKey);
        event.preventDefault();
      }
    };
  });
}

/**
 * Keeps the tile that is marked now in view while what opens beside it takes its room; one that is marked no more takes
 * the keyboard back from what has closed.
 *
 * @param {HTMLElement} list
 * @param {HTMLElement[]} tiles
 * @param {number} before Place of the tile that was marked, negative for none.
 * @param {number} now
 * @returns {() => void} Ends it.
 */
function follow(list, tiles, before, now) {
  return whileSettling(list, () => {
    if (now >= 0) {
      tiles[now].scrollIntoView({ block: "nearest" });
    } else if (document.activeElement === document.body) {
      tiles[before].focus({ preventScroll: true });
    }
  });
}

/**
 * @param {Event} event
 * @param {HTMLElement[]} tiles
 */
function placeOf(event, tiles) {
  const tile = origin(event, ".tile");
  return tile ? tiles.indexOf(tile) : -1;
}

/**
 * Empty cells in the columns that stand between others.
 *
 * @param {HTMLElement[]} cells
 * @param {Header} header
 */
function withGaps(cells, { headings, gaps }) {
  return cells.flatMap((cell, place) => {
    if (!gaps.includes(place % Math.max(1, headings.length))) {
      return [cell];
    }
    const gap = create("div");
    gap.setAttribute("role", "presentation");
    return [gap, cell];
  });
}

/**
 * @param {Header} header
 * @param {number} place
 * @param {boolean} isSelected
 */
function createTile(header, place, isSelected) {
  const tile = create("button", "tile");
  tile.type = "button";
  tile.setAttribute("role", "option");
  tile.setAttribute("aria-label", nameTile(header.captions[place], header.labels[place] ?? ""));
  tile.setAttribute("aria-selected", String(isSelected));
  const picture = create("span", "picture");
  picture.append(createCanvas());
  const tone = header.tones[place];
  if (tone !== "neutral") {
    const mark = create("span", `mark ${tone}`, MARKS[tone]);
    mark.setAttribute("aria-hidden", "true");
    picture.append(mark);
  }
  if (header.badges[place]) {
    const badge = create("span", "badge", header.badges[place]);
    badge.setAttribute("aria-hidden", "true");
    picture.append(badge);
  }
  if (header.canTick) {
    const tick = create("span", "tick", MARKS.right);
    tick.setAttribute("aria-hidden", "true");
    picture.append(tick);
  }
  tile.append(picture);
  if (header.labels.length) {
    tile.append(create("span", "label", header.labels[place]));
  }
  return tile;
}
