import assert from "node:assert/strict";
import { test } from "node:test";
import { readPoints } from "../../dashboard/components/scatter/points.js";
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

test("points of a map: positions, groups, pictures", () => {
  const positions = Float32Array.of(0.5, -1.5, 2, 3);
  const rest = Uint8Array.from([...new Uint8Array(positions.buffer), 1, 0, 82, 73]);
  const points = readPoints(pack({ ids: [40, 41], names: ["a", "b"] }, rest));
  assert.deepEqual([...points.positions], [0.5, -1.5, 2, 3]);
  assert.deepEqual([...points.groups], [1, 0]);
  assert.deepEqual([...points.sprite], [82, 73]);
  assert.throws(() => readPoints(pack({ ids: [40, 41] }, rest.subarray(0, 15))), /16 bytes wanted, 15 there/);
});
