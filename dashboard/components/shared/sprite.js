import { contextOf } from "./canvas.js";

/** @import { Rgb } from "./colours.js" */

/** Pixels across a picture. */
export const SIDE = 32;

/**
 * @param {number} place
 * @param {number} columns Pictures in a row.
 * @returns {[number, number]} Left and top of a picture in its sprite.
 */
export function cornerOf(place, columns) {
  return [(place % columns) * SIDE, Math.floor(place / columns) * SIDE];
}

/** @param {Uint8Array<ArrayBuffer>} bytes WebP. */
export function decodeSprite(bytes) {
  return createImageBitmap(new Blob([bytes], { type: "image/webp" }));
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {ImageBitmap} sprite
 * @param {number} place
 * @param {number} columns
 */
export function paintPicture(canvas, sprite, place, columns) {
  const [left, top] = cornerOf(place, columns);
  contextOf(canvas).drawImage(sprite, left, top, SIDE, SIDE, 0, 0, SIDE, SIDE);
}

/** A canvas that one picture fits. */
export function createCanvas() {
  const canvas = document.createElement("canvas");
  canvas.width = SIDE;
  canvas.height = SIDE;
  return canvas;
}

/**
 * Paints a sprite's pictures, as soon as they are decoded, on the canvases that are there now: others may stand in their
 * place by then.
 *
 * @param {ParentNode} root Holds a canvas a picture, in their order.
 * @param {Uint8Array<ArrayBuffer>} bytes WebP.
 * @param {number} columns
 */
export async function paintPictures(root, bytes, columns) {
  const canvases = [...root.querySelectorAll("canvas")];
  const sprite = await decodeSprite(bytes);
  canvases.forEach((canvas, place) => {
    paintPicture(canvas, sprite, place, columns);
  });
  sprite.close();
}

/**
 * Pictures as numbers, of a sprite with one picture in a row.
 *
 * @param {Uint8Array<ArrayBuffer>} bytes WebP.
 * @returns {Promise<Uint8ClampedArray[]>} Of each picture red, green, blue and opacity of each pixel, row by row.
 */
export async function readPictures(bytes) {
  const sprite = await decodeSprite(bytes);
  const canvas = document.createElement("canvas");
  canvas.width = SIDE;
  canvas.height = sprite.height;
  const context = contextOf(canvas);
  context.drawImage(sprite, 0, 0);
  sprite.close();
  const count = canvas.height / SIDE;
  return Array.from({ length: count }, (_, place) => context.getImageData(0, place * SIDE, SIDE, SIDE).data);
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {(pixel: number) => Rgb} colourOf A pixel's colour by its place, row by row.
 */
export function paintPixels(canvas, colourOf) {
  canvas.width = SIDE;
  canvas.height = SIDE;
  const pixels = new ImageData(SIDE, SIDE);
  for (let place = 0; place < SIDE * SIDE; place += 1) {
    pixels.data.set([...colourOf(place), 255], 4 * place);
  }
  contextOf(canvas).putImageData(pixels, 0, 0);
}

/**
 * @param {Uint8ClampedArray} picture As `readPictures` returns it.
 * @param {number} place
 * @returns {Rgb}
 */
export function pixelOf(picture, place) {
  return [picture[4 * place], picture[4 * place + 1], picture[4 * place + 2]];
}
