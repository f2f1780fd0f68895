import assert from "node:assert/strict";
import { test } from "node:test";
import { bestPlace, placeSpark } from "../../dashboard/components/run_table/spark.js";

const SIZE = { width: 86, height: 26 };

test("a small curve goes from the lowest value of all at the bottom to the highest at the top", () => {
  const points = placeSpark({ x: [0, 0.5, 1], y: [0.25, 0.5, 0.75] }, [0.25, 0.75], SIZE);
  assert.deepEqual(points, [
    [3, 23],
    [43, 13],
    [83, 3],
  ]);
  assert.equal(placeSpark({ x: [1], y: [0.5] }, [0.25, 0.75], SIZE)[0][1], 13, "of other runs, too");
});

test("one value alone has a place, and none is no curve", () => {
  assert.deepEqual(placeSpark({ x: [1], y: [0.5] }, [0.5, 0.5], SIZE), [[83, 23]]);
  assert.deepEqual(placeSpark({ x: [], y: [] }, [0, 1], SIZE), []);
});

test("the best place is the first of the highest", () => {
  assert.equal(bestPlace([0.1, 0.7, 0.7, 0.2]), 1);
  assert.equal(bestPlace([]), -1);
});
