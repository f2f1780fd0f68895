import { createRedraw, pointerAt, sizeOf } from "../shared/canvas.js";
import { create, createButton, createChoice, find } from "../shared/elements.js";
import { isSame } from "../shared/message.js";
import { nearestPoint } from "../shared/nearest.js";
import { fit, fromScreen, moveBy, scaleOf, zoomAt } from "../shared/screen.js";
import { decodeSprite, paintPicture } from "../shared/sprite.js";
import { createRegistry } from "../shared/state.js";
import { drawMap, pointsWithin } from "./drawing.js";
import { readPoints } from "./points.js";

/**
 * @import { Point, View } from "../shared/screen.js"
 * @import { Mounted } from "../shared/streamlit.js"
 * @import { Header, Points } from "./points.js"
 * @typedef {{ from: Point, path: Point[], centre: Point }} Drag Where it began, round what, and the view's centre then.
 * @typedef {{ points: Points, view: View, sprite: ImageBitmap | null, drag: Drag | null,
 *   selected: Set<number> | null }} Shown What a message asks for, how far that is zoomed, what of it is selected.
 * @typedef {{ bytes: Uint8Array | null, shown: Shown | null, tool: string, pointer: Point | null, stop: () => void,
 *   report: (ids: number[]) => void }} State The tool stays chosen from message to message.
 */

const TOOLS = ["Lasso", "Box", "Move"];
const REACH = 10; // pixels around the pointer in which a point is told
const KEY_STEP = 40; // pixels

/** @type {Record<string, Point>} */
const MOVES = {
  ArrowLeft: [KEY_STEP, 0],
  ArrowRight: [-KEY_STEP, 0],
  ArrowUp: [0, KEY_STEP],
  ArrowDown: [0, -KEY_STEP],
};
/** @type {Record<string, number>} */
const ZOOMS = { "+": 1.25, "-": 0.8 };

const stateOf = createRegistry(
  () =>
    /** @type {State} */ ({
      bytes: null,
      shown: null,
      tool: "Lasso",
      pointer: null,
      stop: () => {},
      report: () => {},
    }),
);

/** @param {Mounted<Uint8Array, { selected: number[] }>} mounted */
export default function render({ data, parentElement, setStateValue }) {
  const state = stateOf(parentElement);
  const canvas = find(parentElement, ".points", HTMLCanvasElement);
  const tip = find(parentElement, ".tip", HTMLElement);
  const shown = take(state, data, parentElement, () => tell(canvas, tip, state));
  state.report = (ids) => setStateValue("selected", ids);
  state.stop();
  const { redraw, stop } = createRedraw(canvas, () => {
    const isOutlined = state.tool !== "Move";
    drawMap(canvas, shown.points, shown.view, shown.selected, isOutlined && shown.drag ? shown.drag.path : null);
  });
  state.stop = stop;
  canvas.setAttribute("aria-label", shown.points.header.label);
  drawTools(find(parentElement, ".tools", HTMLElement), state, shown, redraw);
  listen(canvas, tip, state, shown, redraw);
  redraw();
  return stop;
}

/**
 * @param {State} state
 * @param {Uint8Array} bytes
 * @param {ShadowRoot} root
 * @param {() => void} ready Called once the pictures can be shown.
 * @returns {Shown} What was there already if the message is no other.
 */
function take(state, bytes, root, ready) {
  if (state.shown && isSame(state.bytes, bytes)) {
    return state.shown;
  }
  const points = readPoints(bytes);
  /** @type {Shown} */
  const shown = { points, view: fit(points.positions), sprite: null, drag: null, selected: null };
  state.bytes = bytes;
  state.shown = shown;
  drawLegend(find(root, ".legend", HTMLElement), points.header);
  decodeSprite(points.sprite).then((sprite) => {
    shown.sprite = sprite;
    ready();
  });
  return shown;
}

/**
 * @param {HTMLElement} group
 * @param {State} state
 * @param {Shown} shown
 * @param {() => void} redraw
 */
function drawTools(group, state, shown, redraw) {
  const tools = createChoice(TOOLS, TOOLS.indexOf(state.tool), (place) => {
    state.tool = TOOLS[place];
  });
  const whole = createButton("Whole map", () => {
    shown.view = fit(shown.points.positions);
    redraw();
  });
  const none = createButton("Select nothing", () => {
    select(state, shown, null);
    redraw();
  });
  group.replaceChildren(...tools, whole, none);
}

/**
 * @param {HTMLElement} legend
 * @param {Header} header
 */
function drawLegend(legend, { names, colours }) {
  const entries = names.map((name, group) => {
    const dot = create("i");
    dot.style.background = colours[group];
    const entry = create("span");
    entry.append(dot, name);
    return entry;
  });
  legend.replaceChildren(...entries);
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {HTMLElement} tip
 * @param {State} state
 * @param {Shown} shown
 * @param {() => void} redraw
 */
function listen(canvas, tip, state, shown, redraw) {
  /** @param {Point | null} pointer */
  const point = (pointer) => {
    state.pointer = pointer;
    tell(canvas, tip, state);
  };
  canvas.onpointerdown = (event) => {
    canvas.setPointerCapture(event.pointerId);
    const from = pointerAt(event, canvas);
    shown.drag = { from, path: [from], centre: shown.view.centre };
    point(null);
  };
  canvas.onpointermove = (event) => {
    if (!shown.drag) {
      point(pointerAt(event, canvas));
      return;
    }
    follow(shown, shown.drag, state.tool, canvas, pointerAt(event, canvas));
    redraw();
  };
  canvas.onpointerup = () => {
    if (shown.drag && state.tool !== "Move") {
      select(state, shown, pointsWithin(shown.points, shown.view, canvas, shown.drag.path));
    }
    shown.drag = null;
    redraw();
  };
  canvas.onpointerleave = () => point(null);
  canvas.onwheel = (event) => {
    event.preventDefault();
    shown.view = zoomAt(shown.view, sizeOf(canvas), pointerAt(event, canvas), Math.exp(-event.deltaY / 400));
    redraw();
  };
  canvas.onkeydown = (event) => {
    const view = viewAfter(event.key, shown.view, canvas);
    if (view) {
      shown.view = view;
      event.preventDefault();
      redraw();
    }
  };
}

/**
 * @param {string} key
 * @param {View} view
 * @param {HTMLCanvasElement} canvas
 * @returns {View | null} null for a key that means nothing here.
 */
function viewAfter(key, view, canvas) {
  const size = sizeOf(canvas);
  if (key in ZOOMS) {
    return zoomAt(view, size, [size.width / 2, size.height / 2], ZOOMS[key]);
  }
  return key in MOVES ? moveBy(view, size, MOVES[key]) : null;
}

/**
 * @param {Shown} shown
 * @param {Drag} drag
 * @param {string} tool
 * @param {HTMLCanvasElement} canvas
 * @param {Point} point
 */
function follow(shown, drag, tool, canvas, point) {
  if (tool === "Move") {
    const held = { ...shown.view, centre: drag.centre };
    shown.view = moveBy(held, sizeOf(canvas), [point[0] - drag.from[0], point[1] - drag.from[1]]);
  } else if (tool === "Box") {
    const [left, top] = drag.from;
    drag.path = [drag.from, [point[0], top], point, [left, point[1]]];
  } else {
    drag.path.push(point);
  }
}

/**
 * @param {State} state
 * @param {Shown} shown
 * @param {Set<number> | null} places
 */
function select(state, shown, places) {
  shown.selected = places;
  state.report(Array.from(places ?? [], (place) => shown.points.header.ids[place]));
}

/**
 * Shows the picture of the point under the pointer beside it.
 *
 * @param {HTMLCanvasElement} canvas
 * @param {HTMLElement} tip
 * @param {State} state
 */
function tell(canvas, tip, { pointer, shown }) {
  tip.hidden = true;
  if (!pointer || !shown?.sprite) {
    return;
  }
  const { points, view, sprite } = shown;
  const size = sizeOf(canvas);
  const nearest = nearestPoint(points.positions, fromScreen(view, size)(...pointer), REACH / scaleOf(view, size));
  if (nearest < 0) {
    return;
  }
  const { ids, names, spriteColumns } = points.header;
  paintPicture(find(tip, "canvas", HTMLCanvasElement), sprite, nearest, spriteColumns);
  find(tip, "span", HTMLElement).textContent = `${names[points.groups[nearest]]}, image ${ids[nearest]}`;
  tip.style.left = `${Math.min(pointer[0] + 14, size.width - 210)}px`;
  tip.style.top = `${Math.min(pointer[1] + 14, size.height - 96)}px`;
  tip.hidden = false;
}
