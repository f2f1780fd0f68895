import { nearestValue } from "../shared/nearest.js";
import { linearScale, logScale, writeValue } from "../shared/scales.js";

/**
 * @import { Scale } from "../shared/scales.js"
 * @import { Bounds, Size } from "../shared/screen.js"
 * @typedef {{ name: string, x: number[], y: (number | null)[], colour: string, width: number, is_dotted: boolean,
 *   has_points: boolean, end_label: string, low: (number | null)[], high: (number | null)[],
 *   raw?: (number | null)[] }} Line `low` and `high` are its band's edges, empty without one; `raw` is what `y` was
 *   before it was smoothed.
 * @typedef {{ name: string, y: number }} Level
 * @typedef {{ x: number, label: string, tone: "finding" | "event" }} Mark
 * @typedef {{ label: string, lines: Line[], x_title: string, y_title: string, y_range: [number, number],
 *   is_share: boolean, unit: string, levels: Level[], marks: Mark[], height: number, has_legend: boolean,
 *   has_tools: boolean }} Chart
 * @typedef {{ view: Bounds, right: number, bottom: number, x: Scale, y: Scale, isLog: boolean }} Layout What is in
 *   view, where the plot ends on the canvas, and where values lie.
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
export function describe({ label, lines, is_share: isShare, unit }) {
  const ends = lines.map((line) => {
    const last = lastValue(line);
    const place = last === null ? -1 : line.y.lastIndexOf(last);
    const [low, high] = [line.low[place], line.high[place]].map((end) => end ?? null);
    const band = writeBand(low === null || high === null ? null : { low, high }, isShare);
    return last === null
      ? `${line.name}: nothing yet`
      : `${line.name}: ${writeValue(last, isShare, unit)}${band && ` (${band})`} at the end`;
  });
  return `${label}. ${ends.join(", ")}. Arrow keys read the values.`;
}

/**
 * From where to where a band reaches, in words; empty without one.
 *
 * @param {{ low: number, high: number } | null} band
 * @param {boolean} isShare
 */
export function writeBand(band, isShare) {
  return band ? `${writeValue(band.low, isShare)} to ${writeValue(band.high, isShare)}` : "";
}

/**
 * What is drawn on a scale of factors together: losses, whosever they are, and shares.
 *
 * @param {Chart} chart
 */
export function quantityOf({ is_share: isShare, unit, y_title: title }) {
  return isShare ? "%" : unit || title;
}

/** @param {Line} line */
export function lastValue({ y }) {
  return y.findLast((value) => value !== null) ?? null;
}

/**
 * What is in view before somebody zooms.
 *
 * @param {Chart} chart
 * @param {boolean} [isLog] From the lowest value above zero then: there is no zero on such a scale.
 * @returns {Bounds}
 */
export function whole({ lines, y_range: [lowest, top] }, isLog = false) {
  const positive = isLog
    ? lines.flatMap(({ y }) => y.filter((value) => value !== null && value > 0 && value < top))
    : [];
  const bottom = isLog ? 0.94 * Math.min(top / 2, .../** @type {number[]} */ (positive)) : lowest;
  const ends = lines.flatMap(({ x }) => (x.length ? [x[0], x[x.length - 1]] : []));
  const left = Math.min(0, ...ends);
  const right = ends.length ? Math.max(...ends) : 1;
  return { left, right: right > left ? right : left + 1, bottom, top };
}

/**
 * @param {Chart} chart
 * @param {Bounds} view
 * @param {Size} size
 * @param {boolean} [isLog]
 * @returns {Layout}
 */
export function layOut(chart, view, size, isLog = false) {
  const hasNames = chart.levels.length || chart.lines.some(({ end_label: endLabel }) => endLabel);
  const room = chart.levels.length ? LEVEL_ROOM : LABEL_ROOM;
  const right = size.width - EDGES.right - (hasNames ? room : 0);
  const bottom = size.height - EDGES.bottom;
  return {
    view,
    right,
    bottom,
    x: linearScale([view.left, view.right], [EDGES.left, right]),
    y: (isLog ? logScale : linearScale)([view.bottom, view.top], [bottom, EDGES.top]),
    isLog,
  };
}

/**
 * The part between two places of the axis, from the lowest to the highest value in it.
 *
 * @param {Chart} chart
 * @param {number} left
 * @param {number} right
 * @param {boolean} [isLog]
 * @returns {Bounds | null} null if no value lies there.
 */
export function zoomTo(chart, left, right, isLog = false) {
  const values = chart.lines
    .flatMap(({ x, y, low, high }) =>
      [y, low, high].flatMap((values) => values.filter((_, place) => x[place] >= left && x[place] <= right)),
    )
    .filter((value) => value !== null && (!isLog || value > 0));
  if (!values.length) {
    return null;
  }
  const [bottom, top] = [Math.min(.../** @type {number[]} */ (values)), Math.max(.../** @type {number[]} */ (values))];
  if (isLog) {
    const factor = (top / bottom) ** 0.06 * (top > bottom ? 1 : 1.5);
    return { left, right, bottom: bottom / factor, top: top * factor };
  }
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
 * All values at one place: of each line the one nearest to it, unless the line ends before or begins behind.
 *
 * @param {Chart} chart
 * @param {number} cursor
 * @returns {{ line: Line, x: number, y: number, raw: number | null, band: { low: number, high: number } | null }[]}
 *   Each with what it was before it was smoothed, and with its band there.
 */
export function readValues(chart, cursor) {
  const { left, right } = whole(chart);
  return chart.lines.flatMap((line) => {
    const value = nearestValue(line, cursor);
    if (!value || Math.abs(value.x - cursor) > reachOf(line, right - left)) {
      return [];
    }
    const raw = line.raw ? (nearestValue({ x: line.x, y: line.raw }, value.x)?.y ?? null) : null;
    return [{ line, ...value, raw, band: bandAt(line, value.x) }];
  });
}

/**
 * @param {Line} line
 * @param {number} at One of its places.
 */
function bandAt({ x, low, high }, at) {
  const place = x.indexOf(at);
  const [bottom, top] = [low[place] ?? null, high[place] ?? null];
  return bottom === null || top === null ? null : { low: bottom, high: top };
}

/**
 * How far a cursor may stand from a line's value to mean it: as far as its values stand apart.
 *
 * @param {Line} line
 * @param {number} extent Of the whole chart.
 */
function reachOf({ x }, extent) {
  return x.length > 1 ? Math.max((x[x.length - 1] - x[0]) / (x.length - 1), extent / 100) : extent / 10;
}

/**
 * A band's edges on the canvas, a part from gap to gap. On a scale of factors an edge at zero or below lies at the
 * plot's foot.
 *
 * @param {readonly number[]} x
 * @param {readonly (number | null)[]} low
 * @param {readonly (number | null)[]} high
 * @param {Layout} layout
 * @returns {{ tops: [number, number][], bottoms: [number, number][] }[]} From left to right.
 */
export function bandParts(x, low, high, layout) {
  /** @type {{ tops: [number, number][], bottoms: [number, number][] }[]} */
  const parts = [];
  let isBroken = true;
  for (const [place, at] of x.entries()) {
    const [bottom, top] = [low[place] ?? null, high[place] ?? null];
    const isGap = bottom === null || top === null || Number.isNaN(layout.y.to(top));
    if (!isGap && isBroken) {
      parts.push({ tops: [], bottoms: [] });
    }
    if (!isGap) {
      const foot = layout.y.to(bottom);
      parts[parts.length - 1].tops.push([layout.x.to(at), layout.y.to(top)]);
      parts[parts.length - 1].bottoms.push([layout.x.to(at), Number.isNaN(foot) ? layout.bottom : foot]);
    }
    isBroken = isGap;
  }
  return parts;
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

/**
 * Rows for labels of marks, from the top: four take turns, and one that would cover another goes further down.
 *
 * @param {readonly (readonly [number, number])[]} spans From where to where each reaches.
 * @returns {number[]}
 */
export function stack(spans) {
  /** @type {number[]} */
  const rows = [];
  spans.forEach(([left, right], place) => {
    let row = place % 4;
    while (rows.some((other, at) => other === row && spans[at][0] < right && left < spans[at][1])) {
      row += 1;
    }
    rows.push(row);
  });
  return rows;
}
