import assert from "node:assert/strict";
import { test } from "node:test";
import { between } from "../../dashboard/components/gallery/layout.js";
import { createTicks } from "../../dashboard/components/shared/ticks.js";

test("a tick comes and goes, and what is ticked is reported whole", () => {
  const ticks = createTicks();
  ticks.toggle("a", 7);
  ticks.toggle("a", 3);
  ticks.toggle("b", 9);
  assert.deepEqual(ticks.report("a"), { round: 0, ids: [7, 3] });
  ticks.toggle("a", 7);
  assert.deepEqual(ticks.report("a"), { round: 0, ids: [3] });
  assert.equal(ticks.has("a", 3), true);
  assert.equal(ticks.has("a", 9), false);
});

test("several are ticked at once, each counts once", () => {
  const ticks = createTicks();
  ticks.toggle("a", 4);
  ticks.put("a", [3, 4, 5], true);
  assert.deepEqual(ticks.report("a").ids, [4, 3, 5]);
  ticks.put("a", [4, 5], false);
  assert.equal(ticks.count("a"), 1);
});

test("a new round begins without ticks and is heard of; the one that goes on keeps its own", () => {
  const ticks = createTicks();
  let heard = 0;
  ticks.follow("a", () => {
    heard += 1;
  });
  ticks.toggle("a", 1);
  ticks.begin("a", 0);
  assert.deepEqual([heard, ticks.count("a")], [1, 1]);
  ticks.begin("a", 1);
  assert.deepEqual(ticks.report("a"), { round: 1, ids: [] });
  ticks.toggle("a", 2);
  ticks.begin("a", 0); // another session of the same tab counts from the start again
  assert.deepEqual([heard, ticks.count("a")], [4, 0]);
});

test("a range reaches from either end to the other", () => {
  assert.deepEqual(between(2, 4), [2, 3, 4]);
  assert.deepEqual(between(4, 2), [2, 3, 4]);
  assert.deepEqual(between(3, 3), [3]);
});
