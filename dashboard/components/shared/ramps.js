/** @import { Rgb } from "./colours.js" */

const FAINTEST = 0.08;
const DARK = 0.55;

/**
 * From almost nothing to a full colour, over whatever the page's own colour is.
 *
 * @param {Rgb} colour
 * @param {number} strength From 0 to 1.
 * @returns {{ cell: string, isDark: boolean }} CSS, and whether only white is to be read on it.
 */
export function sequential([red, green, blue], strength) {
  const alpha = Math.min(1, FAINTEST + (1 - FAINTEST) * strength);
  return { cell: `rgb(${red} ${green} ${blue} / ${alpha})`, isDark: strength > DARK };
}

/**
 * A signed value's colour over a grey: the grey itself at 0, one end's colour below, the other's above.
 *
 * @param {number} value From -1 to 1.
 * @param {number} grey From 0 to 255.
 * @param {{ below: Rgb, above: Rgb }} ends
 * @param {number} overlay From 0 to 1: how much the ends cover.
 * @returns {Rgb}
 */
export function diverging(value, grey, { below, above }, overlay) {
  // A root lifts the weak values, which are most of them, above what the eye can miss.
  const cover = overlay * Math.sqrt(Math.abs(value));
  const [red, green, blue] = (value < 0 ? below : above).map((part) => grey + (part - grey) * cover);
  return [red, green, blue];
}

/**
 * The grey of a colour as the eye weighs it, drawn towards the middle so that a tint over it shows.
 *
 * @param {Rgb} colour
 */
export function softGrey([red, green, blue]) {
  return 128 + 0.6 * (0.299 * red + 0.587 * green + 0.114 * blue - 128);
}
