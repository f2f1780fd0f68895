import { pointerAt, sizeOf } from "../shared/canvas.js";
import { fit, moveBy, zoomAt } from "../shared/screen.js";

/**
 * What pointers, wheel and keys do to a map: one finger or the mouse moves it or draws, two fingers zoom.
 *
 * @import { Point, View } from "../shared/screen.js"
 * @typedef {"Move" | "Lasso" | "Box"} Tool
 * @typedef {{ getView: () => View, setView: (view: View) => void, getTool: () => Tool, grid: ArrayLike<number>,
 *   point: (at: Point | null) => void, trace: (path: Point[]) => void, mark: (path: Point[]) => void,
 *   markView: () => void, markNothing: () => void, open: (at: Point) => void }} Hand
 * @typedef {{ touching: Map<number, Point>, path: Point[], draws: boolean, hasMoved: boolean }} Grip Where each pointer
 *   is that touches the map, and what they have done.
 */

const KEY_STEP = 40; // pixels
const STILL = 4; // pixels by which a click may move
export const ZOOM_STEP = 1.4;

/** @type {Record<string, Point>} */
const MOVES = {
  ArrowLeft: [KEY_STEP, 0],
  ArrowRight: [-KEY_STEP, 0],
  ArrowUp: [0, KEY_STEP],
  ArrowDown: [0, -KEY_STEP],
};
/** @type {Record<string, number>} */
const ZOOMS = { "+": ZOOM_STEP, "=": ZOOM_STEP, "-": 1 / ZOOM_STEP };

/** @returns {Grip} */
export function createGrip() {
  return { touching: new Map(), path: [], draws: false, hasMoved: false };
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {Hand} hand
 * @param {Grip} grip Goes on when somebody listens anew.
 */
export function listen(canvas, hand, grip) {
  const { touching } = grip;
  canvas.onpointerdown = (event) => {
    canvas.setPointerCapture(event.pointerId);
    touching.set(event.pointerId, pointerAt(event, canvas));
    grip.draws = touching.size === 1 && (hand.getTool() !== "Move" || event.shiftKey);
    grip.hasMoved = touching.size > 1;
    grip.path = touching.size === 1 ? [pointerAt(event, canvas)] : [];
    hand.trace([]);
    hand.point(null);
  };
  canvas.onpointermove = (event) => {
    const [at, before] = [pointerAt(event, canvas), touching.get(event.pointerId)];
    if (!before) {
      hand.point(at);
      return;
    }
    grip.hasMoved ||= grip.path.length > 0 && Math.hypot(at[0] - grip.path[0][0], at[1] - grip.path[0][1]) > STILL;
    if (grip.draws) {
      grip.path = hand.getTool() === "Box" ? boxOf(grip.path[0], at) : [...grip.path, at];
      hand.trace(grip.path);
    } else if (grip.hasMoved) {
      hand.setView(dragged(hand.getView(), canvas, touching, event.pointerId, at));
    }
    if (grip.draws || grip.hasMoved) {
      touching.set(event.pointerId, at);
    }
  };
  canvas.onpointerup = (event) => {
    const at = touching.get(event.pointerId);
    touching.delete(event.pointerId);
    if (grip.draws) {
      hand.trace([]);
    }
    if (grip.draws && grip.hasMoved) {
      hand.mark(grip.path);
    } else if (at && !grip.hasMoved) {
      hand.point(at); // a finger points at nothing before it taps
      hand.open(at);
    }
    grip.draws = false;
  };
  canvas.onpointercancel = (event) => {
    touching.delete(event.pointerId);
    grip.draws = false;
    hand.trace([]);
  };
  canvas.onpointerleave = ({ pointerType }) => {
    if (pointerType !== "touch") {
      hand.point(null);
    }
  };
  canvas.onwheel = (event) => {
    event.preventDefault();
    const factor = Math.exp(-event.deltaY / 400);
    hand.setView(zoomAt(hand.getView(), sizeOf(canvas), pointerAt(event, canvas), factor));
  };
  canvas.onkeydown = (event) => {
    if (act(event.key, canvas, hand)) {
      event.preventDefault();
    }
  };
}

/**
 * The view after one of the pointers on it has moved: by one it is moved, by two zoomed as well.
 *
 * @param {View} view
 * @param {HTMLCanvasElement} canvas
 * @param {ReadonlyMap<number, Point>} touching Where each was until now.
 * @param {number} moved
 * @param {Point} at Where that one is now.
 */
function dragged(view, canvas, touching, moved, at) {
  const size = sizeOf(canvas);
  const before = touching.get(moved) ?? at;
  const other = [...touching].find(([pointer]) => pointer !== moved)?.[1];
  const share = other ? 0.5 : 1; // of two fingers, the middle moves half as far as one
  const shifted = moveBy(view, size, [share * (at[0] - before[0]), share * (at[1] - before[1])]);
  if (!other) {
    return shifted;
  }
  const [was, is] = [before, at].map((point) => Math.hypot(point[0] - other[0], point[1] - other[1]));
  return zoomAt(shifted, size, [(at[0] + other[0]) / 2, (at[1] + other[1]) / 2], is / Math.max(1, was));
}

/**
 * @param {Point} from
 * @param {Point} to
 * @returns {Point[]}
 */
function boxOf([left, top], [right, bottom]) {
  return [
    [left, top],
    [right, top],
    [right, bottom],
    [left, bottom],
  ];
}

/**
 * @param {string} key
 * @param {HTMLCanvasElement} canvas
 * @param {Hand} hand
 * @returns {boolean} Whether the key means something here.
 */
function act(key, canvas, hand) {
  const size = sizeOf(canvas);
  if (key in ZOOMS) {
    hand.setView(zoomAt(hand.getView(), size, [size.width / 2, size.height / 2], ZOOMS[key]));
  } else if (key in MOVES) {
    hand.setView(moveBy(hand.getView(), size, MOVES[key]));
  } else if (key === "0") {
    hand.setView(fit(hand.grid));
  } else if (key === "Enter") {
    hand.markView();
  } else if (key === "Escape") {
    hand.markNothing();
  } else {
    return false;
  }
  return true;
}
