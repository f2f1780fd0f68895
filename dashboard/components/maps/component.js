import { namedColour, parseColour } from "../shared/colours.js";
import { create, find } from "../shared/elements.js";
import { cut, unpack } from "../shared/message.js";
import { diverging, softGrey } from "../shared/ramps.js";
import { paintPixels, pixelOf, readPictures, SIDE } from "../shared/sprite.js";
import { createTurns } from "../shared/state.js";

/**
 * @import { Rgb } from "../shared/colours.js"
 * @import { Mounted } from "../shared/streamlit.js"
 * @typedef {{ title: string, note: string, picture: number, values: number | null }} PictureMap Its places among the
 *   pictures and among the values.
 * @typedef {{ side: number, overlay: number, hasScale: boolean, numValues: number, maps: PictureMap[] }} Header
 */

const NUM_PIXELS = SIDE * SIDE;
const FULL = 1000; // the whole number that stands for 1

const takeTurn = createTurns();

/** @param {Mounted<Uint8Array>} mounted */
export default async function render({ data, parentElement }) {
  const isLatest = takeTurn(parentElement);
  /** @type {{ header: Header, rest: Uint8Array<ArrayBuffer> }} */
  const { header, rest } = unpack(data);
  const [numbers, sprite] = cut(rest, Int16Array.BYTES_PER_ELEMENT * NUM_PIXELS * header.numValues);
  const pictures = await readPictures(sprite);
  if (!isLatest()) {
    return;
  }
  const holder = find(parentElement, ".pictures", HTMLElement);
  const ends = {
    below: parseColour(namedColour(holder, "against")),
    above: parseColour(namedColour(holder, "for")),
  };
  const figures = header.maps.map((map) => {
    const values = map.values === null ? null : valuesAt(numbers, map.values);
    const canvas = paintMap(pictures[map.picture], values, ends, header.overlay);
    return createFigure(map, canvas);
  });
  holder.style.setProperty("--side", `${header.side}px`);
  holder.replaceChildren(...figures);
  find(parentElement, ".scale", HTMLElement).hidden = !header.hasScale;
}

/**
 * @param {Uint8Array<ArrayBuffer>} numbers Of all maps, 16 bits each, little endian.
 * @param {number} place
 * @returns {(pixel: number) => number} A pixel's value, from -1 to 1.
 */
function valuesAt(numbers, place) {
  const view = new DataView(numbers.buffer);
  return (pixel) => view.getInt16(Int16Array.BYTES_PER_ELEMENT * (NUM_PIXELS * place + pixel), true) / FULL;
}

/**
 * @param {Uint8ClampedArray} picture
 * @param {((pixel: number) => number) | null} strengthAt null shows the picture alone.
 * @param {{ below: Rgb, above: Rgb }} ends
 * @param {number} overlay
 */
function paintMap(picture, strengthAt, ends, overlay) {
  const canvas = create("canvas");
  paintPixels(canvas, (place) => {
    const colour = pixelOf(picture, place);
    return strengthAt === null ? colour : diverging(strengthAt(place), softGrey(colour), ends, overlay);
  });
  return canvas;
}

/**
 * @param {PictureMap} map
 * @param {HTMLCanvasElement} canvas
 */
function createFigure({ title, note }, canvas) {
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", `${title}. ${note}`);
  const figure = create("figure");
  figure.append(create("div", "title", title), canvas, create("div", "note", note));
  return figure;
}
