import { place } from "../shared/placing.js";
import { createRegistry } from "../shared/state.js";

/**
 * @import { Mounted } from "../shared/streamlit.js"
 * @typedef {{ name: string, label: string }} Data
 */

/** What boxes open of their own lies elsewhere in the document, and belongs to them. */
const OVERLAYS = '[data-st-overlay-root], [data-baseweb="popover"], [role="listbox"], [role="tooltip"]';

const stateOf = createRegistry(() => ({ stop: () => {} }));

/** @param {Mounted<Data>} mounted */
export default function render({ data, parentElement }) {
  const state = stateOf(parentElement);
  state.stop();
  const listening = new AbortController();
  state.stop = () => listening.abort();
  watch(data, listening.signal);
  return state.stop;
}

/**
 * Opens and closes what lies behind the button, and keeps it beside it.
 *
 * @param {Data} data
 * @param {AbortSignal} signal
 */
function watch({ name, label }, signal) {
  const ofButton = `.st-key-open_${name} button`;
  const ofPanel = `.st-key-opened_${name}`;
  const panel = () => /** @type {HTMLElement | null} */ (document.querySelector(ofPanel));
  const isOpen = () => panel()?.hasAttribute("data-open") ?? false;
  // Streamlit keeps two of a button that explains itself: one for fingers, one for the mouse.
  const buttons = () => [.../** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll(ofButton))];
  const shown = () => buttons().find((button) => button.checkVisibility());
  const isOurs = /** @param {EventTarget | null} target */ (target) =>
    target instanceof Element && target.closest(`${ofPanel}, ${OVERLAYS}`) !== null;

  const tell = () => {
    const box = panel();
    box?.setAttribute("role", isOpen() ? "dialog" : "group");
    box?.setAttribute("aria-label", label);
    for (const button of buttons()) {
      button.setAttribute("aria-haspopup", "dialog");
      button.setAttribute("aria-expanded", String(isOpen()));
    }
  };
  const move = () => {
    const [box, button] = [panel(), shown()];
    if (box && button && isOpen()) {
      const size = { width: box.offsetWidth, height: box.scrollHeight };
      const room = { width: document.documentElement.clientWidth, height: innerHeight };
      const { left, top, height } = place(button.getBoundingClientRect(), size, room);
      Object.assign(box.style, { left: `${left}px`, top: `${top}px`, maxHeight: `${height}px` });
    }
  };
  const set = /** @param {boolean} shouldOpen */ (shouldOpen) => {
    panel()?.toggleAttribute("data-open", shouldOpen);
    tell();
    move();
  };

  let wasOurs = false;
  const press = /** @param {PointerEvent} event */ (event) => {
    wasOurs = isOurs(event.target);
  };
  const click = /** @param {MouseEvent} event */ (event) => {
    if (event.target instanceof Element && event.target.closest(ofButton)) {
      event.preventDefault();
      event.stopImmediatePropagation(); // one that listens still, of a page that was left, would close it again
      const shouldOpen = !isOpen();
      document.dispatchEvent(new MouseEvent("click")); // what else is open closes, as by any press elsewhere
      set(shouldOpen);
    } else if (isOpen() && !wasOurs && !isOurs(event.target)) {
      set(false);
    }
    wasOurs = false;
  };
  const key = /** @param {KeyboardEvent} event */ (event) => {
    const at = document.activeElement;
    const isTaken = at?.getAttribute("aria-expanded") === "true" && at.closest(ofPanel) !== null;
    if (event.key === "Escape" && isOpen() && !isTaken) {
      event.preventDefault();
      event.stopPropagation();
      set(false);
      shown()?.focus();
    }
  };
  document.addEventListener("pointerdown", press, { capture: true, signal });
  document.addEventListener("click", click, { capture: true, signal });
  document.addEventListener("keydown", key, { capture: true, signal });
  document.addEventListener("scroll", move, { capture: true, passive: true, signal });
  addEventListener("resize", move, { signal });
  const box = panel();
  if (box) {
    const observer = new ResizeObserver(move);
    observer.observe(box);
    signal.addEventListener("abort", () => observer.disconnect());
  }
  tell();
  move();
  document.querySelector(`.st-key-opener_${name}`)?.setAttribute("data-heard", "");
}
