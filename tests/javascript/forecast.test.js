import assert from "node:assert/strict";
import { test } from "node:test";
import { clamp, follow, labels, leftOf, move, setAt, under, write } from "../../dashboard/components/forecast/curve.js";

test("the first point makes a curve that rises from guessing to it and stays", () => {
  assert.deepEqual(setAt(null, 4, 2, 40), [20, 30, 40, 40]);
  assert.deepEqual(setAt([20, 30, 40, 40], 4, 0, 25), [25, 30, 40, 40]);
});

test("a quick pointer skips no epoch, whichever way it goes", () => {
  assert.deepEqual(follow([10, 10, 10, 10, 10], 5, [1, 20], [4, 50]), [10, 20, 30, 40, 50]);
  assert.deepEqual(follow([10, 10, 10, 10, 10], 5, [4, 50], [1, 20]), [10, 20, 30, 40, 50]);
  assert.deepEqual(follow([10, 10, 10], 3, [0.5, 20], [1.5, 40]), [10, 30, 10]);
});

test("between two epochs a pointer sets neither, and near one it moves that up and down", () => {
  assert.deepEqual(follow([20, 10], 2, [0, 20], [0.4, 30]), [20, 10]);
  assert.deepEqual(follow([20, 10], 2, [1, 20], [1, 30]), [20, 30]);
  assert.deepEqual(follow([20, 10], 2, [0.9, 40], [0.8, 45]), [20, 45]);
});

test("a pointer beside the axes draws at their ends", () => {
  assert.deepEqual(under(-0.2, 1.3, 4), [0, 0]);
  assert.deepEqual(under(1.4, -1, 4), [3, 100]);
  assert.deepEqual(under(0.5, 0.6, 4), [1.5, 40]);
  assert.deepEqual(
    [0, 1, 2].map((place) => leftOf(place, 3)),
    [0, 50, 100],
  );
  assert.equal(clamp(41.6), 42);
});

test("keys move from point to point and each up and down", () => {
  assert.deepEqual(move({ key: "ArrowRight" }, 3, 20, 4), [3, 20]);
  assert.deepEqual(move({ key: "ArrowLeft" }, 3, 20, 4), [2, 20]);
  assert.deepEqual(move({ key: "ArrowUp" }, 1, 100, 4), [1, 100]);
  assert.deepEqual(move({ key: "PageDown" }, 1, 7, 4), [1, 0]);
  assert.deepEqual(move({ key: "End" }, 1, 7, 4), [1, 100]);
  assert.equal(move({ key: "x" }, 1, 7, 4), null);
});

test("epochs are named where there is room", () => {
  assert.deepEqual(labels(4), [1, 2, 3, 4]);
  assert.deepEqual(labels(12), [2, 4, 6, 8, 10, 12]);
  assert.ok(labels(60).length <= 8);
});

test("a curve is sent as whole per cents with dots between them", () => {
  assert.equal(write([10, 42, 100]), "10.42.100");
  assert.equal(write(null), "");
});
