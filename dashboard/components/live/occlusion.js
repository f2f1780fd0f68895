/**
 * Where the network looks: what becomes of a class's probability when a grey square covers a part of the picture. The
 * arithmetic is that of the dashboard's occlusion: a pixel's value is the mean over all squares that cover it.
 *
 * @typedef {{ window: number, stride: number }} Grid The square's side and the pixels from one place to the next.
 * @typedef {{ place: [left: number, top: number], prob: number }} Covered
 */

const SIDE = 32;
const NUM_PIXELS = SIDE * SIDE;
const PICTURE = 3 * NUM_PIXELS;
const GREY = 128;
// Below so much of a probability there is nothing to see, and the map stays as faint as it is.
export const LEAST = 0.02;

/**
 * All places of a square, row by row.
 *
 * @param {Grid} grid
 * @returns {[left: number, top: number][]}
 */
export function createPlaces({ window, stride }) {
  const starts = Array.from({ length: Math.ceil((SIDE - window) / stride) + 1 }, (_, number) => number * stride);
  return starts.flatMap((top) => starts.map((left) => /** @type {[number, number]} */ ([left, top])));
}

/**
 * Covers a square of a picture, which is changed.
 *
 * @param {Uint8Array} picture All reds, all greens, all blues.
 * @param {readonly [left: number, top: number]} place
 * @param {number} window
 */
export function cover(picture, [left, top], window) {
  const right = Math.min(SIDE, left + window);
  for (let channel = 0; channel < 3; channel += 1) {
    for (let row = top; row < Math.min(SIDE, top + window); row += 1) {
      const start = channel * NUM_PIXELS + row * SIDE;
      picture.fill(GREY, start + left, start + right);
    }
  }
}

/** One map in the making, as many squares at a time as there is time for. */
export class Mapping {
  /**
   * @param {Uint8Array} picture
   * @param {number} target The class.
   * @param {number} prob Its probability with nothing covered.
   * @param {Grid} grid
   */
  constructor(picture, target, prob, grid) {
    this.picture = picture;
    this.target = target;
    this.prob = prob;
    this.window = grid.window;
    this.places = createPlaces(grid);
    this.done = 0;
    /** @type {Covered | null} */
    this.worst = null;
    this.drops = new Float64Array(NUM_PIXELS);
    this.counts = new Uint16Array(NUM_PIXELS);
  }

  get isDone() {
    return this.done === this.places.length;
  }

  /**
   * The next pictures to ask about, each covered at another place.
   *
   * @param {number} most
   * @returns {Uint8Array<ArrayBuffer>}
   */
  next(most) {
    const places = this.places.slice(this.done, this.done + most);
    const pictures = new Uint8Array(PICTURE * places.length);
    places.forEach((place, number) => {
      pictures.set(this.picture, PICTURE * number);
      cover(pictures.subarray(PICTURE * number, PICTURE * (number + 1)), place, this.window);
    });
    return pictures;
  }

  /**
   * Takes what the network says of them.
   *
   * @param {Float32Array} probs Of all classes, picture by picture.
   * @param {number} numClasses
   */
  take(probs, numClasses) {
    for (let number = 0; number < probs.length / numClasses; number += 1) {
      this.add({ place: this.places[this.done + number], prob: probs[number * numClasses + this.target] });
    }
    this.done += probs.length / numClasses;
  }

  /** @param {Covered} covered */
  add(covered) {
    const [left, top] = covered.place;
    for (let row = top; row < Math.min(SIDE, top + this.window); row += 1) {
      for (let column = left; column < Math.min(SIDE, left + this.window); column += 1) {
        this.drops[row * SIDE + column] += this.prob - covered.prob;
        this.counts[row * SIDE + column] += 1;
      }
    }
    if (this.worst === null || covered.prob < this.worst.prob) {
      this.worst = covered;
    }
  }

  /** By how much the probability drops where a pixel is covered, for each pixel; below 0 where it grows. */
  values() {
    return this.drops.map((drop, place) => drop / Math.max(1, this.counts[place]));
  }
}

/**
 * How strongly each pixel is coloured, from -1 to 1.
 *
 * @param {Float64Array} values
 */
export function strengths(values) {
  const most = values.reduce((high, value) => Math.max(high, Math.abs(value)), LEAST);
  return values.map((value) => value / most);
}

/**
 * How many squares there is time for until the next picture is due.
 *
 * @param {number} milliseconds That a picture takes.
 * @param {number} budget From one picture to the next, in milliseconds.
 */
export function countSquares(milliseconds, budget) {
  return Math.max(1, Math.floor(budget / Math.max(milliseconds, 0.01)) - 1);
}
