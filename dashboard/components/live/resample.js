/**
 * A picture made into what the network takes, as the dashboard makes it (`cifar_core/data/upload.py`): a large one
 * reduced by a whole factor, its central square, 32x32 by Lanczos or, where it has to grow, by a cubic. The numbers are
 * those of Pillow, to the last one: whole numbers of 22 bits behind the point, one direction after the other.
 *
 * @typedef {{ pixels: Uint8ClampedArray | Uint8Array, width: number, height: number }} Bitmap Red, green, blue and
 *   opacity of each pixel, row by row; the opacity is not looked at.
 * @typedef {{ reach: number, weigh: (distance: number) => number }} Filter
 * @typedef {{ first: number, weights: Int32Array }} Taps
 */

const SIDE = 32;
const CHANNELS = 4;
const PLAIN_PIXELS = 1_000_000; // larger pictures are reduced to about so many
const SHORTEST_SIDE = 512; // but not below this
const ONE = 2 ** 22;

/** @type {Filter} */
const LANCZOS = {
  reach: 3,
  weigh: (distance) => (Math.abs(distance) < 3 ? sinc(distance) * sinc(distance / 3) : 0),
};

/** @type {Filter} */
const CUBIC = {
  reach: 2,
  weigh: (distance) => {
    const far = Math.abs(distance);
    const a = -0.5;
    if (far < 1) {
      return ((a + 2) * far - (a + 3)) * far * far + 1;
    }
    return far < 2 ? (((far - 5) * far + 8) * far - 4) * a : 0;
  },
};

/** @param {number} x */
function sinc(x) {
  return x === 0 ? 1 : Math.sin(x * Math.PI) / (x * Math.PI);
}

/**
 * @param {Bitmap} bitmap
 * @returns {Uint8Array<ArrayBuffer>} 32x32 pixels, all reds, then all greens, then all blues.
 */
export function shrink(bitmap) {
  const square = cropMiddle(reduceBy(bitmap, factorOf(bitmap)));
  return toPlanes(resize(square, SIDE), CHANNELS);
}

/**
 * By how much a picture is reduced before all else.
 *
 * @param {{ width: number, height: number }} size
 */
export function factorOf({ width, height }) {
  const byArea = Math.floor(Math.sqrt((width * height) / PLAIN_PIXELS));
  return Math.max(1, Math.min(byArea, Math.floor(Math.min(width, height) / SHORTEST_SIDE)));
}

/**
 * The mean of each square of pixels; those at the right and lower edge may be cut.
 *
 * @param {Bitmap} bitmap
 * @param {number} factor
 * @returns {Bitmap}
 */
export function reduceBy({ pixels, width, height }, factor) {
  if (factor === 1) {
    return { pixels, width, height };
  }
  const [columns, rows] = [Math.ceil(width / factor), Math.ceil(height / factor)];
  const small = new Uint8Array(CHANNELS * columns * rows);
  for (let row = 0; row < rows; row += 1) {
    const bottom = Math.min(height, (row + 1) * factor);
    for (let column = 0; column < columns; column += 1) {
      const right = Math.min(width, (column + 1) * factor);
      const number = (bottom - row * factor) * (right - column * factor);
      const share = Math.floor(Math.fround(2 ** 32 / (256 * number)));
      const sums = [0, 0, 0];
      for (let y = row * factor; y < bottom; y += 1) {
        for (let at = CHANNELS * (y * width + column * factor); at < CHANNELS * (y * width + right); at += CHANNELS) {
          sums[0] += pixels[at];
          sums[1] += pixels[at + 1];
          sums[2] += pixels[at + 2];
        }
      }
      const to = CHANNELS * (row * columns + column);
      sums.forEach((sum, channel) => {
        small[to + channel] = Math.floor(((sum + Math.floor(number / 2)) * share) / 2 ** 24);
      });
    }
  }
  return { pixels: small, width: columns, height: rows };
}

/**
 * The central square.
 *
 * @param {Bitmap} bitmap
 * @returns {Bitmap}
 */
export function cropMiddle({ pixels, width, height }) {
  const side = Math.min(width, height);
  const [left, top] = [Math.floor((width - side) / 2), Math.floor((height - side) / 2)];
  if (width === height) {
    return { pixels, width, height };
  }
  const square = new Uint8Array(CHANNELS * side * side);
  for (let row = 0; row < side; row += 1) {
    const from = CHANNELS * ((top + row) * width + left);
    square.set(pixels.subarray(from, from + CHANNELS * side), CHANNELS * row * side);
  }
  return { pixels: square, width: side, height: side };
}

/**
 * @param {Bitmap} square
 * @param {number} side
 */
function resize(square, side) {
  if (square.width === side) {
    return square.pixels;
  }
  const taps = createTaps(square.width, side, square.width >= side ? LANCZOS : CUBIC);
  const narrow = squeeze(square.pixels, taps, { lines: square.height, line: square.width, step: 1 }, side);
  // What was a row is read as a column now.
  return squeeze(narrow, taps, { lines: side, line: 1, step: side }, side);
}

/**
 * What each new pixel takes from the old ones in a line.
 *
 * @param {number} from Pixels in the line.
 * @param {number} to Pixels that are wanted.
 * @param {Filter} filter
 * @returns {Taps[]}
 */
export function createTaps(from, to, { reach, weigh }) {
  const scale = from / to;
  const stretch = Math.max(1, scale);
  return Array.from({ length: to }, (_, place) => {
    const centre = (place + 0.5) * scale;
    const first = Math.max(0, Math.trunc(centre - reach * stretch + 0.5));
    const end = Math.min(from, Math.trunc(centre + reach * stretch + 0.5));
    const parts = Array.from({ length: end - first }, (_, tap) => weigh((first + tap - centre + 0.5) / stretch));
    const sum = parts.reduce((a, b) => a + b, 0);
    const weights = parts.map((part) => {
      const whole = (part / sum) * ONE;
      return Math.trunc(whole < 0 ? whole - 0.5 : whole + 0.5);
    });
    return { first, weights: Int32Array.from(weights) };
  });
}

/**
 * Weighs pixels along lines: along each of them lie the new pixels then, side by side.
 *
 * @param {Uint8ClampedArray | Uint8Array} pixels
 * @param {readonly Taps[]} taps
 * @param {{ lines: number, line: number, step: number }} way How many lines, how many pixels from one to the next, and
 *   from one pixel of a line to the next.
 * @param {number} side New pixels in a line.
 */
function squeeze(pixels, taps, { lines, line, step }, side) {
  const found = new Uint8ClampedArray(CHANNELS * lines * side);
  for (let number = 0; number < lines; number += 1) {
    taps.forEach(({ first, weights }, place) => {
      let [red, green, blue] = [ONE / 2, ONE / 2, ONE / 2];
      let at = CHANNELS * (number * line + first * step);
      for (const weight of weights) {
        red += weight * pixels[at];
        green += weight * pixels[at + 1];
        blue += weight * pixels[at + 2];
        at += CHANNELS * step;
      }
      const to = CHANNELS * (step === 1 ? number * side + place : place * lines + number);
      found[to] = Math.floor(red / ONE);
      found[to + 1] = Math.floor(green / ONE);
      found[to + 2] = Math.floor(blue / ONE);
    });
  }
  return found;
}

/**
 * Colour by colour instead of pixel by pixel.
 *
 * @param {Uint8ClampedArray | Uint8Array} pixels Row by row.
 * @param {number} channels Numbers that a pixel has there: 3, or 4 with an opacity.
 * @returns {Uint8Array<ArrayBuffer>}
 */
export function toPlanes(pixels, channels) {
  const number = pixels.length / channels;
  const planes = new Uint8Array(3 * number);
  for (let place = 0; place < number; place += 1) {
    for (let channel = 0; channel < 3; channel += 1) {
      planes[channel * number + place] = pixels[channels * place + channel];
    }
  }
  return planes;
}
