import assert from "node:assert/strict";
import { test } from "node:test";
import {
  createTaps,
  cropMiddle,
  factorOf,
  reduceBy,
  shrink,
  toPlanes,
} from "../../dashboard/components/live/resample.js";
import { createDraws } from "./draws.js";

/** @import { Bitmap } from "../../dashboard/components/live/resample.js" */

/**
 * @param {number} width
 * @param {number} height
 * @param {(x: number, y: number) => readonly number[]} colourAt
 * @returns {Bitmap}
 */
function draw(width, height, colourAt) {
  const pixels = new Uint8ClampedArray(4 * width * height);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      pixels.set([...colourAt(x, y), 255], 4 * (y * width + x));
    }
  }
  return { pixels, width, height };
}

/** @param {readonly number[]} weights */
const total = (weights) => weights.reduce((a, b) => a + b, 0);

test("an even picture stays even, whatever its size and shape", () => {
  for (const [width, height] of [
    [32, 32],
    [300, 40],
    [33, 77],
    [5, 9],
    [1, 1],
    [1600, 1200],
  ]) {
    const small = shrink(draw(width, height, () => [200, 100, 7]));
    assert.equal(small.length, 3072);
    assert.deepEqual(
      [0, 1, 2].map((channel) => [...new Set(small.subarray(1024 * channel, 1024 * (channel + 1)))]),
      [[200], [100], [7]],
      `${width}x${height}`,
    );
  }
});

test("a picture of 32x32 pixels is left as it is, colour by colour", () => {
  const draws = createDraws(3);
  const bitmap = draw(32, 32, () => [0, 1, 2].map(() => Math.floor(256 * draws())));
  const small = shrink(bitmap);
  for (const place of [0, 1, 31, 32, 500, 1023]) {
    for (let channel = 0; channel < 3; channel += 1) {
      assert.equal(small[1024 * channel + place], bitmap.pixels[4 * place + channel]);
    }
  }
});

test("the central square is kept: what lies beside it has no say", () => {
  const wide = draw(96, 32, (x) => (x >= 32 && x < 64 ? [10, 20, 30] : [255, 0, 0]));
  assert.deepEqual([...new Set(shrink(wide))].sort(), [10, 20, 30]);
  const high = draw(33, 100, (_, y) => (y >= 33 && y < 66 ? [9, 9, 9] : [0, 0, 255]));
  const square = cropMiddle(high);
  assert.deepEqual([square.width, square.height], [33, 33]);
  assert.equal(square.pixels[0], 9);
});

test("each half of a picture keeps its colour, up and down as from left to right", () => {
  const halves = shrink(draw(320, 320, (x, y) => [x < 160 ? 0 : 255, y < 160 ? 0 : 255, 0]));
  const at = (/** @type {number} */ channel, /** @type {number} */ x, /** @type {number} */ y) =>
    halves[1024 * channel + 32 * y + x];
  assert.deepEqual([at(0, 2, 20), at(0, 29, 20), at(1, 20, 2), at(1, 20, 29)], [0, 255, 0, 255]);
});

test("the weights of each pixel add up to one, and are the same from both sides", () => {
  const flat = { reach: 2, weigh: (/** @type {number} */ distance) => Math.max(0, 2 - Math.abs(distance)) };
  for (const [from, to] of [
    [100, 32],
    [33, 32],
    [480, 32],
    [7, 32],
  ]) {
    const lines = createTaps(from, to, flat).map(({ first, weights }) => {
      const line = new Array(from).fill(0);
      weights.forEach((weight, tap) => {
        line[first + tap] = weight;
      });
      return line;
    });
    assert.equal(lines.length, to);
    lines.forEach((line, place) => {
      assert.ok(Math.abs(total(line) / 2 ** 22 - 1) < 1e-5);
      const mirrored = lines[to - 1 - place];
      assert.ok(line.every((weight, tap) => Math.abs(weight - mirrored[from - 1 - tap]) <= 1));
    });
  }
});

test("a large picture is reduced by a whole factor first, a cut square at its edge by itself", () => {
  assert.deepEqual(
    [
      [640, 480],
      [1920, 1080],
      [4032, 3024],
      [9000, 1000],
      [100_000, 300],
    ].map(([width, height]) => factorOf({ width, height })),
    [1, 1, 3, 1, 1],
  );
  const reduced = reduceBy(
    draw(5, 4, (x, y) => [10 * x, 10 * y, x === 4 ? 90 : 0]),
    2,
  );
  assert.deepEqual([reduced.width, reduced.height], [3, 2]);
  assert.deepEqual([...reduced.pixels.subarray(0, 3)], [5, 5, 0]);
  assert.deepEqual([...reduced.pixels.subarray(8, 11)], [40, 5, 90]);
});

test("pixel by pixel becomes colour by colour", () => {
  assert.deepEqual([...toPlanes(Uint8Array.from([1, 2, 3, 4, 5, 6]), 3)], [1, 4, 2, 5, 3, 6]);
  assert.deepEqual([...toPlanes(Uint8Array.from([1, 2, 3, 255, 4, 5, 6, 255]), 4)], [1, 4, 2, 5, 3, 6]);
});
