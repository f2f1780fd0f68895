import { createArrivals } from "./arrivals.js";

/**
 * @import { Mounted } from "../shared/streamlit.js"
 */

const PATIENCE_MS = 3000; // for what is drawn after this
const PAUSE_MS = 50;

const isNew = createArrivals();

/** @param {Mounted<{ target: string, count: number }>} mounted */
export default function render({ data }) {
  if (isNew(data.count)) {
    seek(`.st-key-${data.target}`, performance.now() + PATIENCE_MS);
  }
}

/**
 * @param {string} selector
 * @param {number} until
 */
function seek(selector, until) {
  const found = document.querySelector(selector);
  if (found) {
    found.scrollIntoView({ block: "nearest" });
    // Streamlit keeps two of a button that explains itself: one for fingers, one for the mouse.
    const shown = [...found.querySelectorAll("button")].find((button) => button.checkVisibility());
    shown?.focus({ preventScroll: true });
  } else if (performance.now() < until) {
    setTimeout(seek, PAUSE_MS, selector, until);
  }
}
