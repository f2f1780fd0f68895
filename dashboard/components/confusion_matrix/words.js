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
  const percent = 100 * value;
  const text = isShare ? percent.toFixed(Math.abs(percent) < 9.95 ? 1 : 0) : String(value);
  if (isDifference && !Number(text)) {
    return "0"; // neither +0.0 nor a negative zero
  }
  const sign = isDifference && value > 0 ? "+" : "";
  return sign + text.replace("-", "\u2212");
}
