import assert from "node:assert/strict";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { sayTrouble } from "../../dashboard/components/live/camera.js";
import { Looking, rateOf } from "../../dashboard/components/live/looking.js";
import { fromBase64, unpack } from "../../dashboard/components/live/parts.js";
import {
  best,
  percent,
  rank,
  sayExample,
  sayPlace,
  saySeen,
  saySpeed,
  sayWorst,
} from "../../dashboard/components/live/words.js";

/**
 * @import { Network } from "../../dashboard/components/live/network.js"
 * @import { Sight } from "../../dashboard/components/live/looking.js"
 */

const NAMES = ["cat", "dog", "ship", "frog"];

test("the likeliest classes in order, the first of two equal ones first", () => {
  assert.deepEqual(
    rank([0.1, 0.4, 0.4, 0.1], NAMES).map(({ name }) => name),
    ["dog", "ship", "cat"],
  );
  assert.equal(rank(Float32Array.from([0, 0, 1, 0]), NAMES)[0].prob, 1);
  assert.equal(best([0.2, 0.5, 0.5]), 1);
});

test("shares are never said to be none or all unless they are", () => {
  assert.deepEqual([0, 0.00001, 0.002, 0.0049, 0.23, 0.996, 0.99999, 1].map(percent), [
    "0\u00a0%",
    "under 0.1\u00a0%",
    "0.2\u00a0%",
    "0.5\u00a0%",
    "23\u00a0%",
    "99.6\u00a0%",
    "over 99.9\u00a0%",
    "100\u00a0%",
  ]);
});

test("a sentence says what is seen, and that it is not sure where it is not", () => {
  const said = (/** @type {number[]} */ probs) =>
    saySeen(rank(probs, NAMES))
      .map((part) => (typeof part === "string" ? part : `*${part.strong}*`))
      .join("");
  assert.equal(said([0.1, 0.8, 0.1, 0]), "The network takes this for *dog*: 80\u00a0%.");
  assert.equal(
    said([0.3, 0.4, 0.2, 0.1]),
    "The network takes this for *dog*: 40\u00a0%. It is not sure: cat has 30\u00a0%.",
  );
});

test("the map is said in numbers", () => {
  assert.equal(
    sayWorst("ship", 0.93, { place: [0, 26], prob: 0.41 }, 6),
    "A grey square over the bottom left takes ship from 93\u00a0% to 41\u00a0%.",
  );
  assert.match(sayWorst("ship", 0.93, { place: [0, 0], prob: 0.925 }, 6), /^No grey square of 6 pixels/);
  assert.equal(sayPlace([13, 13], 6), "the middle");
  assert.equal(sayPlace([26, 13], 6), "the right side");
  assert.equal(sayPlace([13, 0], 6), "the top");
});

test("an example says what it is labelled, where that is told, and what the run saved", () => {
  const saved = { name: "cat", prob: 0.7 };
  assert.equal(
    sayExample({ label: "cat", saved }, "dog"),
    "It is labelled cat, so that is wrong. The run itself saved cat, 70\u00a0%.",
  );
  assert.match(sayExample({ label: "dog", saved }, "dog"), /that is right/);
  assert.equal(sayExample({ label: null, saved }, "dog"), "The run itself saved cat, 70\u00a0%.");
});

test("speed is said as it was measured", () => {
  assert.equal(saySpeed(4.26, null), "A single picture takes 4.3 ms here.");
  assert.equal(saySpeed(31.4, null), "A single picture takes 31 ms here.");
  assert.equal(saySpeed(4, { rate: 19.6, mapSeconds: null }), "20 pictures a second here.");
  assert.equal(saySpeed(4, { rate: 19.6, mapSeconds: 0.42 }), "20 pictures a second here, a new map every 0.4 s.");
  const times = Array.from({ length: 50 }, (_, place) => 50 * place);
  assert.equal(rateOf(times), 20);
  assert.equal(times.length, 30);
  assert.equal(rateOf([5]), 0);
});

test("a camera's trouble has a sentence each", () => {
  assert.match(sayTrouble(new DOMException("", "NotFoundError")), /no camera/);
  assert.match(sayTrouble(new DOMException("", "NotAllowedError")), /not allowed/);
  assert.equal(sayTrouble(new Error("why")), "The camera did not start (why).");
});

test("what was packed is unpacked", async () => {
  const bytes = Uint8Array.from({ length: 5000 }, (_, place) => (place * place) % 251);
  const packed = gzipSync(bytes).toString("base64");
  assert.deepEqual(await unpack(packed), bytes);
  assert.deepEqual([...fromBase64("AP+A")], [0, 255, 128]);
});

/** A network that answers by a picture's first pixel, and counts what it is asked. */
class Counting {
  constructor() {
    /** @type {number[]} */
    this.asked = [];
  }

  /** @param {Uint8Array} pictures */
  async ask(pictures) {
    this.asked.push(pictures.length / 3072);
    const probs = Array.from({ length: pictures.length / 3072 }, (_, number) => pictures[3072 * number] / 255);
    return { probs: Float32Array.from(probs.flatMap((prob) => [prob, 1 - prob])), milliseconds: 5 };
  }
}

const refuse = () => assert.fail("nobody is told");

/** @param {object} network */
const asNetwork = (network) => /** @type {Network} */ (/** @type {unknown} */ (network));

test("the latest picture is answered at once, and mapped from coarse to fine; a map nobody waits for is left", async () => {
  const network = new Counting();
  /** @type {Sight[]} */
  const shown = [];
  const looking = new Looking(asNetwork(network), 2, (sight) => shown.push(sight), refuse);
  const [first, second, third] = [100, 150, 200].map((value) => new Uint8Array(3072).fill(value));
  const done = looking.look(first);
  looking.look(second);
  looking.look(third);
  await done;
  assert.deepEqual(
    shown.map(({ picture, mapping }) => [picture[0], mapping?.window ?? 0]),
    [
      [100, 0],
      [200, 0],
      [200, 8],
      [200, 6],
    ],
  );
  assert.equal(
    network.asked.reduce((a, b) => a + b, 0),
    2 + 49 + 196 + (network.asked[1] > 1 ? network.asked[1] : 0),
  );
});

test("what is looked at no more is neither mapped on nor answered", async () => {
  /** @type {Sight[]} */
  const shown = [];
  const network = new Counting();
  const looking = new Looking(asNetwork(network), 2, (sight) => shown.push(sight), refuse);
  const left = looking.look(new Uint8Array(3072));
  looking.rest();
  await left;
  assert.deepEqual([shown.length, network.asked], [0, [1]]);

  const stopped = new Looking(asNetwork(network), 2, () => stopped.rest(), refuse);
  await stopped.look(new Uint8Array(3072));
  assert.deepEqual(network.asked, [1, 1]);
  await stopped.look(new Uint8Array(3072));
  assert.deepEqual(network.asked, [1, 1, 1]);
});

test("a network that fails is said once, and not at all once it was closed", async () => {
  let close = () => {};
  /** @type {unknown[]} */
  const failures = [];
  const broken = { ask: () => Promise.reject(new Error("why")), close: () => close() };
  const looking = new Looking(asNetwork(broken), 2, refuse, (error) => failures.push(error));
  await looking.look(new Uint8Array(3072));
  assert.match(String(failures), /why/);

  const pending = {
    ask: () => new Promise((_, reject) => (close = () => reject(new Error("closed")))),
    close: () => close(),
  };
  const left = new Looking(asNetwork(pending), 2, refuse, refuse);
  const done = left.look(new Uint8Array(3072));
  left.close();
  await done;
});
