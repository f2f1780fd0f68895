import assert from "node:assert/strict";
import test from "node:test";
import { place } from "../../dashboard/components/shared/placing.js";

const room = { width: 400, height: 800 };

test("what is opened stands below its button", () => {
  const at = place({ left: 20, top: 100, bottom: 140 }, { width: 300, height: 500 }, room);
  assert.deepEqual(at, { left: 20, top: 148, height: 636 });
});

test("it stays within the window", () => {
  assert.equal(place({ left: 200, top: 0, bottom: 40 }, { width: 300, height: 50 }, room).left, 84);
  assert.equal(
    place({ left: 200, top: 0, bottom: 40 }, { width: 390, height: 50 }, room).left,
    16,
    "the left edge counts",
  );
});

test("it stands above where there is more room, and no higher than that", () => {
  const button = { left: 20, top: 700, bottom: 740 };
  assert.deepEqual(place(button, { width: 300, height: 200 }, room), { left: 20, top: 492, height: 676 });
  assert.deepEqual(place(button, { width: 300, height: 900 }, room), { left: 20, top: 16, height: 676 });
});
