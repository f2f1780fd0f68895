/** @import { Box } from "./layout.js" */

/**
 * How many parameters the layers of a box have, in words.
 *
 * @param {Box} box
 */
export function countParameters({ parameters }) {
  return parameters ? `${parameters.toLocaleString("en")} parameter${parameters === 1 ? "" : "s"}` : "no parameters";
}

/**
 * What a screen reader says of a box.
 *
 * @param {Box} box
 */
export function describe(box) {
  return `${box.label}: ${box.layers.join(", ")}; ${countParameters(box)}`;
}
