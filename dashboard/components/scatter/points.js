import { cut, unpack } from "../shared/message.js";

/**
 * @typedef {{ label: string, ids: number[], names: string[], colours: string[], spriteColumns: number,
 *   axes: [string, string] | null }} Header
 * @typedef {{ header: Header, positions: Float32Array, groups: Uint8Array, sprite: Uint8Array<ArrayBuffer> }} Points
 */

/**
 * Takes a message apart: JSON, x and y of each point as float32, its group as uint8, and the sprite.
 *
 * @param {Uint8Array} bytes
 * @returns {Points}
 */
export function readPoints(bytes) {
  /** @type {{ header: Header, rest: Uint8Array<ArrayBuffer> }} */
  const { header, rest } = unpack(bytes);
  const count = header.ids.length;
  const [numbers, afterNumbers] = cut(rest, 2 * Float32Array.BYTES_PER_ELEMENT * count);
  const [groups, sprite] = cut(afterNumbers, count);
  return { header, positions: new Float32Array(numbers.buffer), groups, sprite };
}
