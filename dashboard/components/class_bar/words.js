/**
 * @typedef {{ name: string, count: number, colour: string, isChosen: boolean }} Class
 */

/**
 * What a screen reader says of a class.
 *
 * @param {Class} of
 */
export function describe({ name, count }) {
  return `${name} ${count.toLocaleString("en")} ${count === 1 ? "image" : "images"}`;
}

/**
 * A class's share of the most frequent one's images, as CSS.
 *
 * @param {Class} of
 * @param {number} most
 */
export function share({ count }, most) {
  return `${most > 0 ? (100 * count) / most : 0}%`;
}
