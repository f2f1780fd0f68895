import assert from "node:assert/strict";
import { test } from "node:test";
import { createRegistry, createTurns } from "../../dashboard/components/shared/state.js";

/** An object is as good a key as an element. */
const element = () => /** @type {Node} */ (/** @type {unknown} */ ({}));

test("each element has a state of its own, and keeps it", () => {
  const stateOf = createRegistry(() => ({ zoom: 1 }));
  const [one, other] = [element(), element()];
  stateOf(one).zoom = 4;
  assert.equal(stateOf(one).zoom, 4);
  assert.equal(stateOf(other).zoom, 1);
});

test("registries do not know one another", () => {
  const [first, second] = [createRegistry(() => ({ count: 0 })), createRegistry(() => ({ count: 0 }))];
  const one = element();
  first(one).count = 1;
  assert.equal(second(one).count, 0);
});

test("a turn is the latest until another is taken for the same element", () => {
  const takeTurn = createTurns();
  const [one, other] = [element(), element()];
  const first = takeTurn(one);
  assert.ok(first());
  const elsewhere = takeTurn(other);
  assert.ok(first());
  const second = takeTurn(one);
  assert.ok(!first());
  assert.ok(second() && elsewhere());
});
