import { find, keepOneTabStop } from "../shared/elements.js";
import { nearestPoint } from "../shared/nearest.js";
import { destination, leftOf, placeTip } from "./layout.js";

/**
 * @import { Layout, Range, Spot } from "./layout.js"
 * @typedef {{ text: string, shown: string, before: string, isTouch: boolean }} State `text` is what was drawn, `shown`
 *   what the tip tells of, `before` what it told of when a press began.
 * @typedef {{ spots: readonly Spot[], buttons: readonly HTMLElement[], range: Range, layout: Layout }} Drawn
 */

const REACH = 18; // CSS pixels around a spot that mean it

/** What is told of one spot at a time: the one pointed at, or else that of the keyboard. */
export class Tip {
  /**
   * @param {ShadowRoot} root
   * @param {State} state
   * @param {Drawn} drawn
   */
  constructor(root, state, { spots, buttons, range, layout }) {
    this.root = root;
    this.state = state;
    this.spots = spots;
    this.buttons = buttons;
    this.names = spots.map(({ row, words }) => `${row} ${words}`); // the same when they are drawn again
    this.shares = spots.map(({ row, value }) => [leftOf(value, range) / 100, layout.centres[row] / layout.height]);
    this.frame = find(root, ".dots", HTMLElement);
    this.chart = find(root, ".chart", HTMLElement);
    this.field = find(root, ".field", HTMLElement);
    this.box = find(root, ".tip", HTMLElement);
  }

  /** @param {(id: string) => void} report Told the id of a spot that is pressed. */
  listen(report) {
    const { chart, state } = this;
    chart.onpointermove = (event) => {
      if (event.pointerType !== "touch") {
        state.isTouch = false;
        const place = this.under(event);
        chart.classList.toggle("opens", Boolean(this.spots[place]?.id));
        this.show(place < 0 ? this.focused() : place);
      }
    };
    chart.onpointerleave = (event) => {
      if (event.pointerType !== "touch") {
        this.show(this.focused());
      }
    };
    chart.onpointerdown = (event) => {
      Object.assign(state, { isTouch: event.pointerType === "touch", before: state.shown });
    };
    chart.onclick = (event) => this.press(event, report);
    this.buttons.forEach((button, place) => {
      button.onfocus = () => this.show(place);
      button.onblur = () => this.show(-1);
    });
    chart.onkeydown = (event) => this.hear(event);
  }

  /**
   * @param {MouseEvent} event
   * @param {(id: string) => void} report
   */
  press(event, report) {
    const { state } = this;
    const isKey = event.detail === 0;
    const place = isKey ? this.focused() : this.under(event);
    if (place < 0) {
      this.show(-1);
      return;
    }
    this.focus(place);
    // Under a finger there was nothing to read before: the first tap tells, the second opens.
    if (this.spots[place].id && (isKey || !state.isTouch || state.before === this.names[place])) {
      report(this.spots[place].id);
    }
  }

  /** @param {KeyboardEvent} event */
  hear(event) {
    const place = this.focused();
    const next = place < 0 ? null : destination(event.key, this.spots, place);
    if (next !== null) {
      event.preventDefault();
      this.focus(next);
    } else if (event.key === "Escape") {
      this.show(-1);
    }
  }

  /** @param {number} place */
  focus(place) {
    keepOneTabStop(this.buttons, this.buttons[place]);
    this.buttons[place].focus({ preventScroll: true });
    this.show(place);
  }

  focused() {
    const { activeElement } = this.root;
    return activeElement instanceof HTMLElement ? this.buttons.indexOf(activeElement) : -1;
  }

  /**
   * The spot nearest to a pointer, by its place; -1 if none is near.
   *
   * @param {MouseEvent} event
   */
  under({ clientX, clientY }) {
    const { left, top, width, height } = this.field.getBoundingClientRect();
    const positions = this.shares.flatMap(([x, y]) => [x * width, y * height]);
    return nearestPoint(positions, [clientX - left, clientY - top], REACH);
  }

  /** @param {number} place Below 0 for none. */
  show(place) {
    const { box, buttons, names, spots, state } = this;
    buttons.forEach((button, other) => {
      button.classList.toggle("told", other === place);
    });
    state.shown = names[place] ?? "";
    box.hidden = place < 0;
    if (place < 0) {
      return;
    }
    const { words, id } = spots[place];
    find(box, "span", HTMLElement).textContent = words;
    find(box, "small", HTMLElement).textContent = id && (state.isTouch ? "tap again to open" : "open");
    box.style.left = "0";
    const [frame, field] = [this.frame.getBoundingClientRect(), this.field.getBoundingClientRect()];
    const [x, y] = this.shares[place];
    const at = { x: field.left - frame.left + x * field.width, y: field.top - frame.top + y * field.height };
    const size = { width: box.offsetWidth, height: box.offsetHeight };
    const { left, top } = placeTip(at, size, frame.width, frame.top + at.y);
    Object.assign(box.style, { left: `${left}px`, top: `${top}px` });
  }
}
