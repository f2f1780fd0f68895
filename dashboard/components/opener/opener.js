import { place } from "../shared/placing.js";

/**
 * It listens to all buttons of `opener` that a page has, or will have: it comes with the document, and stays.
 *
 * A button's container and that of what it opens have classes with one name.
 */

const BUTTON = "st-key-opens_";
const PANEL = "st-key-opened_";
const BUTTONS = `[class*="${BUTTON}"] button`;
const OPEN = `[class*="${PANEL}"][data-open]`;
/** What boxes open of their own lies elsewhere in the document, and belongs to them. */
const OVERLAYS = '[data-st-overlay-root], [data-baseweb="popover"], [role="listbox"], [role="tooltip"]';
const WORDS = '[data-testid="stMarkdownContainer"]';
/** For which a page that is being drawn is let alone: it changes a hundred times. */
const PAUSE_MS = 100;

/** Whether the button that was pressed last was pressed within what is open. */
let wasOurs = false;

/** Lets all that has such a button be opened, be closed by a press elsewhere or Escape, and stay beside its button. */
export function watchOpeners() {
  const observer = new ResizeObserver(moveAll);
  // Before all others: Streamlit hears of no press that opens or closes, which asks nothing of the server.
  document.addEventListener("pointerdown", (event) => press(event), true);
  document.addEventListener("click", (event) => click(event, observer), true);
  document.addEventListener("keydown", (event) => key(event), true);
  document.addEventListener("scroll", moveAll, { capture: true, passive: true });
  addEventListener("resize", moveAll);
  // Buttons come and go, and what is said of them with them.
  let isTold = true;
  const settle = () => {
    isTold = true;
    tellAll();
  };
  const change = () => {
    if (isTold) {
      isTold = false;
      setTimeout(settle, PAUSE_MS);
    }
  };
  new MutationObserver(change).observe(document.body, { childList: true, subtree: true });
}

/** @returns {HTMLElement[]} */
function listOpen() {
  return [.../** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll(OPEN))];
}

/** @param {EventTarget | null} target */
function isWithinOpen(target) {
  return target instanceof Element && target.closest(`${OPEN}, ${OVERLAYS}`) !== null;
}

/** @param {PointerEvent} event */
function press(event) {
  wasOurs = isWithinOpen(event.target);
}

/**
 * @param {MouseEvent} event
 * @param {ResizeObserver} observer
 */
function click(event, observer) {
  const button = event.target instanceof Element ? event.target.closest(BUTTONS) : null;
  const panel = button && panelOf(button);
  if (panel) {
    event.preventDefault();
    event.stopImmediatePropagation();
    const shouldOpen = !panel.hasAttribute("data-open");
    wasOurs = false;
    document.dispatchEvent(new MouseEvent("click")); // what else is open closes, as by any press elsewhere
    if (shouldOpen) {
      panel.setAttribute("data-open", "");
      observer.disconnect();
      observer.observe(panel);
      tellAll();
      moveAll();
    }
  } else if (!wasOurs && !isWithinOpen(event.target)) {
    listOpen().forEach(close);
  }
  wasOurs = false;
}

/** @param {KeyboardEvent} event */
function key(event) {
  const [panel] = listOpen();
  const at = document.activeElement;
  const isTaken = panel && at?.getAttribute("aria-expanded") === "true" && panel.contains(at);
  if (event.key === "Escape" && panel && !isTaken) {
    event.preventDefault();
    event.stopPropagation();
    close(panel);
    shownButtonOf(panel)?.focus();
  }
}

/** @param {HTMLElement} panel */
function close(panel) {
  panel.removeAttribute("data-open");
  tellAll();
}

function moveAll() {
  for (const panel of listOpen()) {
    const button = shownButtonOf(panel);
    if (button) {
      const size = { width: panel.offsetWidth, height: panel.scrollHeight };
      const room = { width: document.documentElement.clientWidth, height: innerHeight };
      const { left, top, height } = place(button.getBoundingClientRect(), size, room);
      Object.assign(panel.style, { left: `${left}px`, top: `${top}px`, maxHeight: `${height}px` });
    }
  }
}

/** Says of buttons and of what they open what they are, to whoever does not see it. */
function tellAll() {
  for (const button of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll(BUTTONS))) {
    const panel = panelOf(button);
    const isOpen = panel?.hasAttribute("data-open") ?? false;
    tell(button, "aria-haspopup", "dialog");
    tell(button, "aria-expanded", String(isOpen));
    if (panel) {
      tell(panel, "role", isOpen ? "dialog" : "group");
      tell(panel, "aria-label", (button.querySelector(WORDS) ?? button).textContent ?? "");
    }
  }
}

/**
 * @param {Element} element
 * @param {string} name
 * @param {string} value
 */
function tell(element, name, value) {
  if (element.getAttribute(name) !== value) {
    element.setAttribute(name, value);
  }
}

/**
 * @param {Element} button
 * @returns {HTMLElement | null}
 */
function panelOf(button) {
  const name = nameOf(button.closest(`[class*="${BUTTON}"]`), BUTTON);
  return name === null ? null : document.querySelector(`.${CSS.escape(PANEL + name)}`);
}

/**
 * Streamlit keeps two of a button that explains itself: one for fingers, one for the mouse.
 *
 * @param {Element} panel
 */
function shownButtonOf(panel) {
  const name = nameOf(panel, PANEL) ?? "";
  const buttons = document.querySelectorAll(`.${CSS.escape(BUTTON + name)} button`);
  return [.../** @type {NodeListOf<HTMLElement>} */ (buttons)].find((button) => button.checkVisibility());
}

/**
 * @param {Element | null} container
 * @param {string} kind
 */
function nameOf(container, kind) {
  const found = [...(container?.classList ?? [])].find((each) => each.startsWith(kind));
  return found === undefined ? null : found.slice(kind.length);
}
