import assert from "node:assert/strict";
import { test } from "node:test";
import { destination, spans } from "../../dashboard/components/heat_table/places.js";

test("arrow keys lead to the neighbour, and stay at an edge", () => {
  assert.equal(destination("ArrowRight", 6, 5, 15), 7);
  assert.equal(destination("ArrowRight", 9, 5, 15), 9);
  assert.equal(destination("ArrowLeft", 5, 5, 15), 5);
  assert.equal(destination("ArrowUp", 7, 5, 15), 2);
  assert.equal(destination("ArrowUp", 2, 5, 15), 2);
  assert.equal(destination("ArrowDown", 12, 5, 15), 12);
  assert.equal(destination("ArrowDown", 2, 5, 15), 7);
});

test("Home and End lead to the ends of a row, other keys nowhere", () => {
  assert.equal(destination("Home", 8, 5, 15), 5);
  assert.equal(destination("End", 8, 5, 15), 9);
  assert.equal(destination("Enter", 8, 5, 15), null);
  assert.equal(destination("ArrowUp", -1, 5, 15), null);
});

test("a group's name stands once, as high as its rows", () => {
  assert.deepEqual(spans(["noise", "noise", "blur", "weather", "weather"]), [2, 0, 1, 2, 0]);
  assert.deepEqual(spans([]), []);
});
