import assert from "node:assert/strict";
import { test } from "node:test";
import { wish } from "../../dashboard/components/stepper/keys.js";

const plain = { altKey: false, ctrlKey: false, metaKey: false, shiftKey: false, defaultPrevented: false };

test("arrows step, Escape closes, other keys mean nothing", () => {
  assert.equal(wish({ ...plain, key: "ArrowLeft" }, false), -1);
  assert.equal(wish({ ...plain, key: "ArrowRight" }, false), 1);
  assert.equal(wish({ ...plain, key: "Escape" }, false), "close");
  assert.equal(wish({ ...plain, key: "ArrowDown" }, false), null);
});

test("a key that something else uses is left to it", () => {
  const event = { ...plain, key: "ArrowLeft" };
  assert.equal(wish(event, true), null);
  assert.equal(wish({ ...event, defaultPrevented: true }, false), null);
  assert.equal(wish({ ...event, altKey: true }, false), null, "the browser's own Back");
});
