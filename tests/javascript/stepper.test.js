import assert from "node:assert/strict";
import { test } from "node:test";
import { mayHaveOpened, wish } from "../../dashboard/components/stepper/keys.js";

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

test("the keyboard is taken from a component alone, not from a link somebody went on to", () => {
  const element = (/** @type {string} */ name) => ({
    matches: (/** @type {string} */ selector) => name.startsWith(selector.slice('[data-testid^="'.length, -2)),
  });
  assert.ok(mayHaveOpened(element("stBidiComponentIsolated")));
  assert.ok(!mayHaveOpened(element("stPageLink-NavLink")));
  assert.ok(!mayHaveOpened(null));
});
