import { unpack } from "./parts.js";

/**
 * The network, in a thread of its own: the page stays fluid while it computes.
 *
 * @typedef {{ data: Float32Array }} Tensor
 * @typedef {{ run: (feeds: Record<string, unknown>) => Promise<Record<string, Tensor>> }} Session
 * @typedef {{
 *   env: { logLevel: string, wasm: { numThreads: number, proxy: boolean, wasmBinary: ArrayBuffer } },
 *   Tensor: new (type: string, data: Uint8Array, dims: readonly number[]) => unknown,
 *   InferenceSession: { create: (model: Uint8Array, options: object) => Promise<Session> },
 * }} Runtime
 * @typedef {{ id: number, kind: "open", runtime: string, wasm: string, model: string }} Open
 * @typedef {{ id: number, kind: "ask", pictures: Uint8Array }} Ask
 * @typedef {{ runtime: Runtime, session: Session }} Opened
 */

const PICTURE = 3 * 32 * 32;

/** @type {Opened | null} */
let opened = null;
/** @type {Promise<void>} */
let turn = Promise.resolve();

self.onmessage = (/** @type {MessageEvent<Open | Ask>} */ { data }) => {
  turn = turn.then(() => answer(data)); // a session computes one thing at a time
};

/** @param {Open | Ask} message */
async function answer(message) {
  const start = performance.now();
  try {
    const probs = message.kind === "open" ? await open(message) : await ask(message);
    self.postMessage({ id: message.id, probs, milliseconds: performance.now() - start });
  } catch (error) {
    self.postMessage({ id: message.id, error: error instanceof Error ? error.message : String(error) });
  }
}

/** @param {Open} parts */
async function open(parts) {
  const [code, wasm, model] = await Promise.all([parts.runtime, parts.wasm, parts.model].map(unpack));
  const address = URL.createObjectURL(new Blob([code], { type: "text/javascript" }));
  /** @type {Runtime} */
  const runtime = await import(address);
  Object.assign(runtime.env, { logLevel: "error" });
  // Without threads: they need headers that a plain host does not send, and a disk has none.
  Object.assign(runtime.env.wasm, { numThreads: 1, proxy: false, wasmBinary: wasm.buffer });
  const session = await runtime.InferenceSession.create(model, { executionProviders: ["wasm"] });
  opened = { runtime, session };
  return new Float32Array();
}

/** @param {Ask} message */
async function ask({ pictures }) {
  if (!opened) {
    throw new Error("the network is not open yet");
  }
  const { runtime, session } = opened;
  const images = new runtime.Tensor("uint8", pictures, [pictures.length / PICTURE, 3, 32, 32]);
  const { probabilities } = await session.run({ images });
  return probabilities.data;
}
