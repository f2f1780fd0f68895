import { create, find, keepOneTabStop } from "../shared/elements.js";
import { createRegistry } from "../shared/state.js";
import { follow, labels, leftOf, move, setAt, under, write } from "./curve.js";

/**
 * @import { Mounted } from "../shared/streamlit.js"
 * @import { Curve, Spot } from "./curve.js"
 * @typedef {{ label: string, values: Curve, numEpochs: number }} Data
 * @typedef {{ curve: Curve, known: string, last: Spot | null, timer: number,
 *   send: (text: string) => void }} State What is drawn; what the server knows of it; where a pointer was.
 */

const LEVELS = [0, 25, 50, 75, 100];
const MANY = 16; // epochs whose points would touch
const PATIENCE = 700; // milliseconds after the last key
const START = 10; // where a point stands that nobody has moved

const stateOf = createRegistry(
  () => /** @type {State} */ ({ curve: null, known: "", last: null, timer: 0, send: () => {} }),
);

/** @param {Mounted<Data, { drawn: string }>} mounted */
export default function render({ data, parentElement, setTriggerValue }) {
  const state = stateOf(parentElement);
  const isBusy = state.last !== null || state.timer !== 0;
  if (!isBusy && write(data.values) !== state.known) {
    state.curve = data.values;
    state.known = write(data.values);
  }
  state.send = (text) => {
    if (text !== state.known) {
      state.known = text;
      setTriggerValue("drawn", text);
    }
  };
  new Axes(parentElement, state, data).wire();
}

/** The axes, and the curve on them. */
class Axes {
  /**
   * @param {ShadowRoot} root
   * @param {State} state
   * @param {Data} data
   */
  constructor(root, state, data) {
    this.root = root;
    this.state = state;
    this.data = data;
    this.plot = find(root, ".plot", HTMLElement);
  }

  wire() {
    const { plot, root } = this;
    find(root, ".forecast", HTMLElement).setAttribute("aria-label", this.data.label);
    plot.onpointerdown = (event) => this.begin(event);
    plot.onpointermove = (event) => this.follow(event);
    plot.onpointerup = (event) => {
      this.follow(event); // a browser may tell of no move to where it was lifted
      this.finish();
    };
    plot.onpointercancel = () => this.finish();
    find(root, ".clear", HTMLButtonElement).onclick = () => this.clear();
    this.layOut();
    this.show();
  }

  /** @param {PointerEvent} event */
  begin(event) {
    if (event.isPrimary && event.button === 0) {
      this.plot.setPointerCapture(event.pointerId);
      event.preventDefault();
      this.draw(this.placeOf(event));
    }
  }

  /** @param {PointerEvent} event */
  follow(event) {
    if (this.state.last && event.isPrimary) {
      this.draw(this.placeOf(event));
    }
  }

  finish() {
    if (this.state.last) {
      this.state.last = null;
      this.state.send(write(this.state.curve));
    }
  }

  /** @param {Spot} to */
  draw(to) {
    const { state } = this;
    const { numEpochs } = this.data;
    const nearest = Math.round(to[0]);
    state.curve = state.last
      ? follow(state.curve, numEpochs, state.last, to)
      : setAt(state.curve, numEpochs, nearest, to[1]);
    state.last = to;
    this.show(nearest);
  }

  /**
   * @param {PointerEvent} event
   * @returns {Spot}
   */
  placeOf(event) {
    const box = this.plot.getBoundingClientRect();
    return under((event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height, this.data.numEpochs);
  }

  /**
   * @param {KeyboardEvent} event
   * @param {number} place
   */
  hear(event, place) {
    const { state } = this;
    const value = state.curve?.[place] ?? START;
    const to = event.altKey || event.ctrlKey || event.metaKey ? null : move(event, place, value, this.data.numEpochs);
    if (!to) {
      return;
    }
    event.preventDefault();
    if (to[0] === place) {
      state.curve = setAt(state.curve, this.data.numEpochs, place, to[1]);
      clearTimeout(state.timer);
      state.timer = window.setTimeout(() => this.settle(), PATIENCE);
    }
    this.show(to[0]);
    this.points()[to[0]].focus();
  }

  /** Tells what the keyboard has drawn. */
  settle() {
    if (this.state.timer) {
      clearTimeout(this.state.timer);
      this.state.timer = 0;
      this.state.send(write(this.state.curve));
    }
  }

  clear() {
    clearTimeout(this.state.timer);
    this.state.timer = 0;
    this.state.curve = null;
    this.points()[0].focus(); // the button goes
    this.show();
    this.state.send("");
  }

  points() {
    return /** @type {HTMLElement[]} */ ([...find(this.root, ".points", HTMLElement).children]);
  }

  /** Makes what does not change while somebody draws; the points stay, and with them the keyboard's place. */
  layOut() {
    const { numEpochs } = this.data;
    const box = find(this.root, ".points", HTMLElement);
    box.classList.toggle("many", numEpochs > MANY);
    if (box.childElementCount !== numEpochs) {
      box.replaceChildren(...Array.from({ length: numEpochs }, (_, place) => this.createPoint(place)));
      keepOneTabStop(this.points(), this.points()[0]);
    }
    this.points().forEach((point, place) => {
      point.onkeydown = (event) => this.hear(event, place);
      point.onblur = () => this.settle();
    });
    find(this.root, ".levels", HTMLElement).replaceChildren(
      ...LEVELS.map((level) => {
        const label = create("span", "", `${level} %`);
        label.style.top = `${100 - level}%`;
        return label;
      }),
    );
    find(this.root, ".epochs", HTMLElement).replaceChildren(
      ...labels(numEpochs).map((epoch) => {
        const label = create("span", "", epoch === 1 ? "epoch 1" : String(epoch));
        label.style.left = `${leftOf(epoch - 1, numEpochs)}%`;
        return label;
      }),
    );
    find(this.root, ".grid", SVGElement).innerHTML = LEVELS.slice(1)
      .map((level) => `<line x1="0" x2="100" y1="${100 - level}" y2="${100 - level}"></line>`)
      .join("");
  }

  /** @param {number} place */
  createPoint(place) {
    const point = create("span");
    point.setAttribute("role", "slider");
    point.setAttribute("aria-label", `Epoch ${place + 1}`);
    point.setAttribute("aria-orientation", "vertical");
    point.setAttribute("aria-valuemin", "0");
    point.setAttribute("aria-valuemax", "100");
    point.setAttribute("aria-describedby", "hint");
    return point;
  }

  /** @param {number} [current] The epoch that is being moved. */
  show(current) {
    const { curve } = this.state;
    const { numEpochs } = this.data;
    const values = Array.from({ length: numEpochs }, (_, place) => curve?.[place] ?? START);
    find(this.root, ".points", HTMLElement).classList.toggle("empty", !curve);
    find(this.root, ".invitation", HTMLElement).hidden = curve !== null;
    find(this.root, ".clear", HTMLButtonElement).hidden = curve === null;
    find(this.root, ".curve", SVGElement).setAttribute(
      "points",
      curve ? values.map((value, place) => `${leftOf(place, numEpochs)},${100 - value}`).join(" ") : "",
    );
    const points = this.points();
    points.forEach((point, place) => {
      point.style.left = `${leftOf(place, numEpochs)}%`;
      point.style.top = `${100 - values[place]}%`;
      point.setAttribute("aria-valuenow", String(values[place]));
      point.setAttribute("aria-valuetext", curve ? `${values[place]} %` : "not drawn");
    });
    if (current !== undefined) {
      keepOneTabStop(points, points[current]);
    }
    const last = values[numEpochs - 1];
    const words = current === undefined ? `At the end: ${last} %` : `Epoch ${current + 1}: ${values[current]} %`;
    find(this.root, ".state", HTMLElement).textContent = curve ? words : "Nothing drawn yet";
  }
}
