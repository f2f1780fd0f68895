import assert from "node:assert/strict";
import { test } from "node:test";
import { createArrivals } from "../../dashboard/components/arrival/arrivals.js";

test("a wish is fulfilled once, however often it is drawn", () => {
  const isNew = createArrivals();
  assert.equal(isNew(0), false, "nobody wishes anything");
  assert.deepEqual([isNew(1), isNew(1), isNew(2), isNew(2)], [true, false, true, false]);
});

test("another session begins to count anew", () => {
  const isNew = createArrivals();
  isNew(5);
  assert.deepEqual([isNew(0), isNew(1)], [false, true]);
});
