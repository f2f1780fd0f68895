/**
 * What somebody typed into a number box.
 *
 * @typedef {{ number: string } | { problem: string }} Reading A number as Streamlit reads it, or why it is none.
 */

const DECIMAL = /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i;
const THOUSANDS = /^[-+]?\d{1,3}([ \u00a0\u2009\u202f'\u2019_]\d{3})+(?!\d)/;

/**
 * @param {string} typed
 * @param {boolean} isWhole Whether the box takes whole numbers alone.
 * @returns {Reading}
 */
export function readNumber(typed, isWhole) {
  let text = typed.trim().replace("\u2212", "-");
  if (!text) {
    return { problem: "nothing was typed" };
  }
  if (THOUSANDS.test(text)) {
    text = text.replace(/[ \u00a0\u2009\u202f'\u2019_]/g, "");
  }
  if (/^[-+]?[1-9]\d{0,2}(,\d{3})+$/.test(text) || (text.includes(",") && text.includes("."))) {
    return { problem: `${typed} can be read in two ways; write it without marks between thousands` };
  }
  text = text.replace(",", ".");
  if (!DECIMAL.test(text) || !Number.isFinite(Number(text))) {
    return { problem: `${typed} is not a number` };
  }
  if (isWhole && (!Number.isInteger(Number(text)) || /[.]/.test(text))) {
    return { problem: `${typed} is not a whole number` };
  }
  return { number: isWhole ? String(Number(text)) : text };
}

/**
 * @param {string} lowest As the box has it; empty for none.
 * @param {string} highest
 * @returns {string} What is allowed, in words.
 */
export function describeBounds(lowest, highest) {
  const [low, high] = [lowest, highest].map((bound) => (isBound(bound) ? String(Number(bound)) : ""));
  if (low && high) {
    return `${low} to ${high}`;
  }
  return low ? `${low} or more` : high ? `up to ${high}` : "any number";
}

/**
 * @param {string} number
 * @param {string} lowest
 * @param {string} highest
 */
export function isWithin(number, lowest, highest) {
  return (
    !(isBound(lowest) && Number(number) < Number(lowest)) && !(isBound(highest) && Number(number) > Number(highest))
  );
}

/** @param {string} bound Streamlit writes the largest number there is where there is no bound. */
function isBound(bound) {
  return bound !== "" && Math.abs(Number(bound)) < Number.MAX_SAFE_INTEGER;
}
