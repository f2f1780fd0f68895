import { createRedraw, pointerAt, sharpen, sizeOf } from "../shared/canvas.js";
import { find } from "../shared/elements.js";
import { createRegistry } from "../shared/state.js";
import { describe, layOut, quantityOf, readValues, stepCursor, whole, zoomTo } from "./chart.js";
import { drawChart, drawCursor, drawDrag, styleOf } from "./drawing.js";
import { pageLook } from "./look.js";
import { smoothen } from "./smoothing.js";
import { drawLegend, placeTip, tellValues } from "./words.js";

/**
 * @import { Bounds } from "../shared/screen.js"
 * @import { Mounted } from "../shared/streamlit.js"
 * @import { Chart, Layout } from "./chart.js"
 * @typedef {{ sent: string, text: string, plain: Chart | null, chart: Chart | null, smoothing: number, isLog: boolean,
 *   view: Bounds | null, drag: { from: number, to: number } | null, release: () => void }} State What was sent, how it
 *   is looked at, and what is in view: new data leave that as somebody zoomed it.
 */

const LEAST_DRAG = 8; // pixels; less is a click

const stateOf = createRegistry(
  () =>
    /** @type {State} */ ({
      sent: "",
      text: "",
      plain: null,
      chart: null,
      smoothing: 0,
      isLog: false,
      view: null,
      drag: null,
      release: () => {},
    }),
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
  offerTools(parentElement, state);
  /** @param {Event} event */
  const grow = (event) => {
    const newer = event instanceof CustomEvent && state.plain && event.detail[state.plain.label];
    if (newer && newer !== state.text) {
      take(parentElement, state, newer);
      redraw();
    }
  };
  const forget = pageLook.listen(() => {
    lookAgain(parentElement, state);
    redraw();
  });
  window.addEventListener("cifar-lab-charts", grow);
  state.release = () => {
    stop();
    forget();
    pageLook.point(axisOf(state), null, state);
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
  state.plain = chart;
  state.chart = null;
  find(root, "canvas", HTMLCanvasElement).style.height = `${chart.height}px`;
  find(root, ".head", HTMLElement).hidden = !chart.has_legend && !chart.has_tools;
  find(root, ".tools", HTMLElement).hidden = !chart.has_tools;
  drawLegend(find(root, ".legend", HTMLElement), chart);
  lookAgain(root, state);
}

/**
 * Brings a chart up to how the page's charts are looked at.
 *
 * @param {ShadowRoot} root
 * @param {State} state
 */
function lookAgain(root, state) {
  if (!state.plain) {
    return;
  }
  const [smoothing, isLog] = state.plain.has_tools
    ? [pageLook.smoothing(), pageLook.isLog(quantityOf(state.plain))]
    : [0, false];
  if (state.chart && smoothing === state.smoothing && isLog === state.isLog) {
    return;
  }
  if (isLog !== state.isLog) {
    state.view = null;
  }
  Object.assign(state, { chart: smoothen(state.plain, smoothing), smoothing, isLog });
  find(root, "canvas", HTMLCanvasElement).setAttribute("aria-label", describe(state.plain));
  const strength = `${Math.round(100 * smoothing)} %`;
  const slider = find(root, ".tools input", HTMLInputElement);
  slider.value = String(Math.round(100 * smoothing));
  slider.setAttribute("aria-valuetext", smoothing ? strength : "none");
  find(root, ".tools span", HTMLElement).textContent = smoothing ? `Smooth ${strength}` : "Smooth";
  find(root, ".log", HTMLButtonElement).setAttribute("aria-pressed", String(isLog));
}

/**
 * @param {ShadowRoot} root
 * @param {State} state
 */
function offerTools(root, state) {
  const slider = find(root, ".tools input", HTMLInputElement);
  slider.oninput = () => pageLook.smooth(Number(slider.value) / 100);
  find(root, ".log", HTMLButtonElement).onclick = () => {
    if (state.plain) {
      pageLook.switchLog(quantityOf(state.plain));
    }
  };
}

/** @param {State} state */
function axisOf(state) {
  return state.plain?.x_title ?? "";
}

/**
 * @param {State} state
 * @param {HTMLCanvasElement} canvas
 * @returns {{ chart: Chart, layout: Layout } | null} null as long as nothing was sent.
 */
function look({ chart, view, isLog }, canvas) {
  return chart && { chart, layout: layOut(chart, view ?? whole(chart, isLog), sizeOf(canvas), isLog) };
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
  const { view } = seen.layout;
  const cursor = pageLook.cursor(axisOf(state));
  const isSeen = cursor !== null && cursor >= view.left && cursor <= view.right;
  const rows = isSeen ? readValues(seen.chart, cursor) : [];
  tip.hidden = !rows.length;
  if (cursor !== null && rows.length) {
    const nearest = rows.reduce((a, b) => (Math.abs(b.x - cursor) < Math.abs(a.x - cursor) ? b : a));
    const left = seen.layout.x.to(nearest.x);
    drawCursor(context, left, seen.layout, style);
    tellValues(tip, `${seen.chart.x_title} ${Number(nearest.x.toFixed(2))}`, rows, seen.chart);
    placeTip(tip, left, canvas.clientWidth);
  }
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {State} state
 * @param {() => void} redraw
 */
function listen(canvas, state, redraw) {
  /** @param {number | null} x */
  const point = (x) => pageLook.point(axisOf(state), x, state);
  /** @param {number} left */
  const pointTo = (left) => point(look(state, canvas)?.layout.x.from(left) ?? null);
  canvas.onpointerdown = (event) => {
    const [left] = pointerAt(event, canvas);
    if (event.pointerType === "touch") {
      pointTo(left);
    } else {
      canvas.setPointerCapture(event.pointerId);
      state.drag = { from: left, to: left };
    }
  };
  canvas.onpointermove = (event) => {
    const [left] = pointerAt(event, canvas);
    pointTo(left);
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
  canvas.onblur = () => point(null);
  canvas.onpointerleave = (event) => {
    // A finger leaves with each tap: what it pointed to stays until somebody taps elsewhere.
    if (event.pointerType !== "touch") {
      point(null);
    }
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
    const axis = axisOf(state);
    const step = key === "ArrowLeft" ? -1 : 1;
    pageLook.point(axis, stepCursor(seen.chart, seen.layout.view, pageLook.cursor(axis), step), state);
    return true;
  }
  if (key === "Escape") {
    state.view = null;
    pageLook.point(axisOf(state), null, state);
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
    state.view = zoomTo(seen.chart, left, right, state.isLog) ?? state.view;
  }
}
