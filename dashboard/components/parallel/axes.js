import { linearScale, logScale, logTicks, ticks, writeTick, writeValue } from "../shared/scales.js";

/**
 * @import { Scale } from "../shared/scales.js"
 * @import { Point } from "../shared/screen.js"
 * @typedef {{ key: string, title: string, low: number, high: number, is_log: boolean, is_share: boolean,
 *   choices: readonly string[] }} Axis
 * @typedef {{ id: number, name: string, values: readonly (number | null)[], strength: number | null,
 *   tone: "" | "bad" | "open" }} Path
 * @typedef {Record<string, readonly number[]>} Brushes By an axis' key, from where to where it selects.
 * @typedef {{ isLying: boolean, height: number, spots: number[], ends: [number, number], scales: Scale[] }} Layout
 *   Where each axis stands, between which pixels all of them run, and where values lie on each. Lying axes run to the
 *   right and stand below each other, for narrow windows.
 */

const NARROW = 560; // CSS pixels; axes lie below that
const HEIGHT = 340;
const ROW = 74; // between two lying axes
const EDGES = { top: 50, bottom: 26, left: 62, right: 62, side: 26 };
const DIGITS = 4; // of a brush's ends: the server compares the same numbers
const STEP = 0.02;
const LEAP = 0.1;

/**
 * @param {readonly Axis[]} axes
 * @param {number} width
 * @returns {Layout}
 */
export function layOut(axes, width) {
  const isLying = width < NARROW;
  const last = Math.max(1, axes.length - 1);
  const height = isLying ? ROW * axes.length + 8 : HEIGHT;
  /** @type {[number, number]} */
  const ends = isLying ? [EDGES.side, width - EDGES.side] : [height - EDGES.bottom, EDGES.top];
  const room = width - EDGES.left - EDGES.right;
  const spots = axes.map((_, place) => (isLying ? ROW * place + 38 : EDGES.left + (place / last) * room));
  return { isLying, height, spots, ends, scales: axes.map((axis) => scaleOf(axis, ends)) };
}

/**
 * Choices have half a step of room at both ends.
 *
 * @param {Axis} axis
 * @param {[number, number]} ends
 */
function scaleOf({ low, high, is_log: isLog, choices }, ends) {
  const [first, last] = choices.length ? [-0.5, choices.length - 0.5] : [low, high];
  return isLog && !choices.length ? logScale([first, last], ends) : linearScale([first, last], ends);
}

/**
 * @param {Axis} axis
 * @returns {[number, number]} From where to where it reaches.
 */
export function reachOf({ low, high, choices }) {
  return choices.length ? [0, choices.length - 1] : [low, high];
}

/**
 * @param {Layout} layout
 * @param {readonly (number | null)[]} values On each axis.
 * @returns {(Point | null)[]}
 */
export function pathPoints({ isLying, spots, scales }, values) {
  return values.map((value, place) => {
    if (value === null) {
      return null;
    }
    const at = scales[place].to(value);
    return isLying ? [at, spots[place]] : [spots[place], at];
  });
}

/**
 * @param {Axis} axis
 * @param {Layout} layout
 * @returns {{ value: number, text: string }[]}
 */
export function ticksOf(axis, { isLying, ends }) {
  if (axis.choices.length) {
    return axis.choices.map((text, value) => ({ value, text }));
  }
  const wanted = Math.max(2, Math.abs(ends[1] - ends[0]) / (isLying ? 70 : 60));
  const values = (axis.is_log ? logTicks : ticks)(axis.low, axis.high, wanted);
  return values.map((value) => ({ value, text: writeTick(value, axis.is_share) }));
}

/**
 * @param {readonly Axis[]} axes
 * @param {Brushes} brushes
 * @returns {(path: Path) => boolean} Whether a line passes through all of them.
 */
export function passesThrough(axes, brushes) {
  const places = axes.flatMap(({ key }, place) => (brushes[key] ? [{ place, ends: brushes[key] }] : []));
  return ({ values }) =>
    places.every(({ place, ends: [low, high] }) => {
      const value = values[place];
      return value !== null && low <= value && value <= high;
    });
}

/**
 * The brush between two places of an axis; null if it is all of the axis.
 *
 * @param {Axis} axis
 * @param {Layout} layout
 * @param {number} place Of the axis.
 * @param {number} from Pixels, in either order.
 * @param {number} to
 * @returns {[number, number] | null}
 */
export function brushBetween(axis, layout, place, from, to) {
  const scale = layout.scales[place];
  return tidy(axis, scale.from(from), scale.from(to));
}

/**
 * @param {Axis} axis
 * @param {number} one
 * @param {number} other
 * @returns {[number, number] | null} With as many digits as the server is told; null if it selects all.
 */
export function tidy(axis, one, other) {
  const [least, most] = reachOf(axis);
  // Of choices as many as are touched.
  const [first, last] = [Math.min(one, other), Math.max(one, other)];
  const isChoice = axis.choices.length > 0;
  let [low, high] = isChoice ? [Math.ceil(first - 0.3), Math.floor(last + 0.3)] : [first, last];
  if (low > high) {
    low = high = Math.round((first + last) / 2);
  }
  if (low <= least && high >= most) {
    return null;
  }
  const shorten = (/** @type {number} */ value) => Number(Math.min(most, Math.max(least, value)).toPrecision(DIGITS));
  return [shorten(low), shorten(high)];
}

/**
 * @param {Axis} axis
 * @param {readonly number[] | undefined} brush
 * @returns {[number, number]} Where its handles stand.
 */
export function handlesOf(axis, brush) {
  const [least, most] = reachOf(axis);
  return brush ? [brush[0], brush[1]] : [least, most];
}

/**
 * The brush after a key was pressed on one of its handles.
 *
 * @param {Axis} axis
 * @param {readonly number[] | undefined} brush
 * @param {0 | 1} end Which handle: the low or the high one.
 * @param {string} key
 * @returns {[number, number] | null | undefined} null if it selects all then, undefined if the key means nothing.
 */
export function press(axis, brush, end, key) {
  if (key === "Escape") {
    return null;
  }
  const handles = handlesOf(axis, brush);
  const scale = scaleOf(axis, [0, 1]);
  const steps = { ArrowUp: STEP, ArrowRight: STEP, ArrowDown: -STEP, ArrowLeft: -STEP, PageUp: LEAP, PageDown: -LEAP };
  const bounds = end ? [handles[0], reachOf(axis)[1]] : [reachOf(axis)[0], handles[1]];
  const step = /** @type {Record<string, number>} */ (steps)[key];
  let value = key === "Home" ? bounds[0] : key === "End" ? bounds[1] : Number.NaN;
  if (step !== undefined) {
    value = axis.choices.length ? handles[end] + Math.sign(step) : scale.from(scale.to(handles[end]) + step);
  }
  if (Number.isNaN(value)) {
    return undefined;
  }
  handles[end] = Math.min(bounds[1], Math.max(bounds[0], value));
  return tidy(axis, ...handles);
}

/**
 * @param {Axis} axis
 * @param {number} value
 */
export function writeOn(axis, value) {
  return axis.choices.length ? axis.choices[Math.round(value)] : writeValue(value, axis.is_share);
}

/**
 * @param {readonly Axis[]} axes
 * @param {Brushes} brushes
 * @returns {string} What is selected, in words; empty if all is.
 */
export function describe(axes, brushes) {
  return axes
    .filter(({ key }) => brushes[key])
    .map((axis) => {
      const [low, high] = brushes[axis.key];
      const words = [low, high].map((value) => writeOn(axis, value));
      return `${axis.title} ${words[0] === words[1] ? words[0] : words.join(" to ")}`;
    })
    .join(", ");
}

/**
 * @param {readonly number[]} spots
 * @param {number} at
 * @param {number} reach
 * @returns {number} The axis that is meant; -1 if none is near.
 */
export function nearestAxis(spots, at, reach) {
  const distances = spots.map((spot) => Math.abs(spot - at));
  const least = Math.min(...distances);
  return least <= reach ? distances.indexOf(least) : -1;
}

/**
 * @param {readonly (Point | null)[]} points
 * @param {Point} at
 * @returns {number} How far a line is from a place.
 */
export function distanceTo(points, [x, y]) {
  let least = Infinity;
  for (const [place, start] of points.entries()) {
    const end = points[place + 1];
    if (start && end) {
      const [dx, dy] = [end[0] - start[0], end[1] - start[1]];
      const along = ((x - start[0]) * dx + (y - start[1]) * dy) / (dx * dx + dy * dy || 1);
      const share = Math.min(1, Math.max(0, along));
      least = Math.min(least, Math.hypot(x - start[0] - share * dx, y - start[1] - share * dy));
    }
  }
  return least;
}

/**
 * @param {Brushes} brushes
 * @param {string} key
 * @param {[number, number] | null} brush null to select all of the axis.
 * @returns {Brushes}
 */
export function withBrush(brushes, key, brush) {
  const others = Object.fromEntries(Object.entries(brushes).filter(([other]) => other !== key));
  return brush ? { ...others, [key]: brush } : others;
}
