import assert from "node:assert/strict";
import { test } from "node:test";
import {
  brushBetween,
  describe,
  distanceTo,
  handlesOf,
  layOut,
  nearestAxis,
  passesThrough,
  pathPoints,
  press,
  ticksOf,
  tidy,
  withBrush,
} from "../../dashboard/components/parallel/axes.js";

const rate = { key: "rate", title: "Rate", low: 0.001, high: 1, is_log: true, is_share: false, choices: [] };
const norm = { key: "norm", title: "Norm", low: 0, high: 2, is_log: false, is_share: false, choices: ["a", "b", "c"] };
const end = { key: "end", title: "Val", low: 0.2, high: 0.6, is_log: false, is_share: true, choices: [] };
const axes = [rate, norm, end];
/** @param {(number | null)[]} values */
const path = (...values) => ({ id: 0, name: "", values, strength: null, tone: /** @type {const} */ ("") });

test("axes stand beside each other, and lie below each other where there is no room", () => {
  const wide = layOut(axes, 1000);
  assert.equal(wide.isLying, false);
  assert.deepEqual(wide.spots, [62, 500, 938]);
  assert.ok(wide.scales[0].to(1) < wide.scales[0].to(0.001)); // upwards
  const narrow = layOut(axes, 360);
  assert.equal(narrow.isLying, true);
  assert.equal(narrow.height, 3 * 74 + 8);
  assert.ok(narrow.scales[0].to(1) > narrow.scales[0].to(0.001)); // to the right
});

test("a line goes from axis to axis and ends where a configuration was given up", () => {
  const layout = layOut(axes, 1000);
  const points = pathPoints(layout, [0.001, 2, null]);
  assert.deepEqual(points[0], [62, layout.ends[0]]);
  assert.equal(points[2], null);
  assert.equal(Math.round(pathPoints(layOut(axes, 360), [0.001])[0]?.[0] ?? 0), 26);
});

test("a line passes if it does through every brush, ends included, and never without a value", () => {
  const passes = passesThrough(axes, { rate: [0.01, 0.1], end: [0.3, 0.5] });
  assert.equal(passes(path(0.01, 0, 0.5)), true);
  assert.equal(passes(path(0.0099, 0, 0.5)), false);
  assert.equal(passes(path(0.01, 0, 0.51)), false);
  assert.equal(passes(path(0.01, 0, null)), false);
  assert.equal(passesThrough(axes, {})(path(0.01, 0, null)), true);
});

test("a drag brushes what lies between, in either direction, with four digits; all of an axis is no brush", () => {
  const layout = layOut(axes, 1000);
  const [from, to] = [0.0123456, 0.3].map(layout.scales[0].to);
  assert.deepEqual(brushBetween(rate, layout, 0, from, to), [0.01235, 0.3]);
  assert.deepEqual(brushBetween(rate, layout, 0, to, from), [0.01235, 0.3]);
  assert.equal(brushBetween(rate, layout, 0, -100, 2000), null);
});

test("of choices those are taken that are touched, and at least one", () => {
  assert.deepEqual(tidy(norm, 0.8, 1.4), [1, 1]);
  assert.deepEqual(tidy(norm, 0.6, 2.4), [1, 2]);
  assert.deepEqual(tidy(norm, 0.4, 0.45), [0, 0]);
  assert.equal(tidy(norm, -0.4, 2.4), null);
});

test("keys move a handle along its axis, no further than the other one", () => {
  assert.deepEqual(press(end, undefined, 0, "ArrowUp"), [0.208, 0.6]);
  assert.deepEqual(press(end, [0.3, 0.5], 1, "PageDown"), [0.3, 0.46]);
  assert.deepEqual(press(end, [0.3, 0.31], 0, "PageUp"), [0.31, 0.31]);
  assert.deepEqual(press(rate, undefined, 1, "PageDown"), [0.001, 0.5012]);
  assert.deepEqual(press(norm, undefined, 1, "ArrowLeft"), [0, 1]);
  assert.deepEqual(press(norm, [0, 1], 0, "End"), [1, 1]);
  assert.equal(press(norm, [0, 1], 1, "End"), null);
  assert.equal(press(end, [0.3, 0.5], 0, "Escape"), null);
  assert.equal(press(end, [0.3, 0.5], 0, "Tab"), undefined);
});

test("what is selected is said in words", () => {
  assert.equal(describe(axes, { rate: [0.01, 0.1], norm: [1, 1] }), "Rate 0.01 to 0.1, Norm b");
  assert.equal(describe(axes, { end: [0.3, 0.456] }), "Val 30.0 % to 45.6 %");
  assert.equal(describe(axes, {}), "");
  assert.deepEqual(handlesOf(rate, undefined), [0.001, 1]);
});

test("a brush that is taken away leaves the others", () => {
  assert.deepEqual(withBrush({ rate: [1, 2], end: [3, 4] }, "rate", null), { end: [3, 4] });
  assert.deepEqual(withBrush({ end: [3, 4] }, "rate", [1, 2]), { end: [3, 4], rate: [1, 2] });
});

test("axes are named at round values, shares in per cent, choices by their words", () => {
  const layout = layOut(axes, 1000);
  assert.deepEqual(
    ticksOf(rate, layout).map(({ text }) => text),
    ["0.001", "0.01", "0.1", "1"],
  );
  assert.deepEqual(
    ticksOf(norm, layout).map(({ text }) => text),
    ["a", "b", "c"],
  );
  assert.ok(ticksOf(end, layout).some(({ text }) => text === "40 %"));
});

test("a pointer means the axis or the line that it is near", () => {
  assert.equal(nearestAxis([62, 500, 938], 512, 20), 1);
  assert.equal(nearestAxis([62, 500, 938], 530, 20), -1);
  assert.equal(
    distanceTo(
      [
        [0, 0],
        [10, 0],
      ],
      [5, 3],
    ),
    3,
  );
  assert.equal(distanceTo([[0, 0], null, [10, 0]], [5, 3]), Infinity);
});
