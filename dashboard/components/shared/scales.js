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
 * Equal steps are equal factors. What is not above zero has no place: NaN.
 *
 * @param {[number, number]} values Lowest and highest, above zero.
 * @param {[number, number]} pixels Where they lie.
 * @returns {Scale}
 */
export function logScale([low, high], pixels) {
  const powers = linearScale([Math.log10(low), Math.log10(high)], pixels);
  return {
    to: (value) => (value > 0 ? powers.to(Math.log10(value)) : Number.NaN),
    from: (pixel) => 10 ** powers.from(pixel),
  };
}

/**
 * Round values within a range above zero for a scale of factors: powers of ten, 1, 2 and 5 times these where there are
 * few of them, and evenly spaced ones within a range that holds no three of those.
 *
 * @param {number} low
 * @param {number} high
 * @param {number} wanted About how many.
 * @returns {number[]} Ascending.
 */
export function logTicks(low, high, wanted) {
  if (!(low > 0 && high > low)) {
    return [];
  }
  const [first, last] = [Math.floor(Math.log10(low)), Math.floor(Math.log10(high))];
  const powers = Array.from({ length: last - first + 1 }, (_, place) => first + place);
  /** @param {number[]} factors */
  const multiples = (factors) =>
    powers
      // 10 ** -3 is off by a rounding, its text is not.
      .flatMap((power) => factors.map((factor) => Number(`${factor}e${power}`)))
      .filter((value) => value >= low && value <= high);
  const some = multiples([1, 2, 5]);
  if (some.length < 3) {
    return ticks(low, high, wanted);
  }
  if (some.length <= 1.5 * wanted) {
    return some;
  }
  const tens = multiples([1]);
  return tens.filter((_, place) => place % Math.ceil(tens.length / wanted) === 0);
}

/**
 * Round values within a range, 1, 2 or 5 times a power of ten apart.
 *
 * @param {number} low
 * @param {number} high
 * @param {number} wanted About how many; at most one more.
 * @param {number} [smallest] the smallest step
 * @returns {number[]} Ascending.
 */
export function ticks(low, high, wanted, smallest = 0) {
  if (!(high > low)) {
    return [];
  }
  const rough = (high - low) / Math.max(wanted, 1);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = Math.max(
    smallest,
    [1, 2, 5].map((factor) => factor * power).find((size) => size >= rough) ?? 10 * power,
  );
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
 * @param {string} [unit] Of what is no share.
 */
export function writeValue(value, isShare, unit = "") {
  return isShare ? `${(100 * value).toFixed(1)} %` : `${writeNumber(value)}${unit && ` ${unit}`}`;
}

/**
 * @param {number} value
 * @param {boolean} isShare
 */
export function writeTick(value, isShare) {
  return isShare ? `${writeNumber(100 * value)} %` : writeNumber(value);
}
