import { strokePath } from "../shared/canvas.js";
import { namedColour } from "../shared/colours.js";
import { logTicks, ticks, writeNumber, writeTick, writeValue } from "../shared/scales.js";
import { bandParts, EDGES, lastValue, spread, stack } from "./chart.js";

/**
 * @import { Chart, Layout, Line } from "./chart.js"
 * @typedef {{ ink: string, font: string, quiet: string, finding: string }} Style
 */

const LABEL_HEIGHT = 13;
const PALE = 0.28; // what was measured, behind what was smoothed
const BAND = 0.2; // of a line's colour, beneath all lines

/**
 * @param {HTMLCanvasElement} canvas
 * @returns {Style} Of the page's theme.
 */
export function styleOf(canvas) {
  const { color, fontFamily } = getComputedStyle(canvas);
  const [quiet, finding] = [namedColour(canvas, "quiet"), namedColour(canvas, "finding")];
  return { ink: color, font: `11px ${fontFamily}`, quiet, finding };
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Chart} chart
 * @param {Layout} layout
 * @param {Style} style
 */
export function drawChart(context, chart, layout, style) {
  context.font = style.font;
  drawAxes(context, chart, layout, style);
  context.save();
  context.beginPath();
  context.rect(EDGES.left, EDGES.top - 4, layout.right - EDGES.left + 4, layout.bottom - EDGES.top + 4);
  context.clip();
  for (const line of chart.lines) {
    drawBand(context, line, layout);
  }
  for (const line of chart.lines) {
    drawLine(context, line, layout);
  }
  context.restore();
  drawLevels(context, chart, layout, style);
  drawEndLabels(context, chart, layout, style);
  drawMarks(context, chart, layout, style);
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Chart} chart
 * @param {Layout} layout
 * @param {Style} style
 */
function drawAxes(context, chart, { view, right, bottom, x, y, isLog }, style) {
  context.textBaseline = "middle";
  context.textAlign = "right";
  context.lineWidth = 1;
  context.strokeStyle = style.quiet;
  context.fillStyle = style.ink;
  for (const value of (isLog ? logTicks : ticks)(view.bottom, view.top, 6)) {
    const top = y.to(value);
    context.globalAlpha = 0.25;
    strokePath(context, [
      [EDGES.left, top],
      [right, top],
    ]);
    context.globalAlpha = 0.8;
    context.fillText(writeTick(value, chart.is_share), EDGES.left - 6, top);
  }
  context.globalAlpha = 0.8;
  context.textAlign = "center";
  context.textBaseline = "top";
  const wanted = Math.max(2, Math.min(8, (right - EDGES.left) / 60));
  // Epochs are whole: only who has zoomed into one wants ticks within it.
  for (const value of ticks(view.left, view.right, wanted, view.right - view.left >= 2 ? 1 : 0)) {
    context.fillText(writeNumber(value, 6), x.to(value), bottom + 6);
  }
  context.fillText(chart.x_title, (EDGES.left + right) / 2, bottom + 22);
  context.save();
  context.translate(9, (EDGES.top + bottom) / 2);
  context.rotate(-Math.PI / 2);
  context.textBaseline = "middle";
  context.fillText(chart.y_title, 0, 0);
  context.restore();
  context.globalAlpha = 1;
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Line} line
 * @param {Layout} layout
 */
function drawBand(context, { x, low, high, colour }, layout) {
  context.fillStyle = colour;
  context.globalAlpha = BAND;
  for (const { tops, bottoms } of bandParts(x, low, high, layout)) {
    context.beginPath();
    for (const point of [...tops, ...bottoms.reverse()]) {
      context.lineTo(...point);
    }
    context.fill();
  }
  context.globalAlpha = 1;
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Line} line
 * @param {Layout} layout
 */
function drawLine(context, line, layout) {
  context.strokeStyle = line.colour;
  context.fillStyle = line.colour;
  context.lineWidth = line.width;
  context.lineJoin = "round";
  context.setLineDash(line.is_dotted ? [2, 3] : []);
  if (line.raw) {
    context.globalAlpha = PALE;
    strokePath(context, pointsOf(layout, line.x, line.raw));
    context.globalAlpha = 1;
  }
  const points = pointsOf(layout, line.x, line.y);
  strokePath(context, points);
  context.setLineDash([]);
  const shown = points.filter((point) => point !== null);
  if ((line.has_points && !line.raw) || shown.length === 1) {
    for (const [left, top] of shown) {
      context.beginPath();
      context.arc(left, top, line.width + 1, 0, 2 * Math.PI);
      context.fill();
    }
  }
}

/**
 * @param {Layout} layout
 * @param {readonly number[]} x
 * @param {readonly (number | null)[]} y
 * @returns {([number, number] | null)[]} null where there is no value, or no place for it on a scale of factors.
 */
function pointsOf(layout, x, y) {
  return x.map((at, place) => {
    const value = y[place];
    const top = value === null ? Number.NaN : layout.y.to(value);
    return Number.isNaN(top) ? null : [layout.x.to(at), top];
  });
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Chart} chart
 * @param {Layout} layout
 * @param {Style} style
 */
function drawLevels(context, chart, { view, right, y: scale }, style) {
  context.textAlign = "left";
  context.textBaseline = "middle";
  for (const { name, y } of chart.levels.filter((level) => level.y >= view.bottom && level.y <= view.top)) {
    const top = scale.to(y);
    context.strokeStyle = style.quiet;
    context.fillStyle = style.quiet;
    context.setLineDash([1, 3]);
    strokePath(context, [
      [EDGES.left, top],
      [right, top],
    ]);
    context.setLineDash([]);
    context.fillText(name, right + 5, top - 6);
    context.fillText(writeValue(y, chart.is_share, chart.unit), right + 5, top + 6);
  }
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Chart} chart
 * @param {Layout} layout
 * @param {Style} style
 */
function drawEndLabels(context, { lines }, { right, bottom, y }, style) {
  const ends = lines
    .flatMap((line) => {
      const last = line.end_label ? lastValue(line) : null;
      return last === null ? [] : [{ text: line.end_label, colour: line.colour, top: y.to(last) }];
    })
    .filter(({ top }) => !Number.isNaN(top))
    .sort((one, other) => other.top - one.top);
  const tops = spread(
    ends.map(({ top }) => top),
    { bottom, top: EDGES.top, height: LABEL_HEIGHT },
  );
  ends.forEach(({ text, colour }, place) => {
    // The words in the page's own colour: a dark blue is hard to read on a dark page.
    context.fillStyle = colour;
    context.fillRect(right + 6, tops[place] - 4, 7, 7);
    context.fillStyle = style.ink;
    context.fillText(text, right + 17, tops[place]);
  });
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Chart} chart
 * @param {Layout} layout
 * @param {Style} style
 */
function drawMarks(context, { marks }, { view, right, bottom, x: scale }, style) {
  const seen = marks
    .filter(({ x }) => x >= view.left && x <= view.right)
    .map((mark) => {
      const [left, width] = [scale.to(mark.x), context.measureText(mark.label).width + 8];
      const isLate = left + width > right;
      /** @type {[number, number]} */
      const span = isLate ? [left - width, left] : [left, left + width];
      return { ...mark, left, isLate, span };
    });
  const rows = stack(seen.map(({ span }) => span));
  seen.forEach(({ left, label, tone, isLate }, place) => {
    const colour = tone === "finding" ? style.finding : style.quiet;
    context.strokeStyle = colour;
    context.fillStyle = colour;
    context.lineWidth = 1.5;
    context.setLineDash([5, 4]);
    strokePath(context, [
      [left, EDGES.top],
      [left, bottom],
    ]);
    context.setLineDash([]);
    context.textAlign = isLate ? "right" : "left";
    context.fillText(label, left + (isLate ? -5 : 5), EDGES.top + 8 + 14 * rows[place]);
  });
  context.textAlign = "left";
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {{ from: number, to: number }} drag
 * @param {Layout} layout
 * @param {Style} style
 */
export function drawDrag(context, { from, to }, { bottom }, style) {
  context.fillStyle = style.quiet;
  context.globalAlpha = 0.25;
  context.fillRect(Math.min(from, to), EDGES.top, Math.abs(to - from), bottom - EDGES.top);
  context.globalAlpha = 1;
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {number} left
 * @param {Layout} layout
 * @param {Style} style
 */
export function drawCursor(context, left, { bottom }, style) {
  context.strokeStyle = style.quiet;
  context.lineWidth = 1;
  strokePath(context, [
    [left, EDGES.top],
    [left, bottom],
  ]);
}
