/** @import { Rgb } from "./colours.js" */

const FAINTEST = 0.08;
const EVEN = 0.179; // the luminance on which black and white have the same contrast

/**
 * From almost nothing to a full colour, over the page's own colour.
 *
 * @param {Rgb} colour
 * @param {number} strength From 0 to 1.
 * @param {Rgb} page
 * @returns {{ cell: string, ink: "#000" | "#fff" }} CSS, and in which colour words are read best on it.
 */
export function sequential(colour, strength, page) {
  const alpha = Math.min(1, FAINTEST + (1 - FAINTEST) * strength);
  const [red, green, blue] = colour.map((part, place) => page[place] + (part - page[place]) * alpha);
  return { cell: `rgb(${colour.join(" ")} / ${alpha})`, ink: inkOn([red, green, blue]) };
}

/**
 * Black or white: one of them has a contrast of 4.5 on any colour.
 *
 * @param {Rgb} colour
 */
function inkOn(colour) {
  const [red, green, blue] = colour.map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue > EVEN ? "#000" : "#fff";
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
