import { create, find } from "../shared/elements.js";
import { createRegistry } from "../shared/state.js";
import { createFinder, search } from "./finding.js";
import { findPlaces, findTerms } from "./mentions.js";

/**
 * @import { Mounted } from "../shared/streamlit.js"
 * @import { Finder, Term } from "./finding.js"
 * @import { Place } from "./mentions.js"
 * @typedef {{ terms: Term[], finder: Finder }} Glossary
 */

const HIGHLIGHT = "cifar-lab-words"; // the page's style says how it looks
const UNDER_POINTER = "cifar-lab-word-under-pointer";
const PAUSE_MS = 300;
const SLOP_PX = 5;
const GAP_PX = 6;

/** One request for all mounts: each page has a button of its own. @type {Map<string, Promise<Glossary>>} */
const glossaries = new Map();
const stateOf = createRegistry(() => ({ stop: () => {} }));

/** @param {Mounted<{ address: string }>} mounted */
export default function render({ data, parentElement }) {
  const state = stateOf(parentElement);
  state.stop();
  let isStopped = false;
  let stop = () => {};
  state.stop = () => {
    isStopped = true;
    stop();
  };
  /** @param {Glossary} glossary */
  const begin = (glossary) => {
    if (!isStopped) {
      stop = watch(parentElement, glossary.finder, listWords(parentElement, glossary));
    }
  };
  load(data.address).then(begin, () => {}); // without an answer no word is marked, and all else is as ever
  return state.stop;
}

/**
 * @param {string} address
 * @returns {Promise<Glossary>}
 */
function load(address) {
  const url = new URL(address, document.baseURI).href;
  const known = glossaries.get(url);
  if (known) {
    return known;
  }
  const loading = fetch(url)
    .then((answer) => answer.json())
    .then((terms) => ({ terms, finder: createFinder(terms) }));
  loading.catch(() => glossaries.delete(url)); // a server that was away is asked again by the next page
  glossaries.set(url, loading);
  return loading;
}

/** What of a page is read: not its navigation. */
function readPart() {
  return document.querySelector('[data-testid="stMain"]') ?? document.body;
}

/**
 * Marks words again whenever the page has changed, and explains the one that is tapped.
 *
 * @param {ShadowRoot} root
 * @param {Finder} finder
 * @param {() => void} refresh Called when the page may hold other words.
 */
function watch(root, finder, refresh) {
  /** @type {Map<Node, Place[]>} */
  let places = new Map();
  /** @type {ReturnType<typeof setTimeout> | 0} */
  let timer = 0;
  const mark = () => {
    timer = 0;
    const found = findPlaces(readPart(), finder);
    places = byNode(found);
    show(found);
    refresh();
  };
  const observer = new MutationObserver(() => {
    timer ||= setTimeout(mark, PAUSE_MS);
  });
  observer.observe(readPart(), { childList: true, characterData: true, subtree: true });
  const listening = new AbortController();
  const { signal } = listening;
  const tap = /** @param {MouseEvent} event */ (event) => {
    const place = placeAt(event, places);
    if (place && getSelection()?.isCollapsed !== false) {
      event.preventDefault(); // a label would move the focus into its box, and a phone show its keyboard
      explain(root, place);
    }
  };
  const point = /** @param {PointerEvent} event */ (event) => {
    document.documentElement.classList.toggle(UNDER_POINTER, placeAt(event, places) !== null);
  };
  document.addEventListener("click", tap, { capture: true, signal });
  document.addEventListener("pointermove", point, { passive: true, signal });
  mark();
  return () => {
    clearTimeout(timer);
    observer.disconnect();
    listening.abort();
    document.documentElement.classList.remove(UNDER_POINTER);
    CSS.highlights?.delete(HIGHLIGHT);
  };
}

/**
 * @param {readonly Place[]} places
 * @returns {Map<Node, Place[]>}
 */
function byNode(places) {
  /** @type {Map<Node, Place[]>} */
  const groups = new Map();
  for (const place of places) {
    groups.set(place.node, [...(groups.get(place.node) ?? []), place]);
  }
  return groups;
}

/** @param {readonly Place[]} places */
function show(places) {
  const ranges = places.map(
    ({ node, start, end }) =>
      new StaticRange({ startContainer: node, startOffset: start, endContainer: node, endOffset: end }),
  );
  CSS.highlights?.set(HIGHLIGHT, new Highlight(...ranges));
}

/**
 * The marked word at a place of the screen.
 *
 * @param {MouseEvent} event
 * @param {Map<Node, Place[]>} places
 * @returns {Place | null}
 */
function placeAt({ target, clientX, clientY }, places) {
  // Most of a page holds no mark: only where one is, the browser is asked which letter lies there.
  if (!(target instanceof Element) || ![...target.childNodes].some((node) => places.has(node)) || !CSS.highlights) {
    return null;
  }
  const caret = document.caretPositionFromPoint(clientX, clientY);
  const place = caret && places.get(caret.offsetNode)?.find((each) => holds(each, caret.offset));
  return place && rectsOf(place).some((rect) => isWithin(rect, clientX, clientY)) ? place : null;
}

/**
 * @param {Place} place
 * @param {number} offset
 */
function holds({ start, end }, offset) {
  return start <= offset && offset <= end;
}

/** @param {Place} place */
function rectsOf({ node, start, end }) {
  const range = document.createRange();
  try {
    range.setStart(node, start);
    range.setEnd(node, end);
  } catch {
    return []; // the text has just become shorter
  }
  return [...range.getClientRects()];
}

/**
 * @param {DOMRect} rect
 * @param {number} x
 * @param {number} y
 */
function isWithin({ left, right, top, bottom }, x, y) {
  return x >= left - SLOP_PX && x <= right + SLOP_PX && y >= top - SLOP_PX && y <= bottom + SLOP_PX;
}

/**
 * @param {ShadowRoot} root
 * @param {Place} place
 */
function explain(root, place) {
  const panel = find(root, ".one", HTMLElement);
  find(panel, ".name", HTMLElement).textContent = capitalised(place.term.name);
  find(panel, ".says", HTMLElement).textContent = place.term.says;
  panel.showPopover();
  putAt(panel, rectsOf(place)[0]);
  panel.focus();
}

/**
 * Below what it belongs to, or above where there is no room, and always in the window.
 *
 * @param {HTMLElement} panel
 * @param {DOMRect} anchor
 */
function putAt(panel, anchor) {
  const { width, height } = panel.getBoundingClientRect();
  const room = document.documentElement;
  const left = Math.max(GAP_PX, Math.min(anchor.left, room.clientWidth - width - GAP_PX));
  const below = anchor.bottom + GAP_PX;
  const fits = below + height <= room.clientHeight - GAP_PX;
  panel.style.left = `${left}px`;
  panel.style.top = `${fits ? below : Math.max(GAP_PX, anchor.top - GAP_PX - height)}px`;
}

/**
 * Fills the list of words whenever it is opened.
 *
 * @param {ShadowRoot} root
 * @param {Glossary} glossary
 * @returns {() => void} What to do when the page has changed: an open list may have to grow.
 */
function listWords(root, { terms, finder }) {
  const [panel, box] = [find(root, ".list", HTMLElement), find(root, "input", HTMLInputElement)];
  const [list, count] = [find(root, "dl", HTMLElement), find(root, ".count", HTMLElement)];
  /** @type {Set<Term>} */
  let here = new Set();
  const fill = () => {
    const wanted = box.value.trim();
    const found = wanted ? search(terms, wanted) : terms.filter((term) => here.has(term));
    count.textContent = wanted
      ? `${found.length} of ${terms.length} words`
      : `${found.length} words are here, ${terms.length} in all`;
    list.replaceChildren(
      ...found.flatMap(({ name, says }) => [create("dt", "", capitalised(name)), create("dd", "", says)]),
    );
  };
  box.oninput = fill;
  panel.onkeydown = (event) => {
    if (event.key === "Escape") {
      event.preventDefault(); // a search box would only be emptied
      panel.hidePopover();
      find(root, ".open", HTMLElement).focus();
    }
  };
  const isOpen = () => panel.matches(":popover-open");
  panel.ontoggle = () => {
    if (isOpen()) {
      here = findTerms(readPart(), finder);
      box.value = "";
      fill();
      find(root, ".scroll", HTMLElement).scrollTop = 0;
      putAt(panel, find(root, ".open", HTMLElement).getBoundingClientRect());
      panel.focus();
    }
  };
  return () => {
    const now = isOpen() ? findTerms(readPart(), finder) : here;
    if (now.size !== here.size) {
      here = now;
      fill();
    }
  };
}

/** @param {string} name */
function capitalised(name) {
  return name[0].toUpperCase() + name.slice(1);
}
