/** @typedef {"right" | "wrong" | "unsure"} Judgement */

/** @type {readonly { judgement: Judgement, key: string, words: string, sign: string }[]} */
export const ANSWERS = [
  { judgement: "right", key: "R", words: "Label is right", sign: "✓" },
  { judgement: "wrong", key: "W", words: "Label is wrong", sign: "×" },
  { judgement: "unsure", key: "U", words: "Unsure", sign: "?" },
];

/**
 * What a key asks for.
 *
 * @param {{ key: string, altKey: boolean, ctrlKey: boolean, metaKey: boolean, defaultPrevented: boolean }} event
 * @returns {Judgement | "undo" | null}
 */
export function wish(event) {
  if (event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey) {
    return null;
  }
  const key = event.key.toUpperCase();
  return key === "Z" ? "undo" : (ANSWERS.find((answer) => answer.key === key)?.judgement ?? null);
}

/**
 * Where to go on after a judgement: the next one that nobody judged, else the next one, else the same.
 *
 * @param {number} place
 * @param {readonly string[]} judgements Of all; empty for none.
 */
export function nextPlace(place, judgements) {
  const open = judgements.findIndex((judgement, other) => other > place && !judgement);
  return open >= 0 ? open : Math.min(place + 1, judgements.length - 1);
}
