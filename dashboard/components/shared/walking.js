/**
 * Where a key leads in a row or a column of things; null for a key that leads nowhere. Ends hold.
 *
 * @param {string} key
 * @param {number} place Of the thing that has the keyboard.
 * @param {number} count
 * @param {readonly [back: string, forth: string]} arrows
 */
export function destination(key, place, count, [back, forth]) {
  const places = new Map([
    [back, place - 1],
    [forth, place + 1],
    ["Home", 0],
    ["End", count - 1],
  ]);
  const to = places.get(key);
  return to === undefined ? null : Math.min(count - 1, Math.max(0, to));
}
