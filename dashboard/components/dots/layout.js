import { ticks, writeNumber, writeTick } from "../shared/scales.js";
import { destination as along } from "../shared/walking.js";

/**
 * @typedef {{ value: number, words: string, pair: string, id: string }} Dot
 * @typedef {{ name: string, dots: readonly Dot[], colour: string, look: "full" | "hollow" | "faint", heading: string,
 *   note: string, mean: number | null, mean_words: string, interval: readonly [number, number] | null }} Row
 * @typedef {{ extent: number, margin: number, ends: readonly [string, string] }} Balance
 * @typedef {{ row: number, heading: number, axis: number, ends: number }} Sizes In rem.
 * @typedef {{ row: number, value: number, words: string, id: string, isMean: boolean }} Spot What can be pointed at.
 * @typedef {readonly [low: number, high: number]} Range
 * @typedef {{ heights: number[], first: number, lines: number[], centres: number[], height: number }} Layout In rem: how
 *   high what stands below each other is, the axis last; in which line of that the first row, with its heading, stands,
 *   and each row, from 1; how far below the first the middle of each row lies; and how high all rows are together.
 */

const ROOM = 0.12; // of the range of all dots, beside them
const LEAST_ROOM = 0.004;
const MOST_ROOM = 0.5; // likewise, for the interval of a mean
const LEAST_MOST_ROOM = 0.01;

/**
 * From where to where the axis reaches: as far as a balance does, or else around all dots. Then the interval of a mean
 * of two runs would leave them no room and is cut; what lies around a single number, which has no bar, is not.
 *
 * @param {readonly Row[]} rows
 * @param {Balance | null} [balance]
 * @returns {Range}
 */
export function reachOf(rows, balance = null) {
  if (balance) {
    return [-balance.extent, balance.extent];
  }
  const values = rows.flatMap(({ dots, mean, interval }) => [
    ...dots.map(({ value }) => value),
    ...(mean === null && interval ? interval : []),
  ]);
  const [first, last] = [Math.min(...values), Math.max(...values)];
  const pad = Math.max(ROOM * (last - first), LEAST_ROOM);
  const most = Math.max(MOST_ROOM * (last - first), LEAST_MOST_ROOM);
  const lows = rows.map(({ interval }) => interval?.[0] ?? 1);
  const highs = rows.map(({ interval }) => interval?.[1] ?? 0);
  return [
    Math.min(first - pad, Math.max(first - most, Math.min(...lows) - pad)),
    Math.max(last + pad, Math.min(last + most, Math.max(...highs) + pad)),
  ];
}

/**
 * Where a value lies between left and right, in per cent; what lies beyond stays at the edge.
 *
 * @param {number} value
 * @param {Range} range
 */
export function leftOf(value, [low, high]) {
  return 100 * Math.min(1, Math.max(0, (value - low) / (high - low)));
}

/**
 * @param {Range} range
 * @param {number} wanted About how many.
 * @param {boolean} [areDifferences] Of shares, in percentage points.
 * @returns {{ value: number, text: string }[]}
 */
export function ticksOf([low, high], wanted, areDifferences = false) {
  return ticks(low, high, wanted).map((value) => ({
    value,
    text: areDifferences ? writePoints(value) : writeTick(value, true),
  }));
}

/** @param {number} difference */
function writePoints(difference) {
  const sign = difference > 0 ? "+" : difference < 0 ? "−" : "";
  return `${sign}${writeNumber(100 * Math.abs(difference))} pt`;
}

/**
 * An interval as far as the axis shows it, in per cent, and at which ends it is cut.
 *
 * @param {Range} interval
 * @param {Range} range
 */
export function cutOf([from, to], range) {
  const left = leftOf(from, range);
  return { left, width: leftOf(to, range) - left, isCutLow: from < range[0], isCutHigh: to > range[1] };
}

/**
 * @param {readonly Row[]} rows
 * @param {Sizes} sizes
 * @param {boolean} [hasEnds] Whether something is said above, of what lies to the left and to the right.
 * @returns {Layout}
 */
export function layOut(rows, sizes, hasEnds = false) {
  const above = hasEnds ? [sizes.ends] : [];
  /** @type {Layout} */
  const layout = { heights: above, first: above.length + 1, lines: [], centres: [], height: 0 };
  for (const { heading } of rows) {
    layout.heights.push(...(heading ? [sizes.heading] : []), sizes.row);
    layout.lines.push(layout.heights.length);
    layout.height += (heading ? sizes.heading : 0) + sizes.row;
    layout.centres.push(layout.height - sizes.row / 2);
  }
  layout.heights.push(sizes.axis);
  return layout;
}

/**
 * The lines from each dot to the one of its pair in the next row.
 *
 * @param {readonly Row[]} rows
 * @returns {{ row: number, from: number, to: number }[]} `row` is that above.
 */
export function joinsOf(rows) {
  return rows.slice(1).flatMap(({ dots }, row) => {
    const above = new Map(rows[row].dots.map((dot) => [dot.pair, dot.value]));
    return dots.flatMap(({ pair, value }) => {
      const from = pair ? above.get(pair) : undefined;
      return from === undefined ? [] : [{ row, from, to: value }];
    });
  });
}

/**
 * All that can be pointed at, row by row from left to right.
 *
 * @param {readonly Row[]} rows
 * @returns {Spot[]}
 */
export function spotsOf(rows) {
  return rows.flatMap(({ dots, mean, mean_words: words }, row) => {
    const spots = dots.map((dot) => ({ row, value: dot.value, words: dot.words, id: dot.id, isMean: false }));
    const bars = mean === null ? [] : [{ row, value: mean, words, id: "", isMean: true }];
    return [...bars, ...spots].sort((a, b) => a.value - b.value);
  });
}

/**
 * The spot that a key leads to, by its place; null for a key that leads nowhere. Edges hold.
 *
 * @param {string} key
 * @param {readonly Spot[]} spots
 * @param {number} place
 * @returns {number | null}
 */
export function destination(key, spots, place) {
  const { row, value } = spots[place];
  const inRow = (/** @type {number} */ of) => spots.flatMap((spot, other) => (spot.row === of ? [other] : []));
  const own = inRow(row);
  const to = along(key, own.indexOf(place), own.length, ["ArrowLeft", "ArrowRight"]);
  if (to !== null) {
    return own[to];
  }
  const step = { ArrowUp: -1, ArrowDown: 1 }[key];
  if (!step) {
    return null;
  }
  const rows = [...new Set(spots.map((spot) => spot.row))];
  const others = inRow(rows[rows.indexOf(row) + step] ?? row);
  const away = (/** @type {number} */ other) => Math.abs(spots[other].value - value);
  return others.reduce(
    (best, other) => (away(other) < away(best) ? other : best),
    others.includes(place) ? place : others[0],
  );
}

/**
 * Where a tip stands: above what it tells of, or below where there is no room above, within the width.
 *
 * @param {{ x: number, y: number }} at
 * @param {{ width: number, height: number }} tip
 * @param {number} width Of what it stands in.
 * @param {number} above How much room there is above `at`.
 */
export function placeTip({ x, y }, tip, width, above) {
  const left = Math.max(0, Math.min(x - tip.width / 2, width - tip.width));
  const gap = 8;
  return { left, top: tip.height + gap <= above ? y - gap - tip.height : y + gap };
}
