import assert from "node:assert/strict";
import { test } from "node:test";
import { createMarks } from "../../dashboard/components/shared/marks.js";

test("a gallery hears of its mark whichever of the two comes first", () => {
  for (const isFirst of [true, false]) {
    const marks = createMarks();
    /** @type {(number | null)[]} */
    const heard = [];
    const steps = [() => marks.set("a", 7), () => marks.follow("a", (selected) => heard.push(selected))];
    for (const step of isFirst ? steps : steps.reverse()) {
      step();
    }
    assert.deepEqual(heard, [7]);
    marks.set("a", null);
    assert.deepEqual(heard, [7, null]);
  }
});

test("galleries keep their marks apart, and a new one takes the place of the old", () => {
  const marks = createMarks();
  /** @type {string[]} */
  const heard = [];
  marks.follow("a", (selected) => heard.push(`old a ${selected}`));
  marks.follow("b", (selected) => heard.push(`b ${selected}`));
  marks.follow("a", (selected) => heard.push(`a ${selected}`));
  marks.set("a", 1);
  marks.set("b", 2);
  assert.deepEqual(heard, ["a 1", "b 2"]);
});

test("a gallery that nobody marks keeps its own", () => {
  const marks = createMarks();
  marks.follow("a", () => assert.fail("nobody said anything"));
  marks.set("b", 3);
});
