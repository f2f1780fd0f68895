const LENGTH_BYTES = 4;

/**
 * Takes a message apart: 4 bytes length, little endian, JSON, and what follows it.
 *
 * @template Header
 * @param {Uint8Array} bytes
 * @returns {{ header: Header, rest: Uint8Array<ArrayBuffer> }}
 */
export function unpack(bytes) {
  if (bytes.length < LENGTH_BYTES) {
    throw new RangeError(`message: ${bytes.length} bytes are no message`);
  }
  const end = LENGTH_BYTES + new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(0, true);
  if (end > bytes.length) {
    throw new RangeError(`message: cut off, ${bytes.length} of ${end} bytes`);
  }
  const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(LENGTH_BYTES, end));
  return { header: JSON.parse(text), rest: bytes.slice(end) };
}

/**
 * Cuts the first bytes off, e.g. for numbers that stand before a sprite.
 *
 * @param {Uint8Array<ArrayBuffer>} bytes
 * @param {number} count
 * @returns {[Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>]} Copies, so that numbers of any width may start at 0.
 */
export function cut(bytes, count) {
  if (count > bytes.length) {
    throw new RangeError(`message: ${count} bytes wanted, ${bytes.length} there`);
  }
  return [bytes.slice(0, count), bytes.slice(count)];
}

/**
 * @param {Uint8Array | null} left
 * @param {Uint8Array} right
 */
export function isSame(left, right) {
  return left !== null && left.length === right.length && left.every((byte, place) => byte === right[place]);
}
