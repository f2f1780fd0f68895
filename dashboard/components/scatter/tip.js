import { contextOf, sizeOf } from "../shared/canvas.js";
import { find } from "../shared/elements.js";
import { nearestPoint } from "../shared/nearest.js";
import { fromScreen, scaleOf } from "../shared/screen.js";
import { describePoint } from "./points.js";

/**
 * @import { Point } from "../shared/screen.js"
 * @import { Scene } from "./drawing.js"
 * @import { Picture } from "./raster.js"
 */

const ROOM = { right: 196, below: 96 }; // CSS pixels that a tip takes

/** @param {HTMLElement} tip */
export function hideTip(tip) {
  tip.hidden = true;
}

/**
 * Shows beside the pointer what it points at, with its picture as soon as that is there.
 *
 * @param {HTMLElement} tip
 * @param {HTMLCanvasElement} canvas
 * @param {Scene} scene
 * @param {Point} pointer
 * @param {number} reach CSS pixels.
 */
export function showTip(tip, canvas, { points, view, marked, album }, pointer, reach) {
  const size = sizeOf(canvas);
  const nearest = nearestPoint(points.grid, fromScreen(view, size)(...pointer), reach / scaleOf(view, size), marked);
  const picture = nearest < 0 ? undefined : album.find(points.ids[nearest]);
  if (!picture) {
    hideTip(tip);
    if (nearest >= 0) {
      album.want("tip", [points.ids[nearest]]);
    }
    return;
  }
  paint(find(tip, "canvas", HTMLCanvasElement), picture);
  find(tip, "span", HTMLElement).textContent = describePoint(points, nearest);
  tip.style.left = `${Math.max(0, Math.min(pointer[0] + 14, size.width - ROOM.right))}px`;
  tip.style.top = `${Math.min(pointer[1] + 14, size.height - ROOM.below)}px`;
  tip.hidden = false;
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {Picture} picture
 */
function paint(canvas, { full }) {
  const image = new ImageData(full.across, full.across);
  new Uint32Array(image.data.buffer).set(full.data);
  contextOf(canvas).putImageData(image, 0, 0);
}
