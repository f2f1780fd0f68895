import { createRedraw, sizeOf } from "../shared/canvas.js";
import { create, createButton, createChoice, find } from "../shared/elements.js";
import { isSame } from "../shared/message.js";
import { nearestPoint } from "../shared/nearest.js";
import { fit, fromScreen, scaleOf, toScreen, zoomAt } from "../shared/screen.js";
import { createRegistry } from "../shared/state.js";
import { createAlbum } from "./album.js";
import { createColours, createPainter } from "./drawing.js";
import { createGrip, listen, ZOOM_STEP } from "./gestures.js";
import { chooseGroup, createLegend, pressLegend } from "./legend.js";
import { countGroups, readPoints } from "./points.js";
import { findMarked, toPolygon } from "./region.js";
import { hideTip, showTip } from "./tip.js";

/**
 * @import { Point } from "../shared/screen.js"
 * @import { Mounted } from "../shared/streamlit.js"
 * @import { Album } from "./album.js"
 * @import { Scene } from "./drawing.js"
 * @import { Grip, Hand, Tool } from "./gestures.js"
 * @import { Marking } from "./points.js"
 * @typedef {Scene & { marking: Marking, path: Point[] }} Shown What a message asks for, how far that is zoomed, what of
 *   it is marked, and what is being drawn round.
 * @typedef {{ bytes: Uint8Array | null, shown: Shown | null, tool: Tool, pointer: Point | null, grip: Grip, album: Album | null,
 *   address: string, told: string, sent: string[], stop: () => void, redraw: () => void, tell: () => void,
 *   report: (marking: Marking) => void, open: (id: number) => void }} State
 *   `told` is the marking that the server asked for last, `sent` those that it has not answered yet.
 */

/** @type {Tool[]} */
const TOOLS = ["Move", "Lasso", "Box"];
const REACH = 12; // pixels around the pointer in which a point is told
const FINEST = 1.2; // pixels by which an outline may differ from what was drawn

const stateOf = createRegistry(
  () =>
    /** @type {State} */ ({
      bytes: null,
      shown: null,
      tool: "Move",
      pointer: null,
      grip: createGrip(),
      album: null,
      address: "",
      told: "",
      sent: [],
      stop: () => {},
      redraw: () => {},
      tell: () => {},
      report: () => {},
      open: () => {},
    }),
);

/** @param {Mounted<Uint8Array, { marked: { polygon: number[], groups: number[] }, opened: number }>} mounted */
export default function render({ data, parentElement, setTriggerValue }) {
  const state = stateOf(parentElement);
  const canvas = find(parentElement, ".points", HTMLCanvasElement);
  const tip = find(parentElement, ".tip", HTMLElement);
  state.report = ({ polygon, groups }) => setTriggerValue("marked", { polygon: polygon.flat(), groups });
  state.open = (id) => setTriggerValue("opened", id);
  state.tell = () =>
    state.shown && state.pointer ? showTip(tip, canvas, state.shown, state.pointer, REACH) : hideTip(tip);
  const shown = take(state, data);
  state.stop();
  const paint = createPainter();
  const { redraw, stop } = createRedraw(canvas, () => paint(canvas, shown, outlineOf(shown, canvas)));
  [state.redraw, state.stop] = [redraw, stop];
  canvas.setAttribute("aria-label", shown.points.header.label);
  const buttons = createLegend(
    shown.points.header.names,
    shown.points.header.colours,
    countGroups(shown.points),
    (...choice) =>
      mark(state, shown, buttons, { ...shown.marking, groups: chooseGroup(shown.marking.groups, ...choice) }),
  );
  find(parentElement, ".legend", HTMLElement).replaceChildren(...buttons);
  pressLegend(buttons, shown.marking.groups);
  const hand = createHand(state, shown, canvas, buttons);
  drawTools(find(parentElement, ".tools", HTMLElement), canvas, state, hand);
  listen(canvas, hand, state.grip);
  redraw();
  return stop;
}

/**
 * @param {State} state
 * @param {Uint8Array} bytes
 * @returns {Shown} What was there already if the message is no other; the same view of it if only its colours are.
 */
function take(state, bytes) {
  if (state.shown && isSame(state.bytes, bytes)) {
    return state.shown;
  }
  const points = readPoints(bytes);
  const { header } = points;
  const before = state.shown?.points.header.map === header.map ? state.shown : null;
  const marking = before && !isAsked(state, header.marking) ? before.marking : header.marking;
  state.bytes = bytes;
  state.told = JSON.stringify(header.marking);
  state.shown = {
    points,
    view: before ? before.view : fit(points.grid),
    marked: findMarked(points, marking),
    colours: createColours(header.colours),
    album: albumOf(state, header.pictures),
    marking,
    path: [],
  };
  return state.shown;
}

/**
 * Whether a marking in a message is news: neither what it was, nor the answer to one that others have followed since.
 *
 * @param {State} state
 * @param {Marking} marking
 */
function isAsked(state, marking) {
  const text = JSON.stringify(marking);
  const place = state.sent.lastIndexOf(text);
  if (place >= 0) {
    state.sent.splice(0, place + 1);
    return state.sent.length === 0;
  }
  if (text === state.told && state.sent.length) {
    return false;
  }
  state.sent = [];
  return true;
}

/**
 * @param {State} state
 * @param {string} address
 */
function albumOf(state, address) {
  if (!state.album || state.address !== address) {
    state.album?.stop();
    state.address = address;
    state.album = createAlbum(new URL(address, document.baseURI).href, () => {
      state.redraw();
      state.tell();
    });
  }
  return state.album;
}

/**
 * @param {State} state
 * @param {Shown} shown
 * @param {HTMLCanvasElement} canvas
 * @param {HTMLButtonElement[]} buttons The legend's.
 * @returns {Hand}
 */
function createHand(state, shown, canvas, buttons) {
  /** @param {Point[]} path */
  const markWithin = (path) => {
    const place = fromScreen(shown.view, sizeOf(canvas));
    const corners = path.map((corner) => place(...corner));
    const polygon = toPolygon(corners, FINEST / scaleOf(shown.view, sizeOf(canvas)));
    mark(state, shown, buttons, { ...shown.marking, polygon });
  };
  return {
    grid: shown.points.grid,
    getView: () => shown.view,
    setView: (view) => {
      shown.view = view;
      state.redraw();
    },
    getTool: () => state.tool,
    point: (at) => {
      state.pointer = at;
      state.tell();
    },
    trace: (path) => {
      shown.path = path;
      state.redraw();
    },
    mark: markWithin,
    markView: () => {
      const { width, height } = sizeOf(canvas);
      markWithin([
        [0, 0],
        [width, 0],
        [width, height],
        [0, height],
      ]);
    },
    markNothing: () => mark(state, shown, buttons, { polygon: [], groups: [] }),
    open: (at) => {
      const nearest = findAt(shown, canvas, at);
      if (nearest >= 0 && shown.points.header.opens) {
        state.open(shown.points.ids[nearest]);
      }
    },
  };
}

/**
 * @param {Shown} shown
 * @param {HTMLCanvasElement} canvas
 * @param {Point} at
 */
function findAt({ view, points, marked }, canvas, at) {
  const size = sizeOf(canvas);
  return nearestPoint(points.grid, fromScreen(view, size)(...at), REACH / scaleOf(view, size), marked);
}

/**
 * @param {State} state
 * @param {Shown} shown
 * @param {HTMLButtonElement[]} buttons
 * @param {Marking} marking
 */
function mark(state, shown, buttons, marking) {
  shown.marking = marking;
  shown.marked = findMarked(shown.points, marking);
  pressLegend(buttons, marking.groups);
  state.sent.push(JSON.stringify(marking));
  state.report(marking);
  state.redraw();
}

/**
 * What is drawn round now, or was marked, on the screen.
 *
 * @param {Shown} shown
 * @param {HTMLCanvasElement} canvas
 */
function outlineOf({ path, marking, view }, canvas) {
  const place = toScreen(view, sizeOf(canvas));
  return path.length ? path : marking.polygon.map((corner) => place(...corner));
}

/**
 * @param {HTMLElement} group
 * @param {HTMLCanvasElement} canvas
 * @param {State} state
 * @param {Hand} hand
 */
function drawTools(group, canvas, state, hand) {
  /** @param {number} place */
  const choose = (place) => {
    state.tool = TOOLS[place];
    canvas.classList.toggle("moves", state.tool === "Move");
  };
  /** @param {number} factor */
  const zoom = (factor) => {
    const { width, height } = sizeOf(canvas);
    hand.setView(zoomAt(hand.getView(), { width, height }, [width / 2, height / 2], factor));
  };
  const [nearer, farther] = [createButton("+", () => zoom(ZOOM_STEP)), createButton("−", () => zoom(1 / ZOOM_STEP))];
  nearer.setAttribute("aria-label", "Zoom in");
  farther.setAttribute("aria-label", "Zoom out");
  choose(TOOLS.indexOf(state.tool));
  group.replaceChildren(
    ...createChoice(TOOLS, TOOLS.indexOf(state.tool), choose),
    create("span", "gap"),
    nearer,
    farther,
    createButton("Whole map", () => hand.setView(fit(hand.grid))),
    create("span", "gap"),
    createButton("Select all in view", hand.markView),
    createButton("Select nothing", hand.markNothing),
  );
}
