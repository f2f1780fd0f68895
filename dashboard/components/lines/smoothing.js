/** @import { Chart, Line } from "./chart.js" */

/** Parts of an axis over which a weight declines by the smoothing's strength. */
const PARTS = 100;

/**
 * An exponential moving average of a line, over what was measured so far. It is debiased: divided by the sum of its
 * weights, so that the first value is the first average. A weight declines with the distance on the axis, not with the
 * number of values between: a fine line and a coarse one lag alike.
 *
 * @param {Pick<Line, "x" | "y">} line
 * @param {number} strength From 0 to below 1: what is left of a weight after the distance.
 * @param {number} distance On the axis.
 * @returns {(number | null)[]} null where the line has no value.
 */
export function average({ x, y }, strength, distance) {
  let [sum, weights, before] = [0, 0, 0];
  return y.map((value, place) => {
    if (value === null) {
      return null;
    }
    const kept = weights ? strength ** ((x[place] - before) / distance) : 0;
    before = x[place];
    sum = sum * kept + value;
    weights = weights * kept + 1;
    return sum / weights;
  });
}

/**
 * The chart with its lines smoothed; what was measured stays with each as `raw`.
 *
 * @param {Chart} chart
 * @param {number} strength From 0, nothing is done, to below 1.
 * @returns {Chart}
 */
export function smoothen(chart, strength) {
  const ends = chart.lines.flatMap(({ x }) => (x.length ? [x[0], x[x.length - 1]] : []));
  const extent = Math.max(...ends) - Math.min(...ends);
  if (!strength || !(extent > 0)) {
    return chart;
  }
  const lines = chart.lines.map((line) => ({ ...line, y: average(line, strength, extent / PARTS), raw: line.y }));
  return { ...chart, lines };
}
