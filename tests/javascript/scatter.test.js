import assert from "node:assert/strict";
import { test } from "node:test";
import { packIds } from "../../dashboard/components/scatter/album.js";
import { findInView, pictureSide, pointSide } from "../../dashboard/components/scatter/drawing.js";
import { chooseGroup } from "../../dashboard/components/scatter/legend.js";
import {
  createPicture,
  paintPicture,
  paintPoints,
  rowsOfDisc,
  toPixel,
} from "../../dashboard/components/scatter/raster.js";
import { findMarked, GRID, isWithin, MOST_CORNERS, toPolygon } from "../../dashboard/components/scatter/region.js";
import { createDraws } from "./draws.js";

/** @typedef {[number, number]} Point */

/**
 * @param {number} width
 * @param {number} height
 */
function createSheet(width, height) {
  return { pixels: new Uint32Array(width * height), width, height };
}

/** @param {number[]} numbers x and y in turn. */
function pointsAt(...numbers) {
  const count = numbers.length / 2;
  const header = /** @type {import("../../dashboard/components/scatter/points.js").Header} */ ({});
  const [groups, labels] = [Uint8Array.from({ length: count }, (_, place) => place % 2), new Uint8Array(count)];
  return { header, grid: Uint16Array.from(numbers), groups, labels, ids: new Uint32Array(count) };
}

/** @type {Point[]} */
const SQUARE = [
  [10, 10],
  [20, 10],
  [20, 20],
  [10, 20],
];

test("what is within an outline, also one with a dent or that crosses itself", () => {
  assert.ok(isWithin(15, 15, SQUARE));
  assert.ok(!isWithin(25, 15, SQUARE));
  assert.ok(!isWithin(15, 5, SQUARE));
  assert.ok(isWithin(15, 15, SQUARE.toReversed()));
  /** @type {Point[]} */
  const dented = [...SQUARE, [15, 15]];
  assert.ok(!isWithin(11, 15, dented));
  assert.ok(isWithin(19, 15, dented));
  /** @type {Point[]} */
  const bow = [
    [0, 0],
    [10, 10],
    [10, 0],
    [0, 10],
  ];
  assert.deepEqual([isWithin(1, 5, bow), isWithin(5, 1, bow), isWithin(9, 5, bow)], [true, false, true]);
});

test("the same points are within as in Python", () => {
  const draw = createDraws(11);
  const number = () => Math.floor(draw() * (GRID + 1));
  const polygon = Array.from({ length: 9 }, () => /** @type {Point} */ ([number(), number()]));
  const inside = Array.from({ length: 2000 }, () => isWithin(number(), number(), polygon));
  // tests/unit/dashboard/test_scatter.py counts them likewise.
  assert.equal(inside.filter(Boolean).length, 479);
  assert.deepEqual([inside.indexOf(true), inside.lastIndexOf(true)], [14, 1998]);
});

test("a marking marks by groups, by an outline, by both, or nothing in particular", () => {
  const points = pointsAt(15, 15, 16, 16, 40, 40, 41, 41);
  assert.equal(findMarked(points, { polygon: [], groups: [] }), null);
  assert.deepEqual([...(findMarked(points, { polygon: [], groups: [1] }) ?? [])], [0, 1, 0, 1]);
  assert.deepEqual([...(findMarked(points, { polygon: SQUARE, groups: [] }) ?? [])], [1, 1, 0, 0]);
  assert.deepEqual([...(findMarked(points, { polygon: SQUARE, groups: [1] }) ?? [])], [0, 1, 0, 0]);
});

test("an outline keeps its shape with few corners, on the grid", () => {
  const circle = Array.from({ length: 3000 }, (_, step) => {
    const angle = (2 * Math.PI * step) / 3000;
    return /** @type {Point} */ ([30000 + 20000 * Math.cos(angle), 30000 + 20000 * Math.sin(angle)]);
  });
  const polygon = toPolygon(circle, 20);
  assert.ok(polygon.length > 20 && polygon.length <= MOST_CORNERS);
  for (const [x, y] of polygon) {
    assert.ok(Number.isInteger(x) && Number.isInteger(y));
    assert.ok(Math.abs(Math.hypot(x - 30000, y - 30000) - 20000) < 30);
  }
  assert.deepEqual(toPolygon([...SQUARE.slice(0, 2), [20, 15], ...SQUARE.slice(2)], 0.5), SQUARE);
  assert.deepEqual(
    toPolygon(
      [
        [-5, 1],
        [3, 99999.4],
        [7, 7],
      ],
      0.1,
    )[0],
    [0, 1],
  );
  assert.deepEqual(
    toPolygon(
      [
        [1, 1],
        [1.2, 1.1],
        [1, 1.3],
      ],
      2,
    ),
    [],
    "a click encloses nothing",
  );
});

test("however jagged, an outline fits into an address", () => {
  const draw = createDraws(3);
  const scribble = Array.from({ length: 900 }, () => /** @type {Point} */ ([draw() * GRID, draw() * GRID]));
  assert.ok(toPolygon(scribble, 1).length <= MOST_CORNERS);
});

test("a colour is one number of red, green, blue and opacity", () => {
  assert.equal(toPixel("#102030", 1), 0xff302010);
  assert.equal(toPixel("#ffffff", 0), 0x00ffffff);
});

test("points are painted where they lie, upwards, in their groups' colours, and not over the edge", () => {
  const sheet = createSheet(9, 9);
  const placing = { left: 1.5, top: 7.5, scale: 1 };
  const grid = Uint16Array.of(0, 0, 6, 5, 3, 3, 8, 2);
  paintPoints(sheet, grid, placing, 3, Uint8Array.of(0, 1, 1, 0), Uint32Array.of(7, 9), (place) => place !== 2);
  const at = (/** @type {number} */ x, /** @type {number} */ y) => sheet.pixels[y * 9 + x];
  assert.deepEqual([at(1, 7), at(0, 8), at(2, 6)], [7, 7, 7]);
  assert.deepEqual([at(7, 2), at(6, 1), at(8, 3)], [9, 9, 9]);
  assert.equal(sheet.pixels.filter(Boolean).length, 18, "neither the hidden one nor the one that is cut off");
});

test("a large point is round", () => {
  assert.deepEqual([...rowsOfDisc(2)], [0, 0]);
  const rows = [...rowsOfDisc(9)];
  assert.deepEqual(rows, rows.toReversed());
  assert.ok(rows[0] > 1 && rows[4] === 0);
});

test("a picture is painted in its frame, cut off at the edges, and by its means where it is small", () => {
  const data = Uint32Array.from({ length: 32 * 32 }, (_, place) => (place % 32 < 16 ? 0xff0000ff : 0xffff0000));
  const picture = createPicture(data, 32);
  const sheet = createSheet(40, 40);
  paintPicture(sheet, picture, 20, 20, 32, 2, 5);
  const row = sheet.pixels.subarray(20 * 40, 21 * 40);
  assert.deepEqual(
    [row[1], row[2], row[3], row[4], row[19], row[20], row[35], row[36], row[37], row[38]],
    [0, 5, 5, 0xff0000ff, 0xff0000ff, 0xffff0000, 0xffff0000, 5, 5, 0],
  );
  const small = createSheet(10, 10);
  paintPicture(small, picture, 0, 0, 16, 0, 5);
  assert.equal(small.pixels[0], 0xffff0000, "its right half is on the sheet");
  assert.equal(small.pixels.filter(Boolean).length, 64);
  const mixed = createPicture(Uint32Array.of(0xff000010, 0xff000030, 0xff000010, 0xff000030), 2);
  assert.deepEqual([...mixed.half.data], [0xff000020]);
});

test("pictures stand for points from where these are far enough apart", () => {
  const size = { width: 800, height: 500 };
  assert.equal(pictureSide(60000, size), 0);
  assert.equal(pictureSide(1000, size), 16);
  assert.equal(pictureSide(100, size), 48);
  assert.equal(pictureSide(0, size), 64);
  assert.equal(pointSide(60000, 1, 1), 2);
  assert.ok(pointSide(300, 1, 1) > 5 && pointSide(60000, 60, 2) === 16);
});

test("what is in view is found, the faint left out", () => {
  const points = pointsAt(0, 0, 10, 10, 20, 20, 30, 30);
  const placing = { left: -50, top: 150, scale: 10 };
  assert.deepEqual(findInView(points, null, placing, { width: 200, height: 200 }), [1]);
  assert.deepEqual(findInView(points, null, placing, { width: 200, height: 400 }), [1]);
  assert.deepEqual(findInView(points, Uint8Array.of(1, 0, 1, 1), placing, { width: 200, height: 200 }), []);
});

test("ids travel as the server reads them", () => {
  assert.equal(packIds([0]), "AAAAAA");
  assert.equal(packIds([59999, 4294967295]), "X-oAAP____8");
});

test("a colour is shown alone, with others, or all are", () => {
  assert.deepEqual(chooseGroup([], 3, false), [3]);
  assert.deepEqual(chooseGroup([3], 3, false), []);
  assert.deepEqual(chooseGroup([3], 1, false), [1]);
  assert.deepEqual(chooseGroup([3], 1, true), [1, 3]);
  assert.deepEqual(chooseGroup([1, 3], 3, true), [1]);
  assert.deepEqual(chooseGroup([1, 3], 3, false), [3]);
});
