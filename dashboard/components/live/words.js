/**
 * What the network says, in words.
 *
 * @import { Covered } from "./occlusion.js"
 * @typedef {{ name: string, prob: number }} Ranked
 * @typedef {string | { strong: string }} Part Of a sentence.
 */

const SURE = 0.5;

/**
 * The most probable classes, the first of two equal ones first.
 *
 * @param {ArrayLike<number>} probs
 * @param {readonly string[]} names
 * @param {number} [count]
 * @returns {Ranked[]}
 */
export function rank(probs, names, count = 3) {
  return names
    .map((name, place) => ({ name, prob: probs[place], place }))
    .sort((a, b) => b.prob - a.prob || a.place - b.place)
    .slice(0, count)
    .map(({ name, prob }) => ({ name, prob }));
}

/** @param {ArrayLike<number>} probs */
export function best(probs) {
  return Array.from(probs).reduce((top, prob, place) => (prob > probs[top] ? place : top), 0);
}

/**
 * A share in whole percent, or more exactly where that would say none or all.
 *
 * @param {number} share
 */
export function percent(share) {
  const whole = Math.round(100 * share);
  if ((whole === 0 && share > 0) || (whole === 100 && share < 1)) {
    const tenths = Math.min(99.9, Math.max(0.1, Math.round(1000 * share) / 10));
    return `${whole === 0 && share < 0.001 ? "under 0.1" : whole === 100 && share > 0.999 ? "over 99.9" : tenths}\u00a0%`;
  }
  return `${whole}\u00a0%`; // never the sign alone on a line
}

/**
 * @param {readonly Ranked[]} ranked
 * @returns {Part[]}
 */
export function saySeen([first, second]) {
  const seen = ["The network takes this for ", { strong: first.name }, `: ${percent(first.prob)}.`];
  return first.prob >= SURE ? seen : [...seen, ` It is not sure: ${second.name} has ${percent(second.prob)}.`];
}

/**
 * What the map's darkest place means.
 *
 * @param {string} name Of the class.
 * @param {number} prob With nothing covered.
 * @param {Covered | null} worst
 * @param {number} window
 */
export function sayWorst(name, prob, worst, window) {
  if (!worst || prob - worst.prob < 0.01) {
    return `No grey square of ${window} pixels takes a percent away from ${name}: it sees it in several places at once.`;
  }
  return `A grey square over ${sayPlace(worst.place, window)} takes ${name} from ${percent(prob)} to ${percent(worst.prob)}.`;
}

/**
 * @param {readonly [left: number, top: number]} place
 * @param {number} window
 */
export function sayPlace([left, top], window) {
  const third = (/** @type {number} */ start) => Math.min(2, Math.floor((3 * (start + window / 2)) / 32));
  const row = ["the top", "the middle", "the bottom"][third(top)];
  const column = ["left", "", "right"][third(left)];
  if (row === "the middle") {
    return column ? `the ${column} side` : "the middle";
  }
  return column ? `${row} ${column}` : row;
}

/**
 * What is known of an example beside what the network says now.
 *
 * @param {{ label: string | null, saved: Ranked }} example
 * @param {string} seen The class that the network names.
 */
export function sayExample({ label, saved }, seen) {
  const before = `The run itself saved ${saved.name}, ${percent(saved.prob)}.`;
  if (label === null) {
    return before;
  }
  return `It is labelled ${label}, so that is ${label === seen ? "right" : "wrong"}. ${before}`;
}

/**
 * How fast it is, as it was measured here.
 *
 * @param {number} milliseconds Of a single picture.
 * @param {{ rate: number, mapSeconds: number | null } | null} live
 */
export function saySpeed(milliseconds, live) {
  if (live === null) {
    return `A single picture takes ${milliseconds < 10 ? milliseconds.toFixed(1) : Math.round(milliseconds)} ms here.`;
  }
  const map = live.mapSeconds === null ? "" : `, a new map every ${live.mapSeconds.toFixed(1)} s`;
  return `${Math.round(live.rate)} pictures a second here${map}.`;
}
