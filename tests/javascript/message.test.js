import assert from "node:assert/strict";
import { test } from "node:test";
import { countGroups, describePoint, readPoints } from "../../dashboard/components/scatter/points.js";
import { cut, isSame, unpack } from "../../dashboard/components/shared/message.js";

/**
 * @param {unknown} header
 * @param {Uint8Array} rest
 */
function pack(header, rest = new Uint8Array(0)) {
  const text = new TextEncoder().encode(JSON.stringify(header));
  const length = new Uint8Array(new Uint32Array([text.length]).buffer);
  return Uint8Array.from([...length, ...text, ...rest]);
}

test("a message is taken apart", () => {
  const { header, rest } = unpack(pack({ label: "Möwe ✓", ids: [1, 2] }, Uint8Array.of(7, 8, 9)));
  assert.deepEqual(header, { label: "Möwe ✓", ids: [1, 2] });
  assert.deepEqual([...rest], [7, 8, 9]);
});

test("a message may stand anywhere in what was received", () => {
  const message = pack({ a: 1 }, Uint8Array.of(5));
  const received = Uint8Array.from([9, 9, 9, ...message]);
  const { header, rest } = unpack(received.subarray(3));
  assert.deepEqual(header, { a: 1 });
  assert.deepEqual([...rest], [5]);
  assert.equal(rest.byteOffset, 0, "numbers of any width may be read from it");
});

test("broken messages are refused in words", () => {
  assert.throws(() => unpack(new Uint8Array(0)), /0 bytes are no message/);
  assert.throws(() => unpack(Uint8Array.of(1, 0, 0)), /3 bytes are no message/);
  assert.throws(() => unpack(pack({ a: 1 }).subarray(0, 8)), /cut off, 8 of 11 bytes/);
  assert.throws(() => unpack(Uint8Array.of(255, 255, 255, 255, 1)), /cut off/);
  assert.throws(() => unpack(Uint8Array.of(1, 0, 0, 0, 123)), SyntaxError);
  assert.throws(() => unpack(Uint8Array.of(1, 0, 0, 0, 255)), TypeError);
});

test("bytes are cut in two copies", () => {
  const bytes = Uint8Array.of(1, 2, 3);
  const [first, rest] = cut(bytes, 2);
  assert.deepEqual([[...first], [...rest]], [[1, 2], [3]]);
  assert.equal(rest.byteOffset, 0);
  assert.throws(() => cut(bytes, 4), /4 bytes wanted, 3 there/);
});

test("messages are the same byte by byte", () => {
  assert.ok(isSame(Uint8Array.of(1, 2), Uint8Array.of(1, 2)));
  assert.ok(!isSame(Uint8Array.of(1, 2), Uint8Array.of(1, 3)));
  assert.ok(!isSame(Uint8Array.of(1, 2), Uint8Array.of(1, 2, 3)));
  assert.ok(!isSame(null, Uint8Array.of()));
});

const FOUR = { names: ["a", "b"], labelNames: null, count: 2, isCounted: false };

test("points of a map: where they are, their groups, labels and ids", () => {
  const grid = Uint16Array.of(0, 65535, 7, 300);
  const ids = Uint32Array.of(70000, 41);
  const rest = Uint8Array.from([...new Uint8Array(grid.buffer), 1, 0, 9, 8, ...new Uint8Array(ids.buffer)]);
  const points = readPoints(pack(FOUR, rest));
  assert.deepEqual([...points.grid], [0, 65535, 7, 300]);
  assert.deepEqual([...points.groups], [1, 0]);
  assert.deepEqual([...points.labels], [9, 8]);
  assert.deepEqual([...points.ids], [70000, 41]);
  assert.deepEqual([...readPoints(pack({ ...FOUR, isCounted: true }, rest.subarray(0, 12))).ids], [0, 1]);
  assert.throws(() => readPoints(pack(FOUR, rest.subarray(0, 7))), /8 bytes wanted, 7 there/);
});

test("a point is told by its label, and by its group where that is something else", () => {
  const rest = Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 1, 0);
  const header = { ...FOUR, isCounted: true };
  assert.equal(describePoint(readPoints(pack(header, rest)), 0), "b, image 0");
  assert.equal(describePoint(readPoints(pack({ ...header, labelNames: ["cat", "dog"] }, rest)), 0), "dog, image 0: b");
  assert.deepEqual(countGroups(readPoints(pack(header, rest))), [1, 1]);
});
