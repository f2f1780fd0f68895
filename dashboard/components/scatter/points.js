import { cut, unpack } from "../shared/message.js";

/**
 * @typedef {{ polygon: [number, number][], groups: number[] }} Marking Corners on the grid, none for everywhere; places
 *   of groups, none for all.
 * @typedef {{ map: string, count: number, isCounted: boolean, names: string[], colours: string[],
 *   labelNames: string[] | null, pictures: string, axes: [string, string] | null, quiet: number, label: string, marking: Marking,
 *   opens: boolean }} Header
 * @typedef {{ header: Header, grid: Uint16Array, groups: Uint8Array, labels: Uint8Array, ids: Uint32Array }} Points
 */

/**
 * Takes a message apart: JSON, x and y of each point as uint16, its group and its label as uint8, its id as uint32
 * unless ids count up from 0.
 *
 * @param {Uint8Array} bytes
 * @returns {Points}
 */
export function readPoints(bytes) {
  /** @type {{ header: Header, rest: Uint8Array<ArrayBuffer> }} */
  const { header, rest } = unpack(bytes);
  const { count, isCounted } = header;
  const [numbers, afterNumbers] = cut(rest, 2 * Uint16Array.BYTES_PER_ELEMENT * count);
  const [groups, afterGroups] = cut(afterNumbers, count);
  const [labels, last] = cut(afterGroups, count);
  const ids = isCounted ? Uint32Array.from({ length: count }, (_, place) => place) : new Uint32Array(last.buffer);
  return { header, grid: new Uint16Array(numbers.buffer), groups, labels, ids };
}

/**
 * What a pointer is told of a point.
 *
 * @param {Points} points
 * @param {number} place
 */
export function describePoint({ header, groups, labels, ids }, place) {
  const group = header.names[groups[place]];
  const label = header.labelNames?.[labels[place]];
  return label === undefined ? `${group}, image ${ids[place]}` : `${label}, image ${ids[place]}: ${group}`;
}

/**
 * @param {Points} points
 * @returns {number[]} How many points each group has.
 */
export function countGroups({ header, groups }) {
  const counts = header.names.map(() => 0);
  for (const group of groups) {
    counts[group] += 1;
  }
  return counts;
}
