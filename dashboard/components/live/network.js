/**
 * The network as the page knows it.
 *
 * @typedef {{ probs: Float32Array, milliseconds: number }} Answer
 * @typedef {{ id: number, probs: Float32Array, milliseconds: number } | { id: number, error: string }} Reply
 * @typedef {{ resolve: (answer: Answer) => void, reject: (error: Error) => void }} Waiting
 */

const TOO_OLD =
  "this browser cannot run the network: it needs WebAssembly with SIMD, as Chrome, Edge, Firefox and Safari \
have had since 2023";

const PICTURE = 3 * 32 * 32;
const WARMING = 5; // pictures, before the first that counts

export class Network {
  /** @param {string} code Of the worker. */
  constructor(code) {
    // From an address of the page's own making: a page opened from a disk may start no other.
    this.address = URL.createObjectURL(new Blob([code], { type: "text/javascript" }));
    this.worker = new Worker(this.address);
    this.count = 0;
    /** @type {Map<number, Waiting>} */
    this.waiting = new Map();
    this.worker.onmessage = ({ data }) => this.hear(data);
    this.worker.onerror = (event) => this.fail(event.message || TOO_OLD);
  }

  /**
   * @param {Record<string, string>} parts The worker's code, and what it needs.
   * @param {string} model Which of them is the model.
   */
  static async open(parts, model) {
    if (typeof DecompressionStream === "undefined" || typeof WebAssembly === "undefined") {
      throw new Error(TOO_OLD);
    }
    const network = new Network(parts.worker);
    await network.send({ kind: "open", runtime: parts.runtime, wasm: parts.wasm, model: parts[model] });
    for (let turn = 0; turn < WARMING; turn += 1) {
      await network.ask(new Uint8Array(PICTURE)); // the browser compiles what is used a second time, and better
    }
    return network;
  }

  /**
   * @param {Uint8Array} pictures One or several.
   * @returns {Promise<Answer>} Of all classes, picture by picture.
   */
  ask(pictures) {
    return this.send({ kind: "ask", pictures });
  }

  close() {
    this.worker.terminate();
    URL.revokeObjectURL(this.address);
    this.fail("the network was closed");
  }

  /**
   * @param {object} message
   * @returns {Promise<Answer>}
   */
  send(message) {
    this.count += 1;
    const id = this.count;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      this.worker.postMessage({ ...message, id });
    });
  }

  /** @param {Reply} reply */
  hear(reply) {
    const waiting = this.waiting.get(reply.id);
    this.waiting.delete(reply.id);
    if ("error" in reply) {
      waiting?.reject(new Error(reply.error));
    } else {
      waiting?.resolve(reply);
    }
  }

  /** @param {string} reason */
  fail(reason) {
    const all = [...this.waiting.values()];
    this.waiting.clear();
    for (const { reject } of all) {
      reject(new Error(reason));
    }
  }
}
