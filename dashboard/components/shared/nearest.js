/** @import { Point } from "./screen.js" */

/**
 * @param {ArrayLike<number>} positions x and y of each point in turn.
 * @param {Point} at
 * @param {number} reach How far away a point may be at most.
 * @param {ArrayLike<number> | null} [counts] 0 for each point that does not count.
 * @returns {number} The nearest point's place; -1 if none is in reach.
 */
export function nearestPoint(positions, [x, y], reach, counts = null) {
  let nearest = -1;
  let least = reach * reach;
  for (let place = 0; 2 * place < positions.length; place += 1) {
    const distance = (positions[2 * place] - x) ** 2 + (positions[2 * place + 1] - y) ** 2;
    if (distance < least && (!counts || counts[place])) {
      nearest = place;
      least = distance;
    }
  }
  return nearest;
}

/**
 * @param {{ x: readonly number[], y: readonly (number | null)[] }} line
 * @param {number} at
 * @returns {{ x: number, y: number } | null} The value nearest to a place of the axis; null if the line has none.
 */
export function nearestValue(line, at) {
  /** @type {{ x: number, y: number } | null} */
  let best = null;
  for (const [place, x] of line.x.entries()) {
    const y = line.y[place];
    if (y !== null && (best === null || Math.abs(x - at) < Math.abs(best.x - at))) {
      best = { x, y };
    }
  }
  return best;
}
