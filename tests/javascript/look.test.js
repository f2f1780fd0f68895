import assert from "node:assert/strict";
import { test } from "node:test";
import { createLook, WIDEST } from "../../dashboard/components/lines/look.js";

/** @param {string | null} [kept] */
const createMemory = (kept = null) => ({
  kept,
  getItem() {
    return this.kept;
  },
  /**
   * @param {string} _
   * @param {string} text
   */
  setItem(_, text) {
    this.kept = text;
  },
});

test("charts over one axis have one cursor, others their own", () => {
  const look = createLook(null);
  const [one, other] = [{}, {}];
  look.point("Epoch", 3, one);
  assert.equal(look.cursor("Epoch"), 3);
  assert.equal(look.cursor("Step"), null);
  look.point("Epoch", null, other);
  assert.equal(look.cursor("Epoch"), 3, "who did not put it there does not take it away");
  look.point("Epoch", null, one);
  assert.equal(look.cursor("Epoch"), null);
});

test("every chart hears of each change until it is gone", () => {
  const look = createLook(null);
  let heard = 0;
  const forget = look.listen(() => {
    heard += 1;
  });
  look.point("Epoch", 1, {});
  look.smooth(0.5);
  look.switchLog("Loss (nats)");
  assert.equal(heard, 3);
  forget();
  look.smooth(0.6);
  assert.equal(heard, 3);
});

test("a quantity is drawn by factors in all its charts, and no other one", () => {
  const look = createLook(null);
  look.switchLog("Loss (nats)");
  assert.deepEqual([look.isLog("Loss (nats)"), look.isLog("Accuracy")], [true, false]);
  look.switchLog("Loss (nats)");
  assert.equal(look.isLog("Loss (nats)"), false);
});

test("the next page of the visit looks alike", () => {
  const memory = createMemory();
  const first = createLook(memory);
  first.smooth(0.2);
  first.switchLog("Loss (nats)");
  const next = createLook(memory);
  assert.deepEqual([next.smoothing(), next.isLog("Loss (nats)"), next.cursor("Epoch")], [0.2, true, null]);
});

test("whatever the browser kept, a chart can be drawn", () => {
  for (const text of ["", "{", "null", "[]", '{"smoothing":"x","logs":7}', '{"smoothing":-3,"logs":[{}]}']) {
    const look = createLook(createMemory(text));
    assert.deepEqual([look.smoothing(), look.isLog("Loss")], [0, false], text);
  }
  assert.equal(createLook(createMemory('{"smoothing":7}')).smoothing(), WIDEST);
  const full = createLook({
    getItem: () => null,
    setItem() {
      throw new Error("full");
    },
  });
  full.smooth(0.5);
  assert.equal(full.smoothing(), 0.5);
});
