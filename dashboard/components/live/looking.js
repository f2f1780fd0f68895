import { countSquares, Mapping } from "./occlusion.js";
import { best } from "./words.js";

/**
 * What is looked at, and when: the latest picture first, its map as far as there is time.
 *
 * @import { Network } from "./network.js"
 * @typedef {{ picture: Uint8Array, probs: Float32Array, mapping: Mapping | null, milliseconds: number,
 *   live: { rate: number, mapSeconds: number | null } | null }} Sight The map, where there is one, may be of a picture
 *   some moments older.
 */

const ROUGH = { window: 8, stride: 6 };
const COARSE = { window: 8, stride: 4 };
const FINE = { window: 6, stride: 2 }; // as on the dashboard's page Explain
const SLOW_MS = 15; // a picture: a map of a moving picture is then a rough one
const BUDGET_MS = 30; // from one picture to the next, and then comes the next frame: some 25 a second
const REMEMBERED = 30; // pictures, over which the rate is the mean

export class Looking {
  /**
   * @param {Network} network
   * @param {number} numClasses
   * @param {(sight: Sight) => void} show
   * @param {(error: unknown) => void} fail Told what ended it before its time.
   */
  constructor(network, numClasses, show, fail) {
    this.network = network;
    this.numClasses = numClasses;
    this.show = show;
    this.fail = fail;
    this.isClosed = false;
    /** @type {Uint8Array | null} */
    this.next = null;
    this.isBusy = false;
    /** @type {(() => Uint8Array | null) | null} */
    this.grab = null;
    this.isResting = true;
  }

  /**
   * Looks at a picture until another one comes.
   *
   * @param {Uint8Array} picture
   */
  look(picture) {
    this.grab = null;
    this.next = picture;
    this.isResting = false;
    return this.pump();
  }

  /**
   * Looks at whatever there is to see, picture after picture, until `look` or `rest`.
   *
   * @param {() => Uint8Array | null} grab null where there is nothing to see yet.
   */
  watch(grab) {
    this.next = null;
    this.grab = grab;
    this.isResting = false;
    return this.pump();
  }

  /** Looks at nothing, and says nothing more of what it has looked at. */
  rest() {
    this.grab = null;
    this.next = null;
    this.isResting = true;
  }

  /** For good. */
  close() {
    this.isClosed = true;
    this.rest();
    this.network.close();
  }

  /** Whether somebody wants something else than a picture's map. */
  get isWanted() {
    return this.next !== null || this.grab !== null;
  }

  async pump() {
    if (this.isBusy) {
      return;
    }
    this.isBusy = true;
    try {
      while (this.isWanted) {
        await (this.grab ? this.follow(this.grab) : this.answer());
      }
    } catch (error) {
      this.rest();
      if (!this.isClosed) {
        this.fail(error);
      }
    } finally {
      this.isBusy = false;
    }
  }

  async answer() {
    const picture = /** @type {Uint8Array} */ (this.next);
    this.next = null;
    const { probs, milliseconds } = await this.network.ask(picture);
    this.tell({ picture, probs, mapping: null, milliseconds, live: null });
    for (const grid of [COARSE, FINE]) {
      const mapping = startMapping(picture, probs, grid);
      while (!mapping.isDone && !this.isWanted && !this.isResting) {
        await this.map(mapping, countSquares(milliseconds, BUDGET_MS));
      }
      if (!mapping.isDone) {
        return;
      }
      this.tell({ picture, probs, mapping, milliseconds, live: null });
    }
  }

  /** @param {Sight} sight */
  tell(sight) {
    if (!this.isResting) {
      this.show(sight);
    }
  }

  /** @param {() => Uint8Array | null} grab */
  async follow(grab) {
    /** @type {Mapping | null} */
    let shown = null;
    /** @type {Mapping | null} */
    let made = null;
    /** @type {number[]} */
    const times = [];
    let last = performance.now();
    /** @type {number | null} */
    let mapSeconds = null;
    for (let count = 0; this.grab === grab; count += 1) {
      const picture = grab();
      if (picture) {
        const { probs, milliseconds } = await this.network.ask(picture);
        times.push(performance.now());
        made ??= startMapping(picture, probs, milliseconds > SLOW_MS ? ROUGH : COARSE);
        // A slow network has time for a square beside every other picture alone.
        if (2 * milliseconds < BUDGET_MS || count % 2) {
          await this.map(made, countSquares(milliseconds, BUDGET_MS));
        }
        if (made.isDone) {
          [shown, made] = [made, null];
          mapSeconds = (performance.now() - last) / 1000;
          last = performance.now();
        }
        if (this.grab === grab) {
          this.show({ picture, probs, mapping: shown, milliseconds, live: { rate: rateOf(times), mapSeconds } });
        }
      }
      await nextFrame();
    }
  }

  /**
   * @param {Mapping} mapping
   * @param {number} most
   */
  async map(mapping, most) {
    const { probs } = await this.network.ask(mapping.next(most));
    mapping.take(probs, this.numClasses);
  }
}

/**
 * @param {Uint8Array} picture
 * @param {Float32Array} probs
 * @param {{ window: number, stride: number }} grid
 */
function startMapping(picture, probs, grid) {
  const target = best(probs);
  return new Mapping(picture, target, probs[target], grid);
}

/**
 * Pictures a second over the last ones; forgets those before.
 *
 * @param {number[]} times In milliseconds.
 */
export function rateOf(times) {
  times.splice(0, times.length - REMEMBERED);
  const span = times[times.length - 1] - times[0];
  return span > 0 ? (1000 * (times.length - 1)) / span : 0;
}

/** @returns {Promise<number>} */
function nextFrame() {
  return new Promise((resolve) => requestAnimationFrame(resolve));
}
