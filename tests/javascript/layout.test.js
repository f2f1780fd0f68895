import assert from "node:assert/strict";
import { test } from "node:test";
import { write } from "../../dashboard/components/confusion_matrix/words.js";
import { areWords, destination, nameTile, perRow, template } from "../../dashboard/components/gallery/layout.js";
import { cornerOf } from "../../dashboard/components/shared/sprite.js";

test("a tile's name holds what is to be read below it", () => {
  assert.equal(nameTile("cat, image 7", ""), "cat, image 7");
  assert.equal(nameTile("cat, image 7", "cat"), "cat, image 7");
  assert.equal(nameTile("predicted dog, true cat", "cat → dog"), "cat → dog: predicted dog, true cat");
});

test("pictures stand row by row in a sprite", () => {
  assert.deepEqual(
    [0, 1, 19, 20, 43].map((place) => cornerOf(place, 20)),
    [
      [0, 0],
      [32, 0],
      [608, 0],
      [0, 32],
      [96, 64],
    ],
  );
  assert.deepEqual(cornerOf(5, 1), [0, 160]);
});

test("columns of a gallery may stand apart", () => {
  const header = { tile: 48, headings: ["a", "b", "c"], gaps: [1] };
  assert.equal(template(header), "minmax(0, 48px) 8px minmax(0, 48px) minmax(0, 48px)");
  assert.equal(template({ tile: 48, headings: [], gaps: [] }), "");
});

test("labels of one word each take one line", () => {
  assert.equal(areWords(["cat", "automobile"]), true);
  assert.equal(areWords(["cat", "cat → dog 99\u00a0%"]), false);
});

test("tiles in the first row are counted", () => {
  assert.equal(perRow([3, 3, 3, 70, 70]), 3);
  assert.equal(perRow([]), 1);
});

test("keys lead through a gallery and never out of it", () => {
  const from = (/** @type {string} */ key, /** @type {number} */ place) => destination(key, place, 10, 4);
  assert.deepEqual(
    ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"].map((key) => from(key, 5)),
    [4, 6, 1, 9],
  );
  assert.deepEqual(
    ["ArrowLeft", "ArrowUp", "Home"].map((key) => from(key, 0)),
    [0, 0, 0],
  );
  assert.deepEqual(
    ["ArrowRight", "ArrowDown", "End"].map((key) => from(key, 9)),
    [9, 9, 9],
  );
  assert.deepEqual(
    ["Home", "End", "ArrowLeft"].map((key) => from(key, -1)),
    [0, 9, null],
  );
  assert.equal(from("a", 3), null);
  assert.equal(destination("Home", -1, 0, 1), null);
});

test("cells are written with a true minus, differences with their sign", () => {
  const plain = { isShare: false, isDifference: false };
  assert.equal(write(12, plain), "12");
  assert.equal(write(0, plain), "0");
  assert.equal(write(3, { ...plain, isDifference: true }), "+3");
  assert.equal(write(-3, { ...plain, isDifference: true }), "\u22123");
  assert.equal(write(0.0625, { ...plain, isShare: true }), "6.3");
  assert.equal(write(0.8, { ...plain, isShare: true }), "80");
  assert.equal(write(-0.004, { isShare: true, isDifference: true }), "\u22120.4");
  assert.equal(write(-0.0004, { isShare: true, isDifference: true }), "0");
  assert.equal(write(0.0004, { isShare: true, isDifference: true }), "0");
});
