import { nearestValue } from "../shared/nearest.js";
import { linearScale, writeValue } from "../shared/scales.js";

/**
 * @import { Scale } from "../shared/scales.js"
 * @import { Bounds, Size } from "../shared/screen.js"
 * @typedef {{ name: string, x: number[], y: (number | null)[], colour: string, width: number, is_dotted: boolean,
 *   has_points: boolean, end_label: string }} Line
 * @typedef {{ name: string, y: number }} Level
 * @typedef {{ x: number, label: string, tone: "finding" | "event" }} Mark
 * @typedef {{ label: string, lines: Line[], x_title: string, y_title: string, y_range: [number, number],
 *   is_share: boolean, levels: Level[], marks: Mark[], height: number, has_legend: boolean }} Chart
 * @typedef {{ view: Bounds, right: number, bottom: number, x: Scale, y: Scale }} Layout What is in view, where the
 *   plot ends on the canvas, and where values lie.
 */

/** CSS pixels around the plot. */
export const EDGES = { top: 10, right: 12, bottom: 38, left: 52 };
const LEVEL_ROOM = 62;
const LABEL_ROOM = 104;

/**
 * What a chart shows, for screen readers.
 *
 * @param {Chart} chart
 */
export function describe({ label, lines, is_share: isShare }) {
  const ends = lines.map((line) => {
    const last = lastValue(line);
    return last === null ? `${line.name}: nothing yet` : `${line.name}: ${writeValue(last, isShare)} at the end`;
  });
  return `${label}. ${ends.join(", ")}. Arrow keys read the values.`;
}

/** @param {Line} line */
export function lastValue({ y }) {
  return y.findLast((value) => value !== null) ?? null;
}

/**
 * What is in view before somebody zooms.
 *
 * @param {Chart} chart
 * @returns {Bounds}
 */
export function whole({ lines, y_range: [bottom, top] }) {
  const ends = lines.flatMap(({ x }) => (x.length ? [x[0], x[x.length - 1]] : []));
  const left = Math.min(0, ...ends);
  const right = ends.length ? Math.max(...ends) : 1;
  return { left, right: right > left ? right : left + 1, bottom, top };
}

/**
 * @param {Chart} chart
 * @param {Bounds} view
 * @param {Size} size
 * @returns {Layout}
 */
export function layOut(chart, view, size) {
  const hasNames = chart.levels.length || chart.lines.some(({ end_label: endLabel }) => endLabel);
  const room = chart.levels.length ? LEVEL_ROOM : LABEL_ROOM;
  const right = size.width - EDGES.right - (hasNames ? room : 0);
  const bottom = size.height - EDGES.bottom;
  return {
    view,
    right,
    bottom,
    x: linearScale([view.left, view.right], [EDGES.left, right]),
    y: linearScale([view.bottom, view.top], [bottom, EDGES.top]),
  };
}

/**
 * The part between two places of the axis, from the lowest to the highest value in it.
 *
 * @param {Chart} chart
 * @param {number} left
 * @param {number} right
 * @returns {Bounds | null} null if no value lies there.
 */
export function zoomTo(chart, left, right) {
  const values = chart.lines
    .flatMap(({ x, y }) => y.filter((_, place) => x[place] >= left && x[place] <= right))
    .filter((value) => value !== null);
  if (!values.length) {
    return null;
  }
  const [bottom, top] = [Math.min(...values), Math.max(...values)];
  const room = 0.06 * (top - bottom) || 0.5 * Math.abs(top) || 1;
  return { left, right, bottom: bottom - room, top: top + room };
}

/**
 * From value to value of the line that has fewest: of a run, from epoch to epoch.
 *
 * @param {Chart} chart
 * @param {Bounds} view
 * @param {number | null} cursor
 * @param {number} step -1 or 1.
 * @returns {number | null} Where the cursor stands then.
 */
export function stepCursor(chart, view, cursor, step) {
  const lines = chart.lines.filter(({ x }) => x.length);
  if (!lines.length) {
    return cursor;
  }
  const stops = lines.reduce((a, b) => (b.x.length < a.x.length ? b : a)).x;
  const now = cursor ?? (step > 0 ? view.left - 1 : view.right + 1);
  const next = step > 0 ? stops.find((x) => x > now + 1e-9) : stops.findLast((x) => x < now - 1e-9);
  return next ?? cursor;
}

/**
 * All values at one place: of each line the one nearest to it.
 *
 * @param {Chart} chart
 * @param {number} cursor
 */
export function readValues(chart, cursor) {
  return chart.lines.flatMap((line) => {
    const value = nearestValue(line, cursor);
    return value ? [{ line, ...value }] : [];
  });
}

/**
 * Heights for labels of lines that end close together: they move apart, upwards first.
 *
 * @param {readonly number[]} tops Where the lines end, from the lowest on the screen upwards.
 * @param {{ bottom: number, top: number, height: number }} room
 * @returns {number[]}
 */
export function spread(tops, { bottom, top, height }) {
  let free = bottom;
  const placed = tops.map((wanted) => {
    const found = Math.min(wanted, free);
    free = found - height;
    return found;
  });
  const over = placed.length ? Math.max(0, top - placed[placed.length - 1]) : 0;
  return placed.map((found) => found + over);
}
