import assert from "node:assert/strict";
import { test } from "node:test";
import { nearestPoint, nearestValue } from "../../dashboard/components/shared/nearest.js";
import { between, createDraws, drawPositions } from "./draws.js";

test("the nearest point is the one a search through all distances finds", () => {
  const draw = createDraws(7);
  for (let round = 0; round < 300; round += 1) {
    const positions = drawPositions(1 + Math.floor(40 * draw()), draw);
    const [x, y] = [between(draw, -60, 90), between(draw, -60, 90)];
    const distances = Array.from({ length: positions.length / 2 }, (_, place) =>
      Math.hypot(positions[2 * place] - x, positions[2 * place + 1] - y),
    );
    const least = Math.min(...distances);
    assert.equal(nearestPoint(positions, [x, y], 1000), distances.indexOf(least));
    assert.equal(nearestPoint(positions, [x, y], 0.999 * least), -1, "out of reach");
  }
});

test("of points at one place the first is told", () => {
  assert.equal(nearestPoint(Float32Array.from([1, 1, 1, 1]), [1, 1], 1), 0);
});

test("a point that does not count is passed over", () => {
  const positions = Float32Array.from([1, 1, 2, 2]);
  assert.equal(nearestPoint(positions, [1, 1], 9, Uint8Array.of(0, 1)), 1);
  assert.equal(nearestPoint(positions, [1, 1], 9, Uint8Array.of(0, 0)), -1);
});

test("without points none is near", () => {
  assert.equal(nearestPoint(new Float32Array(0), [0, 0], 10), -1);
});

test("the nearest value of a line leaves gaps out", () => {
  const line = { x: [1, 2, 3, 4], y: [0.1, null, 0.3, null] };
  assert.deepEqual(nearestValue(line, 1.9), { x: 1, y: 0.1 });
  assert.deepEqual(nearestValue(line, 2.1), { x: 3, y: 0.3 });
  assert.deepEqual(nearestValue(line, 99), { x: 3, y: 0.3 });
  assert.equal(nearestValue({ x: [1, 2], y: [null, null] }, 1), null);
  assert.equal(nearestValue({ x: [], y: [] }, 1), null);
});
