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
    found.querySelector("button")?.focus({ preventScroll: true, focusVisible: true });
  } else if (performance.now() < until) {
    setTimeout(seek, PAUSE_MS, selector, until);
  }
}
