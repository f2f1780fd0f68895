import assert from "node:assert/strict";
import { test } from "node:test";
import {
  cutOf,
  destination,
  joinsOf,
  layOut,
  leftOf,
  placeTip,
  reachOf,
  spotsOf,
  ticksOf,
} from "../../dashboard/components/dots/layout.js";

/** @import { Row } from "../../dashboard/components/dots/layout.js" */

/**
 * @param {readonly number[]} values
 * @param {Partial<Row>} [more]
 * @returns {Row}
 */
const row = (values, more = {}) => ({
  name: "A",
  dots: values.map((value, place) => ({ value, words: `seed ${place}`, pair: "", id: `run ${place}` })),
  colour: "",
  look: "full",
  heading: "",
  note: "",
  mean: null,
  mean_words: "",
  interval: null,
  ...more,
});

/**
 * @param {readonly number[]} actual
 * @param {readonly number[]} expected
 */
function assertNear(actual, expected) {
  assert.equal(actual.length, expected.length);
  actual.forEach((value, place) => {
    assert.ok(Math.abs(value - expected[place]) < 1e-9, `${actual} is not ${expected}`);
  });
}

test("an axis reaches around all dots, with room beside equal ones", () => {
  assertNear(reachOf([row([0.5, 0.6]), row([0.4])]), [0.4 - 0.024, 0.6 + 0.024]);
  assertNear(reachOf([row([0.5])]), [0.496, 0.504]);
});

test("the interval of a mean leaves the dots room, what lies around a single number is shown whole", () => {
  assertNear(reachOf([row([0.5, 0.6], { mean: 0.55, interval: [0, 1] })]), [0.45, 0.65]);
  assertNear(reachOf([row([0.5, 0.6], { mean: 0.55, interval: [0.52, 0.58] })]), [0.488, 0.612]);
  const [low, high] = reachOf([row([0.5], { interval: [0.3, 0.8] })]);
  assert.ok(low < 0.3 && high > 0.8);
});

test("what lies beyond an axis stays at its edge and is known to be cut", () => {
  assertNear(
    [0.4, 0.5, 0.7, 0.9, 1].map((value) => leftOf(value, [0.5, 0.9])),
    [0, 0, 50, 100, 100],
  );
  const cut = cutOf([0.4, 0.7], [0.5, 0.9]);
  assertNear([cut.left, cut.width], [0, 50]);
  assert.deepEqual([cut.isCutLow, cut.isCutHigh], [true, false]);
});

test("ticks are few, round and in per cent", () => {
  assert.deepEqual(
    ticksOf([0.528, 0.546], 5).map(({ text }) => text),
    ["53 %", "53.5 %", "54 %", "54.5 %"],
  );
});

test("an axis of differences reaches as far to either side, whatever lies on it", () => {
  const balance = { extent: 0.04, margin: 0.01, ends: /** @type {[string, string]} */ (["A", "B"]) };
  const range = reachOf([row([0.01, 0.09])], balance);
  assertNear(range, [-0.04, 0.04]);
  assert.deepEqual(
    ticksOf(range, 5, true).map(({ text }) => text),
    ["−4 pt", "−2 pt", "0 pt", "+2 pt", "+4 pt"],
  );
});

test("what is said of both sides stands above the rows, in no row's way", () => {
  const sizes = { row: 2, heading: 3, axis: 1, ends: 1.5 };
  const layout = layOut([row([0.5], { heading: "wide" }), row([0.5])], sizes, true);
  assert.deepEqual(layout.heights, [1.5, 3, 2, 2, 1]);
  assert.equal(layout.first, 2);
  assert.deepEqual(layout.lines, [3, 4]);
  assert.deepEqual(layout.centres, [4, 6]);
  assert.equal(layout.height, 7);
});

test("a heading stands above its row, and lines go through the middles of rows", () => {
  const sizes = { row: 2, heading: 3, axis: 1, ends: 1.5 };
  const layout = layOut([row([0.5], { heading: "wide" }), row([0.5]), row([0.5], { heading: "deep" })], sizes);
  assert.deepEqual(layout.heights, [3, 2, 2, 3, 2, 1]);
  assert.equal(layout.first, 1);
  assert.deepEqual(layout.lines, [2, 3, 5]);
  assert.deepEqual(layout.centres, [4, 6, 11]);
  assert.equal(layout.height, 12);
});

test("dots of one pair are joined from row to row, and those of none are not", () => {
  const dots = (/** @type {[number, string][]} */ ...of) =>
    of.map(([value, pair]) => ({ value, pair, words: "", id: "" }));
  const rows = [
    row([], { dots: dots([0.5, "0"], [0.6, "1"], [0.7, ""]) }),
    row([], { dots: dots([0.4, "1"], [0.3, ""]) }),
  ];
  assert.deepEqual(joinsOf(rows), [{ row: 0, from: 0.6, to: 0.4 }]);
});

test("arrow keys lead along a row, mean included, and to the nearest in the next one", () => {
  const rows = [row([0.6, 0.4], { mean: 0.5, mean_words: "mean" }), row([]), row([0.45, 0.58, 0.7])];
  const spots = spotsOf(rows);
  assert.deepEqual(
    spots.map(({ row, words }) => `${row} ${words}`),
    ["0 seed 1", "0 mean", "0 seed 0", "2 seed 0", "2 seed 1", "2 seed 2"],
  );
  assert.deepEqual(
    spots.map(({ id }) => id),
    ["run 1", "", "run 0", "run 0", "run 1", "run 2"],
  );
  const lead = (/** @type {string} */ key, /** @type {number} */ place) => destination(key, spots, place);
  assert.deepEqual([lead("ArrowRight", 0), lead("ArrowRight", 2), lead("ArrowLeft", 0)], [1, 2, 0]);
  assert.deepEqual([lead("Home", 2), lead("End", 3)], [0, 5]);
  assert.deepEqual([lead("ArrowDown", 2), lead("ArrowUp", 5), lead("ArrowUp", 1), lead("ArrowDown", 4)], [4, 2, 1, 4]);
  assert.equal(lead("Enter", 0), null);
});

test("a tip stays within the width, and goes below where there is no room above", () => {
  const tip = { width: 100, height: 30 };
  assert.deepEqual(placeTip({ x: 150, y: 60 }, tip, 300, 200), { left: 100, top: 22 });
  assert.equal(placeTip({ x: 10, y: 60 }, tip, 300, 200).left, 0);
  assert.equal(placeTip({ x: 290, y: 60 }, tip, 300, 200).left, 200);
  assert.equal(placeTip({ x: 150, y: 60 }, tip, 300, 20).top, 68);
  assert.equal(placeTip({ x: 10, y: 60 }, { width: 400, height: 30 }, 300, 200).left, 0);
});
