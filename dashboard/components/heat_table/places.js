/** @type {Record<string, [number, number]>} */
const MOVES = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };

/**
 * The cell that a key leads to, by its number row by row; null for a key that leads nowhere. Edges hold.
 *
 * @param {string} key
 * @param {number} place
 * @param {number} columns
 * @param {number} count Of cells.
 */
export function destination(key, place, columns, count) {
  if (place < 0) {
    return null;
  }
  const row = Math.floor(place / columns);
  if (key === "Home") {
    return row * columns;
  }
  if (key === "End") {
    return row * columns + columns - 1;
  }
  const move = MOVES[key];
  if (!move) {
    return null;
  }
  const [down, right] = move;
  const column = Math.min(columns - 1, Math.max(0, (place % columns) + right));
  return Math.min(count / columns - 1, Math.max(0, row + down)) * columns + column;
}

/**
 * How many rows, from each on, belong to one group; 0 for a row that goes on with the one before.
 *
 * @param {readonly string[]} groups
 */
export function spans(groups) {
  return groups.map((group, place) => {
    if (place > 0 && groups[place - 1] === group) {
      return 0;
    }
    const end = groups.findIndex((other, later) => later > place && other !== group);
    return (end < 0 ? groups.length : end) - place;
  });
}
