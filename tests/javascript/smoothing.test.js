import assert from "node:assert/strict";
import { test } from "node:test";
import { average, smoothen } from "../../dashboard/components/lines/smoothing.js";

/** @import { Chart, Line } from "../../dashboard/components/lines/chart.js" */

/**
 * @param {(number | null)[]} one
 * @param {(number | null)[]} other
 */
const isNear = (one, other) =>
  one.length === other.length &&
  one.every((value, place) =>
    value === null || other[place] === null ? value === other[place] : Math.abs(value - other[place]) < 1e-12,
  );

test("over evenly spaced values it is the debiased exponential average", () => {
  const y = [4, 1, 3, 2, 5];
  const beta = 0.7;
  let biased = 0;
  const expected = y.map((value, place) => {
    biased = beta * biased + (1 - beta) * value;
    return biased / (1 - beta ** (place + 1));
  });
  assert.ok(isNear(average({ x: [2, 4, 6, 8, 10], y }, -2 / Math.log(beta)), expected));
  assert.equal(expected[0], 4);
});

test("a constant stays what it is, from its first value on", () => {
  assert.ok(isNear(average({ x: [1, 2, 7], y: [3, 3, 3] }, 4), [3, 3, 3]));
});

test("gaps stay gaps, and what is long ago weighs less", () => {
  const y = [1, null, 0];
  const [near, far] = [average({ x: [0, 1, 2], y }, 10), average({ x: [0, 1, 20], y }, 10)];
  assert.equal(near[1], null);
  assert.ok((near[2] ?? 0) > (far[2] ?? 1));
  assert.ok(isNear([near[2]], [Math.exp(-0.2) / (1 + Math.exp(-0.2))]));
});

test("a fine line and a coarse one lag alike", () => {
  const ramp = (/** @type {number} */ step) => {
    const x = Array.from({ length: 100 / step + 1 }, (_, place) => place * step);
    return average({ x, y: x }, 9).at(-1) ?? 0;
  };
  assert.ok(Math.abs(ramp(1) - ramp(0.25)) < 1);
  assert.ok(100 - ramp(1) > 5);
});

test("a chart keeps what was measured, and without smoothing it is the same chart", () => {
  /** @type {Line} */
  const line = {
    name: "val",
    x: [0, 100],
    y: [1, 0],
    low: [0.5, 0],
    high: [],
    colour: "#123456",
    width: 2,
    is_dotted: false,
    has_points: false,
    end_label: "",
  };
  const chart = /** @type {Chart} */ ({ lines: [line] });
  assert.equal(smoothen(chart, 0), chart);
  const [smoothed] = smoothen(chart, 0.2).lines;
  assert.deepEqual(smoothed.raw, [1, 0]);
  assert.ok((smoothed.y[1] ?? 0) > 0);
  assert.ok((smoothed.low[1] ?? 0) > 0 && !smoothed.high.length, "its band, too");
  const alone = /** @type {Chart} */ ({ lines: [{ ...line, x: [1], y: [1] }] });
  assert.equal(smoothen(alone, 0.2), alone, "one place is no axis");
  assert.deepEqual(smoothen({ ...chart, lines: [] }, 0.2).lines, []);
});
