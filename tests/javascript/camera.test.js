import assert from "node:assert/strict";
import { test } from "node:test";
import { Camera } from "../../dashboard/components/live/camera.js";

/** @type {{ grant: () => void, refuse: (error: Error) => void }[]} What the browser asks somebody for, in order. */
const asked = [];
let running = 0;

function getUserMedia() {
  return new Promise((resolve, reject) => {
    const grant = () => {
      running += 1;
      resolve({ getTracks: () => [{ stop: () => (running -= 1) }] });
    };
    asked.push({ grant, refuse: reject });
  });
}

const browser = { navigator: { mediaDevices: { getUserMedia } }, document: { createElement: () => ({}) } };
for (const [name, value] of Object.entries(browser)) {
  Object.defineProperty(globalThis, name, { value, configurable: true });
}

function createCamera() {
  asked.length = 0;
  running = 0;
  const video = { srcObject: null, play: async () => {} };
  return new Camera(/** @type {HTMLVideoElement} */ (/** @type {unknown} */ (video)));
}

test("a camera runs from when it is allowed until it is stopped", async () => {
  const camera = createCamera();
  const started = camera.start();
  asked[0].grant();
  assert.equal(await started, true);
  assert.equal(running, 1);
  camera.stop();
  assert.equal(running, 0);
});

test("a camera that was left while somebody was asked neither runs nor complains", async () => {
  const camera = createCamera();
  const [granted, refused] = [camera.start(), camera.start()];
  camera.stop();
  asked[0].grant();
  asked[1].refuse(new Error("why"));
  assert.deepEqual(await Promise.all([granted, refused]), [false, false]);
  assert.deepEqual([camera.stream, running], [null, 0]);
});

test("of a camera that is started twice one runs", async () => {
  const camera = createCamera();
  const [first, second] = [camera.start(), camera.start()];
  asked[1].grant();
  asked[0].grant();
  assert.deepEqual(await Promise.all([first, second]), [false, true]);
  assert.equal(running, 1);
  camera.stop();
  assert.equal(running, 0);
});

test("a refusal is told", async () => {
  const started = createCamera().start();
  asked[0].refuse(new Error("why"));
  await assert.rejects(started, /why/);
});
