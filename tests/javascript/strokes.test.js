import assert from "node:assert/strict";
import { test } from "node:test";
import {
  change,
  ends,
  isTouched,
  move,
  reduce,
  shown,
  startHistory,
  step,
  toBase64,
  widthUnder,
} from "../../dashboard/components/sketch/strokes.js";
import { createDraws } from "./draws.js";

/** @param {string} colour */
const line = (colour) => ({ colour, width: 0.1, dabs: /** @type {[number, number, number][]} */ ([[0.5, 0.5, 1]]) });

/** @param {import("../../dashboard/components/sketch/strokes.js").History} history */
const colours = (history) => shown(history).strokes.map((stroke) => stroke.colour);

/**
 * @param {import("../../dashboard/components/sketch/strokes.js").History} history
 * @param {string} colour
 */
const add = (history, colour) => change(history, { strokes: [...shown(history).strokes, line(colour)] });

test("steps are taken back one by one, clearing and the background among them, and taken again", () => {
  let history = add(add(startHistory("white"), "red"), "blue");
  history = change(change(history, { background: "sky" }), { strokes: [] });
  assert.deepEqual([colours(history), shown(history).background], [[], "sky"]);
  const seen = [];
  while (!ends(history).isFirst) {
    history = move(history, -1);
    seen.push([colours(history).join(), shown(history).background]);
  }
  assert.deepEqual(seen, [
    ["red,blue", "sky"],
    ["red,blue", "white"],
    ["red", "white"],
    ["", "white"],
  ]);
  assert.equal(move(history, -1).place, 0);
  assert.deepEqual(colours(move(move(history, 1), 1)), ["red", "blue"]);
});

test("who draws on after a step back forgets what was taken back", () => {
  const history = add(move(add(add(startHistory("white"), "red"), "blue"), -1), "green");
  assert.deepEqual(colours(history), ["red", "green"]);
  assert.equal(ends(history).isLast, true);
  assert.deepEqual(colours(move(history, 1)), ["red", "green"]);
});

test("of a long drawing the latest steps can be taken back", () => {
  let history = startHistory("white");
  for (let count = 0; count < 500; count += 1) {
    history = add(history, "red");
  }
  assert.equal(colours(history).length, 500);
  assert.equal(history.drawings.length, 201);
});

test("paper is touched by a line or by another colour, and no more when these are taken back", () => {
  const fresh = startHistory("white");
  assert.equal(isTouched(fresh), false);
  assert.equal(isTouched(add(fresh, "red")), true);
  assert.equal(isTouched(change(fresh, { background: "sky" })), true);
  assert.equal(isTouched(move(add(fresh, "red"), -1)), false);
});

test("each small pixel is the mean of its square", () => {
  const draw = createDraws(3);
  const pixels = Uint8ClampedArray.from({ length: 4 * 8 * 8 }, () => Math.floor(256 * draw()));
  const small = reduce(pixels, 8, 2);
  assert.equal(small.length, 3 * 4);
  for (const corner of [0, 1, 2, 3]) {
    const [row, column] = [Math.floor(corner / 2), corner % 2];
    for (const channel of [0, 1, 2]) {
      let sum = 0;
      for (let place = 0; place < 16; place += 1) {
        sum += pixels[4 * ((4 * row + Math.floor(place / 4)) * 8 + 4 * column + (place % 4)) + channel];
      }
      assert.equal(small[3 * (2 * row + column) + channel], Math.round(sum / 16));
    }
  }
});

test("arrow keys move the brush by a pixel of 32, with Shift by four, and never off the paper", () => {
  assert.deepEqual(step([0.5, 0.5], { key: "ArrowRight", shiftKey: false }), [0.5 + 1 / 32, 0.5]);
  assert.deepEqual(step([0.5, 0.5], { key: "ArrowUp", shiftKey: true }), [0.5, 0.375]);
  assert.deepEqual(step([0, 1], { key: "ArrowLeft", shiftKey: true }), [0, 1]);
  assert.deepEqual(step([0, 1], { key: "ArrowDown", shiftKey: false }), [0, 1]);
  assert.equal(step([0.5, 0.5], { key: "a", shiftKey: false }), null);
});

test("a pen's pressure widens the line, and what has none draws at full width", () => {
  assert.equal(widthUnder(0.2, 1), 0.2);
  assert.ok(widthUnder(0.2, 0) > 0.05);
  assert.ok(widthUnder(0.2, 0.3) < widthUnder(0.2, 0.6));
  assert.equal(widthUnder(0.2, 7), 0.2);
});

test("bytes travel as Base64", () => {
  const bytes = Uint8Array.from({ length: 3072 }, (_, place) => place % 256);
  assert.equal(toBase64(bytes).length, 4096);
  assert.deepEqual([...Buffer.from(toBase64(bytes), "base64")], [...bytes]);
});
