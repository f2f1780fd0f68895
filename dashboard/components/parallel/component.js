import { createRedraw, pointerAt, sharpen } from "../shared/canvas.js";
import { create, find } from "../shared/elements.js";
import { createRegistry } from "../shared/state.js";
import {
  brushBetween,
  describe,
  handlesOf,
  layOut,
  nearestAxis,
  passesThrough,
  press,
  reachOf,
  tidy,
  withBrush,
} from "./axes.js";
import { draw, styleOf } from "./drawing.js";
import { placeHandles, placeTitles } from "./handles.js";
import { findPath, showTip } from "./tip.js";

/**
 * @import { Point } from "../shared/screen.js"
 * @import { Mounted } from "../shared/streamlit.js"
 * @import { Axis, Brushes, Layout, Path } from "./axes.js"
 * @typedef {{ label: string, axes: Axis[], paths: Path[], brushes: Brushes }} Data
 * @typedef {{ place: number, from: number, at: number, end: 0 | 1 | null }} Drag Along which axis, from where to where;
 *   `end`: with which handle.
 * @typedef {{ brushes: Brushes, told: string, sent: string[], drag: Drag | null, pointed: number, timer: number,
 *   stop: () => void }} State `told` are the brushes that the server asked for last, `sent` those it has not answered.
 */

const REACH = 20; // pixels beside an axis that mean it
const NEAR = 9; // pixels beside a line that mean it
const CLICK = 4;
const PATIENCE = 500; // milliseconds after the last key

const stateOf = createRegistry(
  () =>
    /** @type {State} */ ({
      brushes: {},
      told: "",
      sent: [],
      drag: null,
      pointed: -1,
      timer: 0,
      stop: () => {},
    }),
);

/** @param {Mounted<Data, { brushed: Record<string, readonly number[]> }>} mounted */
export default function render({ data, parentElement, setTriggerValue }) {
  const state = stateOf(parentElement);
  hear(state, data.brushes);
  state.stop();
  const chart = new Chart(parentElement, state, data, (brushes) => setTriggerValue("brushed", brushes));
  state.stop = chart.mount();
  return state.stop;
}

/**
 * Takes what the server says is selected, unless that is only its answer to what was selected here.
 *
 * @param {State} state
 * @param {Brushes} brushes
 */
function hear(state, brushes) {
  const text = JSON.stringify(brushes);
  const place = state.sent.lastIndexOf(text);
  if (place >= 0) {
    state.sent.splice(0, place + 1);
  } else if (text !== state.told) {
    state.sent = [];
  }
  if (!state.sent.length && !state.drag && !state.timer) {
    state.brushes = brushes;
  }
  state.told = text;
}

/** The axes, the lines, and what selects them. */
class Chart {
  /**
   * @param {ShadowRoot} root
   * @param {State} state
   * @param {Data} data
   * @param {(brushes: Record<string, readonly number[]>) => void} report
   */
  constructor(root, state, data, report) {
    this.root = root;
    this.state = state;
    this.data = data;
    this.report = report;
    this.canvas = find(root, "canvas", HTMLCanvasElement);
    this.tip = find(root, ".tip", HTMLElement);
    /** @type {Layout} */
    this.layout = layOut(data.axes, this.canvas.clientWidth);
    this.redraw = () => {};
  }

  mount() {
    const { canvas, root } = this;
    const { redraw, stop } = createRedraw(canvas, () => this.paint());
    this.redraw = redraw;
    canvas.setAttribute("aria-label", this.data.label);
    canvas.onpointerdown = (event) => this.begin(event);
    canvas.onpointermove = (event) => this.follow(event);
    canvas.onpointerup = (event) => this.finish(event);
    canvas.onpointercancel = () => this.drop();
    canvas.onpointerleave = () => this.point(null);
    find(root, ".clear", HTMLButtonElement).onclick = () => {
      this.select({});
      this.handles()[0]?.focus(); // the button goes
    };
    this.createParts();
    redraw();
    return stop;
  }

  /** Makes what does not change while somebody selects; handles stay, and with them the keyboard's place. */
  createParts() {
    const { axes } = this.data;
    const box = find(this.root, ".handles", HTMLElement);
    if (box.childElementCount !== 2 * axes.length) {
      box.replaceChildren(...axes.flatMap(() => [create("span"), create("span")]));
    }
    this.handles().forEach((handle, index) => {
      this.wire(handle, axes[index >> 1], /** @type {0 | 1} */ (index & 1), index >> 1);
    });
    find(this.root, ".titles", HTMLElement).replaceChildren(
      ...axes.map(({ title }) => {
        const words = create("span", "", title);
        words.title = title;
        return words;
      }),
    );
  }

  /**
   * @param {HTMLElement} handle
   * @param {Axis} axis
   * @param {0 | 1} end
   * @param {number} place
   */
  wire(handle, axis, end, place) {
    handle.setAttribute("role", "slider");
    handle.setAttribute("aria-label", `${axis.title}, ${end ? "up to" : "from"}`);
    handle.tabIndex = 0;
    handle.onkeydown = (event) => {
      const brush = press(axis, this.state.brushes[axis.key], end, event.key);
      if (brush !== undefined && !event.altKey && !event.ctrlKey && !event.metaKey) {
        event.preventDefault();
        this.select(withBrush(this.state.brushes, axis.key, brush), PATIENCE);
      }
    };
    handle.onblur = () => this.settle();
    handle.onpointerdown = (event) => {
      handle.setPointerCapture(event.pointerId);
      event.preventDefault();
      handle.focus();
      this.state.drag = { place, from: this.along(event), at: this.along(event), end };
    };
    handle.onpointermove = (event) => this.follow(event);
    handle.onpointerup = (event) => this.finish(event);
    handle.onpointercancel = () => this.drop();
  }

  handles() {
    return /** @type {HTMLElement[]} */ ([...find(this.root, ".handles", HTMLElement).children]);
  }

  /** @param {MouseEvent} event */
  along(event) {
    const [x, y] = pointerAt(event, this.canvas);
    return this.layout.isLying ? x : y;
  }

  /** @param {PointerEvent} event */
  begin(event) {
    const [x, y] = pointerAt(event, this.canvas);
    const place = nearestAxis(this.layout.spots, this.layout.isLying ? y : x, REACH);
    if (event.pointerType === "touch") {
      this.point([x, y]);
    } else if (place >= 0 && event.button === 0) {
      this.canvas.setPointerCapture(event.pointerId);
      event.preventDefault();
      this.state.drag = { place, from: this.along(event), at: this.along(event), end: null };
    }
  }

  /** @param {PointerEvent} event */
  follow(event) {
    const { drag } = this.state;
    if (!drag) {
      this.point(pointerAt(event, this.canvas));
      return;
    }
    drag.at = this.along(event);
    if (drag.end !== null || Math.abs(drag.at - drag.from) >= CLICK) {
      this.state.brushes = this.dragged(drag);
      this.redraw();
    }
  }

  /** @param {PointerEvent} event */
  finish(event) {
    const { drag } = this.state;
    if (!drag) {
      return;
    }
    this.follow(event); // a browser may tell of no move to where it was lifted
    const isClick = Math.abs(drag.at - drag.from) < CLICK;
    this.state.drag = null;
    if (!isClick) {
      this.select(this.dragged(drag));
    } else if (drag.end === null) {
      this.select(withBrush(this.state.brushes, this.data.axes[drag.place].key, null));
    }
  }

  drop() {
    if (this.state.drag) {
      this.state.drag = null;
      this.select(this.state.brushes);
    }
  }

  /**
   * @param {Drag} drag
   * @returns {Brushes} As they are where it is now.
   */
  dragged({ place, from, at, end }) {
    const axis = this.data.axes[place];
    const { brushes } = this.state;
    if (end === null) {
      return withBrush(brushes, axis.key, brushBetween(axis, this.layout, place, from, at));
    }
    const ends = handlesOf(axis, brushes[axis.key]);
    const [least, most] = reachOf(axis);
    const value = Math.min(most, Math.max(least, this.layout.scales[place].from(at)));
    ends[end] = end ? Math.max(value, ends[0]) : Math.min(value, ends[1]);
    return withBrush(brushes, axis.key, tidy(axis, ...ends));
  }

  /**
   * @param {Brushes} brushes
   * @param {number} [patience] Milliseconds to wait for more.
   */
  select(brushes, patience = 0) {
    this.state.brushes = brushes;
    clearTimeout(this.state.timer);
    this.state.timer = window.setTimeout(() => this.settle(), patience);
    this.redraw();
  }

  /** Tells the server. */
  settle() {
    const { state } = this;
    if (!state.timer) {
      return;
    }
    clearTimeout(state.timer);
    state.timer = 0;
    const text = JSON.stringify(state.brushes);
    if (text !== (state.sent.at(-1) ?? state.told)) {
      state.sent.push(text);
      this.report({ ...state.brushes });
    }
  }

  /** @param {Point | null} at */
  point(at) {
    const { state, layout } = this;
    const passing = this.data.paths.filter(passesThrough(this.data.axes, state.brushes));
    const found = at && findPath(passing, layout, at, NEAR);
    showTip(this.tip, found?.name ?? "", at, this.canvas.clientWidth);
    if ((found?.id ?? -1) !== state.pointed) {
      state.pointed = found?.id ?? -1;
      this.redraw();
    }
  }

  paint() {
    const { canvas, data, state } = this;
    this.layout = layOut(data.axes, canvas.clientWidth);
    canvas.style.height = `${this.layout.height}px`;
    find(this.root, ".parallel", HTMLElement).classList.toggle("lying", this.layout.isLying);
    const context = sharpen(canvas);
    draw(context, { ...data, brushes: state.brushes }, this.layout, styleOf(canvas), state.pointed);
    placeTitles(find(this.root, ".titles", HTMLElement), this.layout, canvas.clientWidth);
    placeHandles(this.handles(), data.axes, state.brushes, this.layout);
    const count = data.paths.filter(passesThrough(data.axes, state.brushes)).length;
    const words = describe(data.axes, state.brushes);
    find(this.root, ".state", HTMLElement).textContent = words
      ? `${count} of ${data.paths.length} selected: ${words}`
      : `All ${data.paths.length} are shown`;
    find(this.root, ".clear", HTMLButtonElement).hidden = !words;
  }
}
