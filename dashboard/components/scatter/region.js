/**
 * @import { Point } from "../shared/screen.js"
 * @import { Marking, Points } from "./points.js"
 */

/** As in region.py: positions are whole numbers up to GRID, outlines have at most so many corners. */
export const GRID = 65535;
export const MOST_CORNERS = 96;

/**
 * Which points a marking marks, by the same whole numbers as in Python.
 *
 * @param {Points} points
 * @param {Marking} marking
 * @returns {Uint8Array | null} 1 for each that is marked; null if the marking is of nothing in particular.
 */
export function findMarked({ grid, groups }, marking) {
  if (!marking.polygon.length && !marking.groups.length) {
    return null;
  }
  const isIn = new Uint8Array(256).fill(marking.groups.length ? 0 : 1);
  for (const group of marking.groups) {
    isIn[group] = 1;
  }
  const marked = new Uint8Array(groups.length);
  for (let place = 0; place < groups.length; place += 1) {
    const isMarked = isIn[groups[place]] && isWithin(grid[2 * place], grid[2 * place + 1], marking.polygon);
    marked[place] = isMarked ? 1 : 0;
  }
  return marked;
}

/**
 * @param {number} x
 * @param {number} y
 * @param {readonly Point[]} polygon Everywhere if it has no corners.
 */
export function isWithin(x, y, polygon) {
  let isInside = polygon.length === 0;
  for (let corner = 0; corner < polygon.length; corner += 1) {
    const [x1, y1] = polygon[corner];
    const [x2, y2] = polygon[(corner + 1) % polygon.length];
    if (y1 > y !== y2 > y && ((x - x1) * (y2 - y1) - (y - y1) * (x2 - x1)) * Math.sign(y2 - y1) < 0) {
      isInside = !isInside;
    }
  }
  return isInside;
}

/**
 * An outline that was drawn, as corners on the grid: as many as it takes to look the same.
 *
 * @param {readonly Point[]} path On the grid, in any numbers.
 * @param {number} tolerance By how much the outline may differ, on the grid.
 * @returns {Point[]} None if it encloses nothing.
 */
export function toPolygon(path, tolerance) {
  let corners = simplify(path.map(onGrid), tolerance);
  for (let most = 1.5 * tolerance; corners.length > MOST_CORNERS; most *= 1.5) {
    corners = simplify(corners, most);
  }
  return corners.length < 3 ? [] : corners;
}

/**
 * @param {Point} point
 * @returns {Point}
 */
function onGrid([x, y]) {
  return [Math.min(GRID, Math.max(0, Math.round(x))), Math.min(GRID, Math.max(0, Math.round(y)))];
}

/**
 * Leaves out corners that lie close to the line between others (Douglas and Peucker, 1973).
 *
 * @param {Point[]} path
 * @param {number} tolerance
 * @returns {Point[]}
 */
function simplify(path, tolerance) {
  if (path.length < 3) {
    return path;
  }
  const [first, last] = [path[0], path[path.length - 1]];
  let farthest = 0;
  let most = 0;
  for (let place = 1; place < path.length - 1; place += 1) {
    const distance = distanceTo(path[place], first, last);
    [farthest, most] = distance > most ? [place, distance] : [farthest, most];
  }
  if (most <= tolerance) {
    return [first, last];
  }
  return [
    ...simplify(path.slice(0, farthest + 1), tolerance).slice(0, -1),
    ...simplify(path.slice(farthest), tolerance),
  ];
}

/**
 * @param {Point} point
 * @param {Point} from
 * @param {Point} to
 */
function distanceTo([x, y], [x1, y1], [x2, y2]) {
  const length = Math.hypot(x2 - x1, y2 - y1);
  return length ? Math.abs((x - x1) * (y2 - y1) - (y - y1) * (x2 - x1)) / length : Math.hypot(x - x1, y - y1);
}
