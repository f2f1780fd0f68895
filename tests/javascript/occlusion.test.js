import assert from "node:assert/strict";
import { test } from "node:test";
import {
  countSquares,
  cover,
  createPlaces,
  LEAST,
  Mapping,
  strengths,
} from "../../dashboard/components/live/occlusion.js";
import { createDraws } from "./draws.js";

const FINE = { window: 6, stride: 2 };

/**
 * A network that looks at one red pixel alone: two classes, the first as probable as that pixel is red.
 *
 * @param {number} x
 * @param {number} y
 */
const looksAt = (x, y) => (/** @type {Uint8Array} */ pictures) =>
  Float32Array.from(
    Array.from({ length: pictures.length / 3072 }, (_, number) => pictures[3072 * number + 32 * y + x] / 255).flatMap(
      (red) => [red, 1 - red],
    ),
  );

/**
 * @param {(pictures: Uint8Array) => Float32Array} network
 * @param {Uint8Array} picture
 * @param {{ window: number, stride: number }} grid
 * @param {number} [most]
 */
function makeMap(network, picture, grid, most = 10) {
  const mapping = new Mapping(picture, 0, network(picture)[0], grid);
  while (!mapping.isDone) {
    mapping.take(network(mapping.next(most)), 2);
  }
  return mapping;
}

test("squares reach from edge to edge", () => {
  for (const [window, stride, number] of [
    [6, 2, 14],
    [8, 4, 7],
    [8, 6, 5],
    [32, 4, 1],
    [5, 4, 8],
  ]) {
    const places = createPlaces({ window, stride });
    assert.equal(places.length, number ** 2);
    assert.deepEqual(places[0], [0, 0]);
    const [left, top] = places[places.length - 1];
    assert.equal(left, top);
    assert.ok(left + window >= 32);
  }
});

test("a square is grey in all colours, and nothing else is touched", () => {
  const picture = new Uint8Array(3072).fill(7);
  cover(picture, [28, 1], 6);
  for (let place = 0; place < 1024; place += 1) {
    const isCovered = place % 32 >= 28 && place >> 5 >= 1 && place >> 5 < 7;
    for (let channel = 0; channel < 3; channel += 1) {
      assert.equal(picture[1024 * channel + place], isCovered ? 128 : 7);
    }
  }
});

test("the map of a network that looks at one pixel is hottest there, and nothing where no square reaches it", () => {
  const picture = new Uint8Array(3072).fill(255);
  const mapping = makeMap(looksAt(20, 9), picture, FINE);
  const values = mapping.values();
  const drop = (255 - 128) / 255;
  assert.ok(Math.abs(values[9 * 32 + 20] - drop) < 1e-6, "each square over it takes the same");
  assert.ok(Math.max(...values) < drop + 1e-6);
  assert.ok(
    values.every((value, place) => value === 0 || (Math.abs((place % 32) - 20) < 6 && Math.abs((place >> 5) - 9) < 6)),
  );
  assert.ok(mapping.worst && Math.abs(mapping.worst.prob - 128 / 255) < 1e-6);
  const { place } = /** @type {NonNullable<typeof mapping.worst>} */ (mapping.worst);
  assert.ok(place[0] <= 20 && place[0] + 6 > 20 && place[1] <= 9 && place[1] + 6 > 9);
});

test("a pixel's value is the mean over all squares that cover it, however many are asked about at once", () => {
  const draws = createDraws(5);
  const picture = Uint8Array.from({ length: 3072 }, () => Math.floor(256 * draws()));
  const grid = { window: 8, stride: 6 };
  const answers = createPlaces(grid).map(() => Math.fround(draws()));
  const expected = Array.from({ length: 1024 }, (_, pixel) => {
    const over = createPlaces(grid).flatMap(([left, top], number) => {
      const [x, y] = [(pixel % 32) - left, (pixel >> 5) - top];
      return x >= 0 && x < 8 && y >= 0 && y < 8 ? [0.9 - answers[number]] : [];
    });
    return over.reduce((a, b) => a + b, 0) / over.length;
  });
  for (const most of [1, 7, 1000]) {
    const mapping = new Mapping(picture, 1, 0.9, grid);
    while (!mapping.isDone) {
      const { done } = mapping;
      const number = mapping.next(most).length / 3072;
      mapping.take(Float32Array.from(answers.slice(done, done + number).flatMap((prob) => [1 - prob, prob])), 2);
    }
    mapping.values().forEach((value, pixel) => {
      assert.ok(Math.abs(value - expected[pixel]) < 1e-9);
    });
  }
});

test("what is covered is a copy", () => {
  const picture = new Uint8Array(3072).fill(255);
  makeMap(looksAt(0, 0), picture, FINE);
  assert.ok(picture.every((value) => value === 255));
});

test("a class that gains is negative, and colours are as strong as the strongest, but noise stays faint", () => {
  const picture = new Uint8Array(3072);
  const values = makeMap(looksAt(3, 3), picture, FINE).values();
  assert.ok(values[3 * 32 + 3] < 0);
  assert.equal(Math.min(...strengths(values)), -1);
  assert.deepEqual([...strengths(Float64Array.from([LEAST / 10, 0]))], [0.1, 0]);
  assert.deepEqual([...strengths(Float64Array.from([0.5, -0.25]))], [1, -0.5]);
});

test("as many squares as there is time for, one at least", () => {
  assert.deepEqual(
    [1, 10, 39, 200, 0].map((milliseconds) => countSquares(milliseconds, 40)),
    [39, 3, 1, 1, 3999],
  );
});
