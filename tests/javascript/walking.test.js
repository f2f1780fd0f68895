import assert from "node:assert/strict";
import test from "node:test";
import { destination } from "../../dashboard/components/shared/walking.js";

test("arrows lead along a row or a column and stay at its ends, Home and End lead there", () => {
  for (const arrows of /** @type {const} */ ([
    ["ArrowLeft", "ArrowRight"],
    ["ArrowUp", "ArrowDown"],
  ])) {
    const [back, forth] = arrows;
    assert.equal(destination(forth, 3, 10, arrows), 4);
    assert.equal(destination(forth, 9, 10, arrows), 9);
    assert.equal(destination(back, 3, 10, arrows), 2);
    assert.equal(destination(back, 0, 10, arrows), 0);
    assert.equal(destination("Home", 5, 10, arrows), 0);
    assert.equal(destination("End", 5, 10, arrows), 9);
  }
});

test("other keys lead nowhere: they are somebody else's", () => {
  assert.equal(destination("ArrowLeft", 5, 10, ["ArrowUp", "ArrowDown"]), null);
  assert.equal(destination("Enter", 5, 10, ["ArrowUp", "ArrowDown"]), null);
});
