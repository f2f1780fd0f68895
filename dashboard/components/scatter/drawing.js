import { sharpen, sizeOf } from "../shared/canvas.js";
import { toScreen } from "../shared/screen.js";

/**
 * @import { Point, Size, View } from "../shared/screen.js"
 * @import { Points } from "./points.js"
 */

const OPACITY = { plain: 0.85, unselected: 0.12 };

/**
 * @param {HTMLCanvasElement} canvas
 * @param {Points} points
 * @param {View} view
 * @param {Set<number> | null} selected Places; null for all.
 * @param {Point[] | null} outline What is being dragged round.
 */
export function drawMap(canvas, points, view, selected, outline) {
  const context = sharpen(canvas);
  drawPoints(context, points, view, sizeOf(canvas), selected);
  const ink = getComputedStyle(canvas).color;
  if (points.header.axes) {
    drawAxes(context, points.header.axes, sizeOf(canvas), ink);
  }
  if (outline) {
    drawOutline(context, outline, ink);
  }
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Points} points
 * @param {View} view
 * @param {Size} size
 * @param {Set<number> | null} selected
 */
function drawPoints(context, { header, positions, groups }, view, size, selected) {
  const place = toScreen(view, size);
  const side = Math.min(8, 2.5 + Math.sqrt(view.zoom));
  // By colour, so that the context changes it once a group and not once a point.
  header.colours.forEach((colour, group) => {
    context.fillStyle = colour;
    for (let point = 0; point < groups.length; point += 1) {
      if (groups[point] === group) {
        context.globalAlpha = selected && !selected.has(point) ? OPACITY.unselected : OPACITY.plain;
        const [x, y] = place(positions[2 * point], positions[2 * point + 1]);
        context.fillRect(x - side / 2, y - side / 2, side, side);
      }
    }
  });
  context.globalAlpha = 1;
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {[string, string]} axes What grows to the right and upwards.
 * @param {Size} size
 * @param {string} ink
 */
function drawAxes(context, [right, up], { width, height }, ink) {
  context.fillStyle = ink;
  context.font = "12px sans-serif";
  context.textAlign = "right";
  context.fillText(`${right} \u2192`, width - 6, height - 6);
  context.textAlign = "left";
  context.fillText(`\u2191 ${up}`, 6, 14);
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Point[]} path
 * @param {string} ink
 */
function drawOutline(context, path, ink) {
  context.strokeStyle = ink;
  context.setLineDash([4, 3]);
  context.stroke(closed(path));
  context.setLineDash([]);
}

/**
 * Which points lie within a path on the screen.
 *
 * @param {Points} points
 * @param {View} view
 * @param {HTMLCanvasElement} canvas
 * @param {Point[]} path
 * @returns {Set<number> | null} Their places; null if there are none.
 */
export function pointsWithin({ positions, groups }, view, canvas, path) {
  if (path.length < 3) {
    return null;
  }
  const place = toScreen(view, sizeOf(canvas));
  const shape = closed(path);
  const context = new OffscreenCanvas(1, 1).getContext("2d");
  const found = Array.from(groups.keys()).filter((point) =>
    context?.isPointInPath(shape, ...place(positions[2 * point], positions[2 * point + 1])),
  );
  return found.length ? new Set(found) : null;
}

/** @param {Point[]} path */
function closed(path) {
  const shape = new Path2D();
  path.forEach(([x, y], place) => {
    shape[place ? "lineTo" : "moveTo"](x, y);
  });
  shape.closePath();
  return shape;
}
