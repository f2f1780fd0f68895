/**
 * A cell's value with a true minus, a difference with its sign, a share as per cent.
 *
 * @param {number} value
 * @param {{ isShare: boolean, isDifference: boolean }} meaning
 */
export function write(value, { isShare, isDifference }) {
  if (!value) {
    return "0";
  }
  const sign = isDifference && value > 0 ? "+" : "";
  const percent = 100 * value;
  const text = isShare ? percent.toFixed(Math.abs(percent) < 9.95 ? 1 : 0) : String(value);
  return sign + text.replace("-", "\u2212");
}
