import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";
import { follow } from "../../dashboard/components/shared/following.js";

/**
 * A browser of several tabs, each of them `follow`ing; the clock is turned by hand.
 *
 * @typedef {{ hidden: boolean, baseURI: string, listeners: Set<() => unknown>,
 *   addEventListener: (name: string, listen: () => unknown) => void,
 *   removeEventListener: (name: string, listen: () => unknown) => void }} Page
 */

const realGlobals = { navigator: globalThis.navigator, BroadcastChannel: globalThis.BroadcastChannel };
/** @type {{ asked: string[], version: number, isRefused: boolean }} */
let server;

/** @param {Record<string, unknown>} values */
function setGlobals(values) {
  for (const [name, value] of Object.entries(values)) {
    Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
  }
}

function createPage() {
  /** @type {Page} */
  const page = {
    hidden: false,
    baseURI: "http://lab/Train",
    listeners: new Set(),
    addEventListener: (_, listen) => page.listeners.add(listen),
    removeEventListener: (_, listen) => page.listeners.delete(listen),
  };
  return page;
}

/** Locks as browsers have them: one holder a name, the others wait in line. */
function createLocks() {
  /** @type {Map<string, (() => Promise<unknown>)[]>} */
  const lines = new Map();
  /** @param {string} name */
  const serve = async (name) => {
    const line = lines.get(name) ?? [];
    await line[0]();
    line.shift();
    if (line.length) {
      serve(name);
    }
  };
  return {
    /**
     * @param {string} name
     * @param {{ signal: AbortSignal }} options
     * @param {() => Promise<unknown>} hold
     */
    request: async (name, { signal }, hold) => {
      const line = lines.get(name) ?? [];
      lines.set(name, line);
      signal.addEventListener("abort", () => {
        const place = line.indexOf(hold);
        if (place > 0) {
          line.splice(place, 1);
        }
      });
      line.push(hold);
      if (line.length === 1) {
        serve(name);
      }
    },
  };
}

/** @type {Map<string, Set<FakeChannel>>} */
const channels = new Map();

class FakeChannel {
  /** @param {string} name */
  constructor(name) {
    /** @type {((event: { data: unknown }) => void) | null} */
    this.onmessage = null;
    this.others = channels.get(name) ?? new Set();
    channels.set(name, this.others.add(this));
  }

  /** @param {unknown} data */
  postMessage(data) {
    for (const other of this.others) {
      if (other !== this) {
        other.onmessage?.({ data: structuredClone(data) });
      }
    }
  }

  close() {
    this.others.delete(this);
  }
}

beforeEach(() => {
  mock.timers.enable({ apis: ["setTimeout"] });
  channels.clear();
  server = { asked: [], version: 1, isRefused: false };
  /** @param {string} url @param {{ headers?: Record<string, string> }} options */
  const fetch = async (url, { headers }) => {
    server.asked.push(url);
    const version = String(server.version);
    const isKnown = headers?.["If-None-Match"] === version;
    const status = server.isRefused ? 404 : isKnown ? 304 : 200;
    return { ok: status === 200, status, headers: new Map([["ETag", version]]), json: async () => ({ version }) };
  };
  setGlobals({ navigator: { locks: createLocks() }, BroadcastChannel: FakeChannel, document: createPage(), fetch });
});

afterEach(() => {
  mock.timers.reset();
  setGlobals(realGlobals);
});

/** @param {number} seconds */
async function pass(seconds) {
  for (let second = 0; second < seconds; second += 1) {
    mock.timers.tick(1000);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** A tab that follows; what it took is in `taken`. */
function open(address = "live/run") {
  /** @type {(string | null)[]} */
  const taken = [];
  const stop = follow(address, 1, (/** @type {{ version: string } | null} */ answer) => {
    taken.push(answer?.version ?? null);
    return 1;
  });
  return { taken, stop };
}

test("one tab asks for all that follow the same address", async () => {
  const [one, other, elsewhere] = [open(), open(), open("live/another")];
  for (server.version = 1; server.version < 5; server.version += 1) {
    await pass(1);
  }
  assert.equal(server.asked.filter((url) => url === "http://lab/live/run").length, 4);
  assert.deepEqual(one.taken, ["1", "2", "3", "4"]);
  assert.deepEqual(other.taken, one.taken);
  assert.deepEqual(elsewhere.taken, one.taken);
});

test("another tab takes over when the one that asks is closed", async () => {
  const [one, other] = [open(), open()];
  await pass(2);
  one.stop();
  server.version = 2;
  await pass(2);
  assert.deepEqual(other.taken, ["1", "2"]);
  other.stop();
  const { length } = server.asked;
  await pass(3);
  assert.equal(server.asked.length, length);
});

test("what has not changed is not handed on", async () => {
  const one = open();
  await pass(4);
  assert.equal(server.asked.length, 4);
  assert.deepEqual(one.taken, ["1"]);
});

test("hidden tabs ask nothing, and at once when somebody comes back", async () => {
  const one = open();
  const page = /** @type {Page} */ (/** @type {unknown} */ (document));
  page.hidden = true;
  await pass(5);
  assert.equal(server.asked.length, 0);
  page.hidden = false;
  for (const listen of page.listeners) {
    listen();
  }
  await pass(0);
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(one.taken, ["1"]);
});

test("what a hidden tab is told it does not take, but asks for once it is seen", async () => {
  const one = open();
  await pass(1);
  const page = /** @type {Page} */ (/** @type {unknown} */ (document));
  page.hidden = true;
  server.version = 2;
  const elsewhere = new FakeChannel("cifar-lab http://lab/live/run");
  elsewhere.postMessage({ version: "2", answer: { version: "2" } });
  assert.deepEqual(one.taken, ["1"]);
  page.hidden = false;
  await pass(1);
  assert.deepEqual(one.taken, ["1", "2"]);
});

test("refusals are told to all", async () => {
  const [one, other] = [open(), open()];
  server.isRefused = true;
  await pass(2);
  assert.deepEqual(one.taken, [null, null]);
  assert.deepEqual(other.taken, [null, null]);
});

test("where tabs cannot agree each asks alone", async () => {
  setGlobals({ navigator: {} });
  const [one, other] = [open(), open()];
  await pass(2);
  assert.equal(server.asked.length, 4);
  assert.deepEqual([one.taken, other.taken], [["1"], ["1"]]);
});
