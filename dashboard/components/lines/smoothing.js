/** @import { Chart, Line } from "./chart.js" */

/**
 * An exponential moving average of a line, over what was measured so far. It is debiased: divided by the sum of its
 * weights, so that the first value is the first average. A weight declines with the distance on the axis, not with the
 * number of values between: a fine line and a coarse one lag alike. Over evenly spaced values it is the usual one, with
 * a factor of exp(-spacing / reach).
 *
 * @param {Pick<Line, "x" | "y">} line
 * @param {number} reach On the axis: over this distance a weight declines to 1/e.
 * @returns {(number | null)[]} null where the line has no value.
 */
export function average({ x, y }, reach) {
  let [sum, weights, before] = [0, 0, 0];
  return y.map((value, place) => {
    if (value === null) {
      return null;
    }
    const kept = weights ? Math.exp((before - x[place]) / reach) : 0;
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
 * @param {number} share Of the axis that is averaged over; 0 does nothing.
 * @returns {Chart}
 */
export function smoothen(chart, share) {
  const ends = chart.lines.flatMap(({ x }) => (x.length ? [x[0], x[x.length - 1]] : []));
  const extent = Math.max(...ends) - Math.min(...ends);
  if (!share || !(extent > 0)) {
    return chart;
  }
  const reach = share * extent;
  const lines = chart.lines.map((line) => {
    const { x, y } = line;
    const [low, high] = [line.low, line.high].map((edge) => average({ x, y: edge }, reach));
    return { ...line, y: average(line, reach), low, high, raw: y };
  });
  return { ...chart, lines };
}
