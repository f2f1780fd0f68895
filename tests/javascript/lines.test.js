import assert from "node:assert/strict";
import { test } from "node:test";
import {
  bandParts,
  describe,
  EDGES,
  layOut,
  quantityOf,
  readValues,
  spread,
  stack,
  stepCursor,
  whole,
  zoomTo,
} from "../../dashboard/components/lines/chart.js";

/** @import { Chart, Line } from "../../dashboard/components/lines/chart.js" */

/**
 * @param {string} name
 * @param {number[]} x
 * @param {(number | null)[]} y
 * @returns {Line}
 */
const line = (name, x, y) => ({
  name,
  x,
  y,
  colour: "#123456",
  width: 2,
  is_dotted: false,
  has_points: false,
  end_label: "",
  low: [],
  high: [],
});

/**
 * @param {Line[]} lines
 * @returns {Chart}
 */
const chart = (lines) => ({
  label: "loss",
  lines,
  x_title: "Epoch",
  y_title: "Loss",
  y_range: [0, 2],
  is_share: false,
  unit: "",
  levels: [],
  marks: [],
  height: 280,
  has_legend: true,
  has_tools: true,
});

const TRAIN = line("train", [0.5, 1, 1.5, 2], [1.5, 1.25, null, 0.5]);
const VAL = line("val", [1, 2], [1.75, 0.75]);
const BOTH = chart([TRAIN, VAL]);

test("all of the axis from zero is in view at first", () => {
  assert.deepEqual(whole(BOTH), { left: 0, right: 2, bottom: 0, top: 2 });
  assert.deepEqual(whole(chart([])), { left: 0, right: 1, bottom: 0, top: 2 });
  assert.deepEqual(whole(chart([line("a", [0], [1])])), { left: 0, right: 1, bottom: 0, top: 2 });
  assert.equal(whole(chart([line("a", [-2, 3], [1, 1])])).left, -2);
});

test("the plot lies within its edges, higher values higher up", () => {
  const layout = layOut(BOTH, whole(BOTH), { width: 600, height: 280 });
  assert.deepEqual([layout.x.to(0), layout.x.to(2)], [EDGES.left, 600 - EDGES.right]);
  assert.deepEqual([layout.y.to(0), layout.y.to(2)], [280 - EDGES.bottom, EDGES.top]);
});

test("names at the right take room from the plot", () => {
  const size = { width: 600, height: 280 };
  const plain = layOut(BOTH, whole(BOTH), size).right;
  const labelled = chart([{ ...VAL, end_label: "cat" }]);
  assert.ok(layOut(labelled, whole(labelled), size).right < plain);
  const levelled = { ...BOTH, levels: [{ name: "chance", y: 0.1 }] };
  assert.ok(layOut(levelled, whole(levelled), size).right < plain);
});

test("a chart is told in words", () => {
  const words = describe(chart([TRAIN, VAL, line("test", [], [])]));
  assert.equal(
    words,
    "loss. train: 0.5 at the end, val: 0.75 at the end, test: nothing yet. Arrow keys read the values.",
  );
  assert.match(describe({ ...chart([VAL]), unit: "nats" }), /val: 0.75 nats at the end/);
});

test("zooming goes from the lowest to the highest value of the part, with some room", () => {
  const view = zoomTo(BOTH, 0.9, 1.6);
  assert.deepEqual([view?.left, view?.right], [0.9, 1.6]);
  assert.ok(view && view.bottom < 1.25 && view.bottom > 1.2 && view.top > 1.75 && view.top < 1.8);
  assert.equal(zoomTo(BOTH, 5, 6), null);
  const flat = zoomTo(chart([line("a", [1], [0])]), 0, 2);
  assert.ok(flat && flat.top > flat.bottom, "one value alone is no range of nothing");
});

test("arrow keys walk from value to value of the line that has fewest", () => {
  const view = whole(BOTH);
  assert.equal(stepCursor(BOTH, view, null, 1), 1);
  assert.equal(stepCursor(BOTH, view, 1, 1), 2);
  assert.equal(stepCursor(BOTH, view, 2, 1), 2);
  assert.equal(stepCursor(BOTH, view, null, -1), 2);
  assert.equal(stepCursor(BOTH, view, 2, -1), 1);
  assert.equal(stepCursor(chart([]), view, null, 1), null);
});

test("under the cursor stands each line's nearest value", () => {
  const found = readValues(chart([TRAIN, VAL, line("test", [], [])]), 1.6);
  assert.deepEqual(
    found.map(({ line: { name }, x, y }) => [name, x, y]),
    [
      ["train", 2, 0.5],
      ["val", 2, 0.75],
    ],
  );
});

test("a line that ends before the cursor says nothing of it", () => {
  const long = line("long", [1, 2, 3, 4, 5, 6], [1, 1, 1, 1, 1, 1]);
  const names = (/** @type {number} */ at) => readValues(chart([long, VAL]), at).map((row) => row.line.name);
  assert.deepEqual(names(2.9), ["long", "val"]);
  assert.deepEqual(names(5), ["long"]);
  assert.deepEqual(names(0.4), ["long", "val"]);
});

test("a scale of factors begins at the lowest value above zero, and tens lie evenly on it", () => {
  const tens = chart([line("a", [1, 2, 3, 4], [0, 0.01, 0.1, 1])]);
  const view = whole(tens, true);
  assert.ok(view.bottom > 0.009 && view.bottom < 0.01);
  const { y, isLog } = layOut(tens, view, { width: 600, height: 280 }, true);
  assert.ok(isLog);
  assert.ok(Math.abs(y.to(0.01) - y.to(0.1) - (y.to(0.1) - y.to(1))) < 1e-9);
  assert.ok(Number.isNaN(y.to(0)));
  assert.ok(Math.abs(y.from(y.to(0.05)) - 0.05) < 1e-9);
  assert.ok(whole(chart([]), true).bottom > 0, "of nothing, too");
  const zoomed = zoomTo(tens, 0, 2.5, true);
  assert.ok(zoomed && zoomed.bottom > 0 && zoomed.bottom < 0.01 && zoomed.top > 0.01);
  assert.equal(zoomTo(tens, 0, 1.5, true), null, "only a zero lies there");
});

test("losses are one quantity, whosever they are", () => {
  const named = (/** @type {Partial<Chart>} */ parts) => quantityOf({ ...BOTH, ...parts });
  assert.equal(named({ y_title: "Val loss (nats)", unit: "nats" }), named({ unit: "nats" }));
  assert.equal(named({ y_title: "Val accuracy", is_share: true }), named({ y_title: "Accuracy", is_share: true }));
  assert.notEqual(named({ y_title: "Learning rate" }), named({ y_title: "Gradient norm" }));
});

test("labels that end close together move apart and stay on the chart", () => {
  const room = { bottom: 200, top: 10, height: 13 };
  assert.deepEqual(spread([150, 148, 100], room), [150, 137, 100]);
  assert.deepEqual(spread([300], room), [200]);
  const crowded = spread([20, 18, 16], room);
  assert.deepEqual(crowded, [36, 23, 10]);
  assert.deepEqual(spread([], room), []);
});

test("labels of marks take turns in four rows, and cover none of each other", () => {
  const apart = [0, 100, 200, 300, 400].map((left) => /** @type {const} */ ([left, left + 60]));
  assert.deepEqual(stack(apart), [0, 1, 2, 3, 0]);
  assert.deepEqual(stack([...apart.slice(0, 4), [10, 70]]), [0, 1, 2, 3, 1]);
  assert.deepEqual(stack(Array.from({ length: 6 }, () => /** @type {const} */ ([0, 60]))), [0, 1, 2, 3, 4, 5]);
  assert.deepEqual(stack([]), []);
});

const BANDED = { ...line("mean", [1, 2, 3], [0.5, 0.6, 0.7]), low: [0.4, null, 0.65], high: [0.6, null, 0.75] };

test("a band has a part from gap to gap, its foot below its top", () => {
  const layout = layOut(chart([BANDED]), { left: 0, right: 3, bottom: 0, top: 1 }, { width: 600, height: 280 });
  const parts = bandParts(BANDED.x, BANDED.low, BANDED.high, layout);
  assert.deepEqual(
    parts.map(({ tops, bottoms }) => [tops.length, bottoms.length]),
    [
      [1, 1],
      [1, 1],
    ],
  );
  assert.ok(parts[0].tops[0][1] < parts[0].bottoms[0][1]);
  assert.deepEqual(bandParts(VAL.x, VAL.low, VAL.high, layout), [], "a line without a band");
  const tens = layOut(chart([BANDED]), { left: 0, right: 3, bottom: 0.01, top: 1 }, { width: 600, height: 280 }, true);
  const [first] = bandParts([1], [-0.1], [0.5], tens);
  assert.equal(first.bottoms[0][1], tens.bottom, "below zero: down to the foot");
});

test("a band is told, read under the cursor and zoomed to", () => {
  const shares = { ...chart([BANDED]), is_share: true };
  assert.match(describe(shares), /mean: 70.0 % \(65.0 % to 75.0 %\) at the end/);
  assert.deepEqual(
    [1, 2].map((at) => readValues(shares, at)[0].band),
    [{ low: 0.4, high: 0.6 }, null],
  );
  const view = zoomTo(shares, 0.5, 1.5);
  assert.ok(view && view.bottom < 0.4 && view.top > 0.6);
});
