import { contextOf } from "../shared/canvas.js";
import { create } from "../shared/elements.js";

/** @import { Bitmap } from "./resample.js" */

const MOST_BYTES = 25 * 2 ** 20; // as in the dashboard
const MOST_PIXELS = 16_000_000; // what a phone's canvas holds: larger pictures are made smaller by the browser

/**
 * Decodes a picture file: upright, in sRGB, on white where it is transparent.
 *
 * @param {Blob} file
 * @returns {Promise<{ bitmap: Bitmap, canvas: HTMLCanvasElement }>}
 */
export async function readPicture(file) {
  if (file.size > MOST_BYTES) {
    throw new Error(`The file has ${(file.size / 2 ** 20).toFixed(1)} MB; allowed: up to ${MOST_BYTES / 2 ** 20} MB.`);
  }
  const image = await decode(file);
  const shrunk = Math.min(1, Math.sqrt(MOST_PIXELS / (image.width * image.height)));
  const [width, height] = [image.width, image.height].map((side) => Math.max(1, Math.floor(shrunk * side)));
  const canvas = create("canvas");
  [canvas.width, canvas.height] = [width, height];
  const context = contextOf(canvas);
  context.fillStyle = "#ffffff";
  context.fillRect(0, 0, width, height);
  context.drawImage(image, 0, 0, width, height);
  image.close();
  return { bitmap: { pixels: context.getImageData(0, 0, width, height).data, width, height }, canvas };
}

/** @param {Blob} file */
async function decode(file) {
  try {
    return await createImageBitmap(file);
  } catch {
    throw new Error("This is no picture that the browser can read; a JPEG, PNG or WebP is.");
  }
}

/**
 * Draws a picture small, with a frame around the square that is kept.
 *
 * @param {HTMLCanvasElement} canvas
 * @param {HTMLCanvasElement} picture
 * @param {number} side Of the larger one.
 */
export function paintFramed(canvas, picture, side) {
  const scale = side / Math.max(picture.width, picture.height);
  [canvas.width, canvas.height] = [picture.width, picture.height].map((each) => Math.max(1, Math.round(scale * each)));
  const context = contextOf(canvas);
  context.drawImage(picture, 0, 0, canvas.width, canvas.height);
  const kept = Math.min(canvas.width, canvas.height);
  context.lineWidth = 4;
  context.strokeStyle = "#2f6fde";
  context.strokeRect((canvas.width - kept) / 2 + 2, (canvas.height - kept) / 2 + 2, kept - 4, kept - 4);
}
