import assert from "node:assert/strict";
import { test } from "node:test";
import { parseColour } from "../../dashboard/components/shared/colours.js";
import { diverging, sequential, softGrey } from "../../dashboard/components/shared/ramps.js";

/** @import { Rgb } from "../../dashboard/components/shared/colours.js" */

/** @type {{ below: Rgb, above: Rgb }} */
const ENDS = { below: [31, 95, 168], above: [192, 70, 31] };

/** @type {Rgb} */
const WHITE = [255, 255, 255];

/** @param {Rgb} colour */
const rounded = (colour) => colour.map(Math.round);

test("a colour is read as red, green, blue", () => {
  assert.deepEqual(parseColour("#2a6fbb"), [42, 111, 187]);
  assert.deepEqual(parseColour("#FF0001"), [255, 0, 1]);
  for (const wrong of ["", "2a6fbb", "#2a6", "#2a6fbg", "#2a6fbb00", "red"]) {
    assert.throws(() => parseColour(wrong), /is not of the form #rrggbb/);
  }
});

test("the diverging ramp is grey in the middle and a full colour at each end", () => {
  assert.deepEqual(diverging(0, 128, ENDS, 1), [128, 128, 128]);
  assert.deepEqual(diverging(-1, 128, ENDS, 1), ENDS.below);
  assert.deepEqual(diverging(1, 128, ENDS, 1), ENDS.above);
});

test("values below zero are bluer, values above are redder, the more the further", () => {
  const values = Array.from({ length: 41 }, (_, place) => (place - 20) / 20);
  const warmth = values.map((value) => {
    const [red, , blue] = diverging(value, 128, ENDS, 0.75);
    return red - blue;
  });
  for (let place = 1; place < warmth.length; place += 1) {
    assert.ok(warmth[place] > warmth[place - 1]);
  }
  assert.ok(warmth[0] < 0 && warmth[40] > 0);
});

test("without an overlay a map leaves the grey alone", () => {
  assert.deepEqual(diverging(-0.8, 77, ENDS, 0), [77, 77, 77]);
});

test("greys keep their order, and leave room for a tint", () => {
  assert.deepEqual(
    rounded([softGrey([0, 0, 0]), softGrey([128, 128, 128]), softGrey([255, 255, 255])]),
    [51, 128, 204],
  );
  assert.ok(softGrey([0, 255, 0]) > softGrey([255, 0, 0]));
  assert.ok(softGrey([255, 0, 0]) > softGrey([0, 0, 255]));
});

test("the sequential ramp grows from a hint to the full colour", () => {
  const alphas = [0, 0.25, 0.5, 0.75, 1].map((strength) => {
    const { cell } = sequential([42, 111, 187], strength, WHITE);
    assert.match(cell, /^rgb\(42 111 187 \/ [\d.]+\)$/);
    return Number(cell.match(/\/ ([\d.]+)/)?.[1]);
  });
  assert.deepEqual([alphas[0], alphas[4]], [0.08, 1]);
  for (let place = 1; place < alphas.length; place += 1) {
    assert.ok(alphas[place] > alphas[place - 1]);
  }
});

/** @param {Rgb} colour */
function luminance(colour) {
  const [red, green, blue] = colour.map((part) =>
    part / 255 <= 0.04045 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4,
  );
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

test("words can be read on every strength of a colour, on either page", () => {
  for (const page of /** @type {Rgb[]} */ ([WHITE, [18, 22, 29]])) {
    for (const colour of /** @type {Rgb[]} */ ([
      [42, 111, 187],
      [200, 80, 48],
    ])) {
      for (let strength = 0; strength <= 1; strength += 0.02) {
        const { cell, ink } = sequential(colour, strength, page);
        const alpha = Number(cell.match(/\/ ([\d.]+)/)?.[1]);
        const [red, green, blue] = colour.map((part, place) => page[place] + (part - page[place]) * alpha);
        const [dark, light] = [luminance([red, green, blue]), ink === "#fff" ? 1 : 0].sort((a, b) => a - b);
        assert.ok((light + 0.05) / (dark + 0.05) >= 4.5, `${ink} on ${cell}`);
      }
    }
  }
});
