import { widthUnder } from "./strokes.js";

/** @import { Dab, Drawing, Stroke } from "./strokes.js" */

/**
 * @param {CanvasRenderingContext2D} context Of a square canvas.
 * @param {Drawing} drawing
 */
export function paintDrawing(context, { background, strokes }) {
  const side = context.canvas.width;
  context.fillStyle = background;
  context.fillRect(0, 0, side, side);
  context.lineCap = "round";
  context.lineJoin = "round";
  for (const stroke of strokes) {
    context.strokeStyle = stroke.colour ?? background;
    context.fillStyle = context.strokeStyle;
    paintStroke(context, stroke, side);
  }
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Stroke} stroke
 * @param {number} side
 */
function paintStroke(context, { width, dabs }, side) {
  const [first] = dabs;
  if (dabs.length === 1) {
    context.beginPath();
    context.arc(first[0] * side, first[1] * side, (widthUnder(width, first[2]) * side) / 2, 0, 2 * Math.PI);
    context.fill();
  } else if (dabs.every(([, , pressure]) => pressure === first[2])) {
    context.lineWidth = widthUnder(width, first[2]) * side;
    context.beginPath();
    trace(context, dabs, side);
    context.stroke();
  } else {
    paintPressed(context, width, dabs, side);
  }
}

/**
 * A line through the middles between places, curved at the places: a hand's corners come from the clock, not from it.
 *
 * @param {CanvasRenderingContext2D} context
 * @param {readonly Dab[]} dabs
 * @param {number} side
 */
function trace(context, dabs, side) {
  context.moveTo(dabs[0][0] * side, dabs[0][1] * side);
  for (let place = 1; place < dabs.length - 1; place += 1) {
    const [[x, y], [nextX, nextY]] = [dabs[place], dabs[place + 1]];
    context.quadraticCurveTo(x * side, y * side, ((x + nextX) / 2) * side, ((y + nextY) / 2) * side);
  }
  const [x, y] = dabs[dabs.length - 1];
  context.lineTo(x * side, y * side);
}

/**
 * Piece by piece, each as wide as the pen was pressed.
 *
 * @param {CanvasRenderingContext2D} context
 * @param {number} width
 * @param {readonly Dab[]} dabs
 * @param {number} side
 */
function paintPressed(context, width, dabs, side) {
  for (let place = 1; place < dabs.length; place += 1) {
    const [[x, y], [nextX, nextY, pressure]] = [dabs[place - 1], dabs[place]];
    context.lineWidth = widthUnder(width, pressure) * side;
    context.beginPath();
    context.moveTo(x * side, y * side);
    context.lineTo(nextX * side, nextY * side);
    context.stroke();
  }
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {Uint8Array} pixels Red, green and blue of as many pixels as it has.
 */
export function paintPreview(canvas, pixels) {
  const context = canvas.getContext("2d");
  const image = new ImageData(canvas.width, canvas.height);
  for (let place = 0; place < canvas.width * canvas.height; place += 1) {
    image.data.set([...pixels.subarray(3 * place, 3 * place + 3), 255], 4 * place);
  }
  context?.putImageData(image, 0, 0);
}
