/**
 * A drawing as lines on a background, each place a share of the paper's side, and how it becomes few pixels.
 *
 * @import { Point } from "../shared/screen.js"
 * @typedef {[x: number, y: number, pressure: number]} Dab The pressure is 1 for whatever has none.
 * @typedef {{ colour: string | null, width: number, dabs: readonly Dab[] }} Stroke A colour of null rubs out.
 * @typedef {{ background: string, strokes: readonly Stroke[] }} Drawing
 * @typedef {{ drawings: readonly Drawing[], place: number }} History The drawing on show is the one at the place.
 */

const LIGHTEST = 0.35; // of a brush's width, for a pen that hardly touches
const MOST_STEPS = 200; // that can be taken back

/**
 * @param {string} background
 * @returns {History}
 */
export function startHistory(background) {
  return { drawings: [{ background, strokes: [] }], place: 0 };
}

/** @param {History} history */
export function shown({ drawings, place }) {
  return drawings[place];
}

/**
 * What was taken back is forgotten.
 *
 * @param {History} history
 * @param {Partial<Drawing>} changes
 * @returns {History}
 */
export function change(history, changes) {
  const before = history.drawings.slice(Math.max(0, history.place + 1 - MOST_STEPS), history.place + 1);
  return { drawings: [...before, { ...shown(history), ...changes }], place: before.length };
}

/**
 * @param {History} history
 * @param {number} by -1 to take a step back, 1 to take it again.
 * @returns {History}
 */
export function move(history, by) {
  const place = Math.min(history.drawings.length - 1, Math.max(0, history.place + by));
  return { ...history, place };
}

/** @param {History} history */
export function ends({ drawings, place }) {
  return { isFirst: place === 0, isLast: place === drawings.length - 1 };
}

/**
 * Whether there is anything to see: a line, or paper of a colour that somebody chose.
 *
 * @param {History} history
 */
export function isTouched(history) {
  return shown(history).strokes.length > 0 || shown(history).background !== history.drawings[0].background;
}

/**
 * @param {number} width Of the brush.
 * @param {number} pressure 0 to 1.
 */
export function widthUnder(width, pressure) {
  return width * (LIGHTEST + (1 - LIGHTEST) * Math.min(1, Math.max(0, pressure)));
}

/**
 * Where a brush goes that is moved by a key; null for any other key.
 *
 * @param {Point} from
 * @param {{ key: string, shiftKey: boolean }} event With Shift it goes further.
 * @returns {Point | null}
 */
export function step([x, y], { key, shiftKey }) {
  const far = (shiftKey ? 4 : 1) / 32;
  /** @type {Record<string, Point>} */
  const ways = { ArrowLeft: [-far, 0], ArrowRight: [far, 0], ArrowUp: [0, -far], ArrowDown: [0, far] };
  const way = ways[key];
  /** @param {number} value */
  const inside = (value) => Math.min(1, Math.max(0, value));
  return way ? [inside(x + way[0]), inside(y + way[1])] : null;
}

/**
 * The mean colour of each square of pixels.
 *
 * @param {Uint8ClampedArray} pixels Red, green, blue and alpha of a square picture, row by row.
 * @param {number} side Of the picture.
 * @param {number} small Of the smaller one, a divisor of the side.
 * @returns {Uint8Array<ArrayBuffer>} Red, green and blue, row by row.
 */
export function reduce(pixels, side, small) {
  const block = side / small;
  const sums = new Float64Array(3 * small * small);
  for (let row = 0; row < side; row += 1) {
    for (let column = 0; column < side; column += 1) {
      const from = 4 * (row * side + column);
      const to = 3 * (Math.floor(row / block) * small + Math.floor(column / block));
      sums[to] += pixels[from];
      sums[to + 1] += pixels[from + 1];
      sums[to + 2] += pixels[from + 2];
    }
  }
  return Uint8Array.from(sums, (sum) => Math.round(sum / block ** 2));
}

/** @param {Uint8Array} bytes */
export function toBase64(bytes) {
  return btoa(String.fromCharCode(...bytes));
}
