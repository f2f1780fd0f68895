/**
 * The columns of tiles under headings, as CSS.
 *
 * @param {{ tile: number, headings: readonly string[], gaps: readonly number[] }} header
 */
export function template({ tile, headings, gaps }) {
  const column = `minmax(0, ${tile}px)`;
  return headings.map((_, place) => (gaps.includes(place) ? `8px ${column}` : column)).join(" ");
}

/**
 * Whether every label is one word: it then takes one line.
 *
 * @param {readonly string[]} labels
 */
export function areWords(labels) {
  return labels.every((label) => !/\s/.test(label));
}

/**
 * How many tiles stand in the first row, whatever the width of the page makes of the rows.
 *
 * @param {readonly number[]} tops Of all tiles.
 */
export function perRow(tops) {
  return Math.max(1, tops.filter((top) => top === tops[0]).length);
}

/**
 * What a tile is called: what is to be read below it, and what is known of it. Who speaks to a page says what is seen.
 *
 * @param {string} caption
 * @param {string} label Empty where nothing stands below it.
 */
export function nameTile(caption, label) {
  return label && !caption.includes(label) ? `${label}: ${caption}` : caption;
}

/**
 * Where a key leads: arrows to the tiles beside, above and below, Home and End to the first and the last.
 *
 * @param {string} key
 * @param {number} place Negative for nowhere.
 * @param {number} count
 * @param {number} columns Tiles in a row.
 * @returns {number | null} null for a key that leads nowhere.
 */
export function destination(key, place, count, columns) {
  /** @type {Record<string, number>} */
  const steps = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns, Home: -count, End: count };
  const step = steps[key];
  if (step === undefined || count === 0 || (place < 0 && !["Home", "End"].includes(key))) {
    return null;
  }
  return Math.min(count - 1, Math.max(0, place + step));
}

/**
 * The places from one to another, both included, whichever of them comes first.
 *
 * @param {number} first
 * @param {number} last
 */
export function between(first, last) {
  const start = Math.min(first, last);
  return Array.from({ length: Math.abs(last - first) + 1 }, (_, step) => start + step);
}
