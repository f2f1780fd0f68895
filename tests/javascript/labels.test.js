import assert from "node:assert/strict";
import test from "node:test";
import { tell } from "../../dashboard/components/hunt/telling.js";
import { nextPlace, wish } from "../../dashboard/components/judging/keys.js";
import { classOf, clock, keyOf } from "../../dashboard/components/quiz/asking.js";

const pressed = { altKey: false, ctrlKey: false, metaKey: false, defaultPrevented: false, repeat: false };

test("letters judge, whatever their case, and nothing else does", () => {
  assert.equal(wish({ ...pressed, key: "r" }), "right");
  assert.equal(wish({ ...pressed, key: "W" }), "wrong");
  assert.equal(wish({ ...pressed, key: "u" }), "unsure");
  assert.equal(wish({ ...pressed, key: "z" }), "undo");
  assert.equal(wish({ ...pressed, key: "x" }), null);
  assert.equal(wish({ ...pressed, key: "r", ctrlKey: true }), null);
  assert.equal(wish({ ...pressed, key: "r", defaultPrevented: true }), null);
});

test("after a judgement the next one that nobody judged is shown", () => {
  assert.equal(nextPlace(0, ["right", "wrong", ""]), 2);
  assert.equal(nextPlace(0, ["right", "", ""]), 1);
  assert.equal(nextPlace(1, ["", "right", "wrong"]), 2);
  assert.equal(nextPlace(2, ["", "", "right"]), 2);
});

test("keys 1 to 9 and 0 name ten classes", () => {
  assert.deepEqual([0, 8, 9].map(keyOf), ["1", "9", "0"]);
  assert.equal(classOf({ ...pressed, key: "1" }, 10), 0);
  assert.equal(classOf({ ...pressed, key: "0" }, 10), 9);
  assert.equal(classOf({ ...pressed, key: "0" }, 4), null);
  for (const key of ["a", "F1", "12", ""]) {
    assert.equal(classOf({ ...pressed, key }, 10), null);
  }
  assert.equal(classOf({ ...pressed, key: "1", repeat: true }, 10), null);
});

test("a clock has minutes and seconds", () => {
  assert.deepEqual([120, 119.2, 9.9, 0, -3].map(clock), ["2:00", "1:59", "0:09", "0:00", "0:00"]);
});

test("a tile says what it was, and whether the ranking pointed at it", () => {
  const revealed = { planted: [0, 1], flagged: [0, 2], others: [1, 2], names: ["cat", "dog", "frog", "ship"] };
  const told = ["bird", "truck", "frog", "ship"].map((label, place) => tell(place, label, revealed));
  assert.deepEqual(
    told.map(({ kind }) => kind),
    ["found", "missed", "alarm", "plain"],
  );
  assert.deepEqual(
    told.map(({ isOthers }) => isOthers),
    [false, true, true, false],
  );
  assert.equal(told[0].words, "found: labelled bird, really cat");
  assert.equal(told[1].words, "missed: labelled truck, really dog, doubted by the ranking");
});
