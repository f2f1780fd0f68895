import { distanceTo, pathPoints } from "./axes.js";

/**
 * @import { Point } from "../shared/screen.js"
 * @import { Layout, Path } from "./axes.js"
 */

/**
 * @param {readonly Path[]} paths
 * @param {Layout} layout
 * @param {Point} at
 * @param {number} reach Pixels beside a line that mean it.
 * @returns {Path | null} The nearest; of equals the one on top.
 */
export function findPath(paths, layout, at, reach) {
  let least = reach;
  /** @type {Path | null} */
  let found = null;
  for (const path of paths) {
    const distance = distanceTo(pathPoints(layout, path.values), at);
    if (distance <= least) {
      [found, least] = [path, distance];
    }
  }
  return found;
}

/**
 * @param {HTMLElement} tip
 * @param {string} words Empty for none.
 * @param {Point | null} at
 * @param {number} width Of what it stands in.
 */
export function showTip(tip, words, at, width) {
  tip.hidden = !words || !at;
  if (at) {
    const isRight = at[0] > width / 2;
    tip.textContent = words;
    tip.style.left = isRight ? "" : `${at[0] + 14}px`;
    tip.style.right = isRight ? `${width - at[0] + 14}px` : "";
    tip.style.top = `${at[1] + 12}px`;
  }
}
