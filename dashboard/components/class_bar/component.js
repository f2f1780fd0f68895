import { create, createButton, find } from "../shared/elements.js";
import { describe, share } from "./words.js";

/**
 * @import { Mounted } from "../shared/streamlit.js"
 * @import { Class } from "./words.js"
 */

/** @param {Mounted<{ classes: Class[] }, { toggled: number }>} mounted */
export default function render({ data, parentElement, setTriggerValue }) {
  const box = find(parentElement, ".classes", HTMLElement);
  // Buttons stay while there are as many: a new one would drop the keyboard.
  if (box.children.length !== data.classes.length) {
    box.replaceChildren(...data.classes.map((_, place) => createClass(() => setTriggerValue("toggled", place))));
  }
  const most = Math.max(...data.classes.map(({ count }) => count));
  data.classes.forEach((of, place) => {
    const button = box.children[place];
    if (button instanceof HTMLElement) {
      fill(button, of, most);
    }
  });
}

/** @param {() => void} toggle */
function createClass(toggle) {
  const button = createButton("", toggle);
  button.append(create("span", "share"), create("span", "name"), " ", create("span", "count"));
  return button;
}

/**
 * @param {HTMLElement} button
 * @param {Class} of
 * @param {number} most Images of the most frequent class.
 */
function fill(button, of, most) {
  button.style.setProperty("--class", of.colour);
  button.setAttribute("aria-pressed", String(of.isChosen));
  button.setAttribute("aria-label", describe(of));
  find(button, ".name", HTMLElement).textContent = of.name;
  find(button, ".count", HTMLElement).textContent = of.count.toLocaleString("en");
  find(button, ".share", HTMLElement).style.width = share(of, most);
}
