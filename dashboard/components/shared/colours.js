/** @typedef {[number, number, number]} Rgb Parts from 0 to 255. */

/**
 * A colour that means something, as `dashboard/components/colours.py` names it; it comes with the component's CSS.
 *
 * @param {Element} element
 * @param {string} name
 */
export function namedColour(element, name) {
  const colour = getComputedStyle(element).getPropertyValue(`--lab-${name}`).trim();
  if (!colour) {
    throw new Error(`no colour is named ${name}`);
  }
  return colour;
}

/**
 * The page's own colour, as the theme has it; white where it is not known.
 *
 * @param {Element} element
 * @returns {Rgb}
 */
export function pageColour(element) {
  const text = getComputedStyle(element).getPropertyValue("--st-background-color").trim();
  return /^#[0-9a-f]{6}$/i.test(text) ? parseColour(text) : [255, 255, 255];
}

/**
 * @param {string} text Such as #2a6fbb.
 * @returns {Rgb}
 */
export function parseColour(text) {
  if (!/^#[0-9a-f]{6}$/i.test(text)) {
    throw new Error(`colour: ${text} is not of the form #rrggbb`);
  }
  const number = Number.parseInt(text.slice(1), 16);
  return [number >> 16, (number >> 8) & 255, number & 255];
}
