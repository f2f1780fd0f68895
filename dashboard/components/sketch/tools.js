import { create, createButton } from "../shared/elements.js";

/**
 * @typedef {{ colour: string | null, width: number }} Brush A colour of null rubs out.
 * @typedef {[name: string, colour: string]} Named
 */

/** @type {readonly Named[]} */
export const COLOURS = [
  ["black", "#1b1b1b"],
  ["grey", "#8c8c8c"],
  ["white", "#ffffff"],
  ["brown", "#7a4a21"],
  ["beige", "#e3c39a"],
  ["red", "#c62828"],
  ["orange", "#ef8c1f"],
  ["yellow", "#f6d32d"],
  ["green", "#2e7d32"],
  ["blue", "#1f5fbf"],
];

/** @type {readonly Named[]} */
export const BACKGROUNDS = [
  ["white", "#ffffff"],
  ["sky", "#9cc9ee"],
  ["grass", "#7fae5a"],
  ["road", "#8f9299"],
  ["water", "#3f7ba6"],
  ["night", "#1d2433"],
];

/** @type {readonly [name: string, width: number][]} */
export const WIDTHS = [
  ["thin", 1 / 32],
  ["medium", 2 / 32],
  ["thick", 4 / 32],
  ["very thick", 8 / 32],
];

/**
 * Round buttons, a colour each, and one to mix a colour of one's own.
 *
 * @param {readonly Named[]} named
 * @param {string | null} chosen
 * @param {(colour: string) => void} choose
 * @returns {HTMLElement[]}
 */
export function createSwatches(named, chosen, choose) {
  const swatches = named.map(([name, colour]) => {
    const button = createButton("", () => choose(colour));
    button.className = "swatch";
    button.style.background = colour;
    label(button, name, colour === chosen);
    return button;
  });
  return [...swatches, createMixer(named, chosen, choose)];
}

/**
 * @param {readonly Named[]} named
 * @param {string | null} chosen
 * @param {(colour: string) => void} choose
 */
function createMixer(named, chosen, choose) {
  const isOwn = chosen !== null && !named.some(([, colour]) => colour === chosen);
  const input = create("input", "own");
  input.type = "color";
  input.value = isOwn ? chosen : "#b565d8";
  input.classList.toggle("chosen", isOwn);
  input.title = "a colour of your own";
  input.setAttribute("aria-label", input.title);
  input.onchange = () => choose(input.value);
  return input;
}

/**
 * @param {boolean} isChosen
 * @param {() => void} choose
 */
export function createRubber(isChosen, choose) {
  const button = createButton("Eraser", choose);
  button.className = "rubber";
  button.setAttribute("aria-pressed", String(isChosen));
  return button;
}

/**
 * @param {number} chosen
 * @param {(width: number) => void} choose
 */
export function createBrushes(chosen, choose) {
  return WIDTHS.map(([name, width]) => {
    const button = createButton("", () => choose(width));
    const dot = create("span");
    dot.style.width = `${Math.round(4 + 56 * width)}px`;
    dot.style.height = dot.style.width;
    button.className = "brush";
    button.append(dot);
    label(button, name, width === chosen);
    return button;
  });
}

/**
 * @param {HTMLElement} element
 * @param {string} name
 * @param {boolean} isPressed
 */
function label(element, name, isPressed) {
  element.title = name;
  element.setAttribute("aria-label", name);
  element.setAttribute("aria-pressed", String(isPressed));
}
