import { create } from "../shared/elements.js";
import { describeBounds, isWithin, readNumber } from "./reading.js";

/**
 * It listens to the number boxes that a page has, or will have, which are Streamlit's: it comes with the document, and
 * stays. While somebody types, a box takes any text; when it is done, the text is read, and what is no number gives way
 * to the last one that was, with a word on why.
 */

const BOX = '[data-testid="stNumberInputField"]';
const WORD = "cifar-lab-number-word";

/** What each box held when it was last right. @type {WeakMap<HTMLInputElement, string>} */
const last = new WeakMap();
/** The placeholder of boxes for whole numbers. */
let whole = "";

/**
 * Lets all number boxes read what is typed as people write numbers.
 *
 * @param {string} placeholder Of boxes for whole numbers.
 */
export function watchNumbers(placeholder) {
  whole = placeholder;
  // On the window and before all others: Streamlit hears of it when the text is a number.
  window.addEventListener("focusin", begin, true);
  window.addEventListener("keydown", press, true);
  window.addEventListener("focusout", end, true);
}

/**
 * @param {Event} event
 * @returns {HTMLInputElement | null}
 */
function boxOf({ target }) {
  return target instanceof HTMLInputElement && target.matches(BOX) ? target : null;
}

/** @param {Event} event */
function begin(event) {
  const box = boxOf(event);
  if (!box) {
    return;
  }
  last.set(box, box.value);
  if (box.type === "number") {
    // A box for numbers alone does not tell what else was typed. Another type loses what the Tab key has marked.
    box.setAttribute("type", "text");
    box.setAttribute("inputmode", "decimal");
    box.setAttribute("role", "spinbutton");
    box.select();
  }
}

/** @param {KeyboardEvent} event */
function press(event) {
  const box = boxOf(event);
  if (!box) {
    return;
  }
  if (["Enter", "ArrowUp", "ArrowDown"].includes(event.key)) {
    settle(box);
    setTimeout(() => last.set(box, box.value));
  } else if (event.key.length === 1 || event.key === "Backspace") {
    wordOf(box)?.remove();
  }
}

/** @param {Event} event */
function end(event) {
  const box = boxOf(event);
  if (box) {
    settle(box);
  }
}

/** @param {HTMLInputElement} box */
function settle(box) {
  const before = last.get(box) ?? "";
  const typed = box.value;
  if (typed === before || (typed.trim() === "" && before === "")) {
    return;
  }
  const isClearable = box.closest('[data-testid="stNumberInput"]')?.querySelector('[data-testid$="ClearButton"]');
  if (typed.trim() === "" && isClearable) {
    return;
  }
  const reading = readNumber(typed, box.placeholder === whole);
  if ("number" in reading && isWithin(reading.number, box.min, box.max)) {
    wordOf(box)?.remove();
    write(box, reading.number);
    last.set(box, reading.number);
    return;
  }
  const problem = "number" in reading ? `${typed} is not allowed` : reading.problem;
  write(box, before);
  say(box, problem, before);
}

/**
 * Writes as if it were typed: React hears of it.
 *
 * @param {HTMLInputElement} box
 * @param {string} text
 */
function write(box, text) {
  if (box.value !== text) {
    Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value")?.set?.call(box, text);
    box.dispatchEvent(new Event("input", { bubbles: true }));
  }
}

/**
 * @param {HTMLInputElement} box
 * @param {string} problem
 * @param {string} kept
 */
function say(box, problem, kept) {
  wordOf(box)?.remove();
  const name = box.getAttribute("aria-label") || "The box";
  const stays = kept ? `it stays ${kept}` : "it stays empty";
  const word = create("div", WORD, `${name}: ${problem}; allowed: ${describeBounds(box.min, box.max)}; ${stays}.`);
  word.setAttribute("role", "alert");
  box.closest('[data-testid="stNumberInput"]')?.append(word);
}

/** @param {HTMLInputElement} box */
function wordOf(box) {
  return box.closest('[data-testid="stNumberInput"]')?.querySelector(`.${WORD}`);
}
