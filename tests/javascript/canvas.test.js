import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { createRedraw } from "../../dashboard/components/shared/canvas.js";

/** @type {Map<number, () => void>} */
const frames = new Map();
/** @type {(() => void)[]} */
let observers = [];
let drawn = 0;

beforeEach(() => {
  frames.clear();
  observers = [];
  drawn = 0;
  let last = 0;
  Object.assign(globalThis, {
    requestAnimationFrame: (/** @type {() => void} */ act) => {
      last += 1;
      frames.set(last, act);
      return last;
    },
    cancelAnimationFrame: (/** @type {number} */ frame) => frames.delete(frame),
    ResizeObserver: class {
      /** @param {() => void} act */
      constructor(act) {
        observers.push(act);
      }
      observe() {}
      disconnect() {
        observers = [];
      }
    },
  });
});

function nextFrame() {
  const due = [...frames.values()];
  frames.clear();
  for (const act of due) {
    act();
  }
}

/** @param {boolean} isConnected */
function create(isConnected) {
  const canvas = /** @type {HTMLCanvasElement} */ (/** @type {unknown} */ ({ isConnected }));
  return { canvas, ...createRedraw(canvas, () => (drawn += 1)) };
}

test("however often it is asked for, it is drawn once a frame", () => {
  const { redraw } = create(true);
  redraw();
  redraw();
  assert.equal(drawn, 0);
  nextFrame();
  assert.equal(drawn, 1);
  observers[0]();
  nextFrame();
  assert.equal(drawn, 2);
});

test("what has left the page before the frame comes is not drawn", () => {
  const { redraw } = create(false);
  redraw();
  observers[0]();
  nextFrame();
  assert.equal(drawn, 0);
});

test("what was stopped is not drawn", () => {
  const { redraw, stop } = create(true);
  redraw();
  stop();
  nextFrame();
  assert.deepEqual([drawn, observers.length], [0, 0]);
});
