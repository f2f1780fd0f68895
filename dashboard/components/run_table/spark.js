/** @import { Point, Size } from "../shared/screen.js" */

const EDGE = 3; // CSS pixels around the curve, so that its dot is whole

/**
 * Where a curve's values lie on a small picture.
 *
 * @param {{ x: readonly number[], y: readonly number[] }} spark
 * @param {[number, number]} range The lowest and the highest value that is drawn, of all curves.
 * @param {Size} size
 * @returns {Point[]}
 */
export function placeSpark({ x, y }, [low, high], { width, height }) {
  const extent = high - low || 1;
  return x.map((share, place) => [
    EDGE + share * (width - 2 * EDGE),
    height - EDGE - ((y[place] - low) / extent) * (height - 2 * EDGE),
  ]);
}

/**
 * @param {readonly number[]} y
 * @returns {number} The first place of the highest value; -1 without any.
 */
export function bestPlace(y) {
  return y.indexOf(Math.max(...y));
}
