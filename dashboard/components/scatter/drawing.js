import { contextOf, sizeOf } from "../shared/canvas.js";
import { scaleOf, toScreen } from "../shared/screen.js";
import { paintPicture, paintPoints, toPixel } from "./raster.js";

/**
 * @import { Point, Size, View } from "../shared/screen.js"
 * @import { Album } from "./album.js"
 * @import { Points } from "./points.js"
 * @import { Placing, Sheet } from "./raster.js"
 * @typedef {{ full: Uint32Array, faint: Uint32Array, quiet: Uint32Array }} Colours Of the groups.
 * @typedef {{ points: Points, view: View, marked: Uint8Array | null, colours: Colours, album: Album }} Scene
 */

const OPACITY = { faint: 0.14, quiet: 0.3 };
const FRAME = 2; // CSS pixels around a picture, in its group's colour
const NEAR = 17; // CSS pixels between points from which on pictures stand for them
const SIDES = [16, 32, 48, 64];
// Of so many points on a map as wide as a laptop's page, one may be so large without covering many others.
const USUAL = { count: 60000, side: 1.9 };

/**
 * @param {readonly string[]} colours
 * @returns {Colours}
 */
export function createColours(colours) {
  return {
    full: Uint32Array.from(colours, (colour) => toPixel(colour, 1)),
    faint: Uint32Array.from(colours, (colour) => toPixel(colour, OPACITY.faint)),
    quiet: Uint32Array.from(colours, (colour) => toPixel(colour, OPACITY.quiet)),
  };
}

/** Draws one canvas again and again, into the same pixels while its size is the same. */
export function createPainter() {
  /** @type {ImageData | null} */
  let image = null;
  /**
   * @param {HTMLCanvasElement} canvas
   * @param {Scene} scene
   * @param {readonly Point[]} outline On the screen; empty for none.
   */
  return (canvas, scene, outline) => {
    const ratio = window.devicePixelRatio || 1;
    const [width, height] = [canvas.clientWidth, canvas.clientHeight].map((side) => Math.round(side * ratio));
    if (!width || !height) {
      return;
    }
    if (!image || image.width !== width || image.height !== height) {
      image = new ImageData(width, height);
      [canvas.width, canvas.height] = [width, height];
    }
    const sheet = { pixels: new Uint32Array(image.data.buffer), width, height };
    sheet.pixels.fill(0);
    paintScene(sheet, scene, sizeOf(canvas), ratio);
    const context = contextOf(canvas);
    context.putImageData(image, 0, 0);
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    drawOver(context, scene.points.header.axes, outline, sizeOf(canvas), getComputedStyle(canvas).color);
  };
}

/**
 * @param {Sheet} sheet
 * @param {Scene} scene
 * @param {Size} size In CSS pixels.
 * @param {number} ratio The screen's own pixels to one of CSS.
 */
function paintScene(sheet, scene, size, ratio) {
  const { points, view, marked, colours } = scene;
  const placing = placingOf(view, size, ratio);
  const side = pointSide(points.groups.length, view.zoom, ratio);
  const { grid, groups, header } = points;
  // Without a marking, what is known stands out of the rest.
  const numLoud = header.names.length - header.quiet;
  /** @param {number} place */
  const standsOut = (place) => (marked ? marked[place] > 0 : groups[place] < numLoud);
  if (marked || header.quiet) {
    const beneath = marked ? colours.faint : colours.quiet;
    paintPoints(sheet, grid, placing, side, groups, beneath, (place) => !standsOut(place));
  }
  paintPoints(sheet, grid, placing, side, groups, colours.full, standsOut);
  paintPictures(sheet, scene, placing, size, ratio);
}

/**
 * @param {View} view
 * @param {Size} size
 * @param {number} ratio
 * @returns {Placing}
 */
function placingOf(view, size, ratio) {
  const [left, top] = toScreen(view, size)(0, 0);
  return { left: left * ratio, top: top * ratio, scale: scaleOf(view, size) * ratio };
}

/**
 * How many pixels across a point is: more where there are few, and where they are near.
 *
 * @param {number} count
 * @param {number} zoom
 * @param {number} ratio
 */
export function pointSide(count, zoom, ratio) {
  const side = USUAL.side * (USUAL.count / Math.max(1, count)) ** 0.25 * Math.sqrt(Math.max(1, zoom));
  return Math.max(1, Math.round(ratio * Math.min(8, side)));
}

/**
 * Paints the pictures of points that are near, one for each place that it fills, and asks for those that are missing.
 *
 * @param {Sheet} sheet
 * @param {Scene} scene
 * @param {Placing} placing
 * @param {Size} size
 * @param {number} ratio
 */
function paintPictures(sheet, { points, marked, colours, album }, placing, size, ratio) {
  const near = findInView(points, marked, placing, sheet);
  const side = pictureSide(near.length, size);
  if (!side) {
    return;
  }
  const [frame, pixels] = [Math.round(FRAME * ratio), Math.round(side * ratio)];
  const step = (pixels + 2 * frame) / placing.scale;
  /** @type {Set<number>} */
  const taken = new Set();
  const missing = [];
  for (const place of near) {
    const [x, y] = [points.grid[2 * place], points.grid[2 * place + 1]];
    const cell = Math.floor(x / step) * 65536 + Math.floor(y / step);
    if (!taken.has(cell)) {
      taken.add(cell);
      const picture = album.find(points.ids[place]);
      const [left, top] = [placing.left + x * placing.scale, placing.top - y * placing.scale];
      if (picture) {
        paintPicture(sheet, picture, left, top, pixels, frame, colours.full[points.groups[place]]);
      } else {
        missing.push(points.ids[place]);
      }
    }
  }
  if (missing.length) {
    album.want("map", missing);
  }
}

/**
 * @param {Points} points
 * @param {Uint8Array | null} marked
 * @param {Placing} placing
 * @param {{ width: number, height: number }} sheet
 * @returns {number[]} Places of what is in view and not faint.
 */
export function findInView({ grid, groups }, marked, { left, top, scale }, { width, height }) {
  const [low, high] = [-left / scale, (width - left) / scale];
  const [bottom, ceiling] = [(top - height) / scale, top / scale];
  const found = [];
  for (let place = 0; place < groups.length; place += 1) {
    const [x, y] = [grid[2 * place], grid[2 * place + 1]];
    if (x >= low && x <= high && y >= bottom && y <= ceiling && (!marked || marked[place])) {
      found.push(place);
    }
  }
  return found;
}

/**
 * @param {number} count Points in view.
 * @param {Size} size
 * @returns {number} CSS pixels across a picture; 0 where points are too close for any.
 */
export function pictureSide(count, size) {
  const away = Math.sqrt((size.width * size.height) / Math.max(1, count));
  return away < NEAR ? 0 : (SIDES.filter((side) => side === SIDES[0] || side <= away).at(-1) ?? 0);
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {[string, string] | null} axes What grows to the right and upwards.
 * @param {readonly Point[]} outline
 * @param {Size} size
 * @param {string} ink
 */
function drawOver(context, axes, outline, { width, height }, ink) {
  context.fillStyle = ink;
  context.strokeStyle = ink;
  if (axes) {
    context.font = "12px sans-serif";
    context.textAlign = "right";
    context.fillText(`${axes[0]} →`, width - 6, height - 6);
    context.textAlign = "left";
    context.fillText(`↑ ${axes[1]}`, 6, 14);
  }
  if (outline.length > 1) {
    context.lineWidth = 1.5;
    context.setLineDash([5, 3]);
    context.beginPath();
    for (const corner of outline) {
      context.lineTo(...corner);
    }
    context.closePath();
    context.stroke();
    context.setLineDash([]);
  }
}
