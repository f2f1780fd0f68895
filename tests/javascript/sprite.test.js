import assert from "node:assert/strict";
import { test } from "node:test";
import { paintPictures } from "../../dashboard/components/shared/sprite.js";

test("pictures are painted on the canvases that were there when they were sent", async () => {
  /** @type {[string, number, number][]} */
  const painted = [];
  const createCanvases = (/** @type {string} */ name) =>
    Array.from({ length: 3 }, () => ({
      getContext: () => ({
        drawImage: (/** @type {object} */ _, /** @type {number} */ left, /** @type {number} */ top) =>
          painted.push([name, left, top]),
      }),
    }));
  let canvases = createCanvases("first");
  let closed = 0;
  Object.defineProperty(globalThis, "createImageBitmap", { value: async () => ({ close: () => (closed += 1) }) });
  const root = { querySelectorAll: () => canvases };
  const done = paintPictures(/** @type {ParentNode} */ (/** @type {unknown} */ (root)), new Uint8Array(1), 2);
  canvases = createCanvases("other");
  await done;
  assert.deepEqual(painted, [
    ["first", 0, 0],
    ["first", 32, 0],
    ["first", 0, 32],
  ]);
  assert.equal(closed, 1);
});
