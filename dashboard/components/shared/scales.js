/**
 * @typedef {{ to: (value: number) => number, from: (pixel: number) => number }} Scale
 */

/**
 * @param {[number, number]} values Lowest and highest.
 * @param {[number, number]} pixels Where they lie; descending for an axis that points upwards.
 * @returns {Scale}
 */
export function linearScale([low, high], [first, last]) {
  return {
    to: (value) => first + ((value - low) / (high - low)) * (last - first),
    from: (pixel) => low + ((pixel - first) / (last - first)) * (high - low),
  };
}

/**
 * Round values within a range, 1, 2 or 5 times a power of ten apart.
 *
 * @param {number} low
 * @param {number} high
 * @param {number} wanted About how many; at most one more.
 * @returns {number[]} Ascending.
 */
export function ticks(low, high, wanted) {
  if (!(high > low)) {
    return [];
  }
  const rough = (high - low) / Math.max(wanted, 1);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5].map((factor) => factor * power).find((size) => size >= rough) ?? 10 * power;
  // Whole numbers of steps: a sum of steps would drift off what is round.
  const [first, last] = [Math.ceil(low / step - 1e-9), Math.floor(high / step + 1e-9)];
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, place) => (first + place) * step || 0);
}

/**
 * A number in as few digits as tell it.
 *
 * @param {number} value
 * @param {number} [digits]
 */
export function writeNumber(value, digits = 4) {
  return String(Number(value.toPrecision(digits)));
}

/**
 * @param {number} value
 * @param {boolean} isShare A share in [0, 1], written as per cent with one decimal.
 */
export function writeValue(value, isShare) {
  return isShare ? `${(100 * value).toFixed(1)} %` : writeNumber(value);
}

/**
 * @param {number} value
 * @param {boolean} isShare
 */
export function writeTick(value, isShare) {
  return isShare ? `${writeNumber(100 * value)} %` : writeNumber(value);
}
