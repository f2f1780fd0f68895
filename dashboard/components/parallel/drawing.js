import { strokePath } from "../shared/canvas.js";
import { namedColour, parseColour } from "../shared/colours.js";
import { handlesOf, passesThrough, pathPoints, ticksOf } from "./axes.js";

/**
 * @import { Rgb } from "../shared/colours.js"
 * @import { Axis, Brushes, Layout, Path } from "./axes.js"
 * @typedef {{ ink: string, page: string, font: string, quiet: Rgb, best: Rgb, wrong: string, primary: string }} Style
 */

const AWAY = 0.1; // how much is seen of a line that is not selected
const BAND = 7; // half a brush's width

/**
 * @param {HTMLCanvasElement} canvas
 * @returns {Style} Of the page's theme.
 */
export function styleOf(canvas) {
  const style = getComputedStyle(canvas);
  const primary = style.getPropertyValue("--st-primary-color").trim();
  const quiet = parseColour(namedColour(canvas, "quiet"));
  return {
    ink: style.color,
    page: style.getPropertyValue("--st-background-color").trim(),
    font: `11px ${style.fontFamily}`,
    quiet,
    best: /^#[0-9a-f]{6}$/i.test(primary) ? parseColour(primary) : quiet,
    wrong: namedColour(canvas, "wrong"),
    primary,
  };
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {{ axes: readonly Axis[], paths: readonly Path[], brushes: Brushes }} shown
 * @param {Layout} layout
 * @param {Style} style
 * @param {number} pointed The id of the line under the pointer; -1 for none.
 */
export function draw(context, { axes, paths, brushes }, layout, style, pointed) {
  const passes = passesThrough(axes, brushes);
  const ordered = [...paths].sort((one, other) => Number(passes(one)) - Number(passes(other)));
  for (const path of ordered) {
    drawPath(context, path, layout, style, passes(path));
  }
  const found = paths.find(({ id }) => id === pointed);
  if (found) {
    drawPath(context, found, layout, style, true, 3);
  }
  axes.forEach((axis, place) => {
    drawAxis(context, axis, place, layout, style);
    if (brushes[axis.key]) {
      drawBrush(context, axis, place, brushes, layout, style);
    }
  });
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Path} path
 * @param {Layout} layout
 * @param {Style} style
 * @param {boolean} isSelected
 * @param {number} [more] pixels
 */
function drawPath(context, { values, strength, tone }, layout, style, isSelected, more = 0) {
  context.strokeStyle = tone === "bad" ? style.wrong : mix(style.quiet, style.best, strength ?? 0);
  context.lineWidth = 1 + 1.2 * (strength ?? 0) + more;
  context.globalAlpha = isSelected ? (more ? 1 : 0.45 + 0.5 * (strength ?? 0.3)) : AWAY;
  context.setLineDash(tone === "open" ? [5, 4] : tone === "bad" ? [2, 3] : []);
  const points = pathPoints(layout, values);
  strokePath(context, points);
  context.setLineDash([]);
  // Where a line ends, what it was trained for ends.
  const last = points.findLast((point) => point !== null);
  if (last) {
    context.fillStyle = context.strokeStyle;
    context.beginPath();
    context.arc(...last, 2.2 + more / 2, 0, 2 * Math.PI);
    context.fill();
  }
  context.globalAlpha = 1;
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Axis} axis
 * @param {number} place
 * @param {Layout} layout
 * @param {Style} style
 */
function drawAxis(context, axis, place, layout, style) {
  const { isLying, ends, spots, scales } = layout;
  const spot = spots[place];
  context.strokeStyle = style.ink;
  context.lineWidth = 1;
  context.globalAlpha = 0.55;
  strokePath(context, isLying ? ends.map((end) => [end, spot]) : ends.map((end) => [spot, end]));
  context.globalAlpha = 1;
  context.font = style.font;
  context.textAlign = isLying ? "center" : "left";
  context.textBaseline = isLying ? "top" : "middle";
  // Lines pass behind words: a rim of the page's colour keeps these readable.
  context.strokeStyle = style.page;
  context.fillStyle = style.ink;
  context.lineWidth = 4;
  context.lineJoin = "round";
  for (const { value, text } of ticksOf(axis, layout)) {
    const at = scales[place].to(value);
    const [x, y] = isLying ? [at, spot + 8] : [spot + 9, at];
    context.strokeText(text, x, y);
    context.fillText(text, x, y);
  }
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Axis} axis
 * @param {number} place
 * @param {Brushes} brushes
 * @param {Layout} layout
 * @param {Style} style
 */
function drawBrush(context, axis, place, brushes, { isLying, spots, scales }, style) {
  const [from, to] = handlesOf(axis, brushes[axis.key]).map(scales[place].to);
  const [low, length] = [Math.min(from, to), Math.max(2, Math.abs(to - from))];
  context.fillStyle = style.primary;
  context.globalAlpha = 0.22;
  if (isLying) {
    context.fillRect(low, spots[place] - BAND, length, 2 * BAND);
  } else {
    context.fillRect(spots[place] - BAND, low, 2 * BAND, length);
  }
  context.globalAlpha = 1;
}

/**
 * @param {Rgb} from
 * @param {Rgb} to
 * @param {number} share
 */
function mix(from, to, share) {
  return `rgb(${from.map((part, place) => Math.round(part + (to[place] - part) * share)).join(" ")})`;
}
