import { create, find } from "../shared/elements.js";
import { place as placeBeside } from "../shared/placing.js";
import { countParameters } from "./words.js";

/** @import { Box } from "./layout.js" */

const MANY = 14; // layers from which on they stand in two columns

/** What a box tells, beside it and above all else on the page. */
export class Tip {
  /** @param {ShadowRoot} root */
  constructor(root) {
    this.element = find(root, ".tip", HTMLElement);
    this.place = -1; // of its box; -1 while it is hidden
    this.listening = new AbortController();
  }

  /**
   * @param {number} place
   * @param {Box} box
   * @param {HTMLElement} button The box on the page.
   */
  show(place, box, button) {
    const lines = create("div", box.layers.length > MANY ? "many" : "");
    lines.append(...box.layers.map((layer) => create("div", "", layer)));
    this.element.replaceChildren(create("b", "", box.label), lines, create("div", "", countParameters(box)));
    this.element.showPopover();
    this.place = place;
    this.put(button);
    this.listen(button);
  }

  /** @param {HTMLElement} button */
  put(button) {
    const { left, right, bottom } = button.getBoundingClientRect();
    const { top } = find(button, ".roof", SVGElement).getBoundingClientRect();
    const { offsetWidth: width, offsetHeight: height } = this.element;
    const room = { width: document.documentElement.clientWidth, height: window.innerHeight };
    const at = placeBeside({ left: (left + right - width) / 2, top, bottom }, { width, height }, room);
    this.element.style.left = `${at.left}px`;
    this.element.style.top = `${at.top}px`;
  }

  /** @param {HTMLElement} button */
  listen(button) {
    this.release();
    this.listening = new AbortController();
    const options = { capture: true, passive: true, signal: this.listening.signal };
    window.addEventListener("scroll", () => this.put(button), options);
    window.addEventListener("keydown", ({ key }) => key === "Escape" && this.hide(), options);
    window.addEventListener("pointerdown", (event) => event.composedPath().includes(button) || this.hide(), options);
  }

  hide() {
    this.release();
    this.place = -1;
    this.element.hidePopover();
  }

  /** Listens no more. */
  release() {
    this.listening.abort();
  }
}
