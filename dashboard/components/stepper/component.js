import { find } from "../shared/elements.js";
import { isTaken, OTHERS } from "../shared/keys.js";
import { createRegistry } from "../shared/state.js";
import { mayHaveOpened, OWN_ARROWS, wish } from "./keys.js";

/**
 * @import { Mounted } from "../shared/streamlit.js"
 * @typedef {{ words: string, item: number, isFirst: boolean, isLast: boolean, closes: boolean }} Data
 * @typedef {{ item: number | null, hasStepped: boolean, stop: () => void }} State
 */

const HIGH_UP = 0.45; // of the window: what begins lower may not fit

const stateOf = createRegistry(() => /** @type {State} */ ({ item: null, hasStepped: false, stop: () => {} }));

/** @param {Mounted<Data, { step: number, closed: boolean }>} mounted */
export default function render({ data, parentElement, setTriggerValue }) {
  const state = stateOf(parentElement);
  const box = find(parentElement, ".stepper", HTMLElement);
  const close = find(parentElement, ".close", HTMLButtonElement);
  box.setAttribute("aria-label", data.words);
  find(parentElement, ".words", HTMLElement).textContent = data.words;
  close.hidden = !data.closes;
  /** @param {-1 | 1 | "close"} what */
  const act = (what) => {
    if (what === "close") {
      setTriggerValue("closed", true);
    } else {
      state.hasStepped = true;
      setTriggerValue("step", what);
    }
  };
  /** @type {(button: HTMLButtonElement, by: -1 | 1, isEnd: boolean) => void} */
  const wire = (button, by, isEnd) => {
    if (isEnd && button.matches(":focus")) {
      box.focus(); // a button that goes grey would drop the keyboard
    }
    button.disabled = isEnd;
    button.onclick = () => act(by);
  };
  wire(find(parentElement, ".previous", HTMLButtonElement), -1, data.isFirst);
  wire(find(parentElement, ".next", HTMLButtonElement), 1, data.isLast);
  close.onclick = () => act("close");
  listen(state, data, act);
  reveal(state, data, box);
  return state.stop;
}

/**
 * @param {State} state
 * @param {Data} data
 * @param {(what: -1 | 1 | "close") => void} act
 */
function listen(state, data, act) {
  state.stop();
  /** @param {KeyboardEvent} event */
  const hear = (event) => {
    const takers = event.key === "Escape" ? OTHERS : OWN_ARROWS;
    const what = wish(event, isTaken(event, takers) || isDialogOpen());
    const leadsNowhere = what === "close" ? !data.closes : what === -1 ? data.isFirst : data.isLast;
    if (what !== null && !leadsNowhere) {
      event.preventDefault();
      act(what);
    }
  };
  document.addEventListener("keydown", hear);
  state.stop = () => document.removeEventListener("keydown", hear);
}

function isDialogOpen() {
  return document.querySelector('[role="dialog"], [data-testid="stPopoverBody"]') !== null;
}

/**
 * What was opened elsewhere on the page comes into view, and takes the keyboard from what opened it.
 *
 * @param {State} state
 * @param {Data} data
 * @param {HTMLElement} box
 */
function reveal(state, data, box) {
  const isOther = data.item !== state.item && !state.hasStepped;
  state.item = data.item;
  state.hasStepped = false;
  if (!data.closes || !isOther) {
    return;
  }
  if (mayHaveOpened(document.activeElement)) {
    box.focus({ preventScroll: true });
  }
  // Once what stands below it is there: of a short page nothing can be scrolled.
  setTimeout(() => {
    const { top } = box.getBoundingClientRect();
    if (top < 0 || top > HIGH_UP * window.innerHeight) {
      box.scrollIntoView({ block: "start", behavior: "instant" });
    }
  }, 150);
}
