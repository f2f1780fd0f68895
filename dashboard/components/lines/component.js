import { createRedraw, pointerAt, sharpen, sizeOf } from "../shared/canvas.js";
import { create, find } from "../shared/elements.js";
import { writeValue } from "../shared/scales.js";
import { createRegistry } from "../shared/state.js";
import { describe, EDGES, layOut, readValues, stepCursor, whole, zoomTo } from "./chart.js";
import { drawChart, drawCursor, drawDrag, styleOf } from "./drawing.js";

/**
 * @import { Bounds } from "../shared/screen.js"
 * @import { Mounted } from "../shared/streamlit.js"
 * @import { Chart, Layout, Line } from "./chart.js"
 * @typedef {{ left: number, line: Line, y: number }} Reading
 * @typedef {{ sent: string, text: string, chart: Chart | null, view: Bounds | null, cursor: number | null,
 *   drag: { from: number, to: number } | null, release: () => void }} State What was sent, and what is in view: new data
 *   leave that as somebody zoomed it.
 */

const LEAST_DRAG = 8; // pixels; less is a click

const stateOf = createRegistry(
  () =>
    /** @type {State} */ ({ sent: "", text: "", chart: null, view: null, cursor: null, drag: null, release: () => {} }),
);

/** @param {Mounted<string>} mounted */
export default function render({ data, parentElement }) {
  const state = stateOf(parentElement);
  const canvas = find(parentElement, "canvas", HTMLCanvasElement);
  const tip = find(parentElement, ".tip", HTMLElement);
  if (state.sent !== data) {
    state.sent = data;
    take(parentElement, state, data);
  }
  state.release();
  const { redraw, stop } = createRedraw(canvas, () => draw(state, canvas, tip));
  listen(canvas, state, redraw);
  /** @param {Event} event */
  const grow = (event) => {
    const newer = event instanceof CustomEvent && state.chart && event.detail[state.chart.label];
    if (newer && newer !== state.text) {
      take(parentElement, state, newer);
      redraw();
    }
  };
  window.addEventListener("cifar-lab-charts", grow);
  state.release = () => {
    stop();
    window.removeEventListener("cifar-lab-charts", grow);
  };
  redraw();
  return state.release;
}

/**
 * @param {ShadowRoot} root
 * @param {State} state
 * @param {string} text
 */
function take(root, state, text) {
  /** @type {Chart} */
  const chart = JSON.parse(text);
  state.text = text;
  state.chart = chart;
  const canvas = find(root, "canvas", HTMLCanvasElement);
  canvas.style.height = `${chart.height}px`;
  canvas.setAttribute("aria-label", describe(chart));
  drawLegend(find(root, ".legend", HTMLElement), chart);
}

/**
 * @param {HTMLElement} element
 * @param {Chart} chart
 */
function drawLegend(element, { lines, has_legend: hasLegend }) {
  element.hidden = !hasLegend;
  element.style.display = hasLegend ? "" : "none";
  element.replaceChildren(
    ...lines.map(({ name, colour, is_dotted: isDotted }) => {
      const dash = create("i");
      dash.style.color = colour;
      dash.classList.toggle("dotted", isDotted);
      const entry = create("span");
      entry.append(dash, name);
      return entry;
    }),
  );
}

/**
 * @param {State} state
 * @param {HTMLCanvasElement} canvas
 * @returns {{ chart: Chart, layout: Layout } | null} null as long as nothing was sent.
 */
function look({ chart, view }, canvas) {
  return chart && { chart, layout: layOut(chart, view ?? whole(chart), sizeOf(canvas)) };
}

/**
 * @param {State} state
 * @param {HTMLCanvasElement} canvas
 * @param {HTMLElement} tip
 */
function draw(state, canvas, tip) {
  const context = sharpen(canvas);
  const seen = look(state, canvas);
  if (!seen) {
    return;
  }
  const style = styleOf(canvas);
  drawChart(context, seen.chart, seen.layout, style);
  if (state.drag) {
    drawDrag(context, state.drag, seen.layout, style);
  }
  const { cursor } = state;
  const rows = cursor === null ? [] : readValues(seen.chart, cursor);
  tip.hidden = !rows.length;
  if (cursor !== null && rows.length) {
    const nearest = rows.reduce((a, b) => (Math.abs(b.x - cursor) < Math.abs(a.x - cursor) ? b : a));
    const left = seen.layout.x.to(nearest.x);
    drawCursor(context, left, seen.layout, style);
    tellValues(tip, `${seen.chart.x_title} ${Number(nearest.x.toFixed(2))}`, rows, seen.chart.is_share);
    placeTip(tip, left, canvas.clientWidth);
  }
}

/**
 * @param {HTMLElement} tip
 * @param {string} heading
 * @param {{ line: Line, y: number }[]} rows
 * @param {boolean} isShare
 */
function tellValues(tip, heading, rows, isShare) {
  const lines = rows.map(({ line, y }) => {
    const dot = create("i");
    dot.style.background = line.colour;
    const row = create("div");
    row.append(dot, `${line.name} ${writeValue(y, isShare)}`);
    return row;
  });
  tip.replaceChildren(create("div", "", heading), ...lines);
}

/**
 * @param {HTMLElement} tip
 * @param {number} left
 * @param {number} width
 */
function placeTip(tip, left, width) {
  const isRight = left > width / 2;
  tip.style.left = isRight ? "" : `${left + 10}px`;
  tip.style.right = isRight ? `${width - left + 10}px` : "";
  tip.style.top = `${EDGES.top}px`;
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {State} state
 * @param {() => void} redraw
 */
function listen(canvas, state, redraw) {
  canvas.onpointerdown = (event) => {
    if (event.pointerType !== "touch") {
      canvas.setPointerCapture(event.pointerId);
      const [left] = pointerAt(event, canvas);
      state.drag = { from: left, to: left };
    }
  };
  canvas.onpointermove = (event) => {
    const [left] = pointerAt(event, canvas);
    state.cursor = look(state, canvas)?.layout.x.from(left) ?? null;
    if (state.drag) {
      state.drag.to = left;
    }
    redraw();
  };
  canvas.onpointerup = () => {
    zoom(state, canvas);
    state.drag = null;
    redraw();
  };
  canvas.onpointerleave = canvas.onblur = () => {
    state.cursor = null;
    redraw();
  };
  canvas.ondblclick = () => {
    state.view = null;
    redraw();
  };
  canvas.onkeydown = (event) => {
    if (press(event.key, state, canvas)) {
      event.preventDefault();
      redraw();
    }
  };
}

/**
 * @param {string} key
 * @param {State} state
 * @param {HTMLCanvasElement} canvas
 * @returns {boolean} Whether the key means something here.
 */
function press(key, state, canvas) {
  const seen = look(state, canvas);
  if (seen && (key === "ArrowLeft" || key === "ArrowRight")) {
    state.cursor = stepCursor(seen.chart, seen.layout.view, state.cursor, key === "ArrowLeft" ? -1 : 1);
    return true;
  }
  if (key === "Escape") {
    state.view = null;
    state.cursor = null;
    return true;
  }
  return false;
}

/**
 * @param {State} state
 * @param {HTMLCanvasElement} canvas
 */
function zoom(state, canvas) {
  const { drag } = state;
  const seen = look(state, canvas);
  if (seen && drag && Math.abs(drag.to - drag.from) > LEAST_DRAG) {
    const [left, right] = [drag.from, drag.to].sort((one, other) => one - other).map(seen.layout.x.from);
    state.view = zoomTo(seen.chart, left, right) ?? state.view;
  }
}
