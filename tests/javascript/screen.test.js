import assert from "node:assert/strict";
import { test } from "node:test";
import { fit, fromScreen, moveBy, scaleOf, toScreen, zoomAt } from "../../dashboard/components/shared/screen.js";
import { between, createDraws, drawPositions } from "./draws.js";

/** @import { Point, View } from "../../dashboard/components/shared/screen.js" */

const SIZE = { width: 800, height: 500 };
const SQUARE = Float32Array.from([-1, -1, 1, -1, 1, 1, -1, 1]);

/**
 * @param {Point} found
 * @param {Point} expected
 */
function assertNear(found, expected) {
  const distance = Math.hypot(found[0] - expected[0], found[1] - expected[1]);
  assert.ok(distance < 1e-6 * Math.max(1, ...expected.map(Math.abs)), `${found} is not ${expected}`);
}

/**
 * @param {() => number} draw
 * @returns {View}
 */
function drawView(draw) {
  const view = fit(drawPositions(20, draw));
  return { ...view, zoom: between(draw, 0.5, 60), centre: [between(draw, -50, 50), between(draw, -50, 50)] };
}

test("the middle of the data is in the middle of the screen", () => {
  assert.deepEqual(toScreen(fit(SQUARE), SIZE)(0, 0), [400, 250]);
});

test("what is right in the data is right on the screen, what is high is high", () => {
  const place = toScreen(fit(SQUARE), SIZE);
  const [[left, low], [right, high]] = [place(-1, -1), place(1, 1)];
  assert.ok(left < right);
  assert.ok(high < low, "screens count downwards");
});

test("all points are on the screen at first, with a margin, and undistorted", () => {
  const draw = createDraws(3);
  for (let round = 0; round < 100; round += 1) {
    const positions = drawPositions(30, draw);
    const size = { width: between(draw, 200, 1500), height: between(draw, 200, 900) };
    const place = toScreen(fit(positions), size);
    for (let point = 0; point < 30; point += 1) {
      const [x, y] = place(positions[2 * point], positions[2 * point + 1]);
      assert.ok(x > 0 && x < size.width && y > 0 && y < size.height);
    }
    const [[x0, y0], [x1, y1]] = [place(0, 0), place(1, 1)];
    assert.ok(Math.abs(x1 - x0 - (y0 - y1)) < 1e-9, "one scale for both directions");
  }
});

test("a single point is no division by zero", () => {
  assert.deepEqual(toScreen(fit(Float32Array.from([3, 4])), SIZE)(3, 4), [400, 250]);
});

test("from the screen and back", () => {
  const draw = createDraws(4);
  for (let round = 0; round < 500; round += 1) {
    const view = drawView(draw);
    /** @type {Point} */
    const point = [between(draw, 0, 800), between(draw, 0, 500)];
    assertNear(toScreen(view, SIZE)(...fromScreen(view, SIZE)(...point)), point);
  }
});

test("zooming leaves what is under the pointer where it is", () => {
  const draw = createDraws(5);
  for (let round = 0; round < 500; round += 1) {
    const view = drawView(draw);
    /** @type {Point} */
    const point = [between(draw, 0, 800), between(draw, 0, 500)];
    const zoomed = zoomAt(view, SIZE, point, between(draw, 0.5, 2));
    assertNear(fromScreen(zoomed, SIZE)(...point), fromScreen(view, SIZE)(...point));
  }
});

test("zooming in enlarges, within limits", () => {
  const view = fit(SQUARE);
  assert.equal(scaleOf(zoomAt(view, SIZE, [10, 10], 2), SIZE), 2 * scaleOf(view, SIZE));
  assert.equal(zoomAt(view, SIZE, [10, 10], 1e6).zoom, 60);
  assert.equal(zoomAt(view, SIZE, [10, 10], 1e-6).zoom, 0.5);
});

test("a drag moves the points as far as the pointer", () => {
  const draw = createDraws(6);
  for (let round = 0; round < 100; round += 1) {
    const view = drawView(draw);
    const [x, y] = toScreen(view, SIZE)(5, -7);
    assertNear(toScreen(moveBy(view, SIZE, [30, -12]), SIZE)(5, -7), [x + 30, y - 12]);
  }
});
